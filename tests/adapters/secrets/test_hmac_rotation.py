"""The HMAC key is rotated: what was named before is still recognised, and no key of the log is ever missing."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from lacuna.adapters.secrets.files import FileKeyRing, finish_rekeying
from lacuna.adapters.secrets.hmac_keys import HmacKeys
from lacuna.domain.errors import ConfigError, StorageCorrupt, StorageError, StorageMissing


def rotated(folder: Path) -> FileKeyRing:
    FileKeyRing(folder, rekeying=True)
    finish_rekeying(folder)
    return FileKeyRing(folder, create=False)


def test_what_was_named_under_any_key_is_recognised_and_derived_keys_stay(tmp_path: Path) -> None:
    first = FileKeyRing(tmp_path)
    second, third = rotated(tmp_path), rotated(tmp_path)
    assert third.hmac_key_ids == (third.hmac_key_id, second.hmac_key_id, first.hmac_key_id)
    assert len(set(third.hmac_key_ids)) == 3
    assert third.hmacs("x") == (third.hmac("x"), second.hmac("x"), first.hmac("x"))
    assert third.hmac("x", first.hmac_key_id) == first.hmac("x")
    assert third.lasting("x") == first.lasting("x") == first.hmac("x")
    assert third.derived("one") == first.derived("one")
    assert (third.public_key, third.signer_name) == (first.public_key, first.signer_name)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}
    with pytest.raises(StorageMissing) as caught:
        third.hmac("x", "00000000")
    assert caught.value.code == "hmac_key_unknown"


def test_a_key_that_was_left_behind_names_nothing_any_more(tmp_path: Path) -> None:
    keys = FileKeyRing(tmp_path)
    keys.supersede()
    for use in (lambda: keys.hmac("x"), lambda: keys.hmacs("x")):
        with pytest.raises(StorageError) as caught:
            use()
        assert caught.value.code == "hmac_key_superseded"


class _PowerCut(Exception):
    pass


@pytest.mark.parametrize("renames", [0, 1])
def test_an_interrupted_rotation_stops_everything_until_it_is_finished(
    tmp_path: Path, renames: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = FileKeyRing(tmp_path)
    incoming = FileKeyRing(tmp_path, rekeying=True).incoming_hmac_key_id
    rename: Callable[..., None] = os.replace
    done: list[object] = []

    def cut(*paths: object) -> None:
        if len(done) == renames:
            raise _PowerCut
        done.append(paths)
        rename(*paths)

    with monkeypatch.context() as power:
        power.setattr(os, "replace", cut)
        with pytest.raises(_PowerCut):
            finish_rekeying(tmp_path)
    with pytest.raises(StorageError) as caught:
        FileKeyRing(tmp_path)
    assert caught.value.code == "rotation_unfinished"
    assert FileKeyRing(tmp_path, rekeying=True).incoming_hmac_key_id == incoming
    finish_rekeying(tmp_path)
    assert FileKeyRing(tmp_path).hmac_key_ids == (incoming, first.hmac_key_id)


def test_keys_from_the_configuration_come_after_those_of_the_folder(tmp_path: Path) -> None:
    first = FileKeyRing(tmp_path)
    files = (tmp_path / "keys" / "hmac.key").read_text()
    one, two = "11" * 32, "22" * 32
    ring = FileKeyRing(tmp_path, hmac_key=two, retired_hmac_keys=[files, one])
    assert ring.hmac_key_ids[2] == first.hmac_key_id
    assert ring.hmacs("x") == (
        HmacKeys(bytes.fromhex(two)).hmac("x"),
        HmacKeys(bytes.fromhex(one)).hmac("x"),
        first.hmac("x"),
    )
    with pytest.raises(ConfigError, match=r"audit\.retired_hmac_keys"):
        FileKeyRing(tmp_path, hmac_key=two, retired_hmac_keys=["11"])


@pytest.mark.parametrize("damage", [lambda raw: raw[:-1], lambda raw: raw[:-40] + b"\n", lambda raw: b"\n" + raw])
def test_a_damaged_file_of_replaced_keys_is_refused(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    rotated(tmp_path)
    path = tmp_path / "keys" / "hmac.retired"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(StorageCorrupt, match=r"hmac\.retired"):
        FileKeyRing(tmp_path)
