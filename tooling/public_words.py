"""Writes the words that a derived question may hold: `python -m tooling.public_words`.

They are the English words of the shipped bank's PUBLIC examples, which were written for this project and hold nothing
of any organisation, without given names. The terms beside them (`public_terms.txt`) are kept by hand.
"""

import re
from pathlib import Path
from typing import Final

from lacuna.adapters.classifiers.semantic.examples import shipped_bank
from lacuna.domain.splitting import FUNCTION_WORDS, folded
from lacuna.domain.tiers import Tier

_SOURCE: Final = Path(__file__).resolve().parent.parent / "src" / "lacuna" / "adapters"
WORDS: Final = _SOURCE / "splitting" / "public_words.txt"
_NAMES: Final = _SOURCE / "classifiers" / "given_names.txt"
_OWN: Final = frozenset(
    [
        *"i me my mine we us our ours ourselves you your yours he him his she her hers".split(),
        *"company team staff colleague colleagues department project client clients customer customers".split(),
        *"ceo cfo cto boss manager internal confidential secret".split(),
        *"one two three four five six seven eight nine ten eleven twelve hundred thousand million billion".split(),
        *"first second third".split(),
    ]
)
"""Words that point at whoever asks or at an organisation, and numbers."""
_SHORTEST: Final = 3


def general_words() -> list[str]:
    """The words, sorted."""
    names = set(re.findall(r"[a-z]+", folded(_NAMES.read_text(encoding="utf-8"))))
    texts = (e.text for e in shipped_bank() if e.tier is Tier.PUBLIC and e.language == "en")
    # A capital inside a sentence begins a name: Marie Curie's is no general word.
    written = {word for text in texts for word in re.findall(r"(?<![^\W_])[^\W\d_]+", text[:1].lower() + text[1:])}
    found = {folded(word) for word in written if word.islower()} - names - _OWN - FUNCTION_WORDS
    return sorted(word for word in found if word.isascii() and len(word) >= _SHORTEST)


def main() -> None:
    """Writes the file."""
    WORDS.write_text("\n".join(general_words()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
