"""`plugins.yaml` to classifier layers: packs of recognisers, the plug-ins that ship and those of third parties.

Guarantees: code of a plug-in is imported only if `plugins.yaml` names it and does not switch it off; all faults of all
plug-ins are reported together, with file and line; one that is not local is refused.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from lacuna.adapters.classifiers.packs import PACKS, pack
from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.config import Loaded
from lacuna.config.plugins import CLASSIC, FILE_NAME, Plugin
from lacuna.config.problems import nearest
from lacuna.domain.errors import ConfigError
from lacuna.ports.classifier import ClassifierLayer
from lacuna.ports.plugins import ENTRY_POINTS, OptionFault, read_options
from lacuna.ports.telemetry import Telemetry
from lacuna.wiring.application import Part
from lacuna.wiring.catalog import BACK_ENDS, back_end
from lacuna.wiring.guard import Guard, outcome
from lacuna.wiring.plugin_guard import GuardedPlugin

_CURE: Final = "Correct every line, or set enabled: false."
_NOT_FOR_PACKS: Final = ("priority", "short_circuit", "timeout")
_MAX_VERSION: Final = 300
_POLICY: Final = frozenset({"opa", "rego", "policy"})


@dataclass(frozen=True, slots=True)
class PackOptions:
    """`without` names rules of the pack that are left out."""

    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Built:
    """What `plugins.yaml` switches on: further recognisers for the heuristic layer, and layers by priority."""

    recognisers: tuple[Recogniser, ...]
    layers: tuple[tuple[int, ClassifierLayer], ...]


def build_plugins(found: Loaded, telemetry: Telemetry) -> Built:
    """Everything that the configuration switches on. Raises ConfigError with one line for each fault."""
    faults: list[str] = []
    recognisers: list[Recogniser] = []
    layers: list[tuple[int, ClassifierLayer]] = []
    for plugin in found.plugins.enabled:
        try:
            if plugin.name in PACKS:
                recognisers += _of_pack(plugin)
            else:
                layers.append((plugin.priority, _guarded(plugin, telemetry)))
        except OptionFault as fault:
            faults.append(plugin.problem(f"options.{fault.option}", fault.fault))
        except ConfigError as error:
            faults += error.problems or (plugin.problem("", f"{error}"),)
    if faults:
        raise ConfigError(f"{FILE_NAME} cannot be used.", cure=_CURE, problems=tuple(faults))
    return Built(tuple(recognisers), tuple(layers))


def check_plugins(found: Loaded) -> None:
    """Builds every plug-in and drops it again. Raises ConfigError with one line for each fault."""
    if found.plugins.enabled:
        build_plugins(found, back_end("telemetry", "prometheus")())


def configured_packs(found: Loaded) -> tuple[Recogniser, ...]:
    """The recognisers of the packs alone: no plug-in is built. Raises ConfigError for a fault in their options."""
    packs = tuple(plugin for plugin in found.plugins.enabled if plugin.name in PACKS)
    alone = replace(found, plugins=replace(found.plugins, enabled=packs))
    return build_plugins(alone, back_end("telemetry", "prometheus")()).recognisers if packs else ()


def plugin_parts(layers: Sequence[ClassifierLayer]) -> dict[str, Part]:
    """The plug-ins among `layers` as parts whose state `/ready` tells."""
    plugins = (layer for layer in layers if isinstance(layer, GuardedPlugin))
    return {f"plugin.{plugin.name}": Part(plugin.check, required=False) for plugin in plugins}


def around_heuristic(
    found: Loaded, others: Mapping[str, Sequence[ClassifierLayer]], built: Built
) -> tuple[list[ClassifierLayer], list[ClassifierLayer]]:
    """The layers to ask before and after the heuristic one, by priority; classic layers go before plug-ins of the same.
    `others` are the classic layers beside it, by their names."""
    own = _priority(found, "heuristic")
    places = [(_priority(found, name), layer) for name, layers in others.items() for layer in layers]
    ordered = sorted([*places, *built.layers], key=lambda place: place[0])
    return [layer for at, layer in ordered if at < own], [layer for at, layer in ordered if at >= own]


def _priority(found: Loaded, name: str) -> int:
    settings = getattr(found.settings.classification.layers, name)
    configured: int = getattr(settings, "priority", 1)
    return found.plugins.priorities.get(name, configured)


def _of_pack(plugin: Plugin) -> Iterator[Recogniser]:
    for key in _NOT_FOR_PACKS:
        if key in plugin.given:
            fault = "a pack is examined together with the heuristic layer; set that layer's, in config.yaml"
            raise ConfigError("", problems=(plugin.problem(key, fault),))
    shipped = pack(plugin.name)
    rules = [recogniser.rule for recogniser in shipped]
    without = read_options(plugin.options, PackOptions).without
    for number, rule in enumerate(without):
        if rule not in rules:
            guess = nearest(rule, rules)
            raise OptionFault(
                f"without[{number}]", "is no rule of this pack" + (f'; did you mean "{guess}"?' if guess else "")
            )
    yield from (recogniser for recogniser in shipped if recogniser.rule not in without)


def _guarded(plugin: Plugin, telemetry: Telemetry) -> ClassifierLayer:
    origin, factory = _factory(plugin)
    built = outcome(lambda: factory(plugin.options))
    match built:
        case ConfigError():
            raise built
        case BaseException():
            fault = f"cannot be built: {type(built).__name__}. Its author's page says what options it takes"
            raise ConfigError("", problems=(plugin.problem("", fault),))
    described = outcome(lambda: (built.local, built.version, callable(built.examine)))
    if isinstance(described, BaseException) or described[2] is not True:
        raise ConfigError("", problems=(plugin.problem("", "is no classifier layer (see lacuna.ports.classifier)"),))
    local, version, _ = described
    if local is not True:
        fault = "is not local: it would send texts away before they have a tier, so it cannot be used"
        raise ConfigError("", problems=(plugin.problem("", fault),))
    if not isinstance(version, str) or not version or len(version) > _MAX_VERSION:
        raise ConfigError("", problems=(plugin.problem("", "does not say its version"),))
    options = sha256(repr(sorted(plugin.options.items())).encode()).hexdigest()[:12]
    return GuardedPlugin(
        plugin.name,
        built,
        f"{origin} {version} {options}",
        Guard(f"plugin.{plugin.name}", telemetry, plugin.timeout_s),
        short_circuit=plugin.short_circuit,
    )


def _factory(plugin: Plugin) -> tuple[str, Any]:
    """Where a plug-in comes from, and what builds it."""
    if plugin.name in BACK_ENDS["plugin"]:
        return "lacuna", back_end("plugin", plugin.name)
    offered = tuple(entry_points(group=ENTRY_POINTS))
    named = [entry for entry in offered if entry.name == plugin.name]
    origins = sorted({_origin(entry) for entry in named})
    if not named:
        raise ConfigError("", problems=(plugin.problem("", _unknown(plugin.name, offered)),))
    if len(origins) > 1:
        fault = f"is offered by several packages: {', '.join(origins)}; remove all but one"
        raise ConfigError("", problems=(plugin.problem("", fault),))
    loaded = outcome(named[0].load)
    if isinstance(loaded, BaseException):
        fault = f"cannot be loaded from {origins[0]}: {type(loaded).__name__}"
        raise ConfigError("", problems=(plugin.problem("", fault),))
    return origins[0], loaded


def _origin(entry: EntryPoint) -> str:
    return "unknown" if entry.dist is None else f"{entry.dist.name} {entry.dist.version}"


def _unknown(name: str, offered: Iterable[EntryPoint]) -> str:
    known = sorted({*PACKS, *BACK_ENDS["plugin"], *CLASSIC, *(entry.name for entry in offered)})
    if name in _POLICY:
        return "policy is no plug-in: rules that raise tiers belong into policies/*.rego (docs/policy.md)"
    guess = nearest(name, known)
    hint = f'did you mean "{guess}"?' if guess else f"known here: {', '.join(known)}"
    return f"no pack or installed plug-in has this name; {hint}"
