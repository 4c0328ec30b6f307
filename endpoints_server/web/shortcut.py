"""The shortest way to the paths where the load is: past the framework, to what answers them."""

from collections.abc import Mapping

from litestar.types import ASGIApp, Receive, Scope, Send


class Shortcut:
    """An application that answers some paths itself, and leaves all else to another.

    A path that ends in a slash stands for all that begin with it, where something is posted there.
    """

    def __init__(self, app: ASGIApp, answers: Mapping[str, ASGIApp]) -> None:
        self.app = app
        self.answers = answers
        self.beginnings = {path: each for path, each in answers.items() if path.endswith("/")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or one lifespan."""
        path = scope.get("path", "")
        answer = self.answers.get(path) or self.find_beginning(path, scope.get("method", ""))
        await (answer or self.app)(scope, receive, send)

    def find_beginning(self, path: str, method: object) -> ASGIApp | None:
        """Find what answers a path by its beginning."""
        if method != "POST":
            return None
        return next(
            (each for start, each in self.beginnings.items() if path.startswith(start)), None
        )
