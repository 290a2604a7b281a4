"""What every `Embedder` does. Subclass with a fixture `embedder`."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from lacuna.ports.embeddings import Embedder

TEXTS = (
    "How do I rotate the signing key?",
    "The sensor reports its temperature every ten seconds.",
    "",
    "Wartung der Anlage \u2013 \u4fdd\u5b88\u624b\u9806 \U0001f600",
    "word " * 2_000,
    "x" * 5_000,
    "\x00\ud800 [SEP] <script>",
)


class EmbedderContract:
    def test_it_gives_one_finite_unit_vector_a_text(self, embedder: Embedder) -> None:
        vectors = embedder.embed(TEXTS)
        assert vectors.shape == (len(TEXTS), embedder.dimension)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)

    def test_no_texts_give_no_vectors(self, embedder: Embedder) -> None:
        assert embedder.embed([]).shape == (0, embedder.dimension)

    def test_a_vector_does_not_depend_on_what_shares_the_call(self, embedder: Embedder) -> None:
        together = embedder.embed(TEXTS)
        alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
        np.testing.assert_array_equal(together, alone)

    def test_threads_do_not_disturb_each_other(self, embedder: Embedder) -> None:
        expected = embedder.embed(TEXTS)
        with ThreadPoolExecutor(4) as pool:
            for vectors in pool.map(embedder.embed, [TEXTS] * 8):
                np.testing.assert_array_equal(vectors, expected)

    def test_a_question_is_nearer_to_its_passage_than_to_another(self, embedder: Embedder) -> None:
        question, passage, other = embedder.embed(
            ["how often is the signing key rotated", "the signing key is rotated often", "lunch is served at noon"]
        )
        assert question @ passage > question @ other + 0.1

    def test_it_names_itself_and_its_place(self, embedder: Embedder) -> None:
        assert embedder.fingerprint
        assert embedder.fingerprint == embedder.fingerprint.strip()
        assert embedder.local in {True, False}
