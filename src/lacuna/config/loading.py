"""Reads the configuration once, checks it whole and hands it down.

Precedence: command line, environment, files, defaults. All faults of all sources are reported together. Nothing is
created, and nothing outside the configuration folder and the named secret files is read.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from lacuna.config import environment, layers, policies, problems, rules, schema, support, tenants, yaml_tree
from lacuna.config import examples as example_files
from lacuna.config import plugins as plugin_file
from lacuna.config import recognisers as recogniser_file
from lacuna.config import sources as source_file
from lacuna.config import terms as term_file
from lacuna.config.layers import Assigned
from lacuna.config.plugins import Plugins
from lacuna.config.problems import DEFAULT, Kind, Origin, Problem
from lacuna.config.settings import Settings
from lacuna.config.sources import ConfiguredSource
from lacuna.config.vault import PREFIX, VaultReference
from lacuna.domain.errors import ConfigError
from lacuna.domain.examples import Example
from lacuna.domain.policy_set import PolicySet
from lacuna.domain.terms import TermSet

if TYPE_CHECKING:
    from lacuna.adapters.classifiers.recogniser import Recogniser

CONFIG_FILE: Final = "config.yaml"
PACKAGED: Final = Path(__file__).parent / "defaults"
"""The configuration that holds where nobody wrote one."""

_CURE: Final = "Correct every line; `lacuna config validate` checks again."


def _not_loaded(_: Mapping[str, object]) -> "Loaded":
    raise ConfigError("This configuration was not read from anywhere.")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration that may be used. `sources` says for every setting (dotted key) where its value comes from;
    `recognisers` and `examples` are the administrator's own, `plugins` those switched on in plugins.yaml, not built
    yet, `document_sources` those of sources.yaml; `policies` are the shipped ones (`shipped_policies`) with those of
    the folder; `folder` is None where the packaged defaults hold. `unsupported` names what this version has no back end
    for. `references` are the secrets that are in Vault and were not fetched yet; `assigned` is what was written,
    secrets included. `shared_path` is the data folder of the whole installation, where a tenant was chosen."""

    settings: Settings
    terms: TermSet
    recognisers: tuple["Recogniser", ...]
    examples: tuple[Example, ...]
    sources: Mapping[str, Origin]
    warnings: tuple[str, ...]
    unsupported: tuple[str, ...]
    folder: Path | None
    shipped_policies: PolicySet
    policies: PolicySet
    plugins: Plugins = field(default_factory=Plugins)
    document_sources: tuple[ConfiguredSource, ...] = ()
    references: Mapping[schema.KeyPath, VaultReference] = field(default_factory=dict)
    assigned: Mapping[schema.KeyPath, Assigned] = field(default_factory=dict, repr=False)
    shared_path: Path = Path()
    again: Callable[[Mapping[str, object]], "Loaded"] = field(default=_not_loaded, repr=False, compare=False)

    def of(self, tenant: str) -> "Loaded":
        """The configuration of one tenant, read from the same places. Raises ConfigError."""
        return self.again({"tenancy.tenant": tenant})

    @property
    def tenants(self) -> tuple[str, ...]:
        """The tenants to serve: none where there are none, or where one was chosen."""
        tenancy = self.settings.tenancy
        return tenancy.tenants if tenancy.tenant is None else ()


