"""Builds the PDF and DOCX files of the sample corpus: `python -m examples.build_corpus`, from the top of the checkout.

The same sources give the same bytes on every machine, so the committed files can be compared with what the sources
say (`--check`). A source is named after its target: `roadmap-2027.docx.txt`. The md, txt, html and csv files of the
corpus are written by hand and left alone. Standard library only.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from examples.authoring.docx import write_docx
from examples.authoring.markup import read_source
from examples.authoring.pdf import write_pdf

HERE = Path(__file__).resolve().parent
WRITERS = {".pdf": write_pdf, ".docx": write_docx}


def built(sources: Path) -> Iterator[tuple[Path, bytes]]:
    """The path below the corpus folder and the content of every file that has a source."""
    for path in sorted(sources.rglob("*.txt")):
        target = path.relative_to(sources).with_suffix("")
        yield target, WRITERS[target.suffix](read_source(path.read_text(encoding="utf-8")))


def main() -> int:
    options = argparse.ArgumentParser(description="Build the PDF and DOCX files of the sample corpus.")
    options.add_argument("--check", action="store_true", help="write nothing; exit 1 if a committed file differs")
    check = options.parse_args().check
    different = 0
    for target, content in built(HERE / "sources"):
        path = HERE / "corpus" / target
        if check:
            same = path.is_file() and path.read_bytes() == content
            different += not same
            print(f"{'same     ' if same else 'DIFFERENT'} {target}")
        else:
            path.write_bytes(content)
            print(f"wrote {target} ({len(content):,} bytes)")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
