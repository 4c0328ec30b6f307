"""The name of a model, unless it has yet to be filled in."""

from endpoints_server.samples.keys.reference import REFERENCE
from endpoints_server.samples.words import words

BRACKETS = ("<", "{", "[")
WORDS = words(
    "model model-name model_name model-id model_id modelname modelid your-model your_model"
    " yourmodel ... … string xxx placeholder name-of-model"
)
STARTS = ("your-", "your_", "your ", "my-model-name", "insert", "replace", "model_name", "enter-")
PREFIX = "models/"


def model_of(name: object, wire: str) -> str | None:
    """Give a model's name as written; None where there is none, or only what stands for one."""
    if not isinstance(name, str) or not name.strip() or is_stand_in(name):
        return None
    return name.strip().removeprefix(PREFIX) if wire == "google" else name.strip()


def is_stand_in(name: str) -> bool:
    """Say whether a name has yet to be filled in."""
    plain = name.strip().lower()
    if not plain or not plain.isprintable():
        return True
    if plain.startswith(BRACKETS) or "<" in plain or REFERENCE.search(name):
        return True
    is_shouted = name.isupper() and "_" in name and not any(sign.isdigit() for sign in name)
    return plain in WORDS or plain.startswith(STARTS) or "..." in plain or is_shouted
