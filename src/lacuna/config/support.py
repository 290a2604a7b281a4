"""What this version understands but cannot do yet, and what does not belong into development mode."""

from collections.abc import Iterator

from lacuna.config.settings import PACKAGED_MODEL, Settings
from lacuna.config.values import is_loopback


def unsupported(settings: Settings) -> tuple[str, ...]:
    """One sentence with key and cure for every setting that this version has no back end for. `lacuna serve` refuses to
    start with any: a protection that is configured and missing must not be taken for one that works."""
    return (*_stores(settings), *_models(settings), *_identity(settings), *_detail(settings))


def production_settings(settings: Settings) -> tuple[str, ...]:
    """The keys that belong to a production configuration; `lacuna dev` refuses to run with any."""
    found = {
        "storage.postgres_url": settings.storage.postgres_url is not None,
        "vectors.backend": settings.vectors.backend != "embedded",
        "vectors.postgres_url": settings.vectors.postgres_url is not None,
        "vectors.qdrant_url": settings.vectors.qdrant_url is not None,
        "cache.redis_url": settings.cache.redis_url is not None,
        "auth.api_key": settings.auth.api_key is not None,
        "auth.trusted_proxies": bool(settings.auth.trusted_proxies),
        "auth.oidc.issuer": settings.auth.oidc.issuer is not None,
        "secrets.vault_url": settings.secrets.vault_url is not None,
        "secrets.vault_token": settings.secrets.vault_token is not None,
        "server.host": not is_loopback(settings.server.host),
    }
    return tuple(key for key, present in found.items() if present)


def _stores(settings: Settings) -> Iterator[str]:
    if settings.logging.loki_url is not None:
        yield (
            "logging.loki_url: this version logs to standard error only; remove the address (LACUNA_LOKI_URL) "
            "and let an agent collect the log."
        )


def _models(settings: Settings) -> Iterator[str]:
    layers = settings.classification.layers
    if layers.embedding.enabled and layers.embedding.model not in (None, PACKAGED_MODEL):
        yield (
            f"classification.layers.embedding.model: the layer has a trained head for the packaged {PACKAGED_MODEL} "
            "only (docs/semantic.md); remove the setting."
        )
    if layers.embedding.enabled and layers.embedding.endpoint is not None:
        yield (
            "classification.layers.embedding.endpoint: the layer embeds in process, with the model its head was "
            "trained for; remove the setting."
        )
    if settings.embedding.model != PACKAGED_MODEL:
        yield f"embedding.model: this version embeds with the packaged {PACKAGED_MODEL} only; remove the setting."
    if settings.embedding.device not in ("cpu", "auto"):
        yield "embedding.device: the packaged model runs on the CPU; set it to cpu or auto."
    models = {"llm": settings.llm, "llm.fallback": settings.llm.fallback, "external_llm": settings.external_llm}
    for name, model in models.items():
        if model.backend != "none" and not model.name:
            cure = "name one (LACUNA_LLM_MODEL)" if name == "llm" else "name one"
            yield f"{name}.model: this version does not ask the service for its models; {cure}."


def _identity(settings: Settings) -> Iterator[str]:
    oidc = settings.auth.oidc
    if oidc.issuer is not None and not oidc.audience:
        yield (
            "auth.oidc.audience: tokens of the issuer that are meant for other services would count; name the audience "
            "that its tokens for Lacuna have."
        )
    if oidc.issuer is None and oidc.model_fields_set - {"issuer"}:
        yield "auth.oidc: no issuer is named, so no token would count; name auth.oidc.issuer."
    if settings.auth.trusted_proxies:
        return
    named = {"user_header", "email_header", "groups_header", "name_header"} & settings.auth.model_fields_set
    if named:
        keys = ", ".join(f"auth.{name}" for name in sorted(named))
        yield (
            f"{keys}: identity headers are named but auth.trusted_proxies is empty, so no header would count; "
            "remove the names."
        )


def _detail(settings: Settings) -> Iterator[str]:
    if not settings.lineage.enabled or settings.lineage.sampling_rate < 1:
        yield (
            "lineage.enabled, lineage.sampling_rate: this version always records the whole lineage; "
            "set them to true and 1.0."
        )
