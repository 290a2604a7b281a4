"""When garbage is looked for while a process starts.

Importing makes some hundred thousand objects that live as long as the process. Python's collector would go through them
again and again while there are ever more of them, which is a quarter of the time to start, and through all of them in
each full collection afterwards. So it waits while the process starts, and then leaves alone what is there by then.
"""

import gc
from typing import Final

_USUAL: Final = gc.get_threshold()
_YOUNG: Final = 200_000


def starting() -> None:
    """The process imports what it needs. Garbage is still collected, after more objects than importing makes."""
    gc.set_threshold(_YOUNG, *_USUAL[1:])


def started() -> None:
    """What exists now stays; from now on garbage is collected as usual. Before workers are forked this also keeps
    pages shared that a collection would write to."""
    gc.freeze()
    gc.set_threshold(*_USUAL)
