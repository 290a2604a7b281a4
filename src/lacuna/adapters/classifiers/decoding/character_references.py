"""Characters written by their number or name: HTML, URLs, source code, mail headers, host names.

Guarantees: a reference is undone however often its own mark is escaped again (`&amp;amp;#65;`, `%252541`), so
such nesting costs one step and stays linear. Sources: HTML Living Standard (character references), RFC 3986
(percent-encoding), RFC 2045 (quoted-printable), RFC 3492 (Punycode), JSON, CSS, C and Python escapes.
"""

import html
import re
import unicodedata
from urllib.parse import unquote_to_bytes

from lacuna.adapters.classifiers.decoding.decoder import Decoder

_AMPERSANDS = re.compile(r"&(?:amp;|AMP;|#38;|#x26;)+")
_PERCENTS = re.compile(r"%(?:25)+(?=[0-9A-Fa-f]{2})")


def _html(piece: str) -> str | None:
    return html.unescape(_AMPERSANDS.sub("&", piece))


def _octets(raw: bytes) -> str:
    """Bytes of a form or a mail: UTF-8 or, as old software writes them, Windows' western set."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _percent(piece: str) -> str | None:
    return _octets(unquote_to_bytes(_PERCENTS.sub("%", piece)))


_SOFT_BREAK = re.compile(r"=[ \t]*\r?\n")


def _quoted_printable(piece: str) -> str | None:
    raw = bytes.fromhex(_SOFT_BREAK.sub("", piece).replace("=", ""))
    return _octets(raw)


_ESCAPE = re.compile(
    r"(?:\\{1,8}[uxU]\{?|%u|[uU]\+)([0-9A-Fa-f]{1,8})\}?(?:[ ,;]+(?=[uU]\+))?|\\{1,8}N\{([^}]+)\}|"
    r"\\{1,8}(01[1-5]|(?:0[4-7]|[1-3][0-7])[0-7])|"
    r"\\{1,8}(?:(0[01][0-9A-Fa-f]{4})|([2-7][0-9A-Fa-f]) ?)"
)
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def _escaped(match: re.Match[str]) -> str:
    hexadecimal, name, octal, css, short_css = match.groups()
    if name is not None:
        try:
            return unicodedata.lookup(name)
        except KeyError:
            return match.group()
    code = int(octal, 8) if octal is not None else int(hexadecimal or css or short_css, 16)
    return chr(code) if code < 0x110000 else match.group()


def _paired(match: re.Match[str]) -> str:
    return match.group().encode("utf-16", "surrogatepass").decode("utf-16")


def _escapes(piece: str) -> str | None:
    text = _SURROGATES.sub(_paired, _ESCAPE.sub(_escaped, piece))
    if text.isascii() or max(text) > "\xff":
        return text
    return _octets(text.encode("latin-1"))


def _unquoted(piece: str) -> str | None:
    """A backslash before a mark that needs none (JSON's `\\/`, Markdown's `\\_`)."""
    return piece[-1]


def _punycode(piece: str) -> str | None:
    try:
        return piece[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return None


DECODERS = (
    Decoder(
        r"&#?\w{2,31};|&#[0-9xX]",
        re.compile(
            r"(?:&(?:amp;|AMP;|#38;|#x26;)*"
            r"(?:#0*[0-9]{1,7}\b;?|#[xX]0*[0-9a-fA-F]{1,6}\b;?|[A-Za-z][A-Za-z0-9]{1,30};))+"
        ),
        _html,
    ),
    Decoder(r"%[0-9A-Fa-f]{2}", re.compile(r"(?:%(?:25)*[0-9A-Fa-f]{2})+"), _percent),
    Decoder(
        r"=[0-9A-F][0-9A-F]=[0-9A-F][0-9A-F]|=3D|=40|=20|=2E|[ -~]=[ \t]*\r?\n",
        re.compile(r"(?:=(?:[2-9A-F][0-9A-F]|0[9AD])(?:=[ \t]*\r?\n)?)+|(?<=[ -~])=[ \t]*\r?\n"),
        _quoted_printable,
    ),
    Decoder(
        r"\\[xuU][0-9A-Fa-f{]|\\N\{|%u[0-9A-Fa-f]|[uU]\+[0-9A-Fa-f]|\\[0-3][0-7][0-7]|\\[2-7][0-9A-Fa-f]|\\0[01][0-9A-Fa-f][0-9A-Fa-f]",
        re.compile(
            r"(?:\\{1,8}x[0-9A-Fa-f]{2}|\\{1,8}u[0-9A-Fa-f]{4}|\\{1,8}U[0-9A-Fa-f]{8}|\\{1,8}[ux]\{[0-9A-Fa-f]{1,6}\}|"
            r"\\{1,8}N\{[A-Za-z][A-Za-z0-9 -]{1,80}\}|%u[0-9A-Fa-f]{4}|\b[uU]\+[0-9A-Fa-f]{4,6}\b(?:[ ,;]+(?=[uU]\+))?|"
            r"\\{1,8}(?:01[1-5]|(?:0[4-7]|[1-3][0-7])[0-7])|"
            r"\\{1,8}0[01][0-9A-Fa-f]{4}|\\{1,8}[2-7][0-9A-Fa-f](?: |(?![0-9A-Fa-f])))+"
        ),
        _escapes,
    ),
    Decoder(r"\\[/@._:]", re.compile(r"\\{1,8}[/@._:]"), _unquoted),
    Decoder(r"(?i)xn--[a-z0-9]", re.compile(r"(?i)\bxn--[a-z0-9][a-z0-9-]{0,58}"), _punycode),
)
