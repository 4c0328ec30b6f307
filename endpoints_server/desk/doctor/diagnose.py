"""The rules in their order: of all that fit a case, the first tells the most."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from endpoints_server.desk.doctor.answers.empty import empty
from endpoints_server.desk.doctor.answers.failing import failing
from endpoints_server.desk.doctor.answers.field import field
from endpoints_server.desk.doctor.answers.garbled import garbled
from endpoints_server.desk.doctor.answers.header import header
from endpoints_server.desk.doctor.answers.key import key
from endpoints_server.desk.doctor.answers.limited import limited
from endpoints_server.desk.doctor.answers.model import model
from endpoints_server.desk.doctor.answers.moved import moved
from endpoints_server.desk.doctor.answers.page import page
from endpoints_server.desk.doctor.answers.path import path
from endpoints_server.desk.doctor.answers.refusing import refusing
from endpoints_server.desk.doctor.answers.whole import whole
from endpoints_server.desk.doctor.answers.wire import wire
from endpoints_server.desk.doctor.case import Case, Finding, Rule
from endpoints_server.desk.doctor.lists.missing import missing
from endpoints_server.desk.doctor.lists.no_list import no_list
from endpoints_server.desk.doctor.network.container import container
from endpoints_server.desk.doctor.network.loopback import loopback
from endpoints_server.desk.doctor.network.plain import plain
from endpoints_server.desk.doctor.network.proxied import proxied
from endpoints_server.desk.doctor.network.refused import refused
from endpoints_server.desk.doctor.network.silent import silent
from endpoints_server.desk.doctor.network.tls import tls
from endpoints_server.desk.doctor.network.unresolved import unresolved
from endpoints_server.domain.scrub import scrub
from endpoints_server.domain.secret import Secret

LONGEST_SYMPTOM = 320
NETWORK: tuple[Rule, ...] = (unresolved, loopback, container, refused, silent, tls)
LISTS: tuple[Rule, ...] = (
    *(proxied, plain, limited, header, key, no_list, failing, refusing),
    missing,
)
ANSWERS: tuple[Rule, ...] = (
    *(proxied, plain, moved, garbled, page, limited, header, key, field, model, wire, path),
    *(failing, empty, whole, refusing),
)


def diagnose(case: Case, rules: Iterable[Rule]) -> Finding | None:
    """Give what the first rule that fits finds, with no secret in it."""
    found = (rule(case) for rule in rules)
    finding = next(filter(None, found), None)
    return None if finding is None else clean(finding, case)


def clean(finding: Finding, case: Case) -> Finding:
    """Take what is secret out of every word of a finding, and what would steer a terminal.

    Words are cut after that: of a secret that is cut the rest would not be known.
    """
    secrets = case.secrets
    return replace(
        finding,
        symptom=shortened(scrub(plain_text(finding.symptom), secrets)),
        cause=scrub(plain_text(finding.cause), secrets),
        change=scrub(plain_text(finding.change), secrets),
        paste="\n".join(clean_line(line, secrets) for line in finding.paste.splitlines()),
    )


def plain_text(text: str) -> str:
    """Write text on one line, without what cannot be seen of it."""
    return "".join(filter(str.isprintable, " ".join(text.split())))


def shortened(text: str) -> str:
    """Cut off what is too long to be read."""
    return text if len(text) <= LONGEST_SYMPTOM else f"{text[:LONGEST_SYMPTOM]}…"


def clean_line(line: str, secrets: Sequence[Secret]) -> str:
    """Do the same to a line of YAML; the name of a variable, in the place of a key, is no key."""
    _, opening, name = line.partition("'${")
    is_variable = bool(opening) and name.removesuffix("}'").isidentifier()
    if is_variable and not any(secret.reveal() in line for secret in secrets):
        return line
    return scrub(line, secrets)
