"""Text that no store can hold, codecs that a form may name, and numbers beyond 64 bits: refused, and nobody else
notices."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.surfaces.running import Server, lacuna

HALF = "t\udcff"
"""How a command line hands over a byte that is no UTF-8."""


def form(charset: str, **fields: bytes) -> dict[str, Any]:
    parts = [b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nThe lamp is green.\r\n']
    for name, value in fields.items():
        parts.append(b'--x\r\nContent-Disposition: form-data; name="' + name.encode() + b'"\r\n\r\n' + value + b"\r\n")
    return {
        "content": b"".join(parts) + b"--x--\r\n",
        "headers": {"content-type": f"multipart/form-data; boundary=x{charset}"},
    }


@pytest.mark.parametrize(
    "charset", ["; charset=unicode_escape", "; charset=punycode", "; charset=utf-8; charset=undefined"]
)
def test_a_form_in_another_codec_is_refused_and_the_ledger_goes_on(client: httpx.Client, charset: str) -> None:
    refused = client.post("/api/v1/documents", **form(charset, title=b"\\ud800"))
    assert refused.status_code == 415, refused.text
    assert client.post("/api/v1/classify", json={"query": "Is the lamp green?"}).status_code == 200


@pytest.mark.parametrize("charset", ["", "; charset=UTF-8", '; charset="utf-8"'])
def test_a_form_in_utf_8_is_taken(client: httpx.Client, charset: str) -> None:
    taken = client.post("/api/v1/documents", **form(charset, title="Größe".encode(), source=charset.encode() or b"n"))
    assert taken.status_code == 201, taken.text
    assert taken.json()["title"] == "Größe"


def test_a_tier_that_is_declared_twice_is_refused(client: httpx.Client) -> None:
    answer = client.post(
        "/api/v1/documents",
        files=[
            ("file", ("a.txt", b"The lamp is red.", "text/plain")),
            ("tier", (None, "PROPRIETARY")),
            ("tier", (None, "PUBLIC")),
        ],
    )
    assert answer.status_code == 422, answer.text
    assert "twice" in answer.json()["detail"]


@pytest.mark.parametrize("name", ["since", "before", "cursor"])
def test_a_number_beyond_64_bits_is_refused(client: httpx.Client, name: str) -> None:
    answer = client.get("/api/v1/audit/records", params={name: 10**20})
    assert answer.status_code == 422, answer.text


def test_a_document_cannot_take_the_id_of_a_model(client: httpx.Client) -> None:
    answer = client.post("/api/v1/documents", json={"text": "The lamp is blue.", "id": "model:extractive"})
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize(
    "arguments",
    [
        ("ingest", "a.txt", "--title", HALF),
        ("lineage", "show", HALF),
        ("audit", "query", "--decision", HALF),
        ("audit", "query", "--kind", HALF),
    ],
)
def test_an_argument_that_is_no_utf_8_is_an_error_with_a_cure(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "a.txt").write_text("The lamp is green.", encoding="utf-8")
    done = lacuna(*arguments, "--data-dir", tmp_path / "data", "--json", cwd=tmp_path)
    assert done.code == 1
    assert "Traceback" not in done.err
    assert "invalid_input" in done.out


def test_a_folder_whose_name_looks_like_markup_is_served(tmp_path: Path) -> None:
    folder = tmp_path / "[" / "x]"
    folder.parent.mkdir()
    with Server(folder, tmp_path) as server:
        assert server.client.get("/health").status_code == 200


def test_a_closed_standard_input_is_an_empty_text(tmp_path: Path) -> None:
    done = lacuna("classify", "-", "--data-dir", tmp_path / "data", "--json", cwd=tmp_path, stdin="")
    assert done.code == 1
    assert done.json()["error"]["code"] == "invalid_input"
