"""A witness that cosigns checkpoints (c2sp.org/tlog-witness, add-checkpoint; c2sp.org/tlog-cosignature).

It is sent the size it saw last, the proof that the log has only grown since, and the checkpoint. Guarantees that a
cosignature is kept only if it holds under the witness's key. The newest cosigned checkpoint is kept as `cosigned` in
the data folder.
"""

import asyncio
import base64
import os
from pathlib import Path

from lacuna.adapters.addresses import AddressRule, Endpoint
from lacuna.adapters.anchors.cosignature import Cosigner
from lacuna.adapters.anchors.names import sync_folder
from lacuna.adapters.http_client import HttpClient
from lacuna.domain.errors import DependencyNonsense, DependencyUnavailable
from lacuna.domain.notes import parse_note
from lacuna.ports.anchors import Publication

MAX_BODY_BYTES = 64 * 1024
_CURES = {
    403: "Have the witness told of this log's key (`lacuna audit key`).",
    404: "Have the witness told of this log's origin (`lacuna audit key`).",
    422: "The witness does not accept the proof: run `lacuna audit verify`.",
}


class WitnessAnchor:
    """An `Anchor` at a witness's submission address, whose verifier key is `key`."""

    name = "witness"

    def __init__(self, url: str, key: str, folder: Path, *, timeout_s: float = 30.0) -> None:
        """Raises ConfigError for an address or a key that is none."""
        rule = AddressRule.ANY_CONFIGURED
        endpoint = Endpoint.parse(url, rule)
        self.host = endpoint.authority
        self._client = HttpClient("witness", endpoint, rule, timeout_s=timeout_s, max_body_bytes=MAX_BODY_BYTES)
        self._cosigner = Cosigner.of(key)
        self._path = folder / "cosigned"
        self._known = 0

    async def publish(self, publication: Publication) -> None:
        status, answer = await self._submit(publication)
        if status == 409:
            self._known = self._told(answer, publication.size)
            status, answer = await self._submit(publication)
        if status != 200:
            raise DependencyUnavailable(f"The witness at {self.host} has another size each time.", cure="Try again.")
        cosigned = publication.note + answer.decode("utf-8", "replace")
        self._require_cosignature(cosigned)
        await asyncio.to_thread(self._keep, cosigned)
        self._known = publication.size

    async def close(self) -> None:
        await self._client.close()

    async def _submit(self, publication: Publication) -> tuple[int, bytes]:
        old = self._known
        proof: tuple[bytes, ...] = ()
        if 0 < old < publication.size:
            proof = await publication.prove(old, publication.size)
        lines = [f"old {old}", *(base64.b64encode(step).decode() for step in proof)]
        body = "\n".join(lines) + "\n\n" + publication.note
        return await self._client.send(
            "POST", "/add-checkpoint", body.encode(), content_type="text/plain", expected=(409,), cures=_CURES
        )

    def _told(self, answer: bytes, size: int) -> int:
        """The size that the witness has seen. Raises DependencyNonsense where the log is behind it."""
        text = answer.decode("ascii", "replace").rstrip("\n")
        if not text.isdigit() or len(text) > 20:
            raise DependencyNonsense(f"The witness at {self.host} names no size in its refusal.")
        if int(text) > size:
            raise DependencyNonsense(
                f"The witness at {self.host} has seen {text} records, the log has {size}: it was cut or rolled back.",
                cure="Run `lacuna audit verify --against` with the witness's checkpoint.",
            )
        return int(text)

    def _require_cosignature(self, cosigned: str) -> None:
        try:
            note = parse_note(cosigned)
        except ValueError:
            raise DependencyNonsense(f"The witness at {self.host} answered with no signature line.") from None
        if not self._cosigner.cosigned(note):
            raise DependencyNonsense(
                f"The witness at {self.host} did not cosign with the key that is configured.",
                cure="Check audit.anchors.witness.key.",
            )

    def _keep(self, cosigned: str) -> None:
        fresh = self._path.with_name("cosigned.new")
        try:
            with fresh.open("w", encoding="utf-8") as file:
                file.write(cosigned)
                file.flush()
                os.fsync(file.fileno())
            os.replace(fresh, self._path)
            sync_folder(self._path.parent)
        except OSError as fault:
            raise DependencyUnavailable(f"{self._path} cannot be written ({fault.strerror}).") from fault
