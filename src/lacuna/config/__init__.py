"""The only reader of environment and configuration files.

`load` reads everything once, checks it whole and hands down a frozen `Settings` tree with the organisation's `TermSet`;
or it raises one ConfigError that lists every fault with its place. What it leaves to others: building anything from it
(`lacuna.wiring`).
"""

from lacuna.config.cache_folder import cache_folders
from lacuna.config.environment import choose_tenant
from lacuna.config.loading import Loaded, load, locate
from lacuna.config.settings import PACKAGED_MODEL, Settings
from lacuna.config.support import production_settings, unsupported

__all__ = [
    "PACKAGED_MODEL",
    "Loaded",
    "Settings",
    "cache_folders",
    "choose_tenant",
    "load",
    "locate",
    "production_settings",
    "unsupported",
]
