"""Requests to S3-style stores signed as AWS Signature Version 4 says (docs: "Signature Version 4 signing process")."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

_UNRESERVED = "-._~"


@dataclass(frozen=True, slots=True)
class AwsSignature:
    """Signs requests to `host` for `region` with a pair of keys."""

    host: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def headers(self, method: str, path: str, body: bytes, params: Mapping[str, str] | None = None) -> dict[str, str]:
        """The headers that sign a request. `path` is percent-encoded and whole, `params` are plain."""
        moment = self.now().strftime("%Y%m%dT%H%M%SZ")
        digest = hashlib.sha256(body).hexdigest()
        signed = {"host": self.host, "x-amz-content-sha256": digest, "x-amz-date": moment}
        names = ";".join(signed)
        lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
        query = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in sorted((params or {}).items()))
        request = f"{method}\n{path}\n{query}\n{lines}\n{names}\n{digest}"
        scope = f"{moment[:8]}/{self.region}/s3/aws4_request"
        key = f"AWS4{self.secret_key}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        credential = f"Credential={self.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
        return {
            "x-amz-content-sha256": digest,
            "x-amz-date": moment,
            "Authorization": f"AWS4-HMAC-SHA256 {credential}",
        }


def encoded_key(key: str) -> str:
    """An object's key as a path."""
    return quote(key, safe="/" + _UNRESERVED)


def _quoted(text: str) -> str:
    return quote(text, safe=_UNRESERVED)
