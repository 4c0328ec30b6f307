"""Make a value that satisfies a JSON Schema, the same one each time."""

from collections.abc import Mapping
from math import ceil, floor

Schema = Mapping[str, object]

DEEPEST = 8
"""Below this only what is required is made, and then null, so that a schema may hold itself."""
MOST_ITEMS = 100
LONGEST_TEXT = 10_000
"""However much a schema asks for, a value stays small."""
TEXTS = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "PT1H",
    "email": "someone@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
"""A text for each format that has a form of its own."""
KEYWORDS = {"properties": "object", "required": "object", "items": "array", "pattern": "string"}
"""The type that a keyword speaks of, for schemas that do not name theirs."""


def sample(schema: object, words: str) -> object:
    """Make a value; free texts say `words`. Patterns and conditions between fields are not met."""
    return sample_within(schema, words, as_schema(schema), 0)


def sample_within(schema: object, words: str, root: Schema, depth: int) -> object:
    """Make a value for a part of the schema `root`."""
    plain = resolve(as_schema(schema), root)
    if "const" in plain:
        return plain["const"]
    if choices := items_of(plain, "enum"):
        return choices[0]
    if depth > 2 * DEEPEST:
        return None
    match kind_of(plain):
        case "object":
            return sample_object(plain, words, root, depth)
        case "array":
            return sample_array(plain, words, root, depth)
        case kind:
            return sample_scalar(kind, plain, words)


def resolve(schema: Schema, root: Schema) -> Schema:
    """Follow references and take the first of alternatives, until a plain schema is left."""
    for _ in range(DEEPEST):
        reference = schema.get("$ref")
        if isinstance(reference, str):
            schema = look_up(reference, root)
        elif branches := items_of(schema, "anyOf") or items_of(schema, "oneOf"):
            rest = {name: value for name, value in schema.items() if name not in ("anyOf", "oneOf")}
            schema = {**rest, **as_schema(branches[0])}
        elif parts := items_of(schema, "allOf"):
            schema = {name: value for name, value in schema.items() if name != "allOf"}
            for part in parts:
                schema = overlay(schema, resolve(as_schema(part), root))
        else:
            return schema
    return {}


def look_up(reference: str, root: Schema) -> Schema:
    """Follow a reference within the schema, such as `#/$defs/Place`."""
    found: object = root
    for name in reference.removeprefix("#").split("/")[1:]:
        found = as_schema(found).get(name.replace("~1", "/").replace("~0", "~"))
    return as_schema(found)


def overlay(lower: Schema, upper: Schema) -> Schema:
    """Join two schemas that both hold; their properties and what they require add up."""
    required = [*items_of(lower, "required"), *items_of(upper, "required")]
    properties = {**as_schema(lower.get("properties")), **as_schema(upper.get("properties"))}
    joined = {**lower, **upper}
    if required:
        joined["required"] = list(dict.fromkeys(required))
    if properties:
        joined["properties"] = properties
    return joined


def kind_of(schema: Schema) -> str:
    """Name the type asked for, or the one that the keywords speak of."""
    asked = schema.get("type")
    if isinstance(asked, str):
        return asked
    if isinstance(asked, list) and asked:
        return str(asked[0])
    return next((kind for keyword, kind in KEYWORDS.items() if keyword in schema), "string")


def sample_object(schema: Schema, words: str, root: Schema, depth: int) -> dict[str, object]:
    """Make an object with every property, and deep down only with those required."""
    required = [str(name) for name in items_of(schema, "required")]
    properties = as_schema(schema.get("properties"))
    names = required if depth > DEEPEST else dict.fromkeys([*properties, *required])
    return {name: sample_within(properties.get(name, {}), words, root, depth + 1) for name in names}


def sample_array(schema: Schema, words: str, root: Schema, depth: int) -> list[object]:
    """Make an array of one, or as few as are allowed deep down."""
    fewest = min(int(number(schema, "minItems", 0.0)), MOST_ITEMS)
    most = int(number(schema, "maxItems", max(1.0, fewest)))
    count = fewest if depth > DEEPEST else max(fewest, min(1, most))
    return [sample_within(schema.get("items"), words, root, depth + 1) for _ in range(count)]


def sample_scalar(kind: str, schema: Schema, words: str) -> object:
    """Make what is neither an object nor an array."""
    match kind:
        case "integer":
            return int(sample_number(schema, is_whole=True))
        case "number":
            return sample_number(schema, is_whole=False)
        case "boolean":
            return True
        case "null":
            return None
        case _:  # text, or a type that nobody knows
            return sample_text(schema, words)


def sample_text(schema: Schema, words: str) -> str:
    """Make a text of the format and length asked for."""
    text = TEXTS.get(str(schema.get("format"))) or words or "something"
    fewest = min(int(number(schema, "minLength", 0)), LONGEST_TEXT)
    most = int(number(schema, "maxLength", len(text)))
    return text.ljust(fewest, ".")[: max(fewest, most)]


def sample_number(schema: Schema, *, is_whole: bool) -> float:
    """Make a number within the bounds: one, where nothing speaks against it."""
    step = number(schema, "multipleOf", 1.0 if is_whole else 0.0)
    nudge = step or 0.5
    low = number(schema, "minimum", number(schema, "exclusiveMinimum", -float("inf")) + nudge)
    high = number(schema, "maximum", number(schema, "exclusiveMaximum", float("inf")) - nudge)
    value = min(max(1.0, low), high)
    if not step:
        return value
    rounded = ceil(value / step) * step
    return rounded if rounded <= high else floor(value / step) * step


def number(schema: Schema, name: str, otherwise: float) -> float:
    """Give a number of the schema."""
    found = schema.get(name)
    return otherwise if isinstance(found, bool) or not isinstance(found, int | float) else found


def items_of(schema: Schema, name: str) -> list[object]:
    """Give a list of the schema; what is no list has no items."""
    found = schema.get(name)
    return found if isinstance(found, list) else []


def as_schema(value: object) -> Schema:
    """Take a value as a schema; what is no object says nothing."""
    return value if isinstance(value, Mapping) else {}
