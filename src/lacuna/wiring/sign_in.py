"""Sign-in: API keys from the database, what groups mean, and the authenticator of `lacuna serve`."""

import hmac
import secrets
from dataclasses import dataclass

import structlog

from lacuna.config.settings import AuthSettings
from lacuna.domain.errors import LacunaError
from lacuna.domain.identity import Role
from lacuna.domain.sign_in import Directory
from lacuna.domain.tiers import Tier
from lacuna.ports.api_keys import ApiKeyStore, KeyTable
from lacuna.ports.clock import Clock, Ids
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Ledger
from lacuna.usecases.api_keys import ApiKeys
from lacuna.usecases.follow import Follow
from lacuna.usecases.sign_in import SignIn

log = structlog.get_logger("lacuna.sign_in")


@dataclass(frozen=True, slots=True)
class SignInParts:
    """Everything around signing in."""

    sign_in: SignIn
    api_keys: ApiKeys
    follow: Follow[KeyTable]


async def sign_in_parts(
    auth: AuthSettings, store: ApiKeyStore, ledger: Ledger, keys: KeyRing, clock: Clock, ids: Ids
) -> SignInParts:
    """The parts with what is stored in force. Raises StorageError."""
    secret = keys.derived("api-keys")

    def hash_of(token: str) -> str:
        return hmac.digest(secret, token.encode("utf-8", "surrogatepass"), "sha256").hex()

    version, table = await store.everything()
    sign_in = SignIn(store, ledger, directory(auth), hash_of, clock)
    sign_in.use(table)
    follow: Follow[KeyTable] = Follow(store, version, apply=sign_in.use, failed=_report)
    api_keys = ApiKeys(store, follow, hash_of, secrets.token_bytes, clock, ids)
    return SignInParts(sign_in, api_keys, follow)


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
