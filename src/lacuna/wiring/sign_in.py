"""Sign-in: API keys from the database, what groups mean, and the authenticator of `lacuna serve`."""

import hmac
import secrets
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

import structlog

from lacuna.config.access_settings import AuthSettings, OidcSettings
from lacuna.domain.api_keys import ApiKey
from lacuna.domain.errors import ConfigError, LacunaError
from lacuna.domain.identity import Permission, Role
from lacuna.domain.sign_in import Directory
from lacuna.domain.tiers import Tier
from lacuna.ports.api_keys import ApiKeyStore, KeyTable
from lacuna.ports.clock import Clock, Ids
from lacuna.ports.identity_tokens import TokenVerifier
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Ledger
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.api_keys import ApiKeys
from lacuna.usecases.follow import Follow
from lacuna.usecases.sign_in import SignIn, identity_of
from lacuna.wiring.application import Part
from lacuna.wiring.catalog import back_end
from lacuna.wiring.guard import Guard, GuardedTokens

PROVIDER_TIMEOUT_S: Final = 12.0
"""For the discovery document and the keys together."""

log = structlog.get_logger("lacuna.sign_in")


@dataclass(frozen=True, slots=True)
class SignInParts:
    """Everything around signing in."""

    sign_in: SignIn
    api_keys: ApiKeys
    follow: Follow[KeyTable]
    tokens: TokenVerifier | None

    @property
    def parts(self) -> dict[str, Part]:
        """For readiness: API keys and proxies do without the identity provider."""
        return {} if self.tokens is None else {"oidc": Part(self.tokens.check, required=False)}


async def sign_in_parts(
    auth: AuthSettings,
    store: ApiKeyStore,
    ledger: Ledger,
    keys: KeyRing,
    clock: Clock,
    ids: Ids,
    telemetry: Telemetry,
    stack: AsyncExitStack,
    tenant: str = "",
) -> SignInParts:
    """The parts with what is stored in force; `stack` closes them. Raises ConfigError and StorageError."""
    secret = keys.derived("api-keys")

    def hash_of(token: str) -> str:
        return hmac.digest(secret, token.encode("utf-8", "surrogatepass"), "sha256").hex()

    tokens = _identity_provider(auth.oidc, tenant, telemetry, stack)
    version, table = await store.everything()
    groups = directory(auth)

    def permissions_of(key: ApiKey) -> frozenset[Permission]:
        return groups.principal(identity_of(key), Role.SERVICE).permissions

    sign_in = SignIn(store, ledger, groups, hash_of, clock, tokens)
    sign_in.use(table)
    follow: Follow[KeyTable] = Follow(store, version, apply=sign_in.use, failed=_report)
    sign_in.follow(follow.newest)
    api_keys = ApiKeys(store, follow, hash_of, permissions_of, secrets.token_bytes, clock, ids)
    return SignInParts(sign_in, api_keys, follow, tokens)


def _identity_provider(
    oidc: OidcSettings, tenant: str, telemetry: Telemetry, stack: AsyncExitStack
) -> TokenVerifier | None:
    if oidc.issuer is None:
        return None
    try:
        verifier = back_end("identity", "oidc")
    except ImportError:
        raise ConfigError(
            "auth.oidc.issuer is set, but the package `pyjwt` is not installed.", cure="pip install 'lacuna[oidc]'"
        ) from None
    built: TokenVerifier = verifier(
        str(oidc.issuer),
        oidc.audience,
        jwks_url="" if oidc.jwks_url is None else str(oidc.jwks_url),
        user_claim=oidc.user_claim,
        groups_claim=oidc.groups_claim,
        tenant=tenant,
        tenant_claim=oidc.tenant_claim,
        group_map={theirs: ours for theirs, _, ours in (pair.rpartition("=") for pair in oidc.group_map)},
        clock_skew_s=oidc.clock_skew_s,
    )
    stack.push_async_callback(built.close)
    return GuardedTokens(built, Guard("oidc", telemetry, PROVIDER_TIMEOUT_S))


def directory(auth: AuthSettings) -> Directory:
    """What the configuration says about groups."""
    roles = {
        auth.text_reader_group: Role.TEXT_READER,
        auth.auditor_group: Role.AUDITOR,
        auth.steward_group: Role.STEWARD,
        auth.admin_group: Role.ADMIN,
    }
    roles.pop("", None)
    clearances = dict.fromkeys(auth.internal_groups, Tier.INTERNAL)
    clearances |= dict.fromkeys(auth.proprietary_groups, Tier.PROPRIETARY)
    return Directory(roles, clearances, Tier.parse(auth.clearance))


def _report(fault: LacunaError) -> None:
    log.warning("api_keys_not_in_force", code=fault.code, fault=fault.message, cure=fault.cure)
