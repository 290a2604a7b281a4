"""Keys are rotated only where no server uses them, also for one tenant of several."""

from pathlib import Path

import pytest

from lacuna.domain.errors import StorageLocked
from lacuna.domain.identity import Principal
from lacuna.wiring.build import cli_principal, hold_folder
from lacuna.wiring.rotation import rotate_hmac_key, rotate_signing_key


@pytest.fixture
def principal() -> Principal:
    return cli_principal()


@pytest.mark.parametrize("served", ["data", "data/tenants/acme"])
async def test_a_tenants_keys_stay_while_a_server_of_it_or_of_all_runs(
    tmp_path: Path, principal: Principal, monkeypatch: pytest.MonkeyPatch, served: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LACUNA_TENANCY__TENANTS", "acme,globex")
    monkeypatch.setenv("LACUNA_TENANT", "acme")
    overrides = {"storage.data_path": str(tmp_path / "data")}
    (tmp_path / served).mkdir(parents=True)
    with hold_folder(tmp_path / served):
        for rotate in (rotate_signing_key, rotate_hmac_key):
            with pytest.raises(StorageLocked):
                await rotate(overrides, principal)
