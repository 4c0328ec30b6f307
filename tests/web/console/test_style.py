"""The colours can be told apart by everybody (WCAG 2.2, level AA)."""

import re
from pathlib import Path

import pytest

from endpoints_server.web.console import static

TEXT = 4.5
EDGES = 3.0
STYLE = Path(static.__file__).parent / "assets" / "console.css"
LIGHT, DARK = (
    dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
    for block in re.findall(r":root \{(.*?)\}", STYLE.read_text(), flags=re.DOTALL)
)
PAIRS = [
    *((ink, paper, TEXT) for ink in ("ink", "quiet", "accent") for paper in ("paper", "card")),
    *((state, "card", TEXT) for state in ("good", "bad")),
    ("bad", "bad-paper", TEXT),
    *(
        (ink, f"{state}-paper", TEXT)
        for state in ("good", "warn", "bad")
        for ink in ("ink", "quiet")
    ),
    ("accent-ink", "accent", TEXT),
    ("ink", "code", TEXT),
    ("edge", "card", EDGES),
    ("edge", "paper", EDGES),
]


def brightness(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((brightness(one), brightness(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_what_stands_on_a_colour_can_be_read(
    colours: dict[str, str], front: str, back: str, least: float
) -> None:
    assert contrast(colours[front], colours[back]) >= least


def test_the_stylesheet_asks_nothing_of_other_hosts() -> None:
    assert not re.findall(r"url\(|@import|https?:", STYLE.read_text())
