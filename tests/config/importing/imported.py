"""What came of an import: the file as this server reads it, and what was said of the other."""

from typing import Any

from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.edit.assume import Assumed
from endpoints_server.config.importing.written import Written
from endpoints_server.config.load import load_bytes
from endpoints_server.config.prices import no_prices
from endpoints_server.config.problem import Level, render
from endpoints_server.config.schema.settings import Settings
from endpoints_server.config.text.document import Source
from endpoints_server.config.text.flatten import read_document
from endpoints_server.domain.catalog import Catalog


def value_of(written: Written) -> Any:
    """Give the plain values of the YAML."""
    document, problems = read_document(Source("out.yaml", written.yaml))
    assert document is not None, said(written)
    assert problems == []
    return document.value


def entries_of(written: Written) -> list[dict[str, Any]]:
    """Give the endpoints as they are written."""
    entries: list[dict[str, Any]] = value_of(written)["endpoints"]["custom"]
    return entries


def settings_of(written: Written) -> Settings:
    """Load the YAML as the server does, as if each variable were set."""
    environ = Assumed({}, written.yaml)
    loaded = load_bytes(written.yaml.encode(), environ, "out.yaml")
    assert loaded.settings is not None, [render(each) for each in loaded.problems]
    return loaded.settings


def catalog_of(written: Written) -> Catalog:
    """Compile the YAML."""
    return compile_catalog(settings_of(written), "1", no_prices)


def said(written: Written, *levels: Level) -> list[str]:
    """Give the report, as `line:column: level: message`."""
    told = written.report
    return [render(each).partition(":")[2] for each in told if not levels or each.level in levels]
