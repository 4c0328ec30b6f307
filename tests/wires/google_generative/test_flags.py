"""What a model is said to take, on requests that go on and on translated ones."""

import json
from typing import Any

from endpoints_server.domain.dialect import Dialect, ThinkingRules, TurnRules
from endpoints_server.domain.talk.prompt import Image, Message, Prompt, Reasoning, Role, Text
from endpoints_server.wires.google_generative import GOOGLE_GENERATIVE

HI = [{"role": "user", "parts": [{"text": "Hi"}]}]


def relay(dialect: Dialect, **asked: Any) -> tuple[dict[str, Any], list[str]]:
    body = json.dumps({"contents": HI, **asked}).encode()
    written = GOOGLE_GENERATIVE.relay_request(body, "m", dialect, False)
    return json.loads(written.body), [loss.name for loss in written.losses]


def write(
    dialect: Dialect, *parts: Text | Image, **wishes: Any
) -> tuple[dict[str, Any], list[str]]:
    turns = (Message(role=Role.USER, parts=parts or (Text(text="Hi"),)),)
    prompt = Prompt(model="gemini-3-pro", messages=turns, **wishes)
    written = GOOGLE_GENERATIVE.write_request(prompt, dialect)
    return json.loads(written.body), [loss.name for loss in written.losses]


def thinks(**config: object) -> dict[str, object]:
    return {"generationConfig": {"thinkingConfig": config}}


def test_silence_asks_for_as_little_thinking_as_the_model_can_do_with() -> None:
    able = Dialect(thinking=ThinkingRules(is_able=True))
    body, losses = write(able)
    assert (body["generationConfig"], losses) == ({"thinkingConfig": {"thinkingLevel": "LOW"}}, [])
    assert "generationConfig" not in write(Dialect())[0]


def test_a_level_is_one_that_the_model_has_in_its_own_word() -> None:
    dialect = Dialect(thinking=ThinkingRules(is_able=True, levels={"low": None, "medium": "mid"}))
    body, losses = relay(dialect, **thinks(thinkingLevel="LOW", includeThoughts=True))
    assert body["generationConfig"]["thinkingConfig"] == {
        "thinkingLevel": "MID",
        "includeThoughts": True,
    }
    assert losses == ["reasoning.effort"]
    body, losses = write(dialect, reasoning=Reasoning(effort="medium"))
    assert body["generationConfig"]["thinkingConfig"]["thinkingLevel"] == "MID"
    assert losses == []


def test_a_model_that_cannot_think_is_not_asked_to() -> None:
    dialect = Dialect(thinking=ThinkingRules(is_able=False))
    body, losses = relay(dialect, **thinks(thinkingBudget=500))
    assert ("generationConfig" in body, losses) == (False, ["generationConfig.thinkingConfig"])
    assert write(dialect, reasoning=Reasoning(effort="high"))[1] == ["reasoning"]


def test_a_model_that_cannot_see_is_told_of_pictures() -> None:
    blind = Dialect(turns=TurnRules(has_images=False))
    sent, losses = write(blind, Text(text="See"), Image(media_type="image/png", data="aGk="))
    assert "image omitted" in sent["contents"][0]["parts"][1]["text"]
    assert losses == ["content.image"]
    picture = {"inlineData": {"mimeType": "image/png", "data": "aGk="}}
    sound = {"inlineData": {"mimeType": "audio/wav", "data": "aGk="}}
    turn = {"role": "user", "parts": [picture, picture, sound]}
    relayed, losses = relay(blind, contents=[turn])
    shown, heard = relayed["contents"][0]["parts"]
    assert ("image omitted" in shown["text"], heard, losses) == (True, sound, ["content.image"])
    for odd in ("inlineData", ["inlineData"], [{"parts": {"inlineData": 1}}]):
        assert relay(blind, contents=odd)[0]["contents"] == odd
