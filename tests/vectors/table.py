"""A table of LibreChat's recorded cases: `python -m tests.vectors.table`, with ES_SHARED set.

What is counted are the reviewed lists beside the tests, which fail where a list and a run disagree.
With `reasons` behind it the command tells why anything is otherwise, and how often.
"""

import json
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.calls.titles import test_flow
from tests.calls.titles import test_vectors as titles
from tests.config import test_vectors as config
from tests.corpus import test_costs as costs
from tests.desk.models import test_vectors as lists
from tests.domain.address import test_vectors as addresses
from tests.vectors.differences import files, requests, streaming
from tests.web.librechat import test_lists as shapes
from tests.web.librechat import test_vectors as keys

Reasons = Mapping[str, Iterable[str]]
Json = dict[str, Any]


def by_reason(reasons: Mapping[str, str]) -> Reasons:
    """Turn a list of cases with their reasons into one of reasons with their cases."""
    return {
        reason: [case for case, said in reasons.items() if said == reason]
        for reason in reasons.values()
    }


LISTS: Mapping[str, tuple[Reasons, ...]] = {
    "connection": (by_reason(keys.DIFFERENT),),
    "costs": (costs.DIFFERENT,),
    "custom-endpoint-schema": (config.ENTRIES_DIFFERENTLY,),
    "direct-endpoint-base": (lists.REDUCED_DIFFERENTLY,),
    "endpoints-entries": (shapes.DIFFERENT,),
    "env-substitution": (config.EXPANDED_DIFFERENTLY,),
    "file-schema": (files.FILES, addresses.ENTRIES_DIFFERENTLY),
    "header-templating": (config.HEADERS_DIFFERENTLY,),
    "load-outcome": (files.OUTCOMES,),
    "model-list-request": (lists.ASKED_DIFFERENTLY,),
    "models-config": (lists.SERVED_DIFFERENTLY,),
    "param-definition-schema": (files.DEFINITIONS,),
    "provider-lookup": (files.PROVIDERS,),
    "requests": (requests.REQUESTS,),
    "ssrf-host": (addresses.HOSTS_DIFFERENTLY,),
    "ssrf-url": (addresses.URLS_DIFFERENTLY,),
    "streaming": (streaming.ANSWERS, streaming.RETRIES),
    "title-flow": (by_reason(test_flow.DIFFERENT),),
    "titles": (titles.DIFFERENT,),
    "token-config-from-models": (lists.PRICED_DIFFERENTLY,),
    "token-config-scope": (lists.SHARED_DIFFERENTLY,),
}
"""By file, the lists of what is sane instead."""

UNPLAYED: Mapping[str, Collection[str]] = {
    "costs": config.all_of(costs.NOT_PLAYED),
    "load-outcome": config.all_of(files.NO_FILE),
    "header-templating": config.all_of(config.HEADERS_NOT_PLAYED),
    "model-list-request": lists.all_of(lists.ASKED_BY_BUILT_IN),
    "names-and-helpers": set(files.FUNCTIONS) - {"normalizeEndpointName"},
    "param-definition-semantics": config.all_of(files.MERGED_NOT_PLAYED),
    "provider-lookup": config.all_of(files.PROVIDERS_NOT_PLAYED),
    "requests": set(requests.NOT_ASSERTED.values()),
    "title-flow": set(test_flow.NOT_OURS),
}
"""By file, the cases, or the marks of cases, that have nothing to be compared with here."""

WIDTHS = "{:<32}{:>7}{:>7}{:>9}{:>9}{:>13}"
HEAD = ("file", "cases", "same", "instead", "quirks", "not played")


def main() -> None:
    """Write a line for each file and one for all, and the reasons where they are asked for."""
    folder = Path(os.environ["ES_SHARED"]) / "vectors"
    rows = list(rows_of(folder))
    sums = [sum(row[place] for row in rows) for place in range(1, len(HEAD))]
    lines = [WIDTHS.format(*row) for row in (HEAD, *rows, ("all", *sums))]
    reasons = reasons_of(folder) if "reasons" in sys.argv else ()
    sys.stdout.write("\n".join([*lines, share(*sums), *reasons, ""]))


def share(cases: int, _same: int, instead: int, quirks: int, unplayed: int) -> str:
    """Say which part of all cases comes out otherwise, and of those that were played."""
    played, sound = cases - unplayed, instead - quirks
    return (
        f"instead: {instead / cases:.1%} of all, {instead / played:.1%} of {played} played;"
        f" {sound / played:.1%} without quirks"
    )


def reasons_of(folder: Path) -> Iterator[str]:
    """Tell each reason with its cases: how many, and how many of those are no quirks."""
    for name, reviewed in LISTS.items():
        (path,) = folder.glob(f"librechat-*/{name}.json")
        cases = cases_in(json.loads(path.read_text()))
        quirks = {name_of(case) for case in cases if is_quirk(case)}
        for reason, found in (pair for each in reviewed for pair in each.items()):
            sound = set(found) - quirks
            yield f"{name:<26}{len(list(found)):>4}{len(sound):>4}  {reason}"


def is_quirk(case: Json) -> bool:
    """Say whether LibreChat does what a case records by accident."""
    return bool(case.get("quirk"))


def rows_of(folder: Path) -> Iterator[tuple[Any, ...]]:
    """Count the cases of each file; `quirks` are those instead that LibreChat does by accident."""
    for path in sorted(folder.glob("librechat-*/*.json")):
        cases = list(cases_in(json.loads(path.read_text())))
        if not cases:
            continue
        name = path.stem
        instead = {
            case for reasons in LISTS.get(name, ()) for each in reasons.values() for case in each
        }
        unplayed = [case for case in cases if is_unplayed(name, case)]
        quirks = [case for case in cases if is_quirk(case) and name_of(case) in instead]
        rest = len(cases) - len(unplayed) - len(instead)
        yield name, len(cases), rest, len(instead), len(quirks), len(unplayed)


def cases_in(told: Json) -> Iterator[Json]:
    """Give the cases of a file, also where they stand under several names."""
    for key in ("cases", "retry_cases", "abort_cases", "rows"):
        yield from told.get(key, ())


def is_unplayed(name: str, case: Json) -> bool:
    """Say whether a case, or its whole file, has nothing to be compared with."""
    if f"{name}.json" in files.FILES_NOT_PLAYED:
        return True
    marks = {name_of(case), case.get("group"), case.get("fn")}
    marks |= {"naming_sensitive"} if case.get("naming_sensitive") else set()
    return not marks.isdisjoint(UNPLAYED.get(name, ()))


def name_of(case: Json) -> str:
    """Give the name by which a case stands in a list."""
    return str(case.get("id") or case.get("case") or case.get("wire"))


if __name__ == "__main__":
    main()
