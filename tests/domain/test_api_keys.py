"""The form of a token, and where a key counts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.api_keys import ApiKey, KeyState, checked_groups, checked_networks, token_of, well_formed
from lacuna.domain.errors import InvalidInput
from lacuna.domain.tiers import Tier

TOKENS = st.binary(min_size=32, max_size=32).map(token_of)


def key(*networks: str, expires: int | None = None, revoked: int | None = None) -> ApiKey:
    made = (frozenset[str](), Tier.INTERNAL, None, networks, "ann", 0)
    return ApiKey("key_1", "dbt", "svc-dbt", *made, expires_at=expires, revoked_at=revoked)


@given(TOKENS)
def test_a_token_is_what_scanners_look_for(token: str) -> None:
    assert re.fullmatch(r"lac_[0-9A-Za-z]{46}", token)
    assert well_formed(token)


@given(TOKENS, st.integers(4, 49), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
def test_a_token_with_one_wrong_character_is_none(token: str, place: int, other: str) -> None:
    wrong = token[:place] + other + token[place + 1 :]
    assert well_formed(wrong) is (wrong == token)


@given(st.text(max_size=60))
def test_nothing_else_is_a_token(text: str) -> None:
    assert not well_formed(text)
    assert not well_formed("lac_" + text)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_other_bytes_make_another_token(some: bytes, other: bytes) -> None:
    assert (token_of(some) == token_of(other)) is (some == other)


def test_the_clock_ends_a_key_and_revoking_it_does_so_for_good() -> None:
    assert key(expires=10).state_at(9) is KeyState.ACTIVE
    assert key(expires=10).state_at(10) is KeyState.EXPIRED
    assert key(expires=10, revoked=5).state_at(1) is KeyState.REVOKED


@pytest.mark.parametrize(
    ("address", "counts"),
    [("10.1.2.3", True), ("::ffff:10.1.2.3", True), ("10.2.0.1", False), ("2001:db8::1", True), ("unknown", False)],
)
def test_a_key_counts_from_its_networks_only(address: str, counts: bool) -> None:
    assert key("10.1.0.0/16", "2001:db8::/32").usable_from(address) is counts
    assert key().usable_from(address)


def test_wrong_groups_and_networks_are_named() -> None:
    assert checked_networks((" 10.0.0.0/8", "10.0.0.0/8")) == ("10.0.0.0/8",)
    with pytest.raises(InvalidInput, match=r"10\.0\.0\.1/8"):
        checked_networks(("10.0.0.1/8",))
    with pytest.raises(InvalidInput):
        checked_groups(frozenset({"a,b"}))
