"""Pasted fragments of documents: what is recognised, where, with which tier, and what is not."""

import asyncio
import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lacuna.adapters.classifiers.fingerprint import MAX_FINDINGS, FingerprintLayer, KeyedFingerprinter
from lacuna.adapters.classifiers.fingerprint_runs import runs
from lacuna.domain.classification import Finding, Question
from lacuna.domain.errors import LacunaError, StorageError
from lacuna.domain.tiers import Tier
from lacuna.ports.classifier import ClassifierLayer
from lacuna.ports.fingerprints import Hashes, Matches
from lacuna.testing.contracts.classifier import ClassifierLayerContract
from lacuna.testing.fakes.fingerprints import InMemoryFingerprints

PLAN = (
    "The relocation of the Harbour Street laboratory begins in week seven. Every bench is inventoried twice, once "
    "before packing and once after the cold chain has been restored at the new address, because last year two freezers "
    "warmed up on the ferry and nobody noticed until the assays failed. Suppliers deliver to the east gate only."
)
MEMO = (
    "Margins on the coastal contracts fell for the third quarter in a row, mainly because diesel surcharges were not "
    "passed on. The board therefore proposes to renegotiate the four largest agreements before summer and to leave the "
    "ferry business altogether if the counterparties refuse an index clause."
)
FINGERPRINTER = KeyedFingerprinter(b"k" * 32, "test")


class Corpus:
    """A layer over documents given as text and tier."""

    def __init__(self) -> None:
        self.index = InMemoryFingerprints()
        self.layer = FingerprintLayer(self.index, FINGERPRINTER)

    def put(self, name: str, text: str, tier: Tier) -> None:
        asyncio.run(self.index.replace(name, tier, FINGERPRINTER.select([text])))

    def found(self, text: str) -> Sequence[Finding]:
        return self.layer.examine(Question(text)).findings


@pytest.fixture
def corpus() -> Corpus:
    made = Corpus()
    made.put("plan", PLAN, Tier.INTERNAL)
    made.put("memo", MEMO, Tier.PROPRIETARY)
    return made


class TestContract(ClassifierLayerContract):
    word = MEMO

    @pytest.fixture
    def layer(self, corpus: Corpus) -> ClassifierLayer:
        return corpus.layer

    @pytest.mark.parametrize("before", ["", "Tell me about ", "\U0001f642 caf\u00e9 東京: "])
    def test_gives_spans_in_code_points_of_the_text(self, layer: ClassifierLayer, before: str) -> None:
        """Winnowing keeps two shingles of five, so a span may begin and end a few words inside the fragment."""
        [finding] = layer.examine(Question(f"{before}{self.word}, please")).findings
        assert finding.start is not None
        assert finding.end is not None
        inside = self.word[finding.start - len(before) : finding.end - len(before)]
        assert len(inside) == finding.end - finding.start
        assert len(inside) > 0.8 * len(self.word)


def fragment(text: str, first: int, count: int) -> str:
    return " ".join(text.split()[first : first + count])


@pytest.mark.parametrize("first", range(0, 20, 3))
def test_nineteen_words_as_they_stand_are_enough(corpus: Corpus, first: int) -> None:
    [finding] = corpus.found(f"please check this: {fragment(MEMO, first, 19)} thanks")
    assert (finding.kind, finding.rule, finding.tier) == ("SEMANTIC.CORPUS", "fingerprint", Tier.PROPRIETARY)
    assert 0.9 <= finding.confidence < 1.0


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(words=st.lists(st.integers(0, 5_000), min_size=19, max_size=60, unique=True), data=st.data())
def test_any_nineteen_words_of_any_document_are_enough(words: list[int], data: st.DataObject) -> None:
    document = [f"word{number}" for number in words]
    first = data.draw(st.integers(0, len(document) - 19))
    around = [f"other{number}" for number in data.draw(st.lists(st.integers(0, 50), max_size=20))]
    corpus = Corpus()
    corpus.put("d", " ".join(document), Tier.INTERNAL)
    assert corpus.found(" ".join([*around, *document[first : first + 19], *around]))


def test_case_layout_and_look_alikes_do_not_hide_a_fragment(corpus: Corpus) -> None:
    plain = fragment(MEMO, 2, 25)
    for disguised in (
        plain.upper(),
        plain.replace(" ", "\n  > "),
        plain.replace("a", "\u0430").replace("o", "\u043e"),
        plain.replace("e", "e\u200b"),
        "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in plain),
    ):
        assert [finding.tier for finding in corpus.found(disguised)] == [Tier.PROPRIETARY]


def test_sentences_in_another_order_are_recognised(corpus: Corpus) -> None:
    sentences = PLAN.rstrip(".").split(". ")
    assert corpus.found(". ".join([sentences[1], sentences[2], sentences[0]]))


def test_a_word_changed_here_and_there_does_not_hide_a_fragment(corpus: Corpus) -> None:
    words = PLAN.split()
    words[6::9] = ["REPLACED"] * len(words[6::9])
    assert corpus.found(" ".join(words))


