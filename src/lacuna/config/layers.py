"""One source of settings (file, environment, command line) and how they lie on top of each other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from lacuna.config import schema, vault, yaml_tree
from lacuna.config.problems import Kind, Origin, Problem, nearest, unknown_key
from lacuna.domain.tiers import Tier

_MAX_ITEMS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Assigned:
    """A value as it was written, and where."""

    value: object
    origin: Origin


@dataclass(slots=True)
class Layer:
    """What one source sets, by path, while it is being read."""

    values: dict[schema.KeyPath, Assigned] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def assign(self, path: schema.KeyPath, assigned: Assigned) -> None:
        """Takes a value for the setting at `path` or the one it is a synonym of. Two values for one setting in one
        source are a problem, as none of them can be meant to win; so is a reference to Vault that is not sound, or
        stands where no secret is."""
        target = schema.SYNONYMS.get(path, path)
        if isinstance(assigned.value, str) and assigned.value.startswith(vault.PREFIX):
            if fault := _reference_fault(assigned.value, schema.settings()[target]):
                self.problems.append(Problem(assigned.origin, fault))
                return
            assigned = Assigned(vault.VaultReference(assigned.value), assigned.origin)
        earlier = self.values.get(target)
        if earlier is None:
            self.values[target] = assigned
        elif earlier.value != assigned.value:
            place = f"{earlier.origin} {earlier.origin.key}".rstrip()
            self.problems.append(Problem(assigned.origin, f"differs from {place}, which sets the same; keep one"))


def _reference_fault(text: str, setting: schema.Setting) -> str:
    if not setting.secret:
        return "is a vault: reference; only secrets are read from Vault"
    if setting.path == schema.SHORT_NAMES["LACUNA_VAULT_TOKEN"]:
        return (
            f"is a vault: reference; Vault's own token comes from {setting.variables[0]} or {setting.variables[0]}_FILE"
        )
    return "" if vault.is_reference(text) else f"is no reference to Vault; write {vault.FORM}"


def merged(layers: Iterable[Layer]) -> dict[schema.KeyPath, Assigned]:
    """The values of all layers; a later layer wins."""
    return {path: assigned for layer in layers for path, assigned in layer.values.items()}


def from_tree(root: yaml_tree.Tree | None, name: str) -> Layer:
    """What the configuration file `name` sets."""
    layer = Layer()
    if root is None or (isinstance(root, yaml_tree.Scalar) and root.empty):
        return layer
    if not isinstance(root, yaml_tree.Mapping):
        layer.problems.append(Problem(Origin(Kind.FILE, name, root.line), "must hold sections such as `cache:`"))
        return layer
    _section(layer, root, name, (), "")
    return layer


def from_overrides(overrides: Mapping[str, object]) -> Layer:
    """What the command line sets: dotted keys. None means not given."""
    layer = Layer()
    for key, value in overrides.items():
        path = tuple(key.split("."))
        origin = Origin(Kind.COMMAND_LINE, key=key)
        if path in schema.settings() or path in schema.SYNONYMS:
            if value is not None:
                layer.assign(path, Assigned(value, origin))
        else:
            guess = nearest(key, [setting.key for setting in schema.settings().values()])
            fault = f'unknown key; did you mean "{guess}"?' if guess else "unknown key"
            layer.problems.append(Problem(origin, fault))
    return layer


def _section(layer: Layer, mapping: yaml_tree.Mapping, name: str, path: schema.KeyPath, written: str) -> None:
    """Walks one section; depth is bounded by the schema. `written` is the dotted key as the user wrote it."""
    seen: dict[str, int] = {}
    for key, line, tree in mapping.entries:
        canonical = _canonical(path, key)
        label = f"{written}.{key}" if written else key
        origin = Origin(Kind.FILE, name, line, label)
        inner = (*path, canonical)
        known = schema.sections()[path]
        if canonical not in known:
            layer.problems.append(Problem(origin, unknown_key(key, known)))
        elif canonical in seen:
            layer.problems.append(Problem(origin, f"duplicate key; it stands in line {seen[canonical]} already"))
        elif isinstance(tree, yaml_tree.Scalar) and tree.empty:
            pass
        elif inner in schema.sections():
            if isinstance(tree, yaml_tree.Mapping):
                _section(layer, tree, name, inner, label)
            else:
                fault = f"must be a section with keys such as {', '.join(schema.sections()[inner][:3])}"
                layer.problems.append(Problem(origin, fault))
        else:
            _leaf(layer, tree, inner, origin)
        seen.setdefault(canonical, line)


def _leaf(layer: Layer, tree: yaml_tree.Tree, path: schema.KeyPath, origin: Origin) -> None:
    match tree:
        case yaml_tree.Scalar():
            layer.assign(path, Assigned(tree.value, origin))
        case yaml_tree.Sequence() if len(tree.items) > _MAX_ITEMS:
            layer.problems.append(Problem(origin, f"has more than {_MAX_ITEMS:,} items"))
        case yaml_tree.Sequence():
            values = [item.value for item in tree.items if isinstance(item, yaml_tree.Scalar)]
            if len(values) != len(tree.items):
                layer.problems.append(Problem(origin, "must be a list of plain values"))
            else:
                layer.assign(path, Assigned(values, origin))
        case yaml_tree.Mapping():
            layer.problems.append(Problem(origin, "must be a value, not a section"))


def _canonical(path: schema.KeyPath, key: str) -> str:
    """Tier names count in any case; every other key counts as written."""
    return key.lower() if path == ("routing",) and key.upper() in Tier.__members__ else key
