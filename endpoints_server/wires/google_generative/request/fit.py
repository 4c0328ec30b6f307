"""What a caller of this wire sends, as the model is said to take it."""

import msgspec

from endpoints_server.domain.dialect import Dialect, ThinkingRules
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.domain.talk.effort import fit_level, is_judged
from endpoints_server.domain.talk.unseen import UNSEEN
from endpoints_server.wires.body import (
    DECODE_ERRORS,
    Fields,
    add_field,
    decode_value,
    has_field,
    inner_fields,
    lose_fields,
    raw,
    whole_characters,
)
from endpoints_server.wires.google_generative.schema import Object

THINKING = "generationConfig.thinkingConfig"
LEVEL = f"{THINKING}.thinkingLevel"
MEDIA = b"ata"
"""What the names of parts with media end in, in either spelling: `inlineData`, `file_data`."""

turns_decoder = msgspec.json.Decoder(list[Object])


def fit_model(fields: Fields, dialect: Dialect, lose: Lose) -> None:
    """Bring a caller's own request into the form that the model takes."""
    try:
        if is_judged(dialect.thinking) and has_field(fields, THINKING):
            fit_thinking(fields, dialect.thinking, lose)
        if dialect.turns.has_images is False and MEDIA in bytes(fields.get("contents", b"")):
            turns = turns_decoder.decode(whole_characters(bytes(fields["contents"])))
            fields["contents"] = raw([without_images(turn, lose) for turn in turns])
    except DECODE_ERRORS:
        return  # not for us to judge


def fit_thinking(fields: Fields, rules: ThinkingRules, lose: Lose) -> None:
    """Ask for a level that the model has, in its own word; of one that knows none, for nothing."""
    if rules.is_able is False:
        lose_fields(fields, (THINKING,), lose)
        return
    config = inner_fields(inner_fields(fields, "generationConfig") or {}, "thinkingConfig") or {}
    level = config.get("thinkingLevel")
    said = decode_value(level, LEVEL) if level is not None else None
    if not isinstance(said, str):
        return
    asked = said.lower()
    fitted = fit_level(asked, rules)
    if fitted != asked:
        lose("reasoning.effort")
    if fitted != "off":
        add_field(fields, LEVEL, (rules.levels.get(fitted) or fitted).upper())


def without_images(turn: Object, lose: Lose) -> Object:
    """Say of pictures that they were there; several that follow each other are said once."""
    parts = turn.get("parts")
    if not isinstance(parts, list) or not any(map(is_picture, parts)):
        return turn
    lose("content.image")
    kept: list[object] = []
    for part in parts:
        shown = {"text": UNSEEN} if is_picture(part) else part
        if not (is_picture(part) and kept[-1:] == [shown]):
            kept.append(shown)
    return {**turn, "parts": kept}


def is_picture(part: object) -> bool:
    """Say whether a part is a picture, sent along or told the place of."""
    if not isinstance(part, dict):
        return False
    for name in ("inlineData", "inline_data", "fileData", "file_data"):
        media = part.get(name)
        if isinstance(media, dict):
            kind = media.get("mimeType", media.get("mime_type"))
            return isinstance(kind, str) and kind.startswith("image/")
    return False
