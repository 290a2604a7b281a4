"""Sets Lacuna up and runs its jobs: `python3 make.py demo`, `python3 make.py check`, `python3 make.py help`.

Promise: works with any `python3` on the path. One that is too old or too new hands over to a python3.13, 3.12 or 3.11
if there is one, and says what to install if there is none. Everything goes into `.venv` beside this file; nothing else
on the machine is touched. What it leaves to others: the set-up itself (tooling/environment.py) and the jobs
(tooling/tasks.py). This file alone stays in a syntax that an old Python can read.
"""

import os
import shutil
import subprocess
import sys

SUPPORTED = ((3, 13), (3, 12), (3, 11))
ROOT = os.path.dirname(os.path.abspath(__file__))


def interpreter() -> str:
    """The path of a supported Python, or an empty string. One that is on the path but does not start (a version
    manager's shim for a version that is switched off) does not count."""
    if sys.version_info[:2] in SUPPORTED:
        return sys.executable
    for major, minor in SUPPORTED:
        found = shutil.which("python%d.%d" % (major, minor))
        if found and subprocess.call([found, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
            return found
    return ""


def main() -> int:
    python = interpreter()
    if not python:
        running = ".".join(str(part) for part in sys.version_info[:3])
        sys.stderr.write(
            "Lacuna needs Python 3.11, 3.12 or 3.13; this is %s and no other is on the path.\n"
            "Install one (Debian and Ubuntu: apt install python3.11 python3.11-venv; macOS: brew install python@3.13)\n"
            "and run the same command again.\n" % running
        )
        return 2
    if python != sys.executable:
        return subprocess.call([python, os.path.join(ROOT, "make.py"), *sys.argv[1:]])
    sys.path.insert(0, ROOT)
    from tooling.tasks import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
