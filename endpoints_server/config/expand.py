"""Variables in the administrator's text become their values, in one pass."""

import re
from collections.abc import Mapping

from msgspec import Struct

REFERENCE = re.compile(r"\$\$|\$\{([^}]*)\}")
UNENDED = re.compile(r"\$\$|\$\{()")
BARE = re.compile(REFERENCE.pattern + r"|\$(?P<bare>[A-Za-z_][A-Za-z0-9_]*)")
BARE_UNENDED = re.compile(UNENDED.pattern + r"|\$(?P<bare>[A-Za-z_][A-Za-z0-9_]*)")
CAPITALS = re.compile(r"[A-Z_][A-Z0-9_]*")
DEFAULT = ":-"
DENIED = frozenset(
    {
        "JWT_SECRET",
        "JWT_REFRESH_SECRET",
        "CREDS_KEY",
        "CREDS_IV",
        "MEILI_MASTER_KEY",
        "MONGO_URI",
        "REDIS_URI",
        "REDIS_PASSWORD",
        "ES_SECRET_KEYS",
        "ES_ADMIN_KEY",
        "ES_DATABASE_URL",
        "ES_REDIS_URL",
    }
)
"""Secrets of the installation itself; no endpoint may be given them."""

USER_PROVIDED = "user_provided"


class Expansion(Struct, frozen=True, kw_only=True):
    """Text with its variables filled in; `missing` are those that could not be, still in it."""

    text: str
    used: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def expand(text: str, environ: Mapping[str, str], *, has_bare: bool = False) -> Expansion:
    """Fill in every `${NAME}` and `${NAME:-default}`; `$$` is a dollar sign.

    The text is trimmed first. An empty variable counts as unset; what is filled in is not looked at
    again. An opening `${` without its end is missing under the empty name. With `has_bare` a
    `$NAME` is filled in too, where such a variable is set; one in capitals that is not is missing,
    and any other stays as it is.
    """
    used: dict[str, None] = {}
    missing: dict[str, None] = {}

    def filled(match: re.Match[str]) -> str:
        if match.group() == "$$":
            return "$"
        bare = match.group("bare") if has_bare else None
        name, separator, default = (bare or match.group(1)).partition(DEFAULT)
        value = "" if name in DENIED else environ.get(name, "")
        if value:
            used[name] = None
            return value
        if separator and name not in DENIED:
            return default
        if not bare or CAPITALS.fullmatch(name):
            missing[name] = None
        return match.group()

    reference, unended = (BARE, BARE_UNENDED) if has_bare else (REFERENCE, UNENDED)
    head, brace, tail = text.strip().rpartition("}")
    expanded = reference.sub(filled, head + brace) + unended.sub(filled, tail)
    return Expansion(text=expanded, used=tuple(used), missing=tuple(missing))


def variables_in(text: str) -> frozenset[str]:
    """Name every variable that lines of text mention, in either form."""
    found = (match for line in text.splitlines() for match in BARE.finditer(line))
    names = (each["bare"] or each[1] or "" for each in found)
    return frozenset(filter(None, (name.partition(DEFAULT)[0] for name in names)))