def load(
    overrides: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Loaded:
    """The effective configuration.

    `overrides` are command-line values by dotted key ("server.port"), None meaning not given; `environ` defaults to the
    process's environment, `cwd` to its working folder. Raises ConfigError with one line for each fault.
    """
    environ = os.environ if environ is None else environ
    cwd = _working_folder() if cwd is None else cwd
    folder = locate(environ, cwd)
    shared = _Files(PACKAGED if folder is None else folder, packaged=folder is None)
    given = (environment.read(environ, cwd), layers.from_overrides(overrides or {}))
    own = _own_files(folder, layers.merged((shared.layer, *given)))
    read = [shared] if own is None else [shared, own]
    files = read[-1]
    sources = (*(each.layer for each in read), *given)
    assigned = layers.merged(sources)
    settings, faults = _checked(assigned)
    if own is not None:
        faults += tenants.forbidden(own.layer)
    found = [*(each.problems for each in read), *(layer.problems for layer in sources), faults]
    faults = [problem for each in found for problem in each]
    if faults:
        lines = problems.report(faults)
        count = "1 fault" if len(lines) == 1 else f"{len(lines)} faults"
        raise ConfigError(f"The configuration has {count}.", cure=_CURE, problems=lines)
    shared_path, cache_path = cwd / settings.storage.data_path, settings.storage.cache_path
    settings = _placed(settings, shared_path, None if cache_path is None else cwd / cache_path)
    if settings.policy.opa_url is not None and files.policies.files:
        files.warnings.append(f"{policies.FOLDER}/: is not read, since OPA decides (policy.opa_url); load it into OPA")
    base = policies.shipped(settings.policy.packs, defaults=settings.policy.shipped)
    doubts = (str(Problem(_origin(assigned, path), remark)) for path, remark in rules.doubtful(settings))
    return Loaded(
        settings=settings,
        terms=files.terms,
        recognisers=files.recognisers,
        examples=files.examples,
        sources=MappingProxyType({setting.key: _source(assigned, setting) for setting in schema.settings().values()}),
        warnings=(*files.warnings, *(line for layer in sources for line in layer.warnings), *doubts),
        unsupported=support.unsupported(settings),
        folder=None if folder is None else files.folder,
        shared_path=shared_path,
        again=lambda more: load({**(overrides or {}), **more}, environ, cwd),
        plugins=files.plugins,
        document_sources=files.sources,
        shipped_policies=base,
        policies=base.joined(files.policies),
        references=_references(assigned),
        assigned=assigned,
    )


def with_values(found: Loaded, values: Mapping[schema.KeyPath, str]) -> Loaded:
    """The configuration with these values in place of references to Vault, checked as if they had been written. Raises
    ConfigError."""
    assigned = {**found.assigned, **{path: Assigned(values[path], _origin(found.assigned, path)) for path in values}}
    settings, faults = _checked(assigned)
    faults += [
        Problem(_origin(assigned, path), "is another reference in Vault; a secret is wanted")
        for path, value in values.items()
        if value.startswith(PREFIX)
    ]
    if faults:
        raise ConfigError("Secrets from Vault do not fit.", cure=_CURE, problems=problems.report(faults))
    settings = _placed(settings, found.shared_path, found.settings.storage.cache_path)
    return replace(
        found, settings=settings, unsupported=support.unsupported(settings), references={}, assigned=assigned
    )


def _placed(settings: Settings, data_path: Path, cache_path: Path | None) -> Settings:
    """The settings with these folders, which are absolute, and with the places of the tenant that was chosen."""
    storage = settings.storage.model_copy(update={"data_path": data_path, "cache_path": cache_path})
    settings = settings.model_copy(update={"storage": storage})
    return settings if settings.tenancy.tenant is None else tenants.apart(settings, settings.tenancy.tenant)


def locate(environ: Mapping[str, str] | None = None, cwd: Path | None = None) -> Path | None:
    """The configuration folder: `LACUNA_CONFIG_PATH`, else `config` in the working folder if there is one, else None
    for the packaged defaults. Raises ConfigError where the variable names no folder."""
    environ = os.environ if environ is None else environ
    cwd = _working_folder() if cwd is None else cwd
    named = environ.get(schema.CONFIG_PATH)
    if not named:
        usual = cwd / "config"
        return usual if os.path.isdir(usual) else None
    folder = cwd / named
    if os.path.isdir(folder):
        return folder
    is_file = os.path.isfile(folder)
    fault = f"is a file; name the folder that holds {CONFIG_FILE}" if is_file else "names no folder that can be reached"
    line = str(Problem(Origin(Kind.ENVIRONMENT, schema.CONFIG_PATH), fault))
    raise ConfigError("The configuration cannot be found.", cure=_CURE, problems=(line,))


def _own_files(folder: Path | None, assigned: Mapping[schema.KeyPath, Assigned]) -> "_Files | None":
    """The files of the tenant that was chosen, where it has a folder of its own."""
    chosen = assigned.get(("tenancy", "tenant"))
    if chosen is None or folder is None or not isinstance(chosen.value, str):
        return None
    own = tenants.folder_of(folder, chosen.value)
    is_plain = own.parent == folder / tenants.FOLDER and chosen.value not in ("", ".", "..")
    return (
        _Files(own, packaged=False, prefix=f"{tenants.FOLDER}/{chosen.value}/") if is_plain and own.is_dir() else None
    )


class _Files:
    """What a configuration folder holds."""

    def __init__(self, folder: Path, *, packaged: bool, prefix: str = "") -> None:
        self.problems: list[Problem] = []
        self.warnings: list[str] = []
        self.folder = folder
        self._own = bool(prefix)
        self._prefix = "packaged " if packaged else prefix
        self._survey()
        self.layer = self._settings()
        self.terms = self._terms()
        self.recognisers = self._recognisers()
        self.plugins = self._plugins()
        self.sources = self._sources()
        self.policies = self._policies()
        self.examples = self._examples()

    def _settings(self) -> layers.Layer:
        document = yaml_tree.Document(None)
        if self._present(CONFIG_FILE, "the installation's holds" if self._own else "the defaults hold"):
            document = yaml_tree.read_file(self.folder / CONFIG_FILE, self._prefix + CONFIG_FILE)
        self.problems += document.problems
        return layers.from_tree(document.root, self._prefix + CONFIG_FILE)

    def _terms(self) -> TermSet:
        name = term_file.FILE_NAME
        if not self._present(name, "no project, customer or internal term is known"):
            return TermSet()
        read = term_file.read_file(self.folder / name)
        self.problems += read.problems
        self.warnings += read.warnings
        return read.terms

    def _recognisers(self) -> tuple["Recogniser", ...]:
        name = recogniser_file.FILE_NAME
        if not os.path.lexists(self.folder / name):
            return ()
        read = recogniser_file.interpret(yaml_tree.read_file(self.folder / name, name))
        self.problems += read.problems
        return read.recognisers

    def _plugins(self) -> Plugins:
        name = plugin_file.FILE_NAME
        if not os.path.lexists(self.folder / name):
            return Plugins()
        read = plugin_file.interpret(yaml_tree.read_file(self.folder / name, name))
        self.problems += read.problems
        return read.plugins

    def _sources(self) -> tuple[ConfiguredSource, ...]:
        name = source_file.FILE_NAME
        if not os.path.lexists(self.folder / name):
            return ()
        read = source_file.interpret(yaml_tree.read_file(self.folder / name, name))
        self.problems += read.problems
        return read.sources

    def _policies(self) -> PolicySet:
        read = policies.read_folder(self.folder / policies.FOLDER)
        self.problems += read.problems
        return read.policies

    def _examples(self) -> tuple[Example, ...]:
        read = example_files.read_folder(self.folder)
        self.problems += read.problems
        return read.examples

    def _present(self, name: str, otherwise: str) -> bool:
        try:
            (self.folder / name).lstat()
        except FileNotFoundError:
            missing = "not in the configuration folder" if not self._own else "not in the tenant's folder"
            self.warnings.append(f"{self._prefix}{name}: {missing}; {otherwise}")
            return False
        except OSError:
            pass  # there, but not for us: reading it tells why
        return True

    def _survey(self) -> None:
        """Warns of files that nothing will ever read."""
        try:
            names = sorted(os.listdir(self.folder))
        except OSError as error:
            fault = f"cannot be listed: {error.strerror or 'unknown fault'}"
            self.problems.append(Problem(Origin(Kind.FILE, "configuration folder"), fault))
            return
        known = (
            CONFIG_FILE,
            term_file.FILE_NAME,
            recogniser_file.FILE_NAME,
            plugin_file.FILE_NAME,
            source_file.FILE_NAME,
        )
        for name in names:
            if name.lower().endswith((".yaml", ".yml")) and name not in known and not name.startswith("."):
                guess = problems.nearest(name, known)
                hint = f'; did you mean "{guess}"?' if guess else ""
                self.warnings.append(f"{problems.shown(name)}: is not read{hint}")


def _checked(assigned: Mapping[schema.KeyPath, Assigned]) -> tuple[Settings, list[Problem]]:
    """The settings and everything wrong with them. Rules between settings are checked where each is sound by itself."""
    try:
        settings, faulty, faults = Settings.model_validate(_nested(assigned)), set[schema.KeyPath](), list[Problem]()
    except ValidationError as error:
        faults = list(_faults(error, assigned))
        faulty = {_setting_path(details["loc"]) for details in error.errors(include_url=False)}
        sound = {path: value for path, value in assigned.items() if path not in faulty}
        settings = Settings.model_validate(_nested(sound))
    if settings.secrets.vault_url is None or settings.secrets.vault_token is None:
        missing = "is in Vault, which needs secrets.vault_url and secrets.vault_token"
        faults += [Problem(_origin(assigned, path), missing) for path in _references(assigned)]
    for path, others, fault in rules.broken(settings):
        if faulty.isdisjoint((path, *others)):
            faults.append(Problem(_blamed(assigned, path, others), fault))
    return settings, faults


def _references(assigned: Mapping[schema.KeyPath, Assigned]) -> dict[schema.KeyPath, VaultReference]:
    return {path: each.value for path, each in assigned.items() if isinstance(each.value, VaultReference)}


def _faults(error: ValidationError, assigned: Mapping[schema.KeyPath, Assigned]) -> Iterator[Problem]:
    for details in error.errors(include_url=False):
        path = _setting_path(details["loc"])
        suffix = "".join(f"[{part}]" for part in details["loc"][len(path) :] if isinstance(part, int))
        yield Problem(_origin(assigned, path), problems.type_fault(details, details.get("input")), suffix)


def _setting_path(location: tuple[int | str, ...]) -> schema.KeyPath:
    """The setting that a pydantic error location lies in."""
    names = tuple(str(part) for part in location)
    return next((names[:n] for n in range(len(names), 0, -1) if names[:n] in schema.settings()), names)


def _nested(assigned: Mapping[schema.KeyPath, Assigned]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, each in assigned.items():
        section = tree
        for name in path[:-1]:
            section = section.setdefault(name, {})
        section[path[-1]] = each.value
    return tree


def _origin(assigned: Mapping[schema.KeyPath, Assigned], path: schema.KeyPath) -> Origin:
    return assigned[path].origin if path in assigned else Origin(Kind.DEFAULT, key=".".join(path))


def _blamed(
    assigned: Mapping[schema.KeyPath, Assigned], path: schema.KeyPath, others: tuple[schema.KeyPath, ...]
) -> Origin:
    """The place to name for a broken rule: the setting itself if somebody set it, else the one that was set."""
    return _origin(assigned, next((each for each in (path, *others) if each in assigned), path))


def _source(assigned: Mapping[schema.KeyPath, Assigned], setting: schema.Setting) -> Origin:
    return assigned[setting.path].origin if setting.path in assigned else DEFAULT


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise ConfigError("The working folder does not exist any more.", cure="Change to one that does.") from None
