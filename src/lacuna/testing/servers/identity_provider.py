"""A stand-in for an OpenID provider: discovery document, keys, and tokens signed here, by the primitives and not by the
library that verifies them."""

import base64
import hmac
import json
import time
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lacuna.testing.servers.loopback import LoopbackServer, Received, Reply

AUDIENCE: Final = "lacuna"

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


class IdentityProvider(LoopbackServer):
    """Answers as a provider whose issuer is its own address. `keys` are those it publishes, by id; `failing` makes it
    answer 500."""

    def __init__(self) -> None:
        super().__init__(self._answered)
        self.keys: dict[str, PrivateKey] = {"rsa-1": _first_key()}
        self.failing = False
        self.issuer_said: str | None = None

    def token(
        self,
        key_id: str = "rsa-1",
        *,
        header: Mapping[str, Any] | None = None,
        key: PrivateKey | bytes | None = None,
        **claims: Any,
    ) -> str:
        """A signed token; `claims` and `header` add to the usual ones, a value of None takes one away. A `key` of bytes
        signs with HMAC-SHA-256."""
        signer = self.keys[key_id] if key is None else key
        now = int(time.time())
        usual = {"iss": self.url, "aud": AUDIENCE, "sub": "ann", "iat": now, "exp": now + 300}
        head = {"alg": _algorithm(signer), "typ": "JWT", "kid": key_id} | dict(header or {})
        body = _kept(usual | claims)
        signed = f"{_encoded(json.dumps(_kept(head)).encode())}.{_encoded(json.dumps(body).encode())}"
        return f"{signed}.{_encoded(_signature(signer, signed.encode()))}"

    def public_pem(self, key_id: str = "rsa-1") -> bytes:
        """The public key as the text that confused verifiers have taken for a shared secret."""
        return self.keys[key_id].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def _answered(self, request: Received) -> Reply:
        if self.failing:
            return Reply(status=500)
        said = self.url if self.issuer_said is None else self.issuer_said
        documents: dict[str, object] = {
            "/.well-known/openid-configuration": {"issuer": said, "jwks_uri": f"{self.url}/keys"},
            "/keys": {"keys": [_jwk(key_id, key) for key_id, key in self.keys.items()]},
        }
        if request.method != "GET" or request.path not in documents:
            return Reply(status=404)
        body = json.dumps(documents[request.path]).encode()
        return Reply((body,), headers={"Content-Type": "application/json"})


@cache
def _first_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2_048)


def _kept(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _algorithm(key: PrivateKey | bytes) -> str:
    if isinstance(key, bytes):
        return "HS256"
    if isinstance(key, rsa.RSAPrivateKey):
        return "RS256"
    return "ES256" if isinstance(key, ec.EllipticCurvePrivateKey) else "EdDSA"


def _signature(key: PrivateKey | bytes, data: bytes) -> bytes:
    if isinstance(key, bytes):
        return hmac.digest(key, data, "sha256")
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return key.sign(data)


def _jwk(key_id: str, key: PrivateKey) -> dict[str, str]:
    public = key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        return {"kty": "RSA", "kid": key_id, "use": "sig", "n": _number(numbers.n), "e": _number(numbers.e)}
    if isinstance(public, ec.EllipticCurvePublicKey):
        point = public.public_numbers()
        return {"kty": "EC", "kid": key_id, "crv": "P-256", "x": _number(point.x, 32), "y": _number(point.y, 32)}
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {"kty": "OKP", "kid": key_id, "crv": "Ed25519", "x": _encoded(raw)}


def _number(value: int, size: int | None = None) -> str:
    return _encoded(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
