"""Where a call goes, and how it shows its credential."""

from collections.abc import Mapping

from endpoints_server.domain.wire import Operation, Target

PATHS = {
    Operation.CHAT: "/chat/completions",
    Operation.COMPLETE: "/completions",
    Operation.EMBED: "/embeddings",
}


def address(base: str, target: Target) -> str:
    """Give the URL of an operation under a base URL, whose query string stays at the end."""
    path, question_mark, query = base.partition("?")
    return path.rstrip("/") + PATHS[target.operation] + question_mark + query


def credential(secret: str) -> Mapping[str, str]:
    """Give the headers that present a secret."""
    return {"authorization": f"Bearer {secret}"}
