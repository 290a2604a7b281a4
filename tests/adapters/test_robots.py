"""robots.txt as RFC 9309 reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.robots import MAX_DELAY_S, NOTHING, Robots


def rules_of(text: str) -> Robots:
    return Robots.read(text, "Lacuna")


FILE = """\ufeff# A comment
User-agent: other
Disallow: /

User-Agent: LACUNA  # named
user-agent: third
Allow: /example/page/
Disallow: /example/page/disallowed.gif
Crawl-delay: 3
Disallow: /private*secret
disallow: *.pdf$
Disallow: /caf%C3%A9
Disallow:
no rule at all

User-agent: *
Disallow: /example/
Disallow: /tie
Allow: /tie

User-agent: lacuna
Disallow: /again
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/example/page/", True),
        ("/example/page/disallowed.gif", False),
        ("/example/", True),  # the group for * does not count where one names the product
        ("/private/x/secret", False),
        ("/private/x", True),
        ("/x/a.pdf", False),
        ("/x/a.pdf?b", True),
        ("/caf\u00e9/menu", False),
        ("/again", False),
        ("/robots.txt", True),
        ("/", True),
    ],
)
def test_the_longest_rule_for_the_product_counts(path: str, allowed: bool) -> None:
    assert rules_of(FILE).allow(path) is allowed


def test_rules_for_everybody_count_where_nothing_names_the_product() -> None:
    rules = rules_of(FILE.replace("LACUNA", "x").replace("lacuna", "y"))
    assert not rules.allow("/example/page/")
    assert rules.allow("/tie")
    assert rules.allow("/again")


def test_the_longest_delay_that_is_asked_for_counts_up_to_a_bound() -> None:
    assert rules_of(FILE).delay_s == 3
    assert rules_of("User-agent: *\nCrawl-delay: 99999").delay_s == MAX_DELAY_S
    assert rules_of("User-agent: *\nCrawl-delay: soon").delay_s == 0


@pytest.mark.parametrize("text", ["", "<html>Not found</html>", "Disallow: /\n", "User-agent: other\nDisallow: /"])
def test_without_rules_everything_is_permitted(text: str) -> None:
    assert rules_of(text).allow("/anything")


def test_a_site_that_said_nothing_permits_nothing_but_asking() -> None:
    assert not NOTHING.allow("/")
    assert NOTHING.allow("/robots.txt")


def test_hostile_patterns_end() -> None:
    rules = rules_of("User-agent: *\n" + "Disallow: /" + "a*" * 5_000 + "b$\n")
    assert rules.allow("/" + "a" * 2_000)


pieces = st.text(st.sampled_from("/ab"), max_size=4)


@given(st.lists(pieces, min_size=1, max_size=4), st.lists(pieces, max_size=5), st.booleans())
def test_a_pattern_matches_what_it_was_filled_in_with(parts: list[str], filling: list[str], anchored: bool) -> None:
    between = [*filling, *[""] * len(parts)]
    path = "/" + "".join(part + fill for part, fill in zip(parts, between, strict=False))
    pattern = "/" + "*".join(parts) + ("*" if len(filling) >= len(parts) else "") + ("$" if anchored else "")
    assert not rules_of(f"User-agent: *\nDisallow: {pattern}").allow(path)
