"""What a model is said to take, on requests that go on and on translated ones."""

from collections.abc import Callable

import msgspec

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.talk.ceiling import usual_ceiling
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.domain.talk.effort import fit_level, has_off, is_judged, with_level
from endpoints_server.domain.talk.prompt import Reasoning
from endpoints_server.domain.talk.unseen import UNSEEN, UNSEEN_OF_TOOL
from endpoints_server.wires.body import (
    DECODE_ERRORS,
    Fields,
    add_field,
    decode_value,
    inner_fields,
    lose_fields,
    raw,
    whole_characters,
)
from endpoints_server.wires.openai_responses.schema import Object

CEILING = "max_output_tokens"
SEALED = "reasoning.encrypted_content"
EFFORTS = frozenset({"none", "minimal", "low", "medium", "high", "xhigh", "max"})
RESULTS = ("function_call_output", "custom_tool_call_output")
USUAL = Dialect()

objects_decoder = msgspec.json.Decoder(list[Object])
Act = Callable[[list[Object], Dialect, Lose], list[Object]]


def fit_model(fields: Fields, dialect: Dialect, lose: Lose) -> None:
    """Bring a request into the form that the model and its endpoint take."""
    if dialect.ceiling_tokens is not None and CEILING not in fields:
        size = sum(len(bytes(value)) for value in fields.values())
        ceiling = usual_ceiling(dialect, (CEILING,), size)
        if ceiling is not None:
            fields[CEILING] = raw(ceiling)
    if dialect.cache.has_hour is False:
        lose_fields(fields, ("prompt_cache_retention",), lose)
    try:
        if dialect.thinking != USUAL.thinking and is_judged(dialect.thinking):
            fit_reasoning(fields, dialect, lose)
        if dialect.tools.has_strict is False and "tools" in fields:
            fit_tools(fields, lose)
        if dialect.turns != USUAL.turns and "input" in fields:
            fit_items(fields, dialect, lose)
    except DECODE_ERRORS:
        return  # not for us to judge


def leveled(fields: Fields, dialect: Dialect) -> Dialect:
    """Give a dialect with the defaults of the level that is asked for laid over the others."""
    if not dialect.level_defaults:
        return dialect
    try:
        said = effort_of(fields)
    except DECODE_ERRORS:
        return dialect
    wish = Reasoning(effort="off" if said == "none" else said) if said in EFFORTS else None
    return with_level(dialect, wish)


def fit_reasoning(fields: Fields, dialect: Dialect, lose: Lose) -> None:
    """Ask for an effort that the model has, in its own word; of one that knows none, for nothing.

    Silence switches thinking off where it is known that it can be.
    """
    rules, said = dialect.thinking, effort_of(fields)
    if rules.is_able is False:
        fields.pop("reasoning", None)
        unseal(fields)
        if said not in ("", "none"):
            lose("reasoning")
        return
    if "reasoning" not in fields:
        if rules.is_able and has_off(rules):
            add_field(fields, "reasoning.effort", rules.levels.get("off") or "none")
        return
    if said not in EFFORTS:
        return
    asked = "off" if said == "none" else said
    level = fit_level(asked, rules)
    if level != asked:
        lose("reasoning.effort")
    add_field(
        fields, "reasoning.effort", rules.levels.get(level) or ("none" if level == "off" else level)
    )


def effort_of(fields: Fields) -> str:
    """Read the effort; empty where there is none, or something else in its place."""
    effort = (inner_fields(fields, "reasoning") or {}).get("effort")
    said = decode_value(effort, "reasoning.effort") if effort is not None else None
    return said if isinstance(said, str) else ""


def unseal(fields: Fields) -> None:
    """Ask for no sealed reasoning, which a model that does not think refuses."""
    wanted = decode_value(fields["include"], "include") if "include" in fields else None
    if isinstance(wanted, list) and SEALED in wanted:
        rest = [each for each in wanted if each != SEALED]
        if rest:
            fields["include"] = raw(rest)
        else:
            del fields["include"]


def fit_tools(fields: Fields, lose: Lose) -> None:
    """Hold no function to its schema, where the endpoint cannot."""
    tools = objects_decoder.decode(fields["tools"])
    if any(tool.get("strict") for tool in tools):
        lose("tools.strict")
    kept = [{key: each for key, each in tool.items() if key != "strict"} for tool in tools]
    if kept != tools:
        fields["tools"] = raw(kept)


def fit_items(fields: Fields, dialect: Dialect, lose: Lose) -> None:
    """Change the items that a rule is about; they are taken apart only where there may be any."""
    said, rules = bytes(fields["input"]), dialect.turns
    if rules.opening and "instructions" not in fields and not is_instructed(said):
        fields["instructions"] = raw(rules.opening)
    acts: tuple[tuple[bool, bytes, Act], ...] = (
        (rules.has_developer_role is False, b'"developer"', with_role),
        (rules.has_developer_role is True, b'"system"', with_role),
        (rules.has_late_system is False, b'"role"', with_one_system),
        (rules.has_images is False, b'"input_image"', without_images),
    )
    due = [act for is_wanted, sign, act in acts if is_wanted and sign in said]
    if not due or not said.startswith(b"["):
        return
    items = objects_decoder.decode(whole_characters(said))
    for act in due:
        items = act(items, dialect, lose)
    fields["input"] = raw(items)


def is_instructed(said: bytes) -> bool:
    """Say whether any item of an input is instructions; a text alone is none."""
    if not said.startswith(b"[") or (b'"system"' not in said and b'"developer"' not in said):
        return False
    return any(map(is_instructing, objects_decoder.decode(whole_characters(said))))


def with_role(items: list[Object], dialect: Dialect, _: Lose) -> list[Object]:
    """Give all instructions the one role that the endpoint knows."""
    role = "developer" if dialect.turns.has_developer_role else "system"
    return [{**item, "role": role} if is_instructing(item) else item for item in items]


def is_instructing(item: Object) -> bool:
    """Say whether an item is instructions."""
    return item.get("role") in ("system", "developer")


def with_one_system(items: list[Object], _: Dialect, lose: Lose) -> list[Object]:
    """Let instructions that come late stand behind those that come first."""
    spoken = next((at for at, item in enumerate(items) if not is_instructing(item)), len(items))
    late = [item for item in items[spoken:] if is_instructing(item)]
    if not late:
        return items
    lose("system.position")
    rest = [item for item in items[spoken:] if not is_instructing(item)]
    return [*items[:spoken], *late, *rest]


def without_images(items: list[Object], _: Dialect, lose: Lose) -> list[Object]:
    """Say of pictures that they were there, to a model that cannot see them."""
    seen = []
    for item in items:
        key = "output" if item.get("type") in RESULTS else "content"
        words = UNSEEN_OF_TOOL if key == "output" else UNSEEN
        seen.append(without_pictures(item, key, words, lose))
    return seen


def without_pictures(item: Object, key: str, words: str, lose: Lose) -> Object:
    """Put words for the pictures of one item; several that follow each other are said once."""
    content = item.get(key)
    if not isinstance(content, list) or not any(map(is_picture, content)):
        return item
    lose("content.image")
    kept: list[object] = []
    for part in content:
        shown = {"type": "input_text", "text": words} if is_picture(part) else part
        if not (is_picture(part) and kept[-1:] == [shown]):
            kept.append(shown)
    return {**item, key: kept}


def is_picture(part: object) -> bool:
    """Say whether a part of an item is a picture."""
    return isinstance(part, dict) and part.get("type") == "input_image"
