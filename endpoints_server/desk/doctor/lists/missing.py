"""A model of the file is not on the endpoint's list."""

from endpoints_server.desk.doctor.answers.model import near_names
from endpoints_server.desk.doctor.case import Case, Finding, Weight

USUAL_TAG = ":latest"
"""What Ollama adds to a name that says no version."""
SHOWN_NAMES = 5


def missing(case: Case) -> Finding | None:
    """Tell which of them the list lacks, and what it has of near names."""
    lacking = [name for name in names_of(case) if not is_listed(name, case.listed)]
    if not case.listed or not lacking:
        return None
    near = {name: near_names(name, case.listed) for name in lacking}
    hints = [f"`{name}`: {', '.join(found)}" for name, found in near.items() if found]
    some = ", ".join(case.listed[:SHOWN_NAMES])
    return Finding(
        rule="model_not_listed",
        weight=Weight.MEND,
        symptom=f"not on the list: {', '.join(f'`{name}`' for name in lacking)}",
        cause="the upstream no longer has them, or has them under other names",
        change=f"near names it lists: {'; '.join(hints)}"
        if hints
        else f"correct their names, or take them out; it lists {some}",
    )


def names_of(case: Case) -> list[str]:
    """Give the models that the file names."""
    return [model.name for model in case.endpoint.models]


def is_listed(name: str, listed: tuple[str, ...]) -> bool:
    """Say whether a list has a model."""
    return name in listed or f"{name}{USUAL_TAG}" in listed
