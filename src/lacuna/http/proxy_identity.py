"""Identity that a trusted reverse proxy forwards in headers (`X-User` and the like).

Guarantees that a header that comes twice, is encoded, holds control characters or is too long makes the request
unauthenticated: a proxy that a client could talk into such a header cannot be believed. Who is trusted is not decided
here (`http/auth.py`).
"""

import hmac
import re
from dataclasses import dataclass
from typing import Final

from starlette.types import Scope

from lacuna.domain.sign_in import MAX_USER_ID, Identity, Refused, is_own, too_many

_LIMITS: Final = {"user": MAX_USER_ID, "email": 320, "groups": 8_192, "name": 256}
_PLAIN: Final = re.compile(r"[\x20-\x7e\u00a0-\U0010ffff]*")
_ENCODED: Final = re.compile(r"=\?|%[0-9A-Fa-f]{2}")
"""RFC 2047 words and percent-encoding."""
_CURE: Final = "Make the proxy set each identity header once, as plain text, and drop those of its clients."


@dataclass(frozen=True, slots=True)
class ProxyHeaders:
    """Names of the headers. With a `secret`, the request must carry it in `secret_header`."""

    user: str
    email: str
    groups: str
    name: str
    secret_header: str = ""
    secret: str = ""

    @property
    def all(self) -> frozenset[bytes]:
        """The names in lower case, as they stand in an ASGI scope."""
        names = (self.user, self.email, self.groups, self.name, self.secret_header)
        return frozenset(name.lower().encode("ascii") for name in names if name)

    def identity(self, scope: Scope) -> Identity | None:
        """Whom the proxy names; None where it names nobody. Raises Refused."""
        values = {what: self._value(scope, what) for what in ("user", "email", "groups", "name")}
        if not values["user"]:
            if any(values.values()):
                raise Refused("proxy", f"The proxy sends identity headers without {self.user}.", cure=_CURE)
            return None
        self._require_secret(scope)
        user = values["user"]
        if is_own(user):
            raise Refused("proxy", "The proxy names a user id that is Lacuna's own.", cure="Use another user id.")
        groups = [group.strip() for group in values["groups"].split(",") if group.strip()]
        if too_many(groups):
            raise Refused("proxy", f"{self.groups} names more or longer groups than are taken.", cure=_CURE)
        return Identity(user, frozenset(groups), "proxy", values["email"], values["name"])

    def _require_secret(self, scope: Scope) -> None:
        if not self.secret:
            return
        given = _values(scope, self.secret_header)
        if len(given) != 1 or not hmac.compare_digest(given[0], self.secret.encode()):
            raise Refused(
                "proxy_secret",
                "The proxy did not send its secret.",
                cure=f"Make the proxy set {self.secret_header} to auth.proxy_secret.",
            )

    def _value(self, scope: Scope, what: str) -> str:
        header: str = getattr(self, what)
        given = _values(scope, header)
        if not given:
            return ""
        try:
            value = given[0].decode("utf-8").strip()
        except UnicodeDecodeError:
            value = "\x00"
        if len(given) > 1:
            raise Refused("proxy", f"{header} came more than once.", cure=_CURE)
        if len(value) > _LIMITS[what]:
            raise Refused("proxy", f"{header} is longer than {_LIMITS[what]} characters.", cure=_CURE)
        if not _PLAIN.fullmatch(value) or not value.isprintable() or _ENCODED.search(value):
            raise Refused("proxy", f"{header} is encoded or holds characters that no name has.", cure=_CURE)
        return value


def _values(scope: Scope, header: str) -> list[bytes]:
    wanted = header.lower().encode("ascii")
    return [value for name, value in scope["headers"] if name == wanted]
