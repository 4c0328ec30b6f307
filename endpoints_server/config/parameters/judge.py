"""What is wrong with a definition: the control does not fit its type, the default not its range."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from endpoints_server.config.parameters.complete import CHOICES, SWITCHES, TEXTS, usual_default
from endpoints_server.config.parameters.sets import Definition

TYPES = ("number", "boolean", "string", "enum", "array")
COMPONENTS = ("input", "textarea", "slider", "tags", *SWITCHES, *CHOICES)
BOUNDS = {**dict.fromkeys(TEXTS, ("minText", "maxText")), "tags": ("minTags", "maxTags")}
"""Which keys bound what, by the control it is set with."""


class Complaint(Struct, frozen=True):
    """What is wrong, and with which key of the definition."""

    key: str
    message: str


def judge(definition: Definition) -> list[Complaint]:
    """Check a definition that was laid over its set's own; gathers everything that is wrong."""
    if definition.get("type") not in TYPES:
        return [Complaint("type", "`type` is none that is known")]
    if definition.get("component") not in COMPONENTS:
        return [Complaint("component", "`component` is none that is known")]
    return [complaint for check in CHECKS for complaint in check(definition)]


def check_control(definition: Definition) -> Iterator[Complaint]:
    """Check that the control can hold such a value."""
    kind, control = definition["type"], definition["component"]
    if (kind == "array") != (control == "tags"):
        yield Complaint("type", "a list takes the control `tags`, and `tags` a list")
    if kind == "number" and control == "textarea":
        yield Complaint("type", "a number does not go into a `textarea`")


def check_options(definition: Definition) -> Iterator[Complaint]:
    """Check that there is something to choose from, and not more than a switch can show."""
    kind, control = definition["type"], definition["component"]
    options = definition.get("options") or []
    is_choice = control in CHOICES or (control == "slider" and kind == "enum")
    if is_choice and len(options) < 2:
        yield Complaint("options", f"a {control} needs at least two options")
    if control in SWITCHES and len(options) > 2:
        yield Complaint("options", f"a {control} has at most two options")
    mappings = definition.get("enumMappings")
    if kind == "enum" and mappings is not None and not set(options) <= set(mappings):
        yield Complaint("enumMappings", "`enumMappings` must say what each option is sent as")


def check_range(definition: Definition) -> Iterator[Complaint]:
    """Check that a slider over numbers has a range that holds something."""
    bounds = definition.get("range")
    if definition["component"] == "slider" and definition["type"] == "number" and not bounds:
        yield Complaint("range", "a slider over numbers needs a `range`")
    if bounds and bounds.get("positiveMin", bounds["max"]) > bounds["max"]:
        yield Complaint("range", "`positiveMin` must not be above `max`")


def check_bounds(definition: Definition) -> Iterator[Complaint]:
    """Check the bounds of a text that is typed in, or of tags; elsewhere they bound nothing."""
    for key in BOUNDS.get(definition["component"], ()):
        if definition.get(key, 0) < 0:
            yield Complaint(key, f"`{key}` must not be negative")
    is_typed = definition["component"] in TEXTS and {"minText", "maxText"} <= definition.keys()
    if is_typed and definition["minText"] > definition["maxText"]:
        yield Complaint("minText", "`minText` must not be above `maxText`")


def check_default(definition: Definition) -> Iterator[Complaint]:
    """Check that the default, or what stands in for it, is a value the parameter can have."""
    kind, default = definition["type"], usual_default(definition)
    is_open = default is None and kind != "enum"
    is_filled_in = default == [] != definition.get("default")
    if is_open or is_filled_in:
        return
    wanted = FITTING[kind](definition, default)
    if wanted:
        yield Complaint("default", f"`default` must be {wanted}")


def fits_number(definition: Definition, default: object) -> str:
    """Say what a number's default should be; nothing where it is sound."""
    if isinstance(default, bool) or not isinstance(default, int | float):
        return "a number"
    bounds = definition.get("range")
    if not bounds:
        return ""
    low, high = bounds["min"], bounds["max"]
    floor = bounds.get("positiveMin", low)
    is_inside = low <= default <= high and (default == low or default >= floor)
    return "" if is_inside else "within `range`"


def fits_boolean(_definition: Definition, default: object) -> str:
    """Say what a switch's default should be."""
    return "" if isinstance(default, bool) else "`true` or `false`"


def fits_text(_definition: Definition, default: object) -> str:
    """Say what a text's default should be."""
    return "" if isinstance(default, str) else "text"


def fits_option(definition: Definition, default: object) -> str:
    """Say what a choice's default should be."""
    options = definition.get("options")
    is_one = default is None or isinstance(default, str) if options is None else default in options
    return "" if is_one else "one of `options`"


def fits_tags(definition: Definition, default: object) -> str:
    """Say what a list's default should be."""
    if not isinstance(default, list):
        return "a list"
    most = definition.get("maxTags") or len(default)
    is_inside = definition.get("minTags", 0) <= len(default) <= most
    return "" if is_inside else "as many as `minTags` and `maxTags` allow"


FITTING: dict[str, Callable[[Definition, object], str]] = {
    "number": fits_number,
    "boolean": fits_boolean,
    "string": fits_text,
    "enum": fits_option,
    "array": fits_tags,
}
CHECKS: tuple[Callable[[Definition], Iterator[Complaint]], ...] = (
    check_control,
    check_options,
    check_range,
    check_bounds,
    check_default,
)
