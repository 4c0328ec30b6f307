"""The shortest way to the paths where the load is: past the framework, to what answers them."""

from collections.abc import Mapping

from litestar.types import ASGIApp, Receive, Scope, Send


class Shortcut:
    """An application that answers some exact paths itself, and leaves all else to another."""

    def __init__(self, app: ASGIApp, answers: Mapping[str, ASGIApp]) -> None:
        self.app = app
        self.answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or one lifespan."""
        answer = self.answers.get(scope.get("path", ""), self.app)
        await answer(scope, receive, send)
