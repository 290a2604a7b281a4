"""The small XML documents in which places list what they hold, read without entities, network or namespaces."""

from collections.abc import Iterator
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from lacuna.domain.errors import DependencyNonsense

Node = Any
"""An lxml element; lxml ships no types."""


class Element:
    """One element of a listing and what is directly in it."""

    def __init__(self, element: Node) -> None:
        self._element = element
        self.name = _local(element)

    def text(self, name: str) -> str:
        """The text of the first child of that name, "" without one."""
        return next((child.text or "" for child in self._element if _local(child) == name), "").strip()

    def children(self, name: str) -> Iterator["Element"]:
        """The children of that name."""
        return (Element(child) for child in self._element if _local(child) == name)


def read_listing(data: bytes, where: str) -> Element:
    """The root. Raises DependencyNonsense for what is no XML, declares a document type or is too large."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise DependencyNonsense(f"{where} sent a listing that is no XML.", cure="Check its address.") from None
    if root.getroottree().docinfo.doctype:
        raise DependencyNonsense(f"{where} sent a listing that declares a document type.", cure="Check its address.")
    return Element(root)


def _local(element: Node) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
