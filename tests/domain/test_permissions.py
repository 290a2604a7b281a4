"""What roles bring, and what scopes take away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.errors import Forbidden
from lacuna.domain.identity import Permission, Principal, Role
from lacuna.domain.permissions import GRANTS, granted, roles_with
from lacuna.domain.tiers import Tier

ROLES = st.frozensets(st.sampled_from(Role))
SCOPES = st.none() | st.frozensets(st.sampled_from(Permission))


def principal(roles: frozenset[Role], scopes: frozenset[Permission] | None = None) -> Principal:
    return Principal("ann", "", frozenset(), Tier.INTERNAL, roles, "test", scopes=scopes)


@given(ROLES, ROLES, SCOPES)
def test_more_roles_never_allow_less_and_scopes_never_more(
    some: frozenset[Role], more: frozenset[Role], scopes: frozenset[Permission] | None
) -> None:
    assert granted(some, scopes) <= granted(some | more, scopes)
    assert granted(some, scopes) <= granted(some)


def test_stored_text_of_others_comes_with_one_role_only() -> None:
    assert roles_with(Permission.READ_TEXTS) == (Role.TEXT_READER,)
    assert GRANTS[Role.ADMIN] == frozenset(Permission) - {Permission.READ_TEXTS}


def test_an_auditor_changes_nothing() -> None:
    changing = {p for p in Permission if p.value.endswith((".manage", ".write", ".report", ".decide", ".give", ".ask"))}
    assert not GRANTS[Role.AUDITOR] & changing


@given(ROLES, SCOPES, st.sampled_from(Permission))
def test_what_may_be_done_and_what_is_refused_are_one_answer(
    roles: frozenset[Role], scopes: frozenset[Permission] | None, permission: Permission
) -> None:
    asker = principal(roles, scopes)
    if asker.may(permission):
        asker.require(permission)
    else:
        with pytest.raises(Forbidden, match=permission.value):
            asker.require(permission)


def test_a_refusal_names_the_roles_or_the_scopes() -> None:
    with pytest.raises(Forbidden) as refused:
        principal(frozenset({Role.USER})).require(Permission.MANAGE_TERMS)
    assert "steward" in refused.value.cure
    with pytest.raises(Forbidden) as refused:
        principal(frozenset({Role.STEWARD}), frozenset({Permission.ASK})).require(Permission.MANAGE_TERMS)
    assert "scopes" in refused.value.cure
