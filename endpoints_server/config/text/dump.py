"""Plain values become YAML text, in the order that they have."""

from io import StringIO
from typing import Any

from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import SafeRepresenter

WIDTH = 100
COMPACT_WIDTH = 160


class Layout(Struct, frozen=True, kw_only=True):
    """How YAML is laid out: the columns that a mapping, a dash and what stands behind it go in.

    Where it `is_compact`, lists and mappings that hold nothing deeper stand on one line; where it
    `is_flow`, everything does.
    """

    mapping: int = 2
    dash: int = 2
    behind_dash: int = 2
    is_compact: bool = False
    is_flow: bool = False


USUAL = Layout()


class _Quoting(SafeRepresenter):
    """Puts text with variables in quotes, so that it may be moved into a list or a mapping.

    So is text that begins with `?` or `:`, which the library forgets to do inside of brackets.
    """

    def represent_text(self, text: str) -> ScalarNode:
        """Represent one text."""
        is_quoted = ("$" in text or text.startswith(("?", ":"))) and text.isprintable()
        style = "'" if is_quoted else None
        node: ScalarNode = self.represent_scalar("tag:yaml.org,2002:str", text, style=style)
        return node


_Quoting.add_representer(str, _Quoting.represent_text)


def dumped(value: object, layout: Layout = USUAL) -> str:
    """Write YAML in blocks, in the order of the value."""
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.Representer = _Quoting
    yaml.default_flow_style = True if layout.is_flow else None if layout.is_compact else False
    yaml.sort_base_mapping_type_on_output = False
    yaml.allow_unicode = True
    yaml.width = 2**20 if layout.is_flow else COMPACT_WIDTH if layout.is_compact else WIDTH
    yaml.indent(
        mapping=layout.mapping, sequence=layout.dash + layout.behind_dash, offset=layout.dash
    )
    stream = StringIO()
    yaml.dump(value, stream)
    return stream.getvalue()
