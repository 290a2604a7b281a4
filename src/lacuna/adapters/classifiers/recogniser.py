"""What a recogniser is: a pattern as data, with the tests it must pass.

Patterns, contexts and probes are RE2 syntax (no look-around, no back-references: matching time is linear in the text).
They see folded text (`folding`), so they are written in plain letters; contexts are folded when compiled.
"""

from dataclasses import dataclass

from lacuna.domain.tiers import Tier


@dataclass(frozen=True, slots=True)
class Recogniser:
    """One rule.

    `rule` is its stable id ("pii.email"), `kind` the finding's kind. `group` is the capture group that is the value.
    `validator` names a function of `validators` that accepts a candidate or a part of it. Where `context` is given, one
    of its alternatives must stand as a word within `before` characters before the candidate or `after` characters
    behind it; where `also` is given, one of those too within `also_within` characters on either side, and where
    `unless_near` is given, none of those. A candidate directly preceded by `unless` or followed by `unless_after` does
    not count. `probe` is a cheaper pattern that matches every text in which `pattern` (and context) can; it defaults to
    the context, else to the pattern itself. `examples` must give a finding of this rule, `counterexamples` none of it;
    both run as tests.
    """

    rule: str
    kind: str
    pattern: str
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...] = ()
    tier: Tier = Tier.PROPRIETARY
    confidence: float = 0.9
    group: int = 0
    validator: str = ""
    context: str = ""
    before: int = 50
    after: int = 25
    unless: str = ""
    unless_after: str = ""
    probe: str = ""
    also: str = ""
    also_within: int = 160
    unless_near: str = ""
