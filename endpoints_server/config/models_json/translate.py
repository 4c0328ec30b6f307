"""A provider of pi's file becomes an entry of ours, part by part."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from endpoints_server.config.checks.endpoints import COMPLETE_PATHS
from endpoints_server.config.checks.nearest import did_you_mean
from endpoints_server.config.expand import USER_PROVIDED
from endpoints_server.config.models_json.draft import Draft
from endpoints_server.config.models_json.vendors import Vendor, find_vendor, vendor_at
from endpoints_server.config.problem import Level, Problem, shown
from endpoints_server.config.schema.wire import WIRES
from endpoints_server.config.text.document import Document, Path

TAKEN = ("apiKey", "headers", "authHeader")
"""Keys of a provider that an entry has too, by the same name."""

KNOWN = (*TAKEN, "name", "baseUrl", "api", "compat", "models", "modelOverrides", "oauth")
ACTING = ("baseUrl", "headers", "compat", "modelOverrides", "models")
"""Keys of which a provider needs one to be about anything."""

WITHOUT_COUNTERPART = {
    "inputLimits": "callers keep to their own limits",
    "promptCache": "nothing is kept warm here",
}
"""Keys of a model that steer what pi itself does."""

NO_KEY = "none"


class Drafted(Struct, frozen=True):
    """What came of a provider: its draft, what there is to say, and whether it can be served."""

    draft: Draft
    problems: tuple[Problem, ...]


class Refused(Exception):
    """A provider that can be no endpoint; says why and where, and what else there is to say."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path
        self.problems: list[Problem] = []


def draft_provider(document: Document, name: str, is_set: Callable[[str], bool]) -> Drafted:
    """Translate one provider, over the facts of the vendor whose name it has.

    `is_set` says whether there is such a variable. Raises Refused where it cannot be an endpoint
    whatever else it says.
    """
    home: Path = ("providers", name)
    if not isinstance(document.get(home), dict):
        raise Refused(home, "a provider must be a mapping")
    translation = _Translation(document, home, find_vendor(name))
    try:
        translation.require_something()
        translation.way()
        translation.key(is_set)
        translation.deviations()
        translation.models()
    except Refused as refused:
        refused.problems = translation.problems
        raise
    return Drafted(translation.draft, tuple(translation.problems))


