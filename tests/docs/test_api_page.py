"""docs/api.md names every route and every error code, and nothing that does not exist."""

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from lacuna.api import app as api_app
from lacuna.api import approvals, audit, documents, health, lineage, overrides, policies, policy_past, terms, texts
from lacuna.api.context import PREFIX
from lacuna.domain import errors as domain_errors
from lacuna.http import errors as http_errors

NOT_IN_THE_DOMAIN = {"internal_error", "not_local", "cross_site", *http_errors.HTTP_CODES.values(), "http_error"}


@pytest.fixture(scope="module")
def api_page(root: Path) -> str:
    return (root / "docs" / "api.md").read_text(encoding="utf-8")


def routes() -> set[tuple[str, str]]:
    found = {("POST", PREFIX + path) for path, *_ in api_app.HOT}
    for module in (approvals, audit, documents, health, lineage, overrides, policies, policy_past, terms, texts):
        router: Any = module.router
        found |= {(method, route.path) for route in router.routes for method in route.methods}
    return {(method, re.sub(r":path}", "}", path)) for method, path in found}


def codes() -> set[str]:
    families = [
        error
        for module in (domain_errors, http_errors)
        for _, error in inspect.getmembers(module, inspect.isclass)
        if issubclass(error, domain_errors.LacunaError)
    ]
    return {error.code for error in families} | NOT_IN_THE_DOMAIN


def test_every_route_is_described(api_page: str) -> None:
    missing = {(method, path) for method, path in routes() if f"{method} {path}`" not in api_page}
    assert not missing


def test_every_described_route_exists(api_page: str) -> None:
    described = {(m, p) for m, p in re.findall(r"`(GET|POST|PATCH|DELETE) (/[^`]+)`", api_page)}
    assert described <= routes()


def test_the_table_of_codes_is_complete_and_true(api_page: str) -> None:
    listed = set(re.findall(r"`([a-z_]+)`", api_page[api_page.index("| status | codes |") :]))
    assert listed == codes()
