"""The layer as a whole: what it finds in questions, where, and what it takes for public."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.classifiers.heuristic import HeuristicLayer
from lacuna.adapters.classifiers.recognisers.contact import RECOGNISERS as CONTACT
from lacuna.adapters.classifiers.terms import TermSet
from lacuna.domain.classification import Finding, Question, Strategy, Turn, classify
from lacuna.domain.tiers import Tier

TERMS = TermSet(projects=("project_apollo", "Ares"), customers=("Quill Harbor",), internal_terms=("internal only",))
LAYER = HeuristicLayer(TERMS)
MAIL = "jo.doe@mail.example.org"


def findings(text: str) -> tuple[Finding, ...]:
    return LAYER.examine(Question(text)).findings


def tier(text: str, strategy: Strategy = Strategy.AGGRESSIVE) -> Tier:
    return classify(text, [LAYER.examine(Question(text))], strategy, LAYER.version).tier


DISGUISES = {
    "html decimal": "".join(f"&#{ord(c)};" for c in MAIL),
    "html hexadecimal": "".join(f"&#x{ord(c):x};" for c in MAIL),
    "percent": "".join(f"%{ord(c):02X}" for c in MAIL),
    "base64": base64.b64encode(MAIL.encode()).decode(),
    "base64 in percent": base64.b64encode(MAIL.encode()).decode().replace("=", "%3D"),
    "base64 twice": base64.b64encode(base64.b64encode(MAIL.encode())).decode(),
    "hexadecimal": MAIL.encode().hex(),
    "backslash": "".join(f"\\x{ord(c):02x}" for c in MAIL),
    "unicode escapes": "".join(f"\\u{ord(c):04x}" for c in MAIL),
    "zero width": "\u200b".join(MAIL),
    "soft hyphens": "\u00ad".join(MAIL),
    "full width": "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in MAIL),
    "look-alikes": MAIL.replace("o", "\u043e").replace("e", "\u0435"),
    "spaced": " ".join(MAIL),
    "broken line": MAIL[:4] + "\n" + MAIL[4:],
}


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES.keys())
def test_a_disguised_value_is_found_where_it_stands(disguise: str) -> None:
    text = f"Please write to {disguise} soon"
    found = [f for f in findings(text) if f.kind == "PII.EMAIL"]
    assert found
    start, end = found[0].start, found[0].end
    assert start is not None
    assert end is not None
    assert 16 <= start < end <= len(text) - 5


def test_spans_point_into_the_original_text() -> None:
    text = "\U0001f600 \u00fc\u00df \ufb01n: Pr\u200bo\u0458e\u0441t A\u0301pollo, " + MAIL
    by_kind = {f.kind: text[f.start : f.end] for f in findings(text)}
    assert by_kind["PII.EMAIL"] == MAIL
    assert by_kind["ORG.PROJECT"] == "Pr\u200bo\u0458e\u0441t A\u0301pollo"


def test_findings_never_hold_the_matched_text() -> None:
    result = LAYER.examine(Question(f"mail {MAIL} about project_apollo", conversation=(Turn("user", MAIL),)))
    assert MAIL not in repr(result)
    assert "apollo" not in repr(result)


def test_the_context_raises_the_tier_without_a_span() -> None:
    question = Question(
        "What comes next?",
        conversation=(Turn("user", "hi"), Turn("assistant", f"ask {MAIL} or {MAIL}")),
        project="Project Apollo",
        files=("notes.txt", "ares_budget_2031.xlsx"),
    )
    found = LAYER.examine(question).findings
    assert {(f.kind, f.rule, f.tier) for f in found} == {
        ("CONTEXT.CONVERSATION", "pii.email", Tier.PROPRIETARY),
        ("CONTEXT.PROJECT", "terms.projects", Tier.PROPRIETARY),
        ("CONTEXT.FILE", "terms.projects", Tier.PROPRIETARY),
    }
    assert len(found) == 3
    assert all(f.start is None for f in found)


@pytest.mark.parametrize(
    "text",
    [
        "Version 1.2.3.4 of the library is out",
        "The file was declassified in 1975",
        "a short history of the Republic and its shares",
        "the customer_alphabet column",
        "ISBN 978-3-16-148410-0",
        "In 1998 the 12 teams played 3-2-1 at 10:30:45",
    ],
)
def test_what_only_looks_sensitive_is_left_alone(text: str) -> None:
    assert findings(text) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("This page is internal only", Tier.INTERNAL),
        ("TLP:RED - do not forward", Tier.PROPRIETARY),
        ("Streng vertraulich", Tier.INTERNAL),
        ("Attorney-client privileged draft", Tier.PROPRIETARY),
        ("for Quill Harbor", Tier.PROPRIETARY),
    ],
)
def test_markings_and_terms_have_their_tier(text: str, expected: Tier) -> None:
    assert tier(text) is expected


PUBLIC = [
    "What is the capital of France?",
    "who wrote the first book about tides",
    "Wie viele Planeten hat das Sonnensystem?",
    "Quelle est la capitale du Japon ?",
    "\u00bfCu\u00e1ndo se fund\u00f3 la ciudad de Lima?",
    "How does TLS session resumption work?",
    "The Danube is the second longest river in Europe and flows through ten countries before it reaches the Black Sea.",
]
NOT_SHOWN_PUBLIC = [
    "how do we refresh tokens in the login service?",
    "what is the plan for the Q3 launch",
    "What is our public roadmap?",
    "how to reassign leads from Lena",
    "What is on my calendar tomorrow?",
    "Wann ist unsere n\u00e4chste Besprechung?",
    "Schedule a meeting with Aisha at 3",
    "when does the payment service deploy",
    "public",
    "",
]


@pytest.mark.parametrize("text", PUBLIC)
def test_general_knowledge_is_public_under_balanced_and_never_under_conservative(text: str) -> None:
    assert tier(text, Strategy.BALANCED) is Tier.PUBLIC
    assert tier(text, Strategy.CONSERVATIVE) is Tier.INTERNAL


@pytest.mark.parametrize("text", NOT_SHOWN_PUBLIC)
def test_a_tie_to_the_speakers_work_is_no_evidence_of_public(text: str) -> None:
    assert LAYER.examine(Question(text)).public_evidence == 0.0
    assert tier(text, Strategy.BALANCED) is Tier.INTERNAL


def test_a_finding_leaves_no_evidence_of_public() -> None:
    assert LAYER.examine(Question("What is the capital of Ares?")).public_evidence == 0.0


def test_the_version_follows_terms_and_recognisers() -> None:
    same = HeuristicLayer(TERMS)
    assert same.version == LAYER.version
    others = {
        HeuristicLayer(TermSet(projects=("project_apollo",))).version,
        HeuristicLayer(TermSet(customers=TERMS.projects)).version,
        HeuristicLayer(TERMS, CONTACT).version,
    }
    assert len(others | {LAYER.version}) == 4


@pytest.mark.parametrize(
    "unit",
    [
        "a.a.a.",
        "12-12-",
        "1-1-1-",
        "a@",
        "%41",
        "&#65;",
        "YWFh",
        "key=",
        "+1 ",
        "Ares ",
        "a b ",
        "\u200b",
        "\u0430",
        "1.1.1.",
        "ab12",
        MAIL + " ",
    ],
)
def test_a_hostile_text_is_answered_with_bounded_findings(unit: str) -> None:
    text = (unit * 50_000)[:50_000]
    assert len(findings(text)) <= 1_000


def test_the_end_of_a_long_text_counts() -> None:
    assert tier("word " * 20_000 + MAIL) is Tier.PROPRIETARY


@given(st.text(st.characters(), max_size=60), st.text(st.characters(), max_size=60))
def test_spans_lie_in_the_text_whatever_it_is(before: str, after: str) -> None:
    text = f"{before} {MAIL} {after}"
    for finding in findings(text):
        assert finding.start is not None
        assert finding.end is not None
        assert 0 <= finding.start < finding.end <= len(text)
