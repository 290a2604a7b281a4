"""Which names under reserved suffixes are those of machines."""

import pytest

from lacuna.adapters.classifiers.host_checks import internal_host, internal_name

SUFFIXES = ("internal", "local", "corp", "lan", "intranet", "home.arpa")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_numbered_name_of_several_parts_is_one_under_every_suffix(suffix: str) -> None:
    for name in (f"db-prod-7.bluefin.{suffix}", f"DB-PROD-7.BLUEFIN.{suffix}", f"wiki.fra.bluefin.{suffix}"):
        assert internal_name(name) == len(name)
    assert internal_name(f"ledger-{7}.{suffix}")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "threading.local",
            "com.sun.internal",
            "v1.internal",
            "okhttp3.internal",
            "self.corp",
            "host.docker.internal",
        ),
        *("py.path.local", "grpc.StatusCode.INTERNAL", "attribute.of.something.private"),
    ],
)
def test_names_of_programs_and_those_of_every_house_are_none(name: str) -> None:
    assert not internal_name(name)


def test_something_beside_a_plain_name_makes_it_one_but_not_that_of_every_house() -> None:
    assert internal_host("wiki.internal")
    assert not internal_name("wiki.internal")
    assert not internal_host("http://metadata.google.internal")
    assert not internal_host("pi@raspberrypi.local")
