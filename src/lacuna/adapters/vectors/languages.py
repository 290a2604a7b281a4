"""What language a passage or question is in, and what its words are reduced to.

A language is told by its function words (Latin script) or by its script. Stems are Snowball's (Porter 2001, "Snowball:
a language for stemming algorithms"). Where the language stays open, a word has every stem that the commonest languages
give it, so that a keyword finds a text whose language is plain.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain
from threading import Lock
from typing import Final

import Stemmer

from lacuna.domain.function_words import BY_LANGUAGE

STEMMERS: Final = f"snowball {Stemmer.version()}"
"""Other stemmers mean other terms."""

_SNOWBALL: Final = {
    "en": "english", "de": "german", "fr": "french", "es": "spanish", "it": "italian", "pt": "portuguese",
    "nl": "dutch", "sv": "swedish", "da": "danish", "no": "norwegian", "fi": "finnish", "hu": "hungarian",
    "ro": "romanian", "pl": "polish", "cs": "czech", "ca": "catalan", "id": "indonesian", "tr": "turkish",
    "ru": "russian", "el": "greek", "ar": "arabic", "fa": "persian", "hi": "hindi", "hy": "armenian", "ta": "tamil",
}  # fmt: skip
_COMMONEST: Final = ("en", "de", "fr", "es", "it", "pt", "nl")

_MORE: Final = {
    "sv": "och i att det som en ar av for med till har inte om ett men var jag sig fran vi sa kan man nar hur vad",
    "da": "og i at det som en er af for med til har ikke om et men var jeg sig fra vi sa kan man nar hvordan hvad",
    "no": "og i at det som en er av for med til har ikke om et men var jeg seg fra vi sa kan man nar hvordan hva",
    "fi": "ja on ei se etta oli ovat joka mutta kun niin tai han myos sen ole olla mita miten missa kuka kuinka mika",
    "hu": "a az es hogy nem is egy volt ez meg csak mint ki de van mi hogyan mikor hol mennyi melyik milyen miert",
    "ro": "si in de la cu pe un o este care nu din pentru ce sa mai au fost se prin sunt cum cand unde cine cat",
    "pl": "i w na z nie sie do to jest ze jak po od za przez ale oraz co czy ktory ktora kiedy gdzie kto ile jaki",
    "cs": "a v na se je ze s z do to jako pro ale o i od po by jsou byl ktery ktera kdy kde kdo kolik jak jaky co",
    "ca": "el la els les de i a en que per amb un una es del dels no com mes son al quin quina quan on qui quant",
    "id": "yang dan di dari untuk dengan ini itu pada adalah ke dalam tidak oleh akan apa siapa kapan mana bagaimana",
    "ar": "في من على الى ان هذا هذه التي الذي ما هو هي كان كانت عن مع او لا كم متى اين كيف لماذا",
    "hi": "के में की है का और को से पर ने कि यह था थे एक हैं क्या कब कहाँ कौन कितने किस",
    "el": "και το η ο του της των να για με που στην στο απο τον την ειναι οι τα τι ποιος ποια ποτε που πως ποσο",
}  # fmt: skip

_WORDS: Final[dict[str, frozenset[str]]] = {
    language: frozenset(words.split()) for language, words in {**BY_LANGUAGE, **_MORE}.items() if language in _SNOWBALL
}
_LANGUAGES: Final[Mapping[str, tuple[str, ...]]] = {
    word: tuple(language for language, words in _WORDS.items() if word in words)
    for word in frozenset[str]().union(*_WORDS.values())
}
_PERSIAN: Final = frozenset("\u067e\u0686\u0698\u06af\u06a9\u06cc")
"""Letters that Arabic does not use."""
_OTHER_SCRIPTS: Final = (
    ("\u0370", "\u03ff", "el"),
    ("\u0400", "\u052f", "ru"),
    ("\u0530", "\u058f", "hy"),
    ("\u0600", "\u06ff", "ar"),
    ("\u0900", "\u097f", "hi"),
    ("\u0b80", "\u0bff", "ta"),
)
_LATIN: Final = "\u024f"
_SHORTEST: Final = 3

_stemmers: Final = {language: Stemmer.Stemmer(name, 0) for language, name in _SNOWBALL.items()}
_alone: Final = Lock()


def language_of(words: Iterable[str]) -> str | None:
    """The language with the most function words among folded `words`; None where two have as many, or none has any."""
    votes = Counter(chain.from_iterable(_LANGUAGES[word] for word in words if word in _LANGUAGES))
    best = votes.most_common(2)
    if not best or (len(best) > 1 and best[0][1] == best[1][1]):
        return None
    return best[0][0]


def is_function_word(word: str, language: str | None) -> bool:
    """Whether a folded word says nothing about what a text of this language is about."""
    return language is not None and word in _WORDS[language]


@lru_cache(maxsize=16_384)
def stems(word: str, language: str | None) -> tuple[str, ...]:
    """What a folded word of a text in `language` is found by; several where the language is open."""
    if len(word) < _SHORTEST or not word.isalpha():
        return (word,)
    if word[0] > _LATIN:
        other = next((name for first, last, name in _OTHER_SCRIPTS if first <= word[0] <= last), None)
        if other == "ar" and not _PERSIAN.isdisjoint(word):
            other = "fa"
        return (word,) if other is None else (_stem(word, other),)
    if language in _SNOWBALL:
        return (_stem(word, language),)
    return tuple(dict.fromkeys([word, *(_stem(word, one) for one in _COMMONEST)]))


def _stem(word: str, language: str) -> str:
    with _alone:  # a stemmer works in a buffer of its own
        stem: str = _stemmers[language].stemWord(word)
    return stem or word
