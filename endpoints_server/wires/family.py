"""What is known of each family of models: how much it writes, and how it thinks."""

import re
from functools import lru_cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.domain.dialect import Dialect

VERSION = r"(?P<major>\d{1,2})(?:[-.](?P<minor>\d{1,2}))?(?!\d)"
NAMED = re.compile(rf"claude-(?P<line>[a-z]+)-{VERSION}")
NUMBERED = re.compile(rf"claude-{VERSION}(?:-(?P<line>[a-z]+))?")


class Family(Struct, frozen=True):
    """A family of models; `ceiling_tokens` is the most it writes.

    It thinks not at all (`none`), on a budget, either way, or only as much as it wants (`adaptive`,
    which also leaves no say in how tokens are drawn). Of an `unknown` model nothing is changed.
    `has_off_switch` says that it thinks unless told not to, `has_sampling` that there is a say in
    how tokens are drawn all the same.
    """

    ceiling_tokens: int
    thinking: Literal["none", "budget", "either", "adaptive", "unknown"]
    has_off_switch: bool = False
    has_sampling: bool = False


UNKNOWN = Family(8192, "unknown", has_off_switch=True)
FAMILIES: tuple[tuple[str, tuple[int, int], Family], ...] = (
    ("", (5, 1), Family(128_000, "adaptive")),
    ("", (5, 0), Family(128_000, "adaptive", has_off_switch=True)),
    ("", (4, 7), Family(128_000, "adaptive")),
    ("", (4, 6), Family(128_000, "either")),
    ("opus", (4, 5), Family(64_000, "budget")),
    ("opus", (4, 0), Family(32_000, "budget")),
    ("", (4, 0), Family(64_000, "budget")),
    ("", (3, 7), Family(8192, "budget")),
    ("", (3, 5), Family(8192, "none")),
    ("", (0, 0), Family(4096, "none")),
)
"""Line (any where empty) and the first version of each family, newest first."""


def family_for(model: str, dialect: Dialect) -> Family:
    """Find the family of a model, with what the configuration says of it laid over."""
    family, rules = family_of(model), dialect.thinking
    if dialect.ceiling_tokens is not None:
        family = replace(family, ceiling_tokens=dialect.ceiling_tokens)
    if rules.is_able is False:
        return replace(family, thinking="none", has_off_switch=False)
    if rules.is_adaptive:
        return replace(family, thinking="adaptive", has_sampling=True)
    return family


@lru_cache(maxsize=1024)
def family_of(model: str) -> Family:
    """Find the family of a model by its name, vendor prefixes and dates left aside."""
    name = model.lower()
    found = NUMBERED.search(name) or NAMED.search(name)
    if found is None:
        return UNKNOWN
    version = (int(found["major"]), int(found["minor"] or 0))
    for line, first, family in FAMILIES:
        if line in ("", found["line"]) and version >= first:
            return family
    return UNKNOWN
