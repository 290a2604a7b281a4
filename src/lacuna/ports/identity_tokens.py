"""Bearer tokens of an identity provider."""

from typing import Protocol

from lacuna.domain.sign_in import Identity


class TokenVerifier(Protocol):
    """MUST accept only tokens whose signature, issuer, audience and life time it has verified, by keys of the provider
    that are not older than it promises, and MUST NOT say why beyond a closed set of reasons."""

    async def identity(self, token: str) -> Identity:
        """Whom the token names. Raises Refused for a token that does not count, DependencyError where the provider's
        keys cannot be had."""
        ...

    async def check(self) -> None:
        """Raises a DependencyError if tokens cannot be verified now."""
        ...

    async def close(self) -> None: ...
