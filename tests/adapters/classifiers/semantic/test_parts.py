"""Windows, markers, features, the head's file and training."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.classifiers.semantic import features, markers
from lacuna.adapters.classifiers.semantic.examples import BankExample
from lacuna.adapters.classifiers.semantic.head import read_head, shipped_head
from lacuna.adapters.classifiers.semantic.training import train
from lacuna.adapters.classifiers.semantic.windows import MAX_SEAMS, MAX_WINDOWS, WINDOW, whole, windows
from lacuna.domain.errors import DependencyNonsense
from lacuna.domain.tiers import Tier
from lacuna.testing.fakes.embedder import HashingEmbedder

MODEL = "all-MiniLM-L6-v2:53aa51172d14:int8"


@given(st.text(st.characters(), max_size=WINDOW * 3))
def test_few_windows_hold_the_whole_text(text: str) -> None:
    found = windows(text)
    pieces = range(1, len(found) + 1)
    assert any("".join(found[:count]) == text for count in pieces)
    assert whole(text)


@given(st.lists(st.text(st.sampled_from("ab \n"), min_size=1, max_size=60), min_size=1, max_size=20))
def test_windows_are_bounded_parts_of_the_text(pieces: list[str]) -> None:
    text = "".join(pieces) * (20 * WINDOW)
    text = text[: 20 * WINDOW]
    found = windows(text)
    assert MAX_WINDOWS <= len(found) <= MAX_WINDOWS + MAX_SEAMS
    assert all(0 < len(window) <= WINDOW and window in text for window in found)
    assert text.startswith(found[0])


@pytest.mark.parametrize("place", range(900, 1_100, 10))
def test_a_note_on_a_cut_stands_in_one_window_whole(place: int) -> None:
    filler = "The river rises in the hills and flows to the sea. " * 60
    note = "Our team meets on Monday to plan our release for our customers. "
    at = filler.index(". ", place) + 2
    assert any(note in window for window in windows(filler[:at] + note + filler[at:]))


def test_windows_prefer_what_speaks_of_the_own_house() -> None:
    text = "The lake is deep and cold. " * 1_000
    note = " Our team told the customer yesterday that our invoice is overdue. "
    assert any(note in window for window in windows(text[:20_007] + note * 3 + text[20_007:]))


@pytest.mark.parametrize(
    "text",
    [
        "how do we do it",
        "Wie machen unsere Leute das",
        "как у нас это делают",
        "我们怎么做",
        "弊社の手順",
        "كيف نفعل ذلك لدينا",
    ],
)
def test_the_own_side_is_marked_in_every_language(text: str) -> None:
    found = markers.shipped()
    counts = dict(zip(found.categories, found.counts(markers.normalised(text)), strict=True))
    assert counts["own"] > 0


def test_markers_keep_to_word_edges() -> None:
    found = markers.shipped()
    counts = dict(zip(found.categories, found.counts(markers.normalised("hours courtesy tours")), strict=True))
    assert counts["own"] == 0


@given(st.text(st.characters(), max_size=200))
def test_every_text_has_finite_features_of_one_width(text: str) -> None:
    row = features.row(text, np.zeros(384, dtype=np.float32))
    assert row.shape == shipped_head(MODEL).sensitive.mean.shape
    assert np.isfinite(row).all()


def test_form_columns_hold_no_grams_and_no_vector() -> None:
    vector = np.ones(8, dtype=np.float32)
    row = features.row("where is the house of the king", vector)
    columns = features.form_columns(len(row))
    assert columns.start == 1 + len(vector)
    assert len(row) - columns.stop == features.BUCKETS


def test_a_head_survives_its_file(tmp_path: Path) -> None:
    head = shipped_head(MODEL)
    head.write(tmp_path / "head.npz")
    again = read_head((tmp_path / "head.npz").read_bytes())
    assert again.version == head.version
    rows = np.random.default_rng(1).normal(size=(20, len(head.sensitive.mean)))
    for one, other in zip(head.judge(rows), again.judge(rows), strict=True):
        assert np.abs(one.astype(float) - other.astype(float)).max() < 1e-3


def test_a_damaged_head_is_refused(tmp_path: Path) -> None:
    shipped_head(MODEL).write(tmp_path / "head.npz")
    whole = (tmp_path / "head.npz").read_bytes()
    other = io.BytesIO()
    np.savez(other, something=np.zeros(3))
    for content in (b"", b"no archive", whole[: len(whole) // 2], other.getvalue()):
        with pytest.raises(DependencyNonsense) as caught:
            read_head(content)
        assert caught.value.cure


@pytest.mark.slow
@pytest.mark.timeout(600)  # a dozen fits of 1,500 weights
def test_training_separates_what_its_bank_separates() -> None:
    topics = ("kiln glaze oven", "train river lake", "poem song film")
    bank = [
        BankExample(f"{own} {word} number {n}", tier, "en", f"{tier.name}{n}{word}", 1.0)
        for n in range(12)
        for word in topics
        for own, tier in (
            ("what is", Tier.PUBLIC),
            ("our own", Tier.INTERNAL),
            ("secret pricing of our", Tier.PROPRIETARY),
        )
    ]
    embedder = HashingEmbedder(32)
    trained = train(embedder.embed, embedder.fingerprint, bank)
    assert trained.head.fits("hashing:64")
    right = (trained.probabilities > 0.5) == (trained.sensitive > 0)
    assert right.mean() > 0.95
    at = trained.head.thresholds
    assert 0 < at.public <= at.likely_public < 1
