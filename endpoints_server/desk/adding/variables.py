"""Which variables an endpoint reads, where an example from elsewhere names some of its own."""

from collections.abc import Collection
from functools import cache

from msgspec import Struct

from endpoints_server.config.environment import SECRETS
from endpoints_server.config.expand import DENIED, expand
from endpoints_server.config.models_json.vendors import Vendor, names, read_vendor
from endpoints_server.config.naming import slug_of

API_KEY = "API_KEY"


class Naming(Struct, frozen=True, kw_only=True):
    """The endpoint that variables are for, the vendor at its address, and the variables in use.

    What is in use has a value that is somebody's. An example names its host and its variables as it
    likes, so it must not send the value of the one to the other.
    """

    endpoint: str
    vendor: Vendor | None
    in_use: Collection[str]

    def of_key(self, named: str | None) -> str:
        """Give the variable of the key: the one named, the vendor's or one's own."""
        if named and self.may_read(named):
            return named
        usual = self.vendor.variables if self.vendor else ()
        return usual[0] if usual else self.own()

    def own(self, ending: str = API_KEY) -> str:
        """Make up a variable of the endpoint's own."""
        made_up = variable_named(self.endpoint, ending)
        return variable_named(self.endpoint, f"OWN_{ending}") if is_spoken_for(made_up) else made_up

    def may_read(self, variable: str) -> bool:
        """Say whether the endpoint may read a variable that an example names."""
        if variable == self.own() or (self.vendor and variable in self.vendor.variables):
            return True
        return variable not in self.in_use and not is_spoken_for(variable)

    def fit(self, address: str) -> dict[str, str]:
        """Give each variable of an address with the one to be read for it.

        One that is the beginning of an address names a server of one's own.
        """
        return {
            name: name
            if self.may_read(name) or (is_beginning(name, address) and not is_spoken_for(name))
            else self.own(name)
            for name in names_in(address)
        }


def is_beginning(name: str, address: str) -> bool:
    """Say whether an address is a variable, with nothing but a path behind it."""
    return f"{address}/".startswith(f"{reference(name)}/")


@cache
def spoken_for() -> frozenset[str]:
    """Give the variables that have a meaning anywhere: a vendor's key, or the installation's."""
    keys = (name for vendor in names() for name in read_vendor(vendor).variables)
    return frozenset({*DENIED, *SECRETS, *SECRETS.values(), *keys})


def is_spoken_for(variable: str) -> bool:
    """Say whether a variable belongs to a vendor or to the installation, set or not."""
    return variable in spoken_for()


def reference(name: str) -> str:
    """Write a variable."""
    return f"${{{name}}}"


def names_in(text: str) -> tuple[str, ...]:
    """Name the variables that stand in a text."""
    missing = expand(text, {}).missing
    return tuple(name for name in missing if name.isascii() and name.isidentifier())


def variable_named(name: str, ending: str) -> str:
    """Make up a variable for an endpoint."""
    letters = slug_of(name).replace("-", "_").upper()
    return f"{'_' if letters[0].isdigit() else ''}{letters}_{ending}"
