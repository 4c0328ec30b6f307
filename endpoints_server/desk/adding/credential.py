"""How an example presents its key, in the keys of an endpoint."""

from msgspec import Struct

from endpoints_server.config.models_json.vendors import Vendor
from endpoints_server.config.schema.wire import WIRES as WIRE_NAMES
from endpoints_server.desk.adding.proposal import KEY, NO_KEY, Variable, reference, variable_named
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


def presented(draft: Draft, name: str, vendor: Vendor | None) -> Presented:
    """Say how a draft's key is presented; it is always in a variable, never in the file."""
    auth = draft.auth or Auth()
    variable = Variable(variable_of(draft, name, vendor), KEY.format(name=name))
    if auth.header is None:
        return unseen(draft, variable, vendor)
    header, scheme = auth.header.lower(), (auth.scheme or "").lower()
    if scheme == "basic":
        return basic(variable_named(name, "BASIC_AUTH"))
    if is_of_the_wire(draft, header, scheme):
        return usual(draft, variable, vendor)
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


def variable_of(draft: Draft, name: str, vendor: Vendor | None) -> str:
    """Name the variable: the example's own, else the vendor's usual, else one of the endpoint's."""
    known = vendor.variables if vendor else ()
    return draft.api_key_env or (known[0] if known else variable_named(name, "API_KEY"))


def is_named(draft: Draft, vendor: Vendor | None) -> bool:
    """Say whether the example or its vendor has a variable for the key."""
    return bool(draft.api_key_env or (vendor and vendor.variables))


def usual(draft: Draft, variable: Variable, vendor: Vendor | None) -> Presented:
    """Say what is presented in the usual header; to a server nearby often for form's sake."""
    if draft.is_local and not is_named(draft, vendor):
        return optional(variable)
    return Presented(key=reference(variable.name), variables=(variable,))


def unseen(draft: Draft, variable: Variable, vendor: Vendor | None) -> Presented:
    """Say what is presented where an example shows no key."""
    if is_named(draft, vendor):
        return Presented(key=reference(variable.name), variables=(variable,))
    return Presented(key=NO_KEY) if draft.is_local else optional(variable)


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
