"""Keys and tokens that their issuer marks: how a row of the format tables becomes a recogniser.

A format is a literal prefix and a body of a known alphabet and length. Checksums inside bodies are not required,
because they differ by version of the issuer. Examples are put together at run time, so that no file of the repository
holds anything that looks like a key.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from lacuna.adapters.classifiers.recogniser import Recogniser

KEY = "SECRET.API_KEY"
TOKEN = "SECRET.TOKEN"  # noqa: S105 - a kind, not a token

HEX = "[a-f0-9]"
HEX_ANY = "[a-fA-F0-9]"
LOWER = "[a-z0-9]"
UPPER = "[A-Z0-9]"
ALNUM = "[A-Za-z0-9]"
WORD = "[A-Za-z0-9_-]"
BASE64 = "[A-Za-z0-9+/_=-]"
UUID = f"{HEX_ANY}{{8}}(?:-{HEX_ANY}{{4}}){{3}}-{HEX_ANY}{{12}}"

CUT_OFF = r"\.\.|#{3}|\*{3}|\[?redacted"
"""What follows a value that is not written out."""

_MIXED = "q8Zt3LmW0xRv7KpB2nYc5HdJ9sFg4TaE6uQiO1"
_FILLERS = {
    HEX: "7c3a9f0e5b1d8264f3a7c0e9b5d18264",
    HEX_ANY: "7c3a9f0e5b1d8264f3a7c0e9b5d18264",
    LOWER: _MIXED.lower(),
    UPPER: _MIXED.upper(),
}
_UUID_FILLER = "7c3a9f0e-5b1d-8264-f3a7-c0e9b5d18264"


@dataclass(frozen=True, slots=True)
class Format:
    """`prefix` is RE2 and starts the token; `body` is one of the alphabets above, repeated `least` to `most` times (no
    limit without `most`; what a limited body borders on must not go on), or, with `least` 0, RE2 of its own.
    `sample` and `filling` make the example where prefix and alphabet cannot.
    """

    name: str
    prefix: str
    body: str
    least: int = 0
    most: int = 0
    sample: str = ""
    filling: str = ""
    kind: str = KEY
    probe: str = ""
    unless: str = ""

    @property
    def start(self) -> str:
        """The prefix as it stands in a token."""
        return self.sample or self.prefix.replace("\\", "")

    @property
    def example(self) -> str:
        """A token of this format."""
        if self.filling or self.body == UUID:
            return self.start + (self.filling or _UUID_FILLER)
        filler = _FILLERS.get(self.body, _MIXED)
        return self.start + (filler * (self.least // len(filler) + 1))[: self.least]

    def recogniser(self) -> Recogniser:
        """Tries every text in which the prefix and four more characters stand at the start of a word."""
        limit = f"{{{self.least},{self.most or ''}}}" if self.least else ""
        end = r"(?:[^A-Za-z0-9_-]|$)" if self.most else ""
        edge = r"(?:\b|_)" if self.start[0].isalnum() else ""
        return Recogniser(
            rule=f"secret.{self.name}",
            kind=self.kind,
            pattern=f"{edge}({self.prefix}{self.body}{limit}){end}",
            group=1,
            examples=(f"token {self.example} leaked",),
            counterexamples=(self.start, self.start + "x" * (self.least or 40)),
            validator="token_body",
            unless=self.unless,
            unless_after=CUT_OFF,
            probe=self.probe or f"{edge}{self.prefix}[A-Za-z0-9/_+-]{{4}}",
            confidence=0.93,
        )


def recognisers(formats: Iterable[Format]) -> tuple[Recogniser, ...]:
    """One for each format."""
    return tuple(form.recogniser() for form in formats)
