"""The trained head: from a row of features to the probability that a text is sensitive.

Two logistic regressions: sensitive against PUBLIC, and PROPRIETARY among the sensitive. Probabilities are calibrated on
held-out folds, and so are the thresholds: they keep a promised share of errors (training.py). The shipped head belongs
to one embedding model, whatever engine runs it (8-bit and fp32 vectors differ by about one part in a hundred); another
model needs a head trained for it.
"""

import hashlib
import io
import json
import zlib
from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from lacuna.adapters.classifiers.semantic import features
from lacuna.adapters.classifiers.semantic.calibration import Platt
from lacuna.adapters.classifiers.semantic.logistic import Array, Posterior
from lacuna.domain.errors import DependencyNonsense, DependencyUnavailable
from lacuna.domain.tiers import Tier

_FORMAT: Final = 1
_LABEL_WEIGHT: Final = 4.0
"""How many shipped examples one of the organisation's counts for."""
_SHIPPED: Final = "head.npz"
_DAMAGED: Final = "Install the package again, or train the head again."


@dataclass(frozen=True, slots=True)
class Thresholds:
    """On the calibrated probability of being sensitive: up to `public` a text counts as public with the evidence that
    the conservative strategy needs, up to `likely_public` with what balanced needs, from `sensitive` on it is a
    finding. `proprietary` is on the second probability; `proprietary_sensitive` on the first, for the same finding.
    A text of more than `unfamiliar` is not judged."""

    public: float
    likely_public: float
    sensitive: float
    proprietary: float
    proprietary_sensitive: float
    unfamiliar: float


@dataclass(frozen=True, slots=True)
class Head:
    """`model` names the embedding model without its engine; `bank` is the digest of what it was trained on."""

    model: str
    bank: str
    sensitive: Posterior
    proprietary: Posterior
    sensitive_scale: Platt
    proprietary_scale: Platt
    thresholds: Thresholds
    labels: str = ""

    @property
    def version(self) -> str:
        """Changes with the training data, the features, the thresholds and the labels added."""
        parts = (self.model, self.bank, features.REVISION, repr(self.thresholds), self.labels)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    def fits(self, fingerprint: str) -> bool:
        """Whether vectors of this fingerprint can be judged."""
        return model_of(fingerprint) == self.model

    def judge(self, rows: Array) -> tuple[Array, Array, npt.NDArray[np.bool_]]:
        """For each row: the probability of being sensitive, the probability of being PROPRIETARY if it is (0 where the
        first is too small for it to count), and whether the text is familiar enough for the two to count."""
        logits, unfamiliarity = self.sensitive.judged(rows)
        familiar = unfamiliarity <= self.thresholds.unfamiliar
        sensitive = self.sensitive_scale(logits)
        proprietary = np.zeros(len(rows))
        if (counting := sensitive >= self.thresholds.proprietary_sensitive).any():
            proprietary[counting] = self.proprietary_scale(self.proprietary.logits(rows[counting]))
        return sensitive, proprietary, familiar & features.understood(rows)

    def updated(self, rows: Array, tiers: list[Tier], digest: str) -> "Head":
        """The head refitted with the organisation's examples; `digest` names them."""
        if not tiers:
            return self
        sensitive = np.array([tier > Tier.PUBLIC for tier in tiers])
        top = np.array([tier is Tier.PROPRIETARY for tier in tiers])[sensitive]
        return replace(
            self,
            sensitive=self.sensitive.updated(rows, sensitive.astype(float), _LABEL_WEIGHT),
            proprietary=self.proprietary.updated(rows[sensitive], top.astype(float), _LABEL_WEIGHT),
            labels=digest,
        )

    def write(self, path: Path) -> None:
        """Writes the head, about a megabyte; eigenvectors in half precision."""
        facts = {
            "format": _FORMAT,
            "features": features.REVISION,
            "model": self.model,
            "bank": self.bank,
            "scales": [asdict(self.sensitive_scale), asdict(self.proprietary_scale)],
            "thresholds": asdict(self.thresholds),
            "ridges": [self.sensitive.ridge, self.proprietary.ridge],
        }
        arrays = {"facts": np.frombuffer(json.dumps(facts, sort_keys=True).encode(), dtype=np.uint8)}
        for name, posterior in (("sensitive", self.sensitive), ("proprietary", self.proprietary)):
            arrays[f"{name}_mean"] = posterior.mean.astype(np.float32)
            arrays[f"{name}_directions"] = posterior.directions.astype(np.float16)
            arrays[f"{name}_gains"] = posterior.gains.astype(np.float32)
        with path.open("wb") as file:
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # its stub takes the arrays for a flag


def read_head(content: bytes) -> Head:
    """The head in a file's content. Raises DependencyNonsense if it is damaged or of another revision."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        facts = json.loads(arrays["facts"].tobytes())
        if (facts["format"], facts["features"]) != (_FORMAT, features.REVISION):
            raise DependencyNonsense("The trained head is of another version of Lacuna.", cure=_DAMAGED)
        sensitive, proprietary = [
            Posterior(
                arrays[f"{name}_mean"].astype(np.float64),
                arrays[f"{name}_directions"].astype(np.float64),
                arrays[f"{name}_gains"].astype(np.float64),
                float(ridge),
            )
            for name, ridge in zip(("sensitive", "proprietary"), facts["ridges"], strict=True)
        ]
        first, second = (Platt(**scale) for scale in facts["scales"])
        thresholds = Thresholds(**facts["thresholds"])
        return Head(facts["model"], facts["bank"], sensitive, proprietary, first, second, thresholds)
    except (ValueError, KeyError, TypeError, OSError, EOFError, BadZipFile, zlib.error) as error:
        raise DependencyNonsense(f"The trained head cannot be read ({type(error).__name__}).", cure=_DAMAGED) from None


def shipped_head(fingerprint: str) -> Head:
    """The head of the package. Raises DependencyUnavailable where it was trained for another embedding model."""
    head = read_head(files(__package__).joinpath(_SHIPPED).read_bytes())
    if not head.fits(fingerprint):
        raise DependencyUnavailable(
            f"The embedding layer has no head for {model_of(fingerprint)}; the shipped one is for {head.model}.",
            cure="Use the packaged model, or train a head for this one (docs/semantic.md).",
        )
    return head


def model_of(fingerprint: str) -> str:
    """The model in an embedder's fingerprint: all but the last part, which is the engine's precision."""
    return fingerprint.rpartition(":")[0] or fingerprint
