"""The text of a header becomes a template: plain pieces and known placeholders."""

import re
from collections.abc import Mapping

from msgspec import Struct

from endpoints_server.config.values.command import is_command, plain, read_command
from endpoints_server.domain.header import HeaderTemplate, Placeholder, Source

USER_FIELDS = (
    *("ID", "NAME", "USERNAME", "EMAIL", "PROVIDER", "ROLE"),
    *("GOOGLEID", "FACEBOOKID", "OPENIDID", "SAMLID", "LDAPID", "GITHUBID", "DISCORDID", "APPLEID"),
    *("EMAILVERIFIED", "TWOFACTORENABLED", "TERMSACCEPTED", "TERMSACCEPTEDAT", "TENANTID"),
)
BODY_FIELDS = ("CONVERSATIONID", "PARENTMESSAGEID", "MESSAGEID")
OPENID_CREDENTIALS = ("ACCESS_TOKEN", "ID_TOKEN")
OPENID_FIELDS = ("USER_ID", "USER_EMAIL", "USER_NAME", "EXPIRES_AT")

PLACEHOLDERS = {
    **{f"LIBRECHAT_USER_{name}": Placeholder(Source.USER, name) for name in USER_FIELDS},
    "LIBRECHAT_USER_TENANT_ID": Placeholder(Source.USER, "TENANTID"),
    **{f"LIBRECHAT_BODY_{name}": Placeholder(Source.BODY, name) for name in BODY_FIELDS},
    **{f"LIBRECHAT_OPENID_{name}": Placeholder(Source.OPENID, name) for name in OPENID_FIELDS},
    **{
        f"LIBRECHAT_OPENID_{name}": Placeholder(Source.OPENID, name, is_credential=True)
        for name in OPENID_CREDENTIALS
    },
    "LIBRECHAT_OPENID_TOKEN": Placeholder(Source.OPENID, "ACCESS_TOKEN", is_credential=True),
}
PATTERN = re.compile(r"\{\{([^{}]*)\}\}|<<(LIBRECHAT_[^<>]*)>>")
STRAY = re.compile(r"LIBRECHAT_(?:USER|BODY|OPENID|GRAPH)_[A-Z_]*")


class Template(Struct, frozen=True, kw_only=True):
    """A header's value in pieces; `unknown` are placeholders that nothing can fill in.

    Unknown ones stay among the pieces as the text they are.
    """

    pieces: tuple[str | Placeholder, ...]
    unknown: tuple[str, ...] = ()


def read_template(text: str) -> Template:
    """Cut a value at its placeholders, `{{…}}` or `<<…>>`, left to right and once."""
    pieces: list[str | Placeholder] = []
    unknown: list[str] = []
    end = 0
    for match in PATTERN.finditer(text):
        name = match.group(1) if match.group(1) is not None else match.group(2)
        placeholder = PLACEHOLDERS.get(name)
        if placeholder is None:
            unknown.append(name)
            continue
        pieces += [text[end : match.start()], placeholder]
        end = match.end()
    pieces.append(text[end:])
    told = tuple(dict.fromkeys(unknown))
    return Template(pieces=tuple(filter(None, pieces)), unknown=told + strays(pieces, told))


def strays(pieces: list[str | Placeholder], told: tuple[str, ...]) -> tuple[str, ...]:
    """Find names of placeholders that stand in plain text, for want of a brace."""
    texts = [piece for piece in pieces if isinstance(piece, str)]
    found = dict.fromkeys(name for text in texts for name in STRAY.findall(text))
    return tuple(name for name in found if not any(name in other for other in told))


def header_templates(headers: Mapping[str, str]) -> tuple[HeaderTemplate, ...]:
    """Compile configured headers; the content type is the body's own, and nobody's to set."""
    named = ((name, text) for name, text in headers.items() if name.lower() != "content-type")
    return tuple(header_template(*header) for header in named)


def header_template(name: str, text: str) -> HeaderTemplate:
    """Compile one configured header, whose value may be a command."""
    if is_command(text):
        return HeaderTemplate(name, (read_command(text),))
    return HeaderTemplate(name, read_template(plain(text)).pieces)
