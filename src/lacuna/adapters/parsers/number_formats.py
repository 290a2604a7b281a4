"""How a spreadsheet shows a number: dates and digit masks, as far as they change what a reader sees.

A cell that shows 1980-05-12 or 123-45-6789 stores 29353 or 123456789. Currencies, percentages and rounding are left as
they are stored.
"""

import re
from datetime import datetime, timedelta
from typing import Final

from lacuna.adapters.parsers.xml_part import Element

_DATES: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Built-in formats that show dates and times (ECMA-376, part 1, 18.8.30; some are used in East Asian versions only)."""
_QUOTED: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]')
_DATE_LETTERS: Final = re.compile(r"[dyhs]|m{2,}", re.IGNORECASE)
_CONDITION: Final = re.compile(r"\[[^\]]*\]")
_MASK: Final = re.compile(r"[0#\-() /.+]+")
_WHOLE: Final = re.compile(r"\d{1,15}")
_PLACES: Final = frozenset("0#")
_PIECE: Final = re.compile(r'"[^"]*"?|\\.|.', re.DOTALL)
_LONGEST: Final = 255
"""Characters of a format (what Excel takes); longer ones would be worked through for each cell."""
_MAX_SERIAL: Final = 2_958_466
"""The day after 9999-12-31."""


class NumberFormats:
    """The formats of a workbook's cell styles. `from_1904` says that days are counted from 1904, as on old Macs."""

    def __init__(self, styles: Element | None, *, from_1904: bool) -> None:
        self._epoch = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001  a wall clock's time
        self._codes: dict[int, str] = {}
        self._styles: list[int] = []
        if styles is not None:
            codes = ((_number(each.get("numFmtId")), each.get("formatCode", "")) for each in styles.iter("{*}numFmt"))
            self._codes = {number: code for number, code in codes if len(code) <= _LONGEST}
            for cell_formats in styles.iterchildren("{*}cellXfs"):
                self._styles = [_number(each.get("numFmtId")) for each in cell_formats.iterchildren("{*}xf")]

    def shown(self, value: str, style: str | None) -> str:
        """The number in `value` as a cell of that style shows it."""
        plain = _plain(value)
        place = _number(style)
        chosen = self._styles[place] if 0 <= place < len(self._styles) else 0
        code = self._codes.get(chosen, "")
        if chosen in _DATES or (code and _DATE_LETTERS.search(_QUOTED.sub("", code))):
            return self._date(plain) or plain
        return (_masked(plain, code) if code else "") or plain

    def _date(self, value: str) -> str:
        try:
            serial = float(value)
        except ValueError:
            return ""
        if not 0 <= serial < _MAX_SERIAL:
            return ""
        moment = self._epoch + timedelta(seconds=round(serial * 86_400))
        day = moment.date().isoformat() if serial >= 1 else ""
        time = moment.time().isoformat("seconds") if serial % 1 else ""
        return f"{day} {time}".strip()


def _plain(value: str) -> str:
    """Whole numbers without exponent and fraction: an account number is stored as 4.1111111111111E+15."""
    if "E" not in value and "e" not in value and "." not in value:
        return value
    try:
        number = float(value)
    except ValueError:
        return value
    return str(int(number)) if number.is_integer() and abs(number) < 1e21 else value


def _masked(value: str, code: str) -> str:
    """`value` put into a mask of digits such as 000-00-0000; "" where the format is none."""
    if not _WHOLE.fullmatch(value):
        return ""
    for section in reversed(code.split(";")):
        marks = [mark.group() for mark in _PIECE.finditer(_CONDITION.sub("", section))]
        mask = "".join(_literal(mark) for mark in marks if not mark.startswith('"'))
        places = sum(mark in _PLACES for mark in marks)
        is_mask = len("".join(marks)) > len(mask) or re.search(r"[0#][\-() /]+[0#]", mask)
        if places >= len(value) and is_mask and _MASK.fullmatch(mask):
            digits = iter(value.rjust(places))
            shown = (_digit(next(digits), mark) if mark in _PLACES else _literal(mark) for mark in marks)
            return "".join(shown).strip()
    return ""


def _literal(mark: str) -> str:
    """What a piece of a format that is no place for a digit shows."""
    return mark.strip('"') if mark.startswith('"') else mark.removeprefix("\\")


def _digit(digit: str, place: str) -> str:
    """A missing digit is shown as 0, or not at all."""
    return digit if digit != " " else {"0": "0"}.get(place, "")


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 10 else 0
