"""Where an OpenAI-compatible service begins: its base address, with or without the version that the protocol wants."""

import re
from typing import Final

from lacuna.adapters.addresses import AddressRule, Endpoint

_VERSION_SEGMENT: Final = re.compile(r"/v\d[\w.]*(?:/|$)")


def parse(endpoint: str, rule: AddressRule) -> Endpoint:
    """The endpoint of an address given with or without `/v1`. Raises ConfigError for one that is no URL, or that `rule`
    does not permit."""
    base = endpoint.strip().rstrip("/")
    parsed = Endpoint.parse(base, rule)
    return parsed if _VERSION_SEGMENT.search(parsed.path) else Endpoint.parse(f"{base}/v1", rule)
