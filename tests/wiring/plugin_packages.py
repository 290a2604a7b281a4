"""Third-party packages with classifier plug-ins, as pip would leave them in a folder."""

from pathlib import Path
from textwrap import dedent

FINDS_A_WORD = """
    from lacuna.domain.classification import Finding, Layer, LayerResult
    from lacuna.domain.tiers import Tier
    from lacuna.ports.plugins import read_options
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Options:
        word: str = "Zanzibria"
        tier: str = "PROPRIETARY"

    class WordLayer:
        name, local, version = "word", True, "1"

        def __init__(self, wanted):
            self.wanted = wanted

        def examine(self, question):
            at = question.text.find(self.wanted.word)
            if at < 0:
                return LayerResult(Layer.PLUGIN, (), 1.0, "nothing")
            tier, end = Tier[self.wanted.tier], at + len(self.wanted.word)
            found = Finding("ACME.WORD", "word", Layer.HEURISTIC, tier, 1.0, at, end)
            return LayerResult(Layer.PLUGIN, (found,))

    def build(options):
        return WordLayer(read_options(options, Options))
"""


def install(folder: Path, name: str, source: str = FINDS_A_WORD, *, entry: str = "", version: str = "1.0") -> str:
    """Puts the distribution `name` with the plug-in `entry` (its own name if empty) into `folder`."""
    package = folder / name
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(dedent(source), encoding="utf-8")
    described = folder / f"{name}-{version}.dist-info"
    described.mkdir()
    (described / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    points = f"[lacuna.classifiers]\n{entry or name} = {name}:build\n"
    (described / "entry_points.txt").write_text(points, encoding="utf-8")
    return name
