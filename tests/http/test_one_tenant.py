"""A server of one tenant answers nobody who names another."""

import httpx
import pytest
from starlette.responses import PlainTextResponse

from lacuna.http.tenants import OnlyTenant


@pytest.mark.parametrize(
    ("named", "status"),
    [([], 200), (["acme"], 200), (["globex"], 401), (["acme", "globex"], 401), (["acme", "acme"], 401), ([""], 401)],
)
async def test_a_request_that_names_another_tenant_is_refused(named: list[str], status: int) -> None:
    app = OnlyTenant(PlainTextResponse("of acme"), "acme", "X-Tenant")
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://lacuna.example") as client:
        answer = await client.get("/api/v1/documents", headers=[("x-tenant", name) for name in named])
    assert answer.status_code == status
    assert ("of acme" in answer.text) is (status == 200)
    if status == 401:
        assert answer.json()["code"] == "unauthenticated"
