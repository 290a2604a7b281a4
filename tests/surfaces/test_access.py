"""Who gets in through a server with authentication, and how far: keys, roles, scopes, networks, expiry, revocation."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from lacuna.domain.permissions import GRANTS, Permission, Role
from tests.surfaces.conftest import CONFIG, write_config
from tests.surfaces.running import Server, lacuna
from tests.surfaces.test_permissions import OPEN

BOOTSTRAP = "bootstrap-" + "k" * 40
ASK = {"query": "What is the capital of France?"}
AUTH = """
auth:
  proprietary_groups: lab
  text_reader_group: text-readers
  refusals_per_minute: 80
server:
  rate_limit_per_minute: 0
"""
ROLE_GROUPS = {
    Role.ADMIN: "lacuna-admins",
    Role.STEWARD: "lacuna-stewards",
    Role.AUDITOR: "lacuna-auditors",
    Role.SERVICE: "",
}


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("access")
    config = write_config(folder / "config", CONFIG.replace("server:\n", AUTH.removesuffix("\n") + "\n"))
    env = {"LACUNA_CONFIG_PATH": str(config), "LACUNA_API_KEY": BOOTSTRAP}
    with Server(folder / "data", folder, command=("serve", "--workers", "2"), env=env) as running:
        yield running


@dataclass(frozen=True)
class Made:
    key_id: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return bearer(self.token)


_NUMBERS = iter(range(1_000_000))


def make(server: Server, **wanted: Any) -> Made:
    body = {"name": f"key {next(_NUMBERS)}", **wanted}
    answer = server.client.post("/api/v1/admin/api-keys", json=body, headers=bearer(BOOTSTRAP))
    assert answer.status_code == 201, answer.text
    made = Made(answer.json()["id"], answer.json()["token"])
    until(lambda: classify(server, made).status_code != 401)
    return made


def classify(server: Server, made: Made) -> httpx.Response:
    """Over a connection of its own, which either worker may take."""
    with httpx.Client(base_url=server.url, trust_env=False, timeout=60) as client:
        return client.post("/api/v1/classify", json=ASK, headers=made.headers)


def until(holds: Any) -> None:
    """Waits far longer than a change may take; a change in force everywhere shows in a row of answers."""
    end = time.monotonic() + 30
    good = 0
    while time.monotonic() < end and good < 6:
        good = good + 1 if holds() else 0
        if not good:
            time.sleep(0.02)
    assert good == 6


def test_a_token_is_shown_once_and_kept_nowhere(server: Server) -> None:
    made = make(server, service_account="svc-dbt", groups=["data"])
    listed = server.client.get("/api/v1/admin/api-keys", headers=bearer(BOOTSTRAP))
    assert made.key_id in listed.text
    assert classify(server, made).status_code == 200
    secret = made.token.removeprefix("lac_")[:30]
    assert secret not in listed.text + server.log
    for file in server.data_dir.rglob("*"):
        assert not file.is_file() or secret.encode() not in file.read_bytes(), file


def test_a_mistyped_unknown_or_misplaced_token_gets_nobody_in(server: Server) -> None:
    made = make(server)
    swapped = made.token[:-8] + ("a" if made.token[-8] != "a" else "b") + made.token[-7:]
    refused: list[dict[str, str]] = [
        bearer(swapped),
        bearer(made.token + "x"),
        bearer(made.token.lower()),
        {"authorization": made.token},
        {"x-api-key": made.token},
    ]
    for headers in refused:
        answer = server.client.post("/api/v1/classify", json=ASK, headers=headers)
        assert answer.status_code in (401, 429), headers
        assert made.token[4:20] not in answer.text
    assert server.client.post(f"/api/v1/classify?api_key={made.token}", json=ASK).status_code in (401, 429)
    twice = [("authorization", f"Bearer {made.token}"), ("authorization", f"Bearer {made.token}")]
    assert server.client.post("/api/v1/classify", json=ASK, headers=twice).status_code in (401, 429)


def test_a_revoked_key_is_refused_in_every_worker(server: Server) -> None:
    made = make(server)
    gone = server.client.delete(f"/api/v1/admin/api-keys/{made.key_id}", headers=bearer(BOOTSTRAP))
    assert gone.status_code == 204
    until(lambda: classify(server, made).status_code in (401, 429))
    again = server.client.delete(f"/api/v1/admin/api-keys/{made.key_id}", headers=bearer(BOOTSTRAP))
    assert again.status_code == 409


def test_a_rotated_key_counts_beside_the_new_one_for_as_long_as_was_said(server: Server) -> None:
    old = make(server, name="rotating", expires_days=30)
    path = f"/api/v1/admin/api-keys/{old.key_id}/rotate"
    first = server.client.post(path, json={"overlap_hours": 1}, headers=bearer(BOOTSTRAP)).json()
    new = Made(first["id"], first["token"])
    until(lambda: classify(server, new).status_code == 200)
    assert classify(server, old).status_code == 200
    assert first["replaces"] == old.key_id
    path = f"/api/v1/admin/api-keys/{new.key_id}/rotate"
    second = server.client.post(path, json={"overlap_hours": 0}, headers=bearer(BOOTSTRAP)).json()
    until(lambda: classify(server, new).status_code in (401, 429))
    assert classify(server, Made(second["id"], second["token"])).status_code == 200


def test_the_command_line_makes_and_ends_keys_of_a_running_server(server: Server) -> None:
    create = ("admin", "apikey", "create", "--name", "nightly", "--service-account", "svc-nightly", "--groups", "etl")
    done = lacuna(*create, "--data-dir", server.data_dir, "--json", cwd=server.cwd, env=server.env)
    assert done.code == 0, done.err
    made = Made(done.json()["id"], done.json()["token"])
    until(lambda: classify(server, made).status_code == 200)
    again = lacuna(*create, "--data-dir", server.data_dir, cwd=server.cwd, env=server.env)
    assert (again.code, made.token in again.out + again.err) == (1, False)
    ended = lacuna(
        "admin", "apikey", "revoke", "nightly", "--data-dir", server.data_dir, cwd=server.cwd, env=server.env
    )
    assert ended.code == 0
    until(lambda: classify(server, made).status_code in (401, 429))


def test_a_key_counts_from_its_networks_only(server: Server) -> None:
    body = {"name": "elsewhere", "networks": ["10.9.0.0/16"]}
    answer = server.client.post("/api/v1/admin/api-keys", json=body, headers=bearer(BOOTSTRAP)).json()
    until(lambda: "used from here" in classify(server, Made(answer["id"], answer["token"])).text)


def test_scopes_take_away_what_roles_bring(server: Server) -> None:
    made = make(server, groups=["lacuna-admins"], scopes=["questions.ask"])
    assert classify(server, made).status_code == 200
    refused = server.client.get("/api/v1/audit/records", headers=made.headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert "scopes" in refused.json()["cure"]
    wrong = {"name": "w", "scopes": ["everything"]}
    assert server.client.post("/api/v1/admin/api-keys", json=wrong, headers=bearer(BOOTSTRAP)).status_code == 422


def test_nobody_gets_a_token_that_may_do_more_than_they_may(server: Server) -> None:
    keeper = make(server, groups=["lacuna-admins"], scopes=["keys.manage", "questions.ask"])
    admin = make(server, groups=["lacuna-admins"])
    wanted: list[tuple[str, Any]] = [
        ("", {"name": "wide", "groups": ["lacuna-admins"]}),
        ("", {"name": "other", "scopes": ["questions.ask", "documents.read"]}),
        (f"/{admin.key_id}/rotate", {"overlap_hours": 1}),
    ]
    for path, body in wanted:
        refused = server.client.post(f"/api/v1/admin/api-keys{path}", json=body, headers=keeper.headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden"), refused.text
        assert "token" not in refused.json()
    assert classify(server, admin).status_code == 200
    narrow = {"name": "narrow", "scopes": ["questions.ask"]}
    assert server.client.post("/api/v1/admin/api-keys", json=narrow, headers=keeper.headers).status_code == 201
    texts = {"name": "texts", "groups": ["text-readers"]}
    refused = server.client.post("/api/v1/admin/api-keys", json=texts, headers=bearer(BOOTSTRAP))
    assert (refused.status_code, "texts.read" in refused.text) == (403, True)
    create = ("admin", "apikey", "create", "--name", "texts", "--groups", "text-readers")
    done = lacuna(*create, "--data-dir", server.data_dir, "--json", cwd=server.cwd, env=server.env)
    assert done.code == 0, done.err


def test_groups_and_clearance_decide_what_is_read(server: Server) -> None:
    text = {"title": "Lab notes", "text": "The centrifuge stands in room nine.", "tier": "PROPRIETARY"}
    uploaded = {**text, "id": "lab-notes", "groups": ["lab"]}
    assert server.client.post("/api/v1/documents", json=uploaded, headers=bearer(BOOTSTRAP)).status_code == 201
    for groups, clearance, seen in ((["lab"], "PROPRIETARY", 1), (["lab"], "INTERNAL", 0), ([], "PROPRIETARY", 0)):
        made = make(server, groups=groups, clearance=clearance)
        found = server.client.post(
            "/api/v1/search", json={"query": "Where is the centrifuge?"}, headers=made.headers
        ).json()
        assert len(found["results"]) == seen, (groups, clearance)


def test_without_clearance_nobody_is_told_which_of_their_words_is_protected(server: Server) -> None:
    text = {"query": "Send the project_apollo plan to jo.doe@example.com"}
    for clearance, told in (("INTERNAL", False), ("PROPRIETARY", True)):
        made = make(server, clearance=clearance)
        answer = server.client.post("/api/v1/classify", json=text, headers=made.headers).json()
        [project] = [each for each in answer["findings"] if each["kind"] == "ORG.PROJECT"]
        [address] = [each for each in answer["findings"] if each["kind"] == "PII.EMAIL"]
        assert ((project["start"], project["rule"]) == (None, "")) is not told
        assert text["query"][address["start"] : address["end"]] == "jo.doe@example.com"


def test_nobody_sees_decisions_of_somebody_else(server: Server) -> None:
    mine, other = make(server), make(server)
    auditor = make(server, groups=["lacuna-auditors"])
    decision = classify(server, mine).json()["decision_id"]
    for made, status in ((mine, 200), (other, 404), (auditor, 200)):
        assert server.client.get(f"/api/v1/decisions/{decision}", headers=made.headers).status_code == status


def operations(server: Server) -> list[tuple[str, str, str | None]]:
    paths = server.client.get("/openapi.json").json()["paths"]
    return [(method, path, on.get("x-permission")) for path, each in paths.items() for method, on in each.items()]


def knock(server: Server, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
    filled = path.replace("{index}", "0")
    while "{" in filled:
        filled = filled[: filled.index("{")] + "none" + filled[filled.index("}") + 1 :]
    body = None if method == "get" else b"{}"
    more = {} if body is None else {"content-type": "application/json"}
    return server.client.request(method, filled, content=body, headers={**headers, **more})


def test_every_route_lets_in_just_the_roles_that_have_its_permission(server: Server) -> None:
    keys = {role: make(server, groups=[group] if group else []) for role, group in ROLE_GROUPS.items()}
    for method, path, permission in operations(server):
        if permission is None:
            assert path in OPEN
            continue
        for role, made in keys.items():
            allowed = Permission(permission) in GRANTS[role] | GRANTS[Role.SERVICE]
            answer = knock(server, method, path, made.headers)
            refused = answer.status_code == 403 and permission in answer.text
            assert refused is not allowed, (method, path, role, answer.status_code, answer.text)
            assert answer.status_code not in (401, 429, 500), (method, path, role)


def test_no_route_answers_without_a_credential(server: Server) -> None:
    for method, path, permission in operations(server):
        answer = knock(server, method, path, {})
        assert (answer.status_code == 401) is (permission is not None), (method, path, answer.status_code)


def test_no_body_is_read_before_it_is_known_who_sends_it(server: Server) -> None:
    for method, path, permission in operations(server):
        if permission is not None and method != "get":
            answer = server.client.request(
                method, path, content=b"{no JSON", headers={"content-type": "application/json"}
            )
            assert answer.status_code == 401, (method, path, answer.text)


def test_sign_ins_and_refusals_are_in_the_ledger(server: Server) -> None:
    made = make(server, service_account="svc-seen")
    server.client.post("/api/v1/classify", json=ASK, headers=bearer("lac_wrong"))

    def recorded(kind: str) -> list[Any]:
        answer = server.client.get(
            "/api/v1/audit/records", params={"kind": kind, "limit": 1000}, headers=bearer(BOOTSTRAP)
        )
        return [each["record"] for each in answer.json()["records"]]

    until(lambda: "svc-seen" in {record["actor"] for record in recorded("login.accepted")})
    until(lambda: recorded("login.refused"))
    [created] = [record for record in recorded("key.created") if record["data"]["key"] == made.key_id]
    assert created["actor"] == "bootstrap-admin"
    assert made.token[4:20] not in json.dumps([recorded("key.created"), recorded("login.refused")])


def test_who_guesses_often_waits_and_a_right_key_does_not(server: Server) -> None:
    made = make(server)
    refused = server.client.post("/api/v1/classify", json=ASK, headers=bearer("lac_guess"))
    for _ in range(200):
        if refused.status_code != 401:
            break
        refused = server.client.post("/api/v1/classify", json=ASK, headers=bearer("lac_guess"))
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert classify(server, made).status_code == 200


def test_the_ledger_tells_who_signed_in_and_with_what_rights(server: Server) -> None:
    made = make(server, service_account="svc-counted", groups=["lab", "analysts"], clearance="INTERNAL")
    admin = bearer(BOOTSTRAP)

    def users() -> dict[str, Any]:
        found = server.client.get("/api/v1/admin/users", headers=admin).json()["users"]
        return {user["user_id"]: user for user in found}

    until(lambda: "svc-counted" in users())
    seen = users()["svc-counted"]
    assert (seen["ways"], seen["roles"], seen["groups"]) == (["api-key"], ["service"], ["analysts", "lab"])
    assert seen["clearance"] == "INTERNAL"
    assert seen["addresses"] == ["127.0.0.1"]
    one = server.client.get("/api/v1/admin/users/svc-counted", headers=admin)
    assert one.json() == seen
    assert server.client.get("/api/v1/admin/users/nobody", headers=admin).status_code == 404
    assert server.client.get("/api/v1/admin/users", headers=made.headers).status_code == 403
    folder = server.data_dir
    listed = lacuna("admin", "users", "list", "--json", "--data-dir", folder, cwd=server.cwd)
    assert "svc-counted" in {user["user_id"] for user in listed.json()["users"]}
    shown = lacuna("admin", "users", "show", "svc-counted", "--data-dir", folder, cwd=server.cwd)
    assert "analysts, lab" in shown.out
