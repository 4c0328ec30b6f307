"""Where a call goes, and how it shows its credential."""

from collections.abc import Mapping

from endpoints_server.domain.wire import Operation, Target

PATHS = {
    Operation.CHAT: "/chat/completions",
    Operation.COMPLETE: "/completions",
    Operation.EMBED: "/embeddings",
}

LENT_TO = "/responses"


def address(base: str, target: Target) -> str:
    """Give the URL of an operation under a base URL, whose query string stays at the end.

    A base that is a complete address is called as it is by what it names, and cut before that by
    other operations; so is one of a wire which this one is lent to.
    """
    path, question_mark, query = base.partition("?")
    path = path.rstrip("/")
    if target.operation is Operation.CHAT:
        path = path.removesuffix(PATHS[Operation.CHAT])
    else:
        path = path.removesuffix(LENT_TO).removesuffix(PATHS[Operation.CHAT])
    return path + PATHS[target.operation] + question_mark + query


def credential(secret: str) -> Mapping[str, str]:
    """Give the headers that present a secret."""
    return {"authorization": f"Bearer {secret}"}
