"""Signed notes and checkpoints against the examples of their specifications."""

import base64

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.notes import Checkpoint, Verify, key_id, parse_note, signed_note, verified_text, verifier_key

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes_raw()
NAME = "lacuna.local/0123abcd"

# The example of golang.org/x/mod/sumdb/note, and its verifier key.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def holds(public_key: bytes) -> Verify:
    def verify(signature: bytes, message: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return verify


def test_a_note_signed_by_the_reference_implementation_verifies() -> None:
    name, _, encoded = GO_KEY.split("+")
    public_key = base64.b64decode(encoded)[1:]
    assert verifier_key(name, public_key) == GO_KEY
    text = verified_text(parse_note(GO_NOTE), name, public_key, holds(public_key))
    assert text.startswith("If you think")
    assert text.endswith("problem is.\n")


def test_the_checkpoint_example_of_the_specification_parses() -> None:
    raw = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+Z"
        "JurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    )
    note = parse_note(raw)
    checkpoint = Checkpoint.of(note.text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.text() == note.text
    assert note.signatures[0].key_id.hex() == "033de0ae"


@given(st.integers(0, 2**63), st.binary(min_size=32, max_size=32))
def test_what_was_signed_is_read_back(size: int, root: bytes) -> None:
    checkpoint = Checkpoint(NAME, size, root)
    raw = signed_note(checkpoint.text(), NAME, PUBLIC, PRIVATE.sign)
    assert Checkpoint.of(verified_text(parse_note(raw), NAME, PUBLIC, holds(PUBLIC))) == checkpoint


def test_every_change_of_a_character_is_noticed() -> None:
    raw = signed_note(Checkpoint(NAME, 7, bytes(32)).text(), NAME, PUBLIC, PRIVATE.sign)
    for place, character in enumerate(raw):
        changed = raw[:place] + ("B" if character == "A" else "A") + raw[place + 1 :]
        with pytest.raises(ValueError, match="note"):
            verified_text(parse_note(changed), NAME, PUBLIC, holds(PUBLIC))


def test_signatures_of_other_keys_are_ignored_and_do_not_suffice() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    theirs = other.public_key().public_bytes_raw()
    text = Checkpoint(NAME, 7, bytes(32)).text()
    _, _, theirs_alone = signed_note(text, "witness", theirs, other.sign).rpartition("\n\n")
    witnessed = signed_note(text, NAME, PUBLIC, PRIVATE.sign) + theirs_alone
    assert verified_text(parse_note(witnessed), NAME, PUBLIC, holds(PUBLIC)) == text
    with pytest.raises(ValueError, match="not signed by"):
        verified_text(parse_note(signed_note(text, NAME, theirs, other.sign)), NAME, PUBLIC, holds(PUBLIC))


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "no signature\n",
        "text\n\n",
        "text\n\n\u2014 name\n",
        "text\n\n\u2014 na+me AAAAAAA=\n",
        "text\n\n\u2014 name AAAA\n",
        "text\n\n\u2014 name AAAAAAA=",
        "text\n\n- name AAAAAAA=\n",
        "te\txt\n\n\u2014 name AAAAAAA=\n",
        "text\n\n\u2014 name AAAAAAB=\n",
        "text\n\n\u2014 name AAAA*AAA\n",
        "x" * 70_000 + "\n\n\u2014 name AAAAAAA=\n",
    ],
)
def test_a_malformed_note_is_refused(raw: str) -> None:
    with pytest.raises(ValueError, match="note"):
        parse_note(raw)


@pytest.mark.parametrize(
    "text",
    ["o\n1\n", "o\n01\n" + "A" * 43 + "=\n", "o\n-1\n" + "A" * 43 + "=\n", "o\n1\nAAAA\n", "\n1\n" + "A" * 43 + "=\n"],
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="checkpoint"):
        Checkpoint.of(text)


@pytest.mark.parametrize(
    ("text", "name"), [("no newline", "n"), ("bell\a\n", "n"), ("text\n", ""), ("text\n", "a b"), ("text\n", "a+b")]
)
def test_what_no_note_may_hold_is_not_signed(text: str, name: str) -> None:
    with pytest.raises(ValueError, match=r"note|name"):
        signed_note(text, name, PUBLIC, PRIVATE.sign)


def test_the_key_id_covers_name_and_key() -> None:
    assert len(key_id(NAME, PUBLIC)) == 4
    assert key_id("other", PUBLIC) != key_id(NAME, PUBLIC)
