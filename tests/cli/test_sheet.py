"""CSV that is safe to open in a spreadsheet."""

import pytest

from endpoints_server.cli.sheet import safe


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff20"])
def test_a_cell_that_could_be_a_formula_is_text(begin: str) -> None:
    assert safe(f"{begin}1+1") == f"'{begin}1+1"


@pytest.mark.parametrize("cell", ["", "a=1", "0.5", 7, -7, "'=1"])
def test_any_other_cell_stays_as_it_is(cell: object) -> None:
    assert safe(cell) == cell
