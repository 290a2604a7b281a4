"""The words that everybody uses in public: what a derived question may hold.

They come from two files: `public_words.txt` is made by tooling/public_words.py, `public_terms.txt` is kept by hand.
Neither holds a name of a person or of an organisation's own.
"""

from importlib.resources import files

from lacuna.domain.splitting import Vocabulary, folded


def vocabulary() -> Vocabulary:
    """The words and, written with a capital in `public_terms.txt`, the names."""
    folder = files(__package__)
    text = folder.joinpath("public_words.txt").read_text(encoding="utf-8")
    lines = folder.joinpath("public_terms.txt").read_text(encoding="utf-8").splitlines()
    terms = [term for line in lines if not line.startswith("#") for term in line.split()]
    names = frozenset(folded(term) for term in terms if not term.islower())
    return Vocabulary(frozenset({*text.split(), *map(folded, terms)}), names)
