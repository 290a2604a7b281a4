"""The text of an Outlook message, which it may hold as plain text, HTML and compressed RTF at once."""

from lacuna.adapters.parsers import mapi, rtf
from lacuna.adapters.parsers.html import add_page, source_text
from lacuna.adapters.parsers.layout import markdown_sections
from lacuna.adapters.parsers.limits import Collector, Limits
from lacuna.adapters.parsers.lzfu import decompressed
from lacuna.ports.parsers import Section


def body_sections(
    properties: dict[tuple[int, int], bytes], heading: str, limits: Limits, everything: Collector
) -> list[Section]:
    """What is retrieved of the text: the plain form, else the HTML, else the RTF. All forms go to `everything`.
    `properties` are values by property number and type."""
    forms: dict[int, list[Section]] = {}
    for (number, kind), value in properties.items():
        if number == mapi.BODY:
            forms[number] = [Section(mapi.text_of(kind, value), heading)]
        elif number == mapi.BODY_HTML:
            source = mapi.text_of(kind, value) or source_text(value)
            page = add_page(source, limits, everything)
            forms[number] = [
                Section(section.text, section.heading or heading) for section in markdown_sections(page.visible)
            ]
        elif number == mapi.BODY_RTF:
            parsed = rtf.read(decompressed(value, limits), "", limits)
            everything.add(parsed.everything)
            forms[number] = list(parsed.sections)
    order = (mapi.BODY, mapi.BODY_HTML, mapi.BODY_RTF)
    return next((forms[n] for n in order if any(section.text.strip() for section in forms.get(n, []))), [])
