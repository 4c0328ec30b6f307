"""Keys that are understood but do not act yet; each is noted once."""

from collections.abc import Iterator

from msgspec import Struct

from endpoints_server.config.checks.wording import subject
from endpoints_server.config.problem import Level, Problem
from endpoints_server.config.text.document import Document, Path


class Feature(Struct, frozen=True):
    """Something the file can ask for that does not act yet: where it stands, and what to say.

    A step that ends in `*` matches every key that begins so; `*` alone matches any step.
    """

    pattern: tuple[str, ...]
    sentence: str


ENTRY = ("endpoints", "custom", "*")
FEATURES = (
    Feature((*ENTRY, "activity*"), "steps are not labelled as yet"),
    Feature((*ENTRY, "reasoningLabel*"), "reasoning is not labelled as yet"),
    Feature((*ENTRY, "streamRate"), "answers go on as they come; screens pace"),
    Feature((*ENTRY, "maxToolResultChars"), "tool results are passed on whole"),
    Feature(("endpoints", "all", "activity*"), "steps are not labelled as yet"),
    Feature(("endpoints", "all", "reasoningLabel*"), "reasoning is not labelled as yet"),
    Feature(("endpoints", "all", "streamRate"), "answers go on as they come; screens pace"),
    Feature(("endpoints", "all", "maxToolResultChars"), "tool results are passed on whole"),
    Feature(("balance", "reservationTtlMs"), "what is held for a call is given back when it ends"),
)


def notes(document: Document) -> list[Problem]:
    """Note each feature the file asks for that does not act yet, where it first stands."""
    return [note for feature in FEATURES for note in first_note(document, feature)]


def first_note(document: Document, feature: Feature) -> Iterator[Problem]:
    """Note a feature where it first stands; what is switched off is not asked for."""
    for path in document.keys:
        if matches(path, feature.pattern) and document.get(path) is not False:
            message = f"{subject(path)}: {feature.sentence}"
            yield document.problem(path, message, level=Level.NOTE, is_about_key=True)
            return


def matches(path: Path, pattern: tuple[str, ...]) -> bool:
    """Say whether a path fits a feature's pattern."""
    if len(path) != len(pattern):
        return False
    return all(fits(str(step), wish) for step, wish in zip(path, pattern, strict=True))


def fits(step: str, wish: str) -> bool:
    """Say whether one step of a path fits one of a pattern."""
    return step.startswith(wish[:-1]) if wish.endswith("*") else step == wish
