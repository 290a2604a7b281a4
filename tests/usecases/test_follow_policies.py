"""Policies of the folder that come into force are told of, whatever happens meanwhile."""

import pytest

from lacuna.domain.errors import StorageError
from lacuna.domain.policy_set import PolicySet
from lacuna.usecases.follow_policies import FollowPolicies

OLD, NEW = (PolicySet.of({"own.rego": f"package own\n# {version}"}) for version in ("old", "new"))


class NothingDeployed:
    """A store without a deployed set."""

    async def version(self) -> int:
        return 0

    async def everything(self) -> tuple[int, PolicySet | None]:
        return 0, None


async def test_a_set_whose_record_failed_is_told_of_again() -> None:
    told: list[str] = []
    used: list[str] = []
    changes = [NEW]

    async def seen(policies: PolicySet) -> None:
        told.append(policies.version)
        if len(told) == 1:
            raise StorageError("full")

    follow = FollowPolicies(
        look_at_folder=lambda: changes.pop() if changes else None,
        configured=OLD,
        store=NothingDeployed(),  # type: ignore[arg-type]  # reading is all that following does
        version=0,
        use=lambda policies: used.append(policies.version),
        failed=lambda fault: None,
        seen=seen,
    )
    with pytest.raises(StorageError):
        await follow.look()
    await follow.look()
    await follow.look()
    assert told == [NEW.version, NEW.version]
    assert used == [NEW.version]
