"""TLS of the server itself: with an authority for clients, nobody else gets as far as a request (mutual TLS)."""

import datetime
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.surfaces.running import Server, lacuna

BOOTSTRAP = "bootstrap-" + "k" * 40
NOW = datetime.datetime.now(datetime.UTC)


class Authority:
    """Signs certificates, and writes them with their keys into a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        own = self._signed(self._name, self._key.public_key(), x509.BasicConstraints(ca=True, path_length=0))
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(own.public_bytes(Encoding.PEM))

    def issue(self, name: str) -> tuple[Path, Path]:
        """Certificate and key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = self._signed(subject, key.public_key(), x509.BasicConstraints(ca=False, path_length=None))
        files = self._folder / f"{name}.crt", self._folder / f"{name}.key"
        files[0].write_bytes(made.public_bytes(Encoding.PEM))
        files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return files

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, constraints: x509.BasicConstraints
    ) -> x509.Certificate:
        local = x509.SubjectAlternativeName([x509.DNSName("localhost")])
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - datetime.timedelta(days=1))
            .not_valid_after(NOW + datetime.timedelta(days=1))
            .add_extension(constraints, critical=True)
            .add_extension(local, critical=False)
            .sign(self._key, hashes.SHA256())
        )


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "corp")


@pytest.fixture(scope="module")
def server(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = authority.issue("server")
    env = {
        "LACUNA_API_KEY": BOOTSTRAP,
        "LACUNA_SERVER__TLS__CERTIFICATE": str(certificate),
        "LACUNA_SERVER__TLS__KEY": str(key),
        "LACUNA_SERVER__TLS__CLIENT_CA": str(authority.file),
    }
    with Server(folder / "data", folder, command=("serve",), env=env) as running:
        yield running


def client(server: Server, authority: Authority, files: tuple[Path, Path] | None) -> httpx.Client:
    context = ssl.create_default_context(cafile=authority.file)
    if files is not None:
        context.load_cert_chain(*files)
    address = server.url.replace("127.0.0.1", "localhost")
    return httpx.Client(base_url=address, verify=context, trust_env=False, timeout=30)


def test_a_client_with_a_certificate_of_the_authority_is_answered(server: Server, authority: Authority) -> None:
    with client(server, authority, authority.issue("proxy")) as proxy:
        assert proxy.get("/health").status_code == 200
        headers = {"authorization": f"Bearer {BOOTSTRAP}"}
        assert proxy.post("/api/v1/classify", json={"query": "What is TLS?"}, headers=headers).status_code == 200


def test_nobody_else_gets_as_far_as_a_request(server: Server, authority: Authority, tmp_path: Path) -> None:
    stranger = Authority(tmp_path, "elsewhere").issue("proxy")
    for files in (None, stranger):
        with client(server, authority, files) as other, pytest.raises(httpx.TransportError):
            other.get("/health")
    plain = httpx.Client(base_url=server.url.replace("https:", "http:"), trust_env=False, timeout=30)
    with plain, pytest.raises(httpx.TransportError):
        plain.get("/health")


def test_a_certificate_without_its_key_stops_the_start(authority: Authority, tmp_path: Path) -> None:
    certificate, _ = authority.issue("alone")
    base = {"LACUNA_API_KEY": BOOTSTRAP, "LACUNA_SERVER__TLS__CERTIFICATE": str(certificate)}
    missing = {"LACUNA_SERVER__TLS__KEY": str(tmp_path / "missing.key")}
    for more, said in (({}, "server.tls.key go together"), (missing, "cannot be used")):
        done = lacuna("serve", "--port", "0", "--data-dir", tmp_path / "data", cwd=tmp_path, env=base | more)
        assert done.code == 1
        assert said in done.err
        assert "Traceback" not in done.err
