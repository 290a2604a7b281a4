"""References to secrets in HashiCorp Vault: `vault:MOUNT/PATH#FIELD`, or `vault:MOUNT/PATH?version=N#FIELD`.

Guarantees that a reference is never taken for the secret: it can be carried and compared, but not read. Fetching what
it names is left to `lacuna.wiring.vault`.
"""

import re
from dataclasses import dataclass
from typing import Final, NoReturn

from pydantic import SecretStr

from lacuna.domain.errors import ConfigError

PREFIX: Final = "vault:"
FORM: Final = "vault:MOUNT/PATH#FIELD"

_REFERENCE: Final = re.compile(
    r"vault:(?P<mount>[\w.-]+)/(?P<path>[\w.-]+(?:/[\w.-]+)*)(?:\?version=(?P<version>[1-9][0-9]{0,8}))?"
    r"#(?P<field>[\w.-]+)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret of a KV version 2 engine; `version` 0 is the newest."""

    mount: str
    path: str
    version: int = 0


class VaultReference(SecretStr):
    """The place of a secret that was not fetched yet."""

    def get_secret_value(self) -> NoReturn:
        raise ConfigError(
            f"{self.text} was not fetched from Vault.", cure="Use a command that reads secrets, such as `lacuna serve`."
        )

    @property
    def text(self) -> str:
        """The reference as written; no secret."""
        return self._secret_value

    @property
    def secret(self) -> Secret:
        """Raises ValueError for what `is_reference` refuses."""
        match = _matched(self.text)
        return Secret(match["mount"], match["path"], int(match["version"] or 0))

    @property
    def field(self) -> str:
        """The name of the value within the secret. Raises ValueError as `secret`."""
        return str(_matched(self.text)["field"])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VaultReference) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


def is_reference(text: str) -> bool:
    """Whether `text` is a sound reference."""
    match = _REFERENCE.fullmatch(text)
    return match is not None and not {".", ".."} & {match["mount"], *match["path"].split("/")}


def _matched(text: str) -> re.Match[str]:
    match = _REFERENCE.fullmatch(text)
    if match is None:
        raise ValueError("no reference to Vault")
    return match
