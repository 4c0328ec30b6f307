"""The web search that a vendor runs itself, where it is one of a request's tools."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from endpoints_server.domain.parameter import WEB_SEARCH
from endpoints_server.domain.talk.prompt import ForeignTool, Tool
from endpoints_server.wires.body import Fields, decode_value, raw

Object = dict[str, object]


class SearchTool(Struct, frozen=True, kw_only=True):
    """How a wire offers its search: the plain tool, what tells every version of it, its place."""

    plain: Mapping[str, object]
    type_start: str = ""
    names: frozenset[str] = frozenset()
    is_first: bool = True

    def covers(self, tool: object) -> bool:
        """Say whether a tool is the search, of any version, and nothing else."""
        if not isinstance(tool, dict) or not tool:
            return False
        if self.type_start:
            return str(tool.get("type", "")).startswith(self.type_start)
        return tool.keys() <= self.names

    def offered(self, tools: Iterable[object]) -> list[object]:
        """Put the plain tool in its place among others, unless there is a search already."""
        found = list(tools)
        if any(self.covers(tool) for tool in found):
            return found
        return [dict(self.plain), *found] if self.is_first else [*found, dict(self.plain)]


def fit_web_search(fields: Fields, search: SearchTool) -> None:
    """Offer the search where it is wished for, else none of any version."""
    is_wanted = WEB_SEARCH in fields and bytes(fields.pop(WEB_SEARCH)) == b"true"
    tools = decode_value(fields["tools"], "tools") if "tools" in fields else []
    if not isinstance(tools, list):
        return
    fitted = search.offered(tools) if is_wanted else [t for t in tools if not search.covers(t)]
    if not fitted:
        fields.pop("tools", None)
    elif fitted != tools:
        fields["tools"] = raw(fitted)


def said_in(setting: Mapping[str, object], *known: str) -> tuple[str, ...]:
    """Name what a search says beyond what is known of it; null says nothing."""
    return tuple(name for name, value in setting.items() if name not in known and value is not None)


def is_searching(tools: Iterable[Tool | ForeignTool]) -> bool:
    """Say whether one of the tools is a search that other wires can run too."""
    return any(isinstance(tool, ForeignTool) and tool.details is not None for tool in tools)
