"""Which model, or which other alias, somebody means who writes a target."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, UnsetType

from endpoints_server.config.models import named
from endpoints_server.config.naming import slug_of
from endpoints_server.config.schema.endpoint import CustomEndpoint
from endpoints_server.config.schema.routing import AliasRule, TargetItem, TargetRule


class Offer(Struct, frozen=True, kw_only=True):
    """What an endpoint of the file has; one that is open may have more, which it lists itself."""

    name: str
    models: tuple[str, ...]
    is_open: bool = False

    @property
    def slug(self) -> str:
        """Its name in addresses."""
        return slug_of(self.name)

    def has(self, model: str) -> bool:
        """Say whether it may be asked for a model."""
        return self.is_open or model in self.models


class Lead(Struct, frozen=True, kw_only=True):
    """Where a target leads: to a model of an endpoint, or through another alias."""

    slug: str = ""
    model: str = ""
    alias: str = ""


class Astray(Struct, frozen=True, kw_only=True):
    """A target that leads nowhere: how so, what stands in its place, and what could."""

    problem: str
    subject: str = ""
    candidates: tuple[str, ...] = ()


def offer_of(entry: CustomEndpoint) -> Offer:
    """Say what an endpoint has, by the file."""
    models = tuple(named(item).key for item in entry.models.default)
    return Offer(name=entry.name, models=models, is_open=entry.models.fetch)


def items_of(rule: AliasRule) -> Sequence[TargetItem]:
    """Take one target alone as a list of one."""
    return rule if isinstance(rule, list) else [rule]


def is_ordered_by_hand(items: Iterable[TargetItem]) -> bool:
    """Say whether weights or orders are given; a list without any is an order by itself."""
    rules = [item for item in items if isinstance(item, TargetRule)]
    return any(
        not isinstance(given, UnsetType) for rule in rules for given in (rule.weight, rule.order)
    )


def resolve(
    item: TargetItem, offers: Sequence[Offer], aliases: Iterable[str], own: str
) -> Lead | Astray:
    """Find what a target of the alias `own` means.

    A text is `endpoint/model`, another alias, or a model that one endpoint alone has.
    """
    if isinstance(item, TargetRule) and item.endpoint:
        return at_endpoint(item.endpoint, item.model, offers)
    text = item.model if isinstance(item, TargetRule) else item
    named_first = by_prefix(text, offers)
    if isinstance(named_first, Lead):
        return named_first
    if text != own and text in aliases:
        return Lead(alias=text)
    if named_first is not None and not any(text in offer.models for offer in offers):
        return named_first
    return by_model(text, offers, [name for name in aliases if name != own])


def at_endpoint(name: str, model: str, offers: Sequence[Offer]) -> Lead | Astray:
    """Find a model of an endpoint that is named."""
    offer = next((each for each in offers if each.slug == slug_of(name)), None)
    if offer is None:
        known = tuple(each.name for each in offers)
        return Astray(problem="there is no endpoint", subject=name, candidates=known)
    if not offer.has(model):
        return Astray(
            problem=f"the endpoint {offer.name} has no model",
            subject=model,
            candidates=offer.models,
        )
    return Lead(slug=offer.slug, model=model)


def by_prefix(text: str, offers: Sequence[Offer]) -> Lead | Astray | None:
    """Read `endpoint/model`, either of which may hold slashes; None where no endpoint is named."""
    found: Lead | Astray | None = None
    position = text.find("/")
    while position > 0:
        slug = slug_of(text[:position])
        if any(offer.slug == slug for offer in offers):
            found = at_endpoint(text[:position], text[position + 1 :], offers)
            if isinstance(found, Lead):
                return found
        position = text.find("/", position + 1)
    return found


def by_model(text: str, offers: Sequence[Offer], aliases: Iterable[str]) -> Lead | Astray:
    """Find the one endpoint that lists a model."""
    holders = [offer for offer in offers if text in offer.models]
    if len(holders) == 1:
        return Lead(slug=holders[0].slug, model=text)
    if holders:
        full = tuple(f"{offer.name}/{text}" for offer in holders)
        return Astray(problem="more than one endpoint has the model", subject=text, candidates=full)
    return Astray(problem="there is no model", subject=text, candidates=names_in(offers, aliases))


def names_in(offers: Iterable[Offer], aliases: Iterable[str]) -> tuple[str, ...]:
    """Give everything that a target could have named."""
    full = [f"{offer.name}/{model}" for offer in offers for model in offer.models]
    bare = [model for offer in offers for model in offer.models]
    return (*bare, *full, *aliases)


def find_loop(name: str, leads: Mapping[str, Sequence[Lead]]) -> tuple[str, ...]:
    """Give the way from an alias back to itself; empty where there is none."""
    waiting: list[tuple[str, ...]] = [(name,)]
    seen: set[str] = set()
    while waiting:
        way = waiting.pop()
        for lead in leads.get(way[-1], ()):
            if lead.alias and lead.alias == name:
                return (*way, name)
            if lead.alias and lead.alias not in seen:
                seen.add(lead.alias)
                waiting.append((*way, lead.alias))
    return ()
