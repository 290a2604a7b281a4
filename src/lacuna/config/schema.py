"""The names of every setting: dotted key, environment variables, synonyms. Derived from `lacuna.config.settings`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final, get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from lacuna.config.settings import Settings

KeyPath = tuple[str, ...]
"""Where a setting stands: ("cache", "ttl")."""

CONFIG_PATH: Final = "LACUNA_CONFIG_PATH"
"""The variable that names the configuration folder. It is no setting: it says where settings are."""

SHORT_NAMES: Final[Mapping[str, KeyPath]] = MappingProxyType(
    {
        "LACUNA_POSTGRES_URL": ("storage", "postgres_url"),
        "LACUNA_POSTGRES_POOL_SIZE": ("storage", "pool_size"),
        "LACUNA_DATA_PATH": ("storage", "data_path"),
        "LACUNA_REDIS_URL": ("cache", "redis_url"),
        "LACUNA_CACHE_TTL": ("cache", "ttl"),
        "LACUNA_LLM_BACKEND": ("llm", "backend"),
        "LACUNA_LLM_ENDPOINT": ("llm", "endpoint"),
        "LACUNA_LLM_MODEL": ("llm", "model"),
        "LACUNA_EMBEDDING_MODEL": ("embedding", "model"),
        "LACUNA_EMBEDDING_DEVICE": ("embedding", "device"),
        "LACUNA_LOG_LEVEL": ("logging", "level"),
        "LACUNA_LOG_FORMAT": ("logging", "format"),
        "LACUNA_LOKI_URL": ("logging", "loki_url"),
        "LACUNA_PROMETHEUS_PORT": ("metrics", "prometheus_port"),
        "LACUNA_API_KEY": ("auth", "api_key"),
        "LACUNA_TENANT": ("tenancy", "tenant"),
        "LACUNA_VAULT_URL": ("secrets", "vault_url"),
        "LACUNA_VAULT_TOKEN": ("secrets", "vault_token"),
        "LACUNA_AUTH_USER_HEADER": ("auth", "user_header"),
        "LACUNA_AUTH_EMAIL_HEADER": ("auth", "email_header"),
        "LACUNA_AUTH_GROUPS_HEADER": ("auth", "groups_header"),
        "LACUNA_AUTH_NAME_HEADER": ("auth", "name_header"),
        "LACUNA_AUTH_ADMIN_GROUP": ("auth", "admin_group"),
    }
)
"""The deployment guide's own names, kept for good, and that of a tenant."""

SYNONYMS: Final[Mapping[KeyPath, KeyPath]] = MappingProxyType(
    {("lineage", "postgres_url"): ("storage", "postgres_url")}
)
"""Second names in files: the guide keeps the database's address under `lineage`."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One leaf of the tree. `variables` are the environment names that set it, the one to recommend first."""

    path: KeyPath
    field: FieldInfo
    variables: tuple[str, ...]

    @property
    def key(self) -> str:
        return ".".join(self.path)

    @property
    def secret(self) -> bool:
        return SecretStr in _types(self.field.annotation)


@cache
def settings() -> Mapping[KeyPath, Setting]:
    """Every setting by path, in the order of the sections."""
    return MappingProxyType({setting.path: setting for setting in _walk(Settings, ())})


@cache
def sections() -> Mapping[KeyPath, tuple[str, ...]]:
    """The keys that each section may hold, synonyms included. The root is the empty path."""
    found: dict[KeyPath, list[str]] = {}
    for path in (*settings(), *SYNONYMS):
        for depth, key in enumerate(path):
            names = found.setdefault(path[:depth], [])
            if key not in names:
                names.append(key)
    return MappingProxyType({path: tuple(names) for path, names in found.items()})


@cache
def variables() -> Mapping[str, KeyPath]:
    """Every environment variable that sets something, with the path it sets."""
    names = {name: setting.path for setting in settings().values() for name in setting.variables}
    return MappingProxyType(names | {nested_name(path): target for path, target in SYNONYMS.items()})


def nested_name(path: KeyPath) -> str:
    """LACUNA_SECTION__KEY."""
    return "LACUNA_" + "__".join(path).upper()


def _walk(model: type[BaseModel], prefix: KeyPath) -> Iterator[Setting]:
    for name, field in model.model_fields.items():
        path = (*prefix, name)
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _walk(inner, path)
        else:
            short = tuple(variable for variable, target in SHORT_NAMES.items() if target == path)
            yield Setting(path, field, (*short, nested_name(path)))


def _types(annotation: Any) -> set[object]:
    inner = get_args(annotation)
    if not inner:
        return {annotation}
    return {found for part in inner for found in _types(part)}
