"""A site is read as far as it allows, and nothing else is reached."""

import gzip
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.robots import Robots
from lacuna.adapters.sources.sitemap import SitemapSource
from lacuna.domain.errors import DependencyError, DependencyNonsense, DependencyUnavailable, Forbidden, TooLarge
from lacuna.ports.plugins import OptionFault
from lacuna.ports.sources import Item
from lacuna.testing.servers.loopback import Reply
from lacuna.testing.servers.website import Website

PAGES = {"/a": b"<p>A", "/docs/b.html": b"<p>B", "/private/c.html": b"<p>C"}


@pytest.fixture
async def site() -> AsyncIterator[Website]:
    async with Website(PAGES) as site:
        yield site


async def listed(site: Website, **options: Any) -> list[Item]:
    source = SitemapSource({"url": site.sitemap_url, "network": "private"} | options, {})
    try:
        return [item async for item in source.items()]
    finally:
        await source.close()


def paths(site: Website, items: list[Item]) -> list[str]:
    return [item.uri.removeprefix(site.url) for item in items]


async def test_robots_txt_is_honoured_when_listing_and_when_fetching(site: Website) -> None:
    site.robots = "User-agent: *\nAllow: /\nDisallow: /private/\n"
    assert paths(site, await listed(site)) == ["/a", "/docs/b.html"]
    source = SitemapSource({"url": site.sitemap_url, "network": "private"}, {})
    with pytest.raises(Forbidden):
        await source.fetch(Item(f"{site.url}/private/c.html", "c", "c.html"), 100)
    assert "/private/c.html" not in site.asked
    await source.close()


async def test_no_way_round_leads_to_a_page_that_robots_txt_forbids(site: Website) -> None:
    site.robots = "User-agent: *\nDisallow: /private/\n"
    ways = ("/docs/../private/c.html", "/docs/%2e%2e/private/c.html", "/%70rivate/c.html", "/./private/c.html")
    site.more_in_sitemap = "".join(f"<url><loc>{site.url}{way}</loc></url>" for way in ways)
    assert paths(site, await listed(site)) == ["/a", "/docs/b.html"]
    source = SitemapSource({"url": site.sitemap_url, "network": "private"}, {})
    for way in ways:
        with pytest.raises(Forbidden):
            await source.fetch(Item(f"{site.url}{way}", "c", "c.html"), 100)
    assert "/private/c.html" not in site.asked
    await source.close()


async def test_robots_txt_that_cannot_be_had_forbids_everything(site: Website) -> None:
    site.replies["/robots.txt"] = Reply(status=503)
    with pytest.raises(DependencyUnavailable):
        await listed(site)
    assert site.asked == ["/robots.txt"]


async def test_pages_of_other_hosts_are_left_out(site: Website) -> None:
    others = ("http://localhost:1/x", "https://127.0.0.1/x", "file:///etc/passwd", "http://u:p@127.0.0.1/x", "x", "[")
    site.more_in_sitemap = "".join(f"<url><loc>{other}</loc></url>" for other in others)
    assert paths(site, await listed(site)) == list(PAGES)


async def test_redirects_are_not_followed(site: Website) -> None:
    site.replies["/a"] = Reply(status=302, headers={"Location": "http://169.254.169.254/latest"})
    source = SitemapSource({"url": site.sitemap_url, "network": "private"}, {})
    first, *_ = [item async for item in source.items()]
    with pytest.raises(DependencyNonsense, match="redirect"):
        await source.fetch(first, 100)
    await source.close()


async def test_sitemaps_may_lead_to_others_and_be_packed(site: Website) -> None:
    inner = f"<urlset><url><loc>{site.url}/a</loc></url></urlset>".encode()
    index = "".join(f"<sitemap><loc>{site.url}{path}</loc></sitemap>" for path in ("/one.xml.gz", "/sitemap.xml"))
    site.replies |= {
        "/sitemap.xml": Reply((f"<sitemapindex>{index}</sitemapindex>".encode(),)),
        "/one.xml.gz": Reply((gzip.compress(inner),)),
    }
    assert paths(site, await listed(site)) == ["/a"]


async def test_more_pages_than_allowed_are_an_error_and_no_shorter_list(site: Website) -> None:
    with pytest.raises(TooLarge):
        await listed(site, max_pages=2)
    assert paths(site, await listed(site, max_pages=2, exclude=["private/**"])) == ["/a", "/docs/b.html"]
    assert paths(site, await listed(site, include=["*.html"])) == ["/docs/b.html", "/private/c.html"]


@pytest.mark.parametrize(
    "body",
    [
        b"<html>no sitemap</html>",
        b"no xml",
        b"",
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><urlset><url><loc>&e;</loc></url></urlset>',
        b"\x1f\x8b damaged",
    ],
)
async def test_what_is_no_sitemap_is_an_error(site: Website, body: bytes) -> None:
    site.replies["/sitemap.xml"] = Reply((body,))
    with pytest.raises(DependencyNonsense):
        await listed(site)


async def test_a_time_of_change_is_a_version_and_a_date_is_none(site: Website) -> None:
    site.changed = {"/a": "2024-05-01T10:00:00+02:00", "/docs/b.html": "2024-05-01"}
    assert [item.version for item in await listed(site)] == ["2024-05-01T10:00:00+02:00", "", ""]


async def test_a_site_on_a_private_network_has_to_be_meant(site: Website) -> None:
    with pytest.raises(OptionFault):
        SitemapSource({"url": site.sitemap_url}, {})
    with pytest.raises(DependencyError):
        await listed(site, url=site.sitemap_url.replace("127.0.0.1", "localhost"), network="public")
    assert site.asked == []


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/shop/", False),
        ("/shop/open/x", True),
        ("/a.pdf", False),
        ("/a.pdf?x", True),
        ("/other/private/x", False),
        ("/tie", True),
        ("/x/b/y/c/z.end", False),
        ("/x/c/y/b/z.end", True),
        ("/xx/b/cc.end.more", True),
    ],
)
def test_the_longest_rule_decides(path: str, allowed: bool) -> None:
    text = (
        "\ufeffUser-Agent: lacuna/1.0 # us\nuser-agent: someone\nDisallow: /shop\nAllow: /shop/open\n"
        "Disallow: /*.pdf$\nDisallow: */private/\nDisallow: /tie\nAllow: /tie\nDisallow: /x*b*c*.end$\n"
        "Crawl-delay: 2\n\nUser-agent: *\nDisallow: /\n"
    )
    robots = Robots.read(text, "Lacuna")
    assert robots.allow(path) is allowed
    assert robots.delay_s == 2.0
    assert not Robots.read(text, "Another").allow(path)


def test_hostile_rules_take_linear_time() -> None:
    rules = "".join(f"Disallow: /{'*a' * 60}{number}$\n" for number in range(50))
    assert Robots.read(f"User-agent: *\n{rules}", "Lacuna").allow("/" + "a" * 20_000)


@given(st.text(max_size=300), st.text(max_size=50))
def test_any_text_is_read_as_rules(text: str, path: str) -> None:
    Robots.read(text, "Lacuna").allow(path)
