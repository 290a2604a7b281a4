"""Bearer tokens of an OpenID provider: JSON Web Tokens, verified with PyJWT (RFC 7519, 8725, 9068).

Promise: a token counts only with a signature by a key of the configured issuer, by an asymmetric algorithm that belongs
to that key, for the configured audience, within its life time; it must have an end. Nothing in a token says where keys
come from. Everything else a token brings (name, mail address, groups) is bounded data.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import aiohttp
import jwt
from aiohttp.abc import AbstractResolver
from jwt.algorithms import get_default_algorithms

from lacuna.adapters.identity.provider_keys import Jwk, ProviderKeys
from lacuna.domain.sign_in import MAX_USER_ID, Identity, Refused, is_own, of_no_tenant, too_many

MAX_TOKEN_CHARS: Final = 16_384
MAX_KEPT: Final = 256
_FAMILIES: Final = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
_TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt", "application/jwt"})
_ALGORITHMS: Final = frozenset(
    name for name in get_default_algorithms() if name[:2] in _FAMILIES and name not in ("ES256K",)
)
_UNPROVEN: Final = frozenset({"token", "signature"})
"""Reasons for which nobody needs a key of the issuer."""
_CURE: Final = "Get a new token from the identity provider, meant for Lacuna."


class OidcTokens:
    """A `TokenVerifier`. `user_claim` names the claim with the user id; `groups_claim` that with the groups, a name or
    a path with dots; with `group_map`, only groups named in it count, under the names it gives them. A
    verifier of a `tenant` wants its name in `tenant_claim`."""

    def __init__(
        self,
        issuer: str,
        audience: Sequence[str],
        *,
        jwks_url: str = "",
        user_claim: str = "sub",
        groups_claim: str = "groups",
        tenant: str = "",
        tenant_claim: str = "tenant",
        group_map: Mapping[str, str] | None = None,
        clock_skew_s: float = 60.0,
        resolver: Callable[[], AbstractResolver] = aiohttp.ThreadedResolver,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises ConfigError for an issuer that is no address."""
        self._issuers = [issuer.rstrip("/"), issuer.rstrip("/") + "/"]
        self._audience = list(audience)
        self._user_claim = user_claim
        self._groups_claim = groups_claim
        self._tenant = tenant
        self._tenant_claim = tenant_claim
        self._group_map = dict(group_map or {})
        self._skew = clock_skew_s
        self._provider = ProviderKeys(issuer, jwks_url, resolver=resolver, now=now)
        self._made: dict[tuple[int, str | None, str], list[jwt.PyJWK]] = {}

    async def identity(self, token: str) -> Identity:
        """Whom the token names. Raises Refused or a DependencyError."""
        try:
            claims = await self._claims(token)
        except Refused as refused:
            if self._tenant and refused.reason in _UNPROVEN:  # whoever may have made it learns of no tenant
                raise of_no_tenant(refused.reason) from None
            raise
        return self._named(claims)

    async def check(self) -> None:
        """Raises a DependencyError if the provider's keys cannot be had."""
        await self._provider.check()

    async def close(self) -> None:
        """Closes the connections."""
        await self._provider.close()

    async def _claims(self, token: str) -> Mapping[str, Any]:
        if len(token) > MAX_TOKEN_CHARS:
            raise _refused("token", "The token is too long.")
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.InvalidTokenError, UnicodeError, ValueError, RecursionError):
            header = None
        if header is None:
            raise _refused("token", "The token is no JSON Web Token.")
        algorithm, key_id, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
        if not isinstance(algorithm, str) or algorithm not in _ALGORITHMS or "crit" in header:
            raise _refused("token", "The token's header asks for something that is not done here.")
        if not isinstance(kind, str) or kind.lower() not in _TYPES:
            raise _refused("token", "The token is of a kind that is not for signing in.")
        if key_id is not None and not isinstance(key_id, str):
            raise _refused("token", "The token's key id is no text.")
        for key in await self._keys(key_id, algorithm):
            claims = self._verified(token, key, algorithm)
            if claims is not None:
                return claims
        raise _refused("signature", "The token is not signed by a key of the identity provider.")

    async def _keys(self, key_id: str | None, algorithm: str) -> list[jwt.PyJWK]:
        found = await self._provider.named(key_id)
        wanted = (self._provider.version, key_id, algorithm)
        if wanted not in self._made:
            if len(self._made) >= MAX_KEPT:
                self._made.clear()
            self._made[wanted] = [key for each in found if (key := _key(each, algorithm)) is not None]
        return self._made[wanted]

    def _verified(self, token: str, key: jwt.PyJWK, algorithm: str) -> Mapping[str, Any] | None:
        """The claims; None where the signature is another's. Raises Refused for a true token that does not count."""
        try:
            return jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self._audience,
                issuer=self._issuers,
                leeway=self._skew,
                options={"require": ["exp", "iss", "aud"], "enforce_minimum_key_length": True},
            )
        except jwt.ExpiredSignatureError:
            reason, why = "expired", "The token has expired."
        except (jwt.ImmatureSignatureError, jwt.InvalidIssuedAtError):
            reason, why = "expired", "The token is not valid yet."
        except jwt.InvalidAudienceError:
            reason, why = "audience", "The token is meant for somebody else than Lacuna."
        except jwt.InvalidIssuerError:
            reason, why = "issuer", "The token is another issuer's."
        except jwt.MissingRequiredClaimError:
            reason, why = "token", "The token lacks its issuer, audience or end."
        except (jwt.InvalidSignatureError, jwt.InvalidKeyError, jwt.InvalidAlgorithmError):
            return None
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError):
            reason, why = "token", "The token cannot be read."
        raise _refused(reason, why)

    def _named(self, claims: Mapping[str, Any]) -> Identity:
        if self._tenant and _at(claims, self._tenant_claim) != self._tenant:
            raise _refused("tenant", "The token is for another tenant.")
        user = claims.get(self._user_claim)
        if not isinstance(user, str) or not user.strip() or len(user) > MAX_USER_ID or not user.isprintable():
            raise _refused("token", f"The token names nobody in its claim {self._user_claim}.")
        verified = claims.get("email_verified", True) in (True, "true")
        if self._user_claim == "email" and not verified:
            raise _refused("token", "The token's mail address, which is to be the user id, is not verified.")
        if is_own(user.strip()):
            raise _refused("token", "The token names a user id that is Lacuna's own.")
        groups = self._groups(claims)
        if too_many(groups):
            raise _refused("token", "The token names more or longer groups than are taken.")
        mail = _text(claims.get("email"), 320) if verified else ""
        return Identity(user.strip(), frozenset(groups), "oidc", mail, _text(claims.get("name"), 256))

    def _groups(self, claims: Mapping[str, Any]) -> list[str]:
        found = _at(claims, self._groups_claim)
        names = [found] if isinstance(found, str) else found if isinstance(found, list) else []
        if not all(isinstance(name, str) and name.isprintable() for name in names):
            raise _refused("token", f"The token's claim {self._groups_claim} holds something that is no group.")
        plain = [name.strip() for name in names if name.strip()]
        return [self._group_map[name] for name in plain if name in self._group_map] if self._group_map else plain


def _key(jwk: Jwk, algorithm: str) -> jwt.PyJWK | None:
    """The key for signatures by `algorithm`; None where it is for something else, or not whole."""
    usable = jwk.get("kty") == _FAMILIES[algorithm[:2]] and jwk.get("use", "sig") == "sig"
    operations = jwk.get("key_ops", ["verify"])
    if not usable or not isinstance(operations, list) or "verify" not in operations:
        return None
    if jwk.get("alg", algorithm) != algorithm:
        return None
    try:
        return jwt.PyJWK(jwk, algorithm=algorithm)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None


def _at(claims: Mapping[str, Any], path: str) -> object:
    """A claim by its name, else by a path with dots into objects."""
    if path in claims:
        return claims[path]
    found: object = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _text(value: object, limit: int) -> str:
    return value if isinstance(value, str) and len(value) <= limit and value.isprintable() else ""


def _refused(reason: str, message: str) -> Refused:
    return Refused(reason, message, cure=_CURE)
