"""Keys in files: made once, kept private, never shown."""

import hashlib
import hmac
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from lacuna.adapters.secrets.files import FileKeyRing
from lacuna.domain.errors import ConfigError, StorageCorrupt, StorageError, StorageMissing


def test_keys_are_made_private_and_found_again(tmp_path: Path) -> None:
    keys = FileKeyRing(tmp_path)
    again = FileKeyRing(tmp_path, create=False)
    assert (keys.hmac("x"), keys.public_key, keys.hmac_key_id) == (again.hmac("x"), again.public_key, again.hmac_key_id)
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == ["hmac.key", "signing.key"]
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}


def test_signatures_are_ed25519_and_the_name_tells_the_key(tmp_path: Path) -> None:
    keys = FileKeyRing(tmp_path)
    Ed25519PublicKey.from_public_bytes(keys.public_key).verify(keys.sign(b"message"), b"message")
    assert keys.signer_name == f"lacuna.local/{keys.public_key.hex()[:8]}"


def test_the_hmac_is_sha256_of_the_utf8_text(tmp_path: Path) -> None:
    keys = FileKeyRing(tmp_path)
    secret = bytes.fromhex((tmp_path / "keys" / "hmac.key").read_text())
    assert keys.hmac("Z\u00fcrich") == hmac.new(secret, "Z\u00fcrich".encode(), hashlib.sha256).hexdigest()
    assert keys.hmac("Z\u00fcrich") == keys.hmac("Z\u00fcrich".encode())
    assert len(keys.hmac("\ud800")) == 64


def test_keys_are_not_shown_and_not_pickled(tmp_path: Path) -> None:
    keys = FileKeyRing(tmp_path)
    secrets = [path.read_text().strip() for path in (tmp_path / "keys").iterdir()]
    assert not any(secret in repr(keys) for secret in secrets)
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(keys)


def test_processes_and_threads_that_start_together_get_the_same_keys(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from lacuna.adapters.secrets.files import FileKeyRing; "
        "k = FileKeyRing(pathlib.Path(sys.argv[1])); print(k.hmac('x'), k.public_key.hex())"
    )
    children = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) for _ in range(2)]
    with ThreadPoolExecutor(8) as threads:
        own = set(threads.map(lambda _: (k := FileKeyRing(tmp_path)).hmac("x") + " " + k.public_key.hex(), range(32)))
    outputs = {child.communicate()[0].decode().strip() for child in children}
    assert len(own | outputs) == 1
    assert len(list((tmp_path / "keys").iterdir())) == 2


@pytest.mark.parametrize("mode", [0o604, 0o606, 0o601, 0o644])
def test_keys_that_everyone_can_use_are_refused(tmp_path: Path, mode: int) -> None:
    FileKeyRing(tmp_path)
    path = tmp_path / "keys" / "signing.key"
    path.chmod(mode)
    with pytest.raises(StorageError) as caught:
        FileKeyRing(tmp_path)
    assert caught.value.code == "key_exposed"
    assert str(path) in caught.value.message
    assert "chmod 600" in caught.value.cure


def test_a_group_may_have_access(tmp_path: Path) -> None:
    FileKeyRing(tmp_path)
    (tmp_path / "keys" / "signing.key").chmod(0o660)
    FileKeyRing(tmp_path)


@pytest.mark.parametrize("content", [b"", b"zz" * 32, b"00" * 31, b"00" * 33, b"\xff" * 64])
def test_a_damaged_key_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    FileKeyRing(tmp_path)
    path = tmp_path / "keys" / "hmac.key"
    path.write_bytes(content)
    with pytest.raises(StorageCorrupt) as caught:
        FileKeyRing(tmp_path)
    assert str(path) in caught.value.message
    assert caught.value.cure
    assert path.read_bytes() == content


def test_a_missing_key_is_not_made_unless_asked_for(tmp_path: Path) -> None:
    with pytest.raises(StorageMissing):
        FileKeyRing(tmp_path, create=False)
    assert not (tmp_path / "keys").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file")
    with pytest.raises(StorageError) as caught:
        FileKeyRing(tmp_path)
    assert str(tmp_path / "keys") in caught.value.message


def test_keys_for_a_purpose_are_their_own_and_none_that_a_text_could_give(tmp_path: Path) -> None:
    ring = FileKeyRing(tmp_path)
    one, other = ring.derived("one"), ring.derived("other")
    assert one == FileKeyRing(tmp_path).derived("one")
    assert len({one, other, bytes.fromhex(ring.hmac("one")), bytes.fromhex(ring.hmac(b"one\x01"))}) == 4


def test_keys_that_are_given_take_the_place_of_files(tmp_path: Path) -> None:
    stored = FileKeyRing(tmp_path / "one")
    files = {name: (tmp_path / "one" / "keys" / f"{name}.key").read_text() for name in ("signing", "hmac")}
    given = FileKeyRing(tmp_path / "two", signing_key=files["signing"], hmac_key=files["hmac"])
    assert (given.public_key, given.hmac("x")) == (stored.public_key, stored.hmac("x"))
    assert not list((tmp_path / "two" / "keys").iterdir())
    for bad in ("00" * 31, "zz" * 32, "x"):
        with pytest.raises(ConfigError, match=r"audit\.signing_key is not 32 bytes") as caught:
            FileKeyRing(tmp_path / "two", signing_key=bad)
        assert bad == "x" or bad not in caught.value.message
