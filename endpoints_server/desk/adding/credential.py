"""How an example presents its key, in the keys of an endpoint."""

from msgspec import Struct

from endpoints_server.config.schema.wire import WIRES as WIRE_NAMES
from endpoints_server.desk.adding.proposal import KEY, NO_KEY, Variable
from endpoints_server.desk.adding.variables import Naming, reference
from endpoints_server.samples.draft import Auth, Draft
from endpoints_server.wires.listed import WIRES

BEARER = "bearer"
AUTHORIZATION = "authorization"


class Presented(Struct, frozen=True, kw_only=True):
    """The key of an endpoint and the headers it goes in; `has_bearer` is `authHeader`."""

    key: str
    headers: dict[str, str] = {}
    has_bearer: bool = False
    variables: tuple[Variable, ...] = ()
    notes: tuple[str, ...] = ()


def presented(draft: Draft, naming: Naming) -> Presented:
    """Say how a draft's key is presented; it is always in a variable, never in the file."""
    auth = draft.auth or Auth()
    variable = Variable(naming.of_key(draft.api_key_env), KEY.format(name=naming.endpoint))
    is_named = variable.name != naming.own()
    if auth.header is None:
        return unseen(variable, is_named=is_named, is_local=draft.is_local)
    header, scheme = auth.header.lower(), (auth.scheme or "").lower()
    if scheme == "basic":
        return basic(naming.own("BASIC_AUTH"))
    if is_of_the_wire(draft, header, scheme):
        is_for_show = draft.is_local and not is_named  # servers nearby seldom ask for keys
        return optional(variable) if is_for_show else named(variable)
    key = reference(variable.name)
    if (header, scheme) == (AUTHORIZATION, BEARER):
        return Presented(key=key, has_bearer=True, variables=(variable,))
    note = f"the key goes in `{auth.header}`, and in the header that this API usually takes too"
    return Presented(
        key=key,
        headers={auth.header: f"{auth.scheme} {key}" if auth.scheme else key},
        variables=(variable,),
        notes=() if header == AUTHORIZATION else (note,),
    )


def unseen(variable: Variable, *, is_named: bool, is_local: bool) -> Presented:
    """Say what is presented where an example shows no key."""
    if is_named:
        return named(variable)
    return Presented(key=NO_KEY) if is_local else optional(variable)


def named(variable: Variable) -> Presented:
    """Present a key in the usual header."""
    return Presented(key=reference(variable.name), variables=(variable,))


def optional(variable: Variable) -> Presented:
    """Present a key that perhaps nobody asks for."""
    note = f"the example shows no key of anybody's; where one is wanted, set {variable.name}"
    return Presented(key=f"${{{variable.name}:-{NO_KEY}}}", notes=(note,))


def basic(variable: str) -> Presented:
    """Present a name and a password."""
    return Presented(
        key=reference(variable),
        headers={"Authorization": f"Basic {reference(variable)}"},
        variables=(Variable(variable, "the base64 of `user:password`"),),
    )


def is_of_the_wire(draft: Draft, header: str, scheme: str) -> bool:
    """Say whether a wire presents its keys in this header anyway."""
    wire = WIRES[WIRE_NAMES[str(draft.wire)]]
    sent = {name.lower(): value.lower() for name, value in wire.credential("-").items()}
    return sent.get(header) == f"{scheme} -".strip()
