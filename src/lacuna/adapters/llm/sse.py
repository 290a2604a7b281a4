"""Server-sent events, as far as chat completions use them: bytes in, `data` payloads out.

Follows the event stream format of the HTML standard (section 9.2.6): UTF-8 with an optional byte order mark, lines
ended by LF, CR or CRLF wherever the network cut them, comments and unknown fields ignored, several `data` lines joined.
Work is linear in the bytes. What a payload means is left to the caller.
"""

import codecs
import re
from typing import Final

MAX_EVENT_CHARS: Final = 1 << 20

_LINE_END: Final = re.compile("\r\n|\r|\n")


class EventTooLong(ValueError):
    """One event grew over MAX_EVENT_CHARS."""


class EventStream:
    """The decoder of one stream."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
        self._line: list[str] = []
        self._data: list[str] = []
        self._size = 0
        self._after_cr = False

    def feed(self, piece: bytes) -> list[str]:
        """The payloads of the events that `piece` completes. Raises EventTooLong."""
        return self._decoded(self._decoder.decode(piece))

    def finish(self) -> list[str]:
        """What the end of the stream completes: some servers leave out the last blank line, so that is forgiven."""
        rest = self._decoded(self._decoder.decode(b"", final=True))
        return rest + self._decoded("\n\n")

    def _decoded(self, text: str) -> list[str]:
        if self._after_cr and text:
            self._after_cr = False
            text = text.removeprefix("\n")
        self._after_cr = self._after_cr or text.endswith("\r")
        events: list[str] = []
        *ended, open_end = _LINE_END.split(text)
        for part in ended:
            self._grow(part)
            line = "".join(self._line)
            self._line.clear()
            self._take(line, events)
        self._grow(open_end)
        return events

    def _grow(self, part: str) -> None:
        if not part:
            return
        self._line.append(part)
        self._size += len(part)
        if self._size > MAX_EVENT_CHARS:
            raise EventTooLong(f"an event is longer than {MAX_EVENT_CHARS} characters")

    def _take(self, line: str, events: list[str]) -> None:
        if not line:
            if self._data:
                events.append("\n".join(self._data))
            self._data.clear()
            self._size = 0
            return
        name, _, value = line.partition(":")
        if name == "data":
            self._data.append(value.removeprefix(" "))