def test_a_span_covers_the_fragment_and_not_what_stands_around_it(corpus: Corpus) -> None:
    pasted = fragment(PLAN, 5, 30)
    text = "What does the following mean for our customers in the north? " + pasted + " Who wrote this and when?"
    [finding] = corpus.found(text)
    assert finding.start is not None
    assert finding.end is not None
    assert text[finding.start : finding.end] in pasted


def test_fragments_of_two_documents_are_two_findings(corpus: Corpus) -> None:
    first, second = corpus.found(f"{PLAN} And then something about nothing in particular at all. {MEMO}")
    assert (first.tier, second.tier) == (Tier.INTERNAL, Tier.PROPRIETARY)
    assert first.end is not None
    assert second.start is not None
    assert first.end <= second.start


def test_of_two_documents_with_the_same_text_the_higher_tier_counts(corpus: Corpus) -> None:
    corpus.put("copy", MEMO, Tier.INTERNAL)
    assert [finding.tier for finding in corpus.found(MEMO)] == [Tier.PROPRIETARY]


def test_what_a_public_document_says_is_no_finding(corpus: Corpus) -> None:
    corpus.put("press release", MEMO + " More at the annual meeting.", Tier.PUBLIC)
    assert corpus.found(MEMO) == ()
    assert corpus.found(PLAN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "When does the relocation of the Harbour Street laboratory begin?",
        "The board therefore proposes a new index. " * 20,
        fragment(MEMO, 0, 8) + " is what somebody might say by chance",
        "the for of and to in a is " * 200,
    ],
)
def test_a_short_phrase_in_common_is_no_finding(corpus: Corpus, text: str) -> None:
    assert corpus.found(text) == ()


def test_a_phrase_of_many_documents_counts_for_less(corpus: Corpus) -> None:
    footer = "this note is meant for the addressee alone and must be destroyed by everybody else who happens to read it"
    for number in range(8):
        corpus.put(f"note {number}", f"{'about ' * number} {footer}", Tier.INTERNAL)
    assert corpus.found(fragment(footer, 0, 12)) == ()


def test_documents_in_scripts_without_blanks_are_recognised() -> None:
    corpus = Corpus()
    text = "公司计划在明年第一季度关闭港口仓库并把全部冷链设备运往北方新址此事尚未对外公布"
    corpus.put("plan", text, Tier.PROPRIETARY)
    [finding] = corpus.found("请翻译：" + text[3:38])
    assert finding.tier is Tier.PROPRIETARY
    assert corpus.found("公司计划在明年搬家") == ()


def test_a_text_of_many_fragments_gives_a_bounded_answer() -> None:
    corpus = Corpus()
    draw = random.Random(4)
    quotes = [" ".join(f"q{draw.randrange(10**6)}x" for _ in range(20)) for _ in range(MAX_FINDINGS + 20)]
    corpus.put("d", " ".join(quotes), Tier.INTERNAL)
    apart = " ".join(f"{quote} {'filler words stand here ' * 15}" for quote in draw.sample(quotes, len(quotes)))
    assert len(corpus.found(apart)) == MAX_FINDINGS


def test_another_key_recognises_nothing_and_names_another_scheme(corpus: Corpus) -> None:
    stranger = KeyedFingerprinter(b"s" * 32, "other")
    assert FingerprintLayer(corpus.index, stranger).examine(Question(MEMO)).findings == ()
    assert stranger.scheme != FINGERPRINTER.scheme
    assert b"s" * 32 not in repr(stranger).encode()


def test_selection_is_sorted_and_the_same_for_the_same_texts() -> None:
    chosen = FINGERPRINTER.select([PLAN, MEMO])
    assert chosen.tolist() == sorted(set(chosen.tolist()))
    assert np.array_equal(chosen, FINGERPRINTER.select([MEMO, PLAN, MEMO]))
    assert FINGERPRINTER.select([]).size == FINGERPRINTER.select([""]).size == 0


def test_the_version_changes_with_the_corpus(corpus: Corpus) -> None:
    before = corpus.layer.version
    corpus.put("new", PLAN, Tier.INTERNAL)
    assert corpus.layer.version != before


def test_an_index_that_fails_is_a_failure_not_an_empty_answer() -> None:
    class Broken(InMemoryFingerprints):
        def lookup(self, hashes: Hashes) -> Matches:
            raise StorageError("The index is gone.")

    with pytest.raises(LacunaError):
        FingerprintLayer(Broken(), FINGERPRINTER).examine(Question(MEMO))


def test_matches_far_apart_are_no_run() -> None:
    asked = np.arange(600, dtype=np.uint64)
    positions = np.array([0, 250, 500], np.int64)
    apart = Matches(positions, np.zeros(3, np.int32), np.full(3, 1, np.int8), np.ones(3, np.int64))
    assert runs(asked, range(0, 2_400, 4), apart) == []
