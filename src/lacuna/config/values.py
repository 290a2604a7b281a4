"""The kinds of values that settings hold, and what makes one acceptable.

Every validator takes text or plain YAML values and raises an error whose message names the fault and never the value: a
value may be a secret in the wrong place.
"""

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_core import PydanticCustomError

from lacuna.config.vault import VaultReference

_TENANT: Final = re.compile(r"[a-z](?:[a-z0-9-]{0,20}[a-z0-9])?")
_HEADER: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")
_HOST_NAME: Final = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_-]{1,63})*\.?")
_DEVICE: Final = re.compile(r"auto|cpu|mps|cuda(:[0-9]{1,2})?")
_CREDENTIAL_HEADERS: Final = frozenset({"authorization", "cookie", "host", "proxy-authorization"})
_STORE_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MAX_TEXT: Final = 2_000


def fault(message: str) -> PydanticCustomError:
    """An error whose message is shown to the user as it stands."""
    return PydanticCustomError("lacuna", "{message}", {"message": message})


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or an address) reaches this machine only."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_private_address(url: str) -> bool:
    """Whether an address is written with a host of this machine or of a private network (other names are judged where
    they are connected to)."""
    try:
        host = urlsplit(url.strip()).hostname or ""
        return is_loopback(host) or ipaddress.ip_address(host).is_private
    except ValueError:
        return False


def _not_a_switch(value: object) -> object:
    if isinstance(value, bool):
        raise fault("must be a number, not true or false")
    return value


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


def _printable(value: str) -> str:
    if len(value) > _MAX_TEXT:
        raise fault(f"must be at most {_MAX_TEXT:,} characters long")
    if value != value.strip() or not value.isprintable():
        raise fault("must not begin or end with white space or hold control characters")
    return value


def _address(value: str, schemes: tuple[str, ...], *, needs_host: bool = True) -> None:
    """Raises unless `value` is a URL (RFC 3986) of one of `schemes`, with a host and a possible port."""
    _printable(value)
    example = f"{schemes[0]}://host:port"
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise fault(f"must be an address such as {example}") from None
    if parts.scheme.lower() not in schemes:
        raise fault(f"must be an address that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}")
    if needs_host and not parts.hostname:
        raise fault(f"names no host; it must look like {example}")
    if port == 0 or " " in value or "\\" in value:
        raise fault(f"must be an address such as {example}")


def _web_address(value: str) -> str:
    _address(value, ("http", "https"))
    parts = urlsplit(value)
    if parts.username is not None or parts.password is not None:
        raise fault("must not hold a user name or password; credentials have settings of their own")
    if parts.query or parts.fragment:
        raise fault("must end before any ? or #")
    return value.rstrip("/")


def _secret_address(*schemes: str) -> AfterValidator:
    def check(value: SecretStr) -> SecretStr:
        if isinstance(value, VaultReference):
            return value
        _address(value.get_secret_value(), schemes, needs_host="unix" not in schemes)
        return value

    return AfterValidator(check)


def _token(value: SecretStr) -> SecretStr:
    if isinstance(value, VaultReference):
        return value
    text = _printable(value.get_secret_value())
    if not text:
        raise fault("must not be empty")
    if not text.isascii() or " " in text:
        raise fault("must hold printable ASCII characters without blanks")
    return value


def _header(value: str) -> str:
    if not _HEADER.fullmatch(value):
        raise fault("must be an HTTP header name such as X-User")
    if value.lower() in _CREDENTIAL_HEADERS:
        raise fault("must not be a header that carries credentials or the host")
    return value


def _store_name(value: str) -> str:
    if not _STORE_NAME.fullmatch(value):
        raise fault("must be a small letter, then at most 39 small letters, digits and `_`")
    return value


def _listen_host(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        if _HOST_NAME.fullmatch(value) and not value.replace(".", "").isdigit():
            return value
        raise fault("must be an IP address or a host name") from None


def _peers(value: object) -> object:
    """A comma-separated text counts as a list: environment variables have no other form."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _pair(value: str) -> str:
    theirs, _, ours = _printable(value).rpartition("=")
    if not theirs.strip() or not ours.strip():
        raise fault("must be two names with = between them")
    return f"{theirs.strip()}={ours.strip()}"


def _tenant(value: str) -> str:
    if not _TENANT.fullmatch(value):
        raise fault("must be 1 to 22 lower-case letters, digits and hyphens, beginning with a letter")
    return value


def _network(value: str) -> str:
    try:
        network = ipaddress.ip_network(value)
    except ValueError:
        raise fault("must be an IP address or a network such as 10.0.0.0/8 with no host bits set") from None
    if network.prefixlen == 0:
        raise fault("would trust identity headers from anyone; name the proxies' own networks")
    return str(network)


def _folder(value: object) -> object:
    if isinstance(value, str):
        _printable(value)
        if not value:
            raise fault("must name a folder")
    if str(value).startswith("~"):
        raise fault("does not expand ~; write the whole path")
    return value


def _device(value: str) -> str:
    if not _DEVICE.fullmatch(value):
        raise fault("must be auto, cpu, mps, cuda or cuda:N")
    return value


Whole = Annotated[int, BeforeValidator(_not_a_switch)]
Number = Annotated[float, BeforeValidator(_not_a_switch)]
Text = Annotated[str, AfterValidator(_printable)]
LowerText = BeforeValidator(_lower)
UpperText = BeforeValidator(_upper)
Device = Annotated[str, BeforeValidator(_lower), AfterValidator(_device)]
Folder = Annotated[Path, BeforeValidator(_folder)]
Header = Annotated[str, AfterValidator(_header)]
ListenHost = Annotated[str, AfterValidator(_listen_host)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Token = Annotated[SecretStr, AfterValidator(_token)]
StoreName = Annotated[str, AfterValidator(_store_name)]
PostgresAddress = Annotated[SecretStr, _secret_address("postgresql", "postgres")]
RedisAddress = Annotated[SecretStr, _secret_address("redis", "rediss", "unix")]
SecretWebAddress = Annotated[SecretStr, _secret_address("http", "https")]
TenantName = Annotated[str, AfterValidator(_tenant)]
TenantNames = Annotated[tuple[TenantName, ...], BeforeValidator(_peers)]
Pairs = Annotated[tuple[Annotated[str, AfterValidator(_pair)], ...], BeforeValidator(_peers)]
Names = Annotated[tuple[Annotated[str, AfterValidator(_printable)], ...], BeforeValidator(_peers)]
Networks = Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], BeforeValidator(_peers)]
