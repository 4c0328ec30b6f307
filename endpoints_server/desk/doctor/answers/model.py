"""The upstream does not know the model."""

from difflib import get_close_matches
from urllib.parse import urlsplit

from endpoints_server.config.models_json.vendors import vendor_at
from endpoints_server.desk.doctor.case import Case, Finding, Weight
from endpoints_server.desk.doctor.words import answered, error_in, says_any, words_of
from endpoints_server.upstream.observed.exchanges import Exchanged

REFUSALS = frozenset({400, 404, 422})
UNKNOWN = (
    *("not found", "not exist", "unknown", "not a valid", "invalid model", "not available"),
    *("no model", "no such", "not supported", "decommissioned"),
)
OF_ANOTHER_THING = ("for this model", "with this model", "by this model", "this model does not")
"""Said where the model is there, and something else is not."""
MOST_NEAR = 3
CLOSE_ENOUGH = 0.5


def model(case: Case) -> Finding | None:
    """Tell which models of near names there are."""
    exchange = case.exchange
    if exchange is None or not case.model or not is_unknown_model(exchange, case.model):
        return None
    if case.model in case.listed:
        return Finding(
            rule="model_not_served",
            weight=Weight.MEND,
            symptom=answered(exchange),
            cause=f"the upstream lists `{case.model}`, and does not serve it: not to this key, or "
            "not for chat",
            change="see whether this key may use it, or ask for another model",
        )
    near = near_names(case.model, known_names(case))
    return Finding(
        rule="unknown_model",
        weight=Weight.MEND,
        symptom=answered(exchange),
        cause=f"the upstream has no model `{case.model}`, or not for this key",
        change=f"near names it has: {', '.join(near)}" if near else "correct the name",
        paste=corrected(case, near[0]) if near else "",
    )


def corrected(case: Case, name: str) -> str:
    """Write the models of the file with another name in place of the one that was asked for."""
    models = case.endpoint.models
    names = [name if each.name == case.model else each.name for each in models]
    return f"models:\n  default: [{', '.join(map(repr, names))}]"


def is_unknown_model(exchange: Exchanged, name: str) -> bool:
    """Say whether an error is about the name of the model."""
    if exchange.status not in REFUSALS:
        return False
    error = error_in(exchange)
    if "model_not_found" in (error.get("code"), error.get("type")):
        return True
    if says_any(exchange, *OF_ANOTHER_THING) or urlsplit(exchange.url).path in words_of(exchange):
        return False
    is_about_it = says_any(exchange, "model") or name.lower() in words_in(exchange)
    return is_about_it and says_any(exchange, *UNKNOWN)


def words_in(exchange: Exchanged) -> set[str]:
    """Give the words of an error, without what surrounds them."""
    return {word.strip("'\"`.,:;()") for word in words_of(exchange).lower().split()}


def known_names(case: Case) -> tuple[str, ...]:
    """Give the names that the endpoint lists, else those that its vendor is known to have."""
    if case.listed:
        return case.listed
    vendor = vendor_at(case.endpoint.address)
    return tuple(facts["name"] for facts in vendor.models) if vendor else ()


def near_names(name: str, known: tuple[str, ...]) -> list[str]:
    """Give the names nearest to one; letters count in either case, and a vendor before them not."""
    spelled = {each.lower(): each for each in reversed(known)}
    tails = {lowered.rpartition("/")[2]: each for lowered, each in spelled.items()}
    wanted = name.lower()
    found = get_close_matches(wanted, spelled, MOST_NEAR, CLOSE_ENOUGH)
    found += get_close_matches(wanted.rpartition("/")[2], tails, MOST_NEAR, CLOSE_ENOUGH)
    near = [spelled.get(each) or tails[each] for each in found]
    return list(dict.fromkeys(near))[:MOST_NEAR]
