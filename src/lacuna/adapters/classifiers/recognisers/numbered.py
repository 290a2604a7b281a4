"""Numbers that identify a person or a taxpayer: one description, from which their recognisers are made.

A number whose shape is distinctive counts wherever it stands. One of plain digits counts next to a word that names it,
or when it is the whole text: nobody asks a question that is nothing but a number with valid check digits by chance.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lacuna.adapters.classifiers.recogniser import Recogniser

NATIONAL = "PII.NATIONAL_ID"
TAX = "PII.TAX_ID"


@dataclass(frozen=True, slots=True)
class Number:
    """`words` name the number; a `distinct` shape needs none. `example` is a made-up number with right check digits,
    `wrong` the same with a wrong one. Where `alone` is false the number never counts without a word: too many other
    numbers have its shape and check digits; `alone_validator` is the stricter check of such a text."""

    name: str
    kind: str
    shape: str
    words: str
    example: str
    wrong: str = ""
    validator: str = ""
    distinct: bool = False
    alone: bool = True
    alone_validator: str = ""
    probe: str = ""


def recognisers_of(number: Number) -> Iterator[Recogniser]:
    """The recognisers of one number: anywhere, beside its words, or alone."""
    edge = rf"\b(?:{number.shape})\b"
    wrong = (number.wrong,) if number.wrong else ()
    if number.distinct:
        yield Recogniser(
            f"pii.{number.name}",
            number.kind,
            edge,
            (f"it is {number.example}.",),
            wrong,
            validator=number.validator,
            unless=r"[\w.-]",
            confidence=0.85,
            probe=number.probe,
        )
        return
    word = number.words.partition("|")[0]
    yield Recogniser(
        f"pii.{number.name}",
        number.kind,
        edge,
        (f"{word.replace('?', '')}: {number.example}",),
        (f"{word.replace('?', '')}: {number.wrong}", f"we sold {number.example} pieces"),
        validator=number.validator,
        context=number.words,
        confidence=0.88,
    )
    if number.alone:
        yield Recogniser(
            f"pii.{number.name}_alone",
            number.kind,
            rf"^\s*({number.shape})\s*$",
            (number.example,),
            wrong,
            group=1,
            validator=f"alone.{number.alone_validator or number.validator}" if number.validator else "",
            confidence=0.65,
        )
