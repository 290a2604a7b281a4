"""Every text in an Office package, whatever part it stands in.

Paragraphs are read whole, so that a word split over runs stays a word, and where changes are tracked both with all of
them accepted and with all rejected. All other text nodes and the attributes that carry words follow. Embedded Office
files are opened too; pictures and embedded files of other kinds are not read (docs/ingest.md says so).
"""

from typing import Final

from lacuna.adapters.parsers.archive import Archive
from lacuna.adapters.parsers.limits import Collector
from lacuna.adapters.parsers.wordml import CHANGES, FINAL, ORIGINAL, A, Element, W, inline_text, parse_xml

_WITHOUT_WORDS: Final = (
    "word/styles.xml",
    "word/stylesWithEffects.xml",
    "word/fontTable.xml",
    "word/webSettings.xml",
    "[Content_Types].xml",
)
_THEMES: Final = "word/theme/"
_EMBEDDED: Final = (".docx", ".xlsx", ".pptx", ".docm", ".xlsm", ".pptm")
_MAX_DEPTH: Final = 3
_PARAGRAPHS: Final = (f"{W}p", f"{A}p")
_READ_IN_PARAGRAPHS: Final = frozenset({f"{W}t", f"{W}delText", f"{A}t"})
_WORDY_ATTRIBUTES: Final = frozenset(
    {
        "descr",
        "title",
        "alt",
        "author",
        "initials",
        "tooltip",
        "string",
        "Target",
        "name",
        "displayText",
        "value",
        "href",
        "userId",
    }
)
_WORDY_VALUES: Final = frozenset(
    {"alias", "tag", "docVar", "default", "listEntry", "helpText", "statusText", "lvlText", "placeholder"}
)


def gather(archive: Archive, found: Collector, depth: int = 1) -> None:
    """Adds every text in the package to `found`."""
    for name in archive.names:
        lowered = name.lower()
        if lowered.endswith((".xml", ".rels", ".vml")) and name not in _WITHOUT_WORDS and not name.startswith(_THEMES):
            _part(parse_xml(archive.read(name)), found)
        elif lowered.endswith(_EMBEDDED) and depth < _MAX_DEPTH:
            gather(Archive(archive.read(name), archive.remaining), found, depth + 1)


def _part(root: Element, found: Collector) -> None:
    for paragraph in root.iter(*_PARAGRAPHS):
        found.add(inline_text(paragraph, FINAL, hidden=True))
        if next(paragraph.iter(*CHANGES), None) is not None:
            found.add(inline_text(paragraph, ORIGINAL, hidden=True))
    for node in root.iter():
        if node.tag not in _READ_IN_PARAGRAPHS:
            found.add(node.text)
        found.add(node.tail)
        _attributes(node, found)


def _attributes(node: Element, found: Collector) -> None:
    for key, value in node.attrib.items():
        name = _local(str(key))
        if name == "Target" and node.get("TargetMode") != "External":
            continue
        if name in _WORDY_ATTRIBUTES or (name == "val" and _local(str(node.tag)) in _WORDY_VALUES):
            found.add(str(value))


def _local(name: str) -> str:
    return name.rpartition("}")[2]
