"""Every door says what it takes to go through."""

import httpx

from lacuna.domain.permissions import Permission

OPEN = {"/health", "/ready"}


def test_every_route_declares_one_permission(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    declared = {
        (method, path): operation.get("x-permission") for path, on in paths.items() for method, operation in on.items()
    }
    assert {path for (_, path), permission in declared.items() if permission is None} == OPEN
    assert {value for value in declared.values() if value is not None} <= {each.value for each in Permission}
    assert declared["post", "/api/v1/classify"] == "questions.ask"
    assert declared["get", "/api/v1/audit/records"] == "audit.read"
    assert declared["post", "/api/v1/admin/terms"] == "terms.manage"
