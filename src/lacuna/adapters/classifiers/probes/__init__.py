"""Which of many probes occur in a text: Hyperscan databases where they are compiled, sets of RE2 automata elsewhere."""

from lacuna.adapters.classifiers.probes.databases import CompiledProbes, available, provide
from lacuna.adapters.classifiers.probes.probe_filter import ProbeFilter

__all__ = ["CompiledProbes", "ProbeFilter", "available", "provide"]
