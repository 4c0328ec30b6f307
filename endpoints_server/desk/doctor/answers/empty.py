"""An answer came, and there are no words in it."""

from endpoints_server.desk.doctor.case import Called, Case, Finding, Weight
from endpoints_server.domain.talk.reply import StopKind


def empty(case: Case) -> Finding | None:
    """Tell whether the words were thought, cut off, or never there."""
    called = case.called
    if case.status != 200 or called is None or called.fault or called.text.strip():
        return None
    if called.stop is not None and called.stop.kind is StopKind.LENGTH:
        return used_up(called)
    if called.has_thought:
        return Finding(
            rule="answer_in_reasoning",
            weight=Weight.MEND,
            symptom="the answer is empty: all of its text is in the reasoning",
            cause="the server takes the whole answer for reasoning, as one does whose parser of "
            "reasoning is that of another model",
            change="choose the right reasoning parser where the model is served, or have it not "
            "think",
            paste="addParams:\n  chat_template_kwargs: {enable_thinking: false}",
        )
    return Finding(
        rule="empty_answer",
        weight=Weight.MEND,
        symptom="the answer is empty",
        cause=f"`{case.model}` may be a model of another kind (one that embeds, or is not "
        "instructed), or the server passes over the role `developer`",
        change="ask for a model that converses; where instructions get lost:",
        paste="compat:\n  supportsDeveloperRole: false",
    )


def used_up(called: Called) -> Finding:
    """Tell that the limit was reached before the first word; ours is small on purpose."""
    where = "by thinking" if called.has_thought else "before a word was said"
    return Finding(
        rule="limit_used_up",
        weight=Weight.NOTE,
        symptom=f"the answer is empty: its {called.ceiling_tokens} tokens were used up {where}",
        cause="the doctor asks for few tokens; this model wants more before it speaks",
        change="nothing here; callers of this model need a token limit that leaves room for it",
    )
