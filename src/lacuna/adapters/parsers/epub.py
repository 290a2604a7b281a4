"""EPUB books (EPUB 3.3 and 2): the chapters in reading order; every file in the package for classification."""

import posixpath
from typing import Final
from urllib.parse import unquote

from lacuna.adapters.parsers.archive import Archive
from lacuna.adapters.parsers.embedded import add_embedded
from lacuna.adapters.parsers.html import add_page, source_text
from lacuna.adapters.parsers.layout import markdown_sections, sections_of, title_from_name
from lacuna.adapters.parsers.limits import Collector, Limits, damaged, encrypted
from lacuna.adapters.parsers.xml_part import Element, add_texts, parse_xml
from lacuna.ports.parsers import Parsed, Section

MEDIA_TYPE: Final = "application/epub+zip"
_PAGES: Final = (".xhtml", ".html", ".htm")
_XML: Final = (".opf", ".ncx", ".xml")
_FONTS: Final = (".ttf", ".otf", ".woff", ".woff2")


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """The chapters of the spine by their headings; `everything` also holds hidden text and comments, metadata, the
    tables of contents, style sheets and files outside the spine."""
    archive = Archive(data, limits)
    everything = Collector(limits.max_output_chars)
    _refuse_encrypted(archive)
    for text in archive.comments:
        everything.add(text)
    for content in archive.unlisted:
        add_embedded(content, "", limits, everything)
    package, root = _package(archive)
    chapters = {name: list[Section]() for name in _spine(package, root)}
    for name in archive.names:
        lowered = name.lower()
        member = archive.read(name)
        everything.add(name)
        if not member:
            continue
        if lowered.endswith(_PAGES):
            page = add_page(source_text(member), limits, everything)
            if name in chapters:
                chapters[name] = [
                    Section(section.text, section.heading or page.title) for section in markdown_sections(page.visible)
                ]
        elif lowered.endswith(_XML):
            add_texts(_without_doctype(member), everything)
        elif not lowered.endswith(("/", "mimetype", *_FONTS)):
            add_embedded(member, posixpath.basename(name), limits, everything)
    title = next((_words(node) for node in package.iter("{http://purl.org/dc/elements/1.1/}title")), "")
    sections = sections_of((part for parts in chapters.values() for part in parts), limits.max_output_chars)
    return Parsed(title or title_from_name(filename), MEDIA_TYPE, sections, everything.text())


def _package(archive: Archive) -> tuple[Element, str]:
    """The package document and the folder it stands in."""
    container = parse_xml(archive.read("META-INF/container.xml"))
    path = next((node.get("full-path", "") for node in container.iter("{*}rootfile")), "")
    if path not in archive:
        raise damaged("book", "its package document is missing")
    return parse_xml(archive.read(path)), posixpath.dirname(path)


def _spine(package: Element, root: str) -> list[str]:
    files = {
        item.get("id", ""): posixpath.normpath(posixpath.join(root, unquote(item.get("href", ""))))
        for item in package.iter("{*}item")
    }
    return [files[ref] for node in package.iter("{*}itemref") if (ref := node.get("idref", "")) in files]


def _refuse_encrypted(archive: Archive) -> None:
    """Fonts may be obfuscated; chapters that are encrypted cannot be read."""
    if "META-INF/encryption.xml" in archive:
        for node in parse_xml(archive.read("META-INF/encryption.xml")).iter("{*}CipherReference"):
            if not node.get("URI", "").lower().endswith(_FONTS):
                raise encrypted("book")


def _without_doctype(data: bytes) -> Element:
    """Tables of contents of EPUB 2 declare a document type, which is not needed to read them."""
    start = data.find(b"<!DOCTYPE")
    end = data.find(b">", start)
    plain = start >= 0 and b"[" not in data[start:end]
    return parse_xml(data[:start] + data[end + 1 :] if plain else data)


def _words(node: Element) -> str:
    return " ".join("".join(node.itertext()).split())[:300]
