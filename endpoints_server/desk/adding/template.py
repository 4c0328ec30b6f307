"""A vendor's endpoint, out of the facts that are known of it."""

from collections.abc import Mapping

from endpoints_server.config.models_json.vendors import Vendor, names, read_vendor
from endpoints_server.desk.adding.proposal import (
    KEY,
    NO_KEY,
    Proposal,
    Variable,
    Wish,
    in_order,
)
from endpoints_server.desk.adding.variables import reference, variable_named
from endpoints_server.desk.vendors.known import get_vendor

ADDRESS = "the address of the API, as https://…/v1"


def from_template(name: str, wish: Wish, environ: Mapping[str, str]) -> Proposal:
    """Propose a vendor's endpoint; of several variables for its key the one that is set.

    Raises Failed(bad_request) for a vendor that nobody knows, with the nearest that is known.
    """
    vendor = get_vendor(name)
    facts = vendor.entry
    models = chosen(vendor, wish.models)
    variables = variables_of(vendor, environ)
    key = next((each.name for each in variables if each.holds != ADDRESS), "")
    is_listing = facts.get("models", {}).get("fetch") or not vendor.models
    entry = {
        **facts,
        "name": wish.name or vendor.name,
        "apiKey": reference(key) if key else NO_KEY,
        "baseURL": facts.get("baseURL") or reference(address_variable(vendor)),
        "models": {"default": models} | ({"fetch": True} if is_listing else {}),
    }
    missing = () if models else ("model",)
    return Proposal(entry=in_order(entry), variables=variables, missing=missing)


def chosen(vendor: Vendor, wanted: tuple[str, ...]) -> list[object]:
    """Choose the models of a vendor, or those that are wanted, with what is known of them."""
    known = {model["name"]: model for model in vendor.models}
    models = [known.get(name, {"name": name}) for name in wanted or known]
    return [model if len(model) > 1 else model["name"] for model in models]


def variables_of(vendor: Vendor, environ: Mapping[str, str]) -> tuple[Variable, ...]:
    """Say which variables a vendor's endpoint takes."""
    usual = vendor.variables
    key = next((each for each in usual if environ.get(each)), usual[0] if usual else "")
    found = [Variable(key, KEY.format(name=vendor.name))] if key else []
    if "baseURL" not in vendor.entry:
        found.append(Variable(address_variable(vendor), ADDRESS))
    return tuple(found)


def address_variable(vendor: Vendor) -> str:
    """Name the variable for an address that every customer has for their own."""
    return variable_named(vendor.name, "BASE_URL")


def vendors_with_keys(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Name the vendors whose keys are set, each key for one vendor."""
    found: dict[str, str] = {}
    for name in sorted(names()):
        vendor = read_vendor(name)
        variable = next(filter(environ.get, vendor.variables), "")
        if variable and vendor.models:
            found.setdefault(variable, name)
    return tuple(found.values())
