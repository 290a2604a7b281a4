"""The transformer that takes findings out of a text: each span becomes the name of what stood there.

Promise: no character of a span that has to go is left, overlaps and neighbours included. Whether anything sensitive is
still there is for classifying the result again to say.
"""

from collections.abc import Callable, Iterable

from lacuna.domain.classification import Finding


def masked(text: str, findings: Iterable[Finding], goes: Callable[[Finding], bool]) -> str:
    """`text` with a placeholder such as "[PII.EMAIL]" for every span of a finding that `goes`. Spans that touch or
    overlap become one, named for the first. Findings without a span are no part of the text."""
    spans = sorted((f.start, f.end, f.kind) for f in findings if f.start is not None and f.end is not None and goes(f))
    pieces: list[str] = []
    done = 0
    for start, end, kind in spans:
        if end <= done:
            continue
        if start >= done:
            pieces += [text[done:start], f"[{kind}]"]
        done = end
    return "".join([*pieces, text[done:]])


def of_kinds(kinds: Iterable[str]) -> Callable[[Finding], bool]:
    """Whether a finding is of one of `kinds`: "PII.EMAIL" names that kind, "PII" all below it."""
    wanted = tuple(kinds)
    return lambda finding: any(finding.kind == kind or finding.kind.startswith(f"{kind}.") for kind in wanted)