class _Translation:
    """Takes a provider apart, key by key; gathers the entry and what there is to say."""

    def __init__(self, document: Document, home: Path, vendor: Vendor | None) -> None:
        self.document = document
        self.home = home
        self.vendor = vendor
        self.provider: Any = document.get(home)
        self.facts = vendor.entry if vendor else {}
        self.draft = Draft(document, home)
        self.problems: list[Problem] = []

    def require_something(self) -> None:
        """Refuse a provider that says nothing; warn of keys that nobody knows."""
        if not any(self.provider.get(key) not in (None, {}) for key in ACTING):
            keys = ", ".join(f"`{key}`" for key in ACTING)
            raise Refused(self.home, f"it must have one of {keys}")
        for key in self.provider:
            if key not in KNOWN:
                self.warn((key,), f"{shown(key)} is no key of a provider", KNOWN)
        if "oauth" in self.provider:
            self.warn(("oauth",), "pi signs in by itself, and this server does not")

    def way(self) -> None:
        """Say how the provider is called, what it speaks and where it is."""
        self.draft.set(("name",), self.home[-1], self.home)
        if "name" in self.provider:
            self.draft.take(("modelDisplayLabel",), (*self.home, "name"))
        named = self.provider.get("api", "")
        if not isinstance(named, str) or named in WIRES:
            self.draft.take(("provider",), (*self.home, "api"))
        elif "provider" in self.facts:
            self.draft.set(("provider",), self.facts["provider"], self.home)
        if "baseUrl" in self.provider:
            self.draft.take(("baseURL",), (*self.home, "baseUrl"))
            self.note_complete()
        elif "baseURL" in self.facts:
            self.draft.set(("baseURL",), self.facts["baseURL"], self.home)
        elif self.own_addresses():
            self.draft.take(("baseURL",), self.own_addresses()[0])
        else:
            raise Refused(self.home, "`baseUrl` is wanted: no vendor of this name is known")

    def own_addresses(self) -> list[Path]:
        """Give the places of the models' own addresses, if every model has one."""
        places: list[Path] = [(*place, "baseUrl") for place in self.listed()]
        return places if all(self.document.get(place) for place in places) else []

    def note_complete(self) -> None:
        """Take a complete address as it is, where one stands in place of a base."""
        address = self.provider["baseUrl"]
        location = address.partition("?")[0].rstrip("/") if isinstance(address, str) else ""
        if location.endswith(COMPLETE_PATHS) and not location.endswith("/v1/messages"):
            self.draft.set(("directEndpoint",), True, (*self.home, "baseUrl"))  # noqa: FBT003
            message = "`baseUrl` is a complete address; nothing is appended to it"
            self.note((*self.home, "baseUrl"), message)

    def key(self, is_set: Callable[[str], bool]) -> None:
        """Say which key is presented: its own, the vendor's usual variable, or each person's."""
        for key in TAKEN:
            if key in self.provider:
                self.draft.take((key,), (*self.home, key))
        if "headers" in self.facts:
            headers = self.facts["headers"] | self.draft.entry.get("headers", {})
            self.draft.entry["headers"] = headers
        if "apiKey" in self.provider:
            return
        variables = self.vendor.variables if self.vendor else ()
        found = next(filter(is_set, variables), "")
        headers = self.provider.get("headers")
        names = {name.lower() for name in headers} if isinstance(headers, dict) else set()
        if found:
            self.draft.set(("apiKey",), f"${found}", self.home)
        elif "authorization" in names or (self.vendor and not variables):
            self.draft.set(("apiKey",), NO_KEY, self.home)
        else:
            self.draft.set(("apiKey",), USER_PROVIDED, self.home)
            self.note(self.home, "no `apiKey` stands here, so people bring their own")

    def deviations(self) -> None:
        """Lay the provider's `compat` over what is known of the API at its address."""
        address = self.draft.entry.get("baseURL")
        known = vendor_at(address) if isinstance(address, str) else None
        for facts in (known, self.vendor):
            for flag, value in (facts.entry.get("compat", {}) if facts else {}).items():
                self.draft.set(("compat", flag), value, ())
        compat = self.provider.get("compat")
        if not isinstance(compat, dict):
            if compat is not None:
                self.draft.take(("compat",), (*self.home, "compat"))
            return
        for flag in compat:
            self.draft.take(("compat", flag), (*self.home, "compat", flag))

    def listed(self) -> list[Path]:
        """Give the place of each model that the provider lists."""
        models = self.provider.get("models")
        count = len(models) if isinstance(models, list) else 0
        return [(*self.home, "models", number) for number in range(count)]

    def models(self) -> None:
        """List the vendor's models, those of the file in their places or behind them, overrides."""
        own = {self.name_at(place): place for place in self.listed()}
        vendors = self.vendor.models if self.vendor else []
        places: dict[str, int] = {}
        for number, facts in enumerate(vendors):
            if facts["name"] not in own:
                places[facts["name"]] = len(places)
                self.borrow_model(places[facts["name"]], number)
        for place in self.servable(own):
            self.take_model(len(places), place)
            places[self.name_at(place)] = len(places)
        if "models" in self.provider and not isinstance(self.provider["models"], list):
            self.draft.take(("models", "default"), (*self.home, "models"))
            return
        self.overrides(places)
        if not places:
            raise Refused(self.home, "it lists no model that can be served")
        if "models" not in self.provider and self.facts.get("models", {}).get("fetch"):
            self.draft.set(("models", "fetch"), True, self.home)  # noqa: FBT003

    def name_at(self, place: Path) -> str:
        """Give the id of a model; of one without a usable id its place, for it to be told of."""
        name = self.document.get((*place, "id"))
        return name if isinstance(name, str) else str(place)

    def servable(self, own: Mapping[str, Path]) -> Iterator[Path]:
        """Give the models whose API is spoken here; warn of the others."""
        for name, place in own.items():
            named = self.document.get((*place, "api")) or self.provider.get("api")
            if named is None and self.vendor is None:
                message = f"the model {shown(str(name))} is left out: nothing says its `api`"
                self.warn_at(place, message)
            elif isinstance(named, str) and named not in WIRES:
                message = (
                    f"the model {shown(str(name))} is left out: no API {shown(named)} is known"
                )
                self.warn_at(place, message, did_you_mean(named, WIRES))
            else:
                yield place

    def take_model(self, number: int, place: Path) -> None:
        """Take a model of the file; like pi, it has nothing of a vendor's of the same name."""
        path: Path = ("models", "default", number)
        self.draft.take(path, place)
        item = self.draft.entry["models"]["default"][number]
        if not isinstance(item, dict):
            return
        item = self.without_idle(item, place)
        self.draft.entry["models"]["default"][number] = item | {
            "reasoning": item.get("reasoning", False)
        }
        replaced = self.vendors_own(item.get("id"))
        for key, ours in (("provider", "api"), ("baseUrl", "baseUrl")):
            if key in replaced and ours not in item and "baseUrl" not in self.provider:
                self.draft.set((*path, ours), replaced[key], place)

    def vendors_own(self, name: object) -> dict[str, Any]:
        """Find what a vendor is known to have under a model's name."""
        models = self.vendor.models if self.vendor else []
        return next((facts for facts in models if facts["name"] == name), {})

    def borrow_model(self, number: int, vendors_number: int) -> None:
        """Take a model of the vendor; under an address of the provider's own it is there too."""
        path: Path = ("models", "default", number)
        if self.vendor:
            origin: Path = ("models", "default", vendors_number)
            self.draft.borrow(path, self.vendor.document, origin)
        item = self.draft.entry["models"]["default"][number]
        if isinstance(item, dict) and "baseUrl" in self.provider:
            kept = {key: value for key, value in item.items() if key != "baseUrl"}
            self.draft.entry["models"]["default"][number] = kept

    def without_idle(self, said: dict[str, Any], place: Path) -> dict[str, Any]:
        """Leave out what has no counterpart here, and say so."""
        for key in WITHOUT_COUNTERPART.keys() & said.keys():
            self.note((*place, key), f"`{key}` changes nothing here: {WITHOUT_COUNTERPART[key]}")
        return {key: value for key, value in said.items() if key not in WITHOUT_COUNTERPART}

    def overrides(self, places: dict[str, int]) -> None:
        """Take the overrides; of a vendor whose models are not all known, one names a model too."""
        overrides = self.provider.get("modelOverrides")
        if overrides is None:
            return
        self.draft.take(("modelOverrides",), (*self.home, "modelOverrides"))
        for name in overrides if isinstance(overrides, dict) else ():
            place: Path = (*self.home, "modelOverrides", name)
            if isinstance(overrides[name], dict):
                kept = self.without_idle(overrides[name], place)
                self.draft.entry["modelOverrides"] = {
                    **self.draft.entry["modelOverrides"],
                    name: kept,
                }
            if self.vendor and name not in places:
                self.draft.set(("models", "default", len(places)), {"id": name}, place)
                places[name] = len(places)

    def note(self, path: Path, message: str) -> None:
        """Note something at a place of the file."""
        self.problems.append(self.document.problem(path, message, level=Level.NOTE))

    def warn_at(self, path: Path, message: str, hint: str = "") -> None:
        """Warn of something at a place of the file."""
        self.problems.append(self.document.problem(path, message, hint, level=Level.WARNING))

    def warn(self, key: Path, message: str, known: tuple[str, ...] = ()) -> None:
        """Warn of a key of the provider."""
        hint = did_you_mean(str(key[-1]), known)
        path = (*self.home, *key)
        self.problems.append(
            self.document.problem(path, message, hint, level=Level.WARNING, is_about_key=True)
        )
