"""The shortest way to the paths where the load is: past the framework, to what answers them."""

import re
from collections.abc import Collection, Mapping

from litestar.types import ASGIApp, Receive, Scope, Send

UNDER_ENDPOINT = re.compile(r"^/e/[^/]+(?=/)")
"""How a path begins that names an endpoint, which is read only where something is posted."""


class Shortcut:
    """An application that answers some paths itself, and leaves all else to another.

    A path that ends in a slash stands for all that begin with it, where something is posted there
    or where the rest ends in one of the `endings`, which can do nothing but be posted to.
    """

    def __init__(
        self, app: ASGIApp, answers: Mapping[str, ASGIApp], endings: Collection[str]
    ) -> None:
        self.app = app
        self.answers = answers
        self.endings = tuple(endings)
        self.beginnings = {path: each for path, each in answers.items() if path.endswith("/")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or one lifespan."""
        path = scope.get("path", "")
        answer = self.answers.get(path) or self.find_beginning(path, scope.get("method", ""))
        await (answer or self.app)(scope, receive, send)

    def find_beginning(self, path: str, method: object) -> ASGIApp | None:
        """Find what answers a path by its beginning."""
        if method != "POST":
            if method == "OPTIONS" or not path.endswith(self.endings):
                return None
            path = UNDER_ENDPOINT.sub("", path, count=1)
        return next(
            (each for start, each in self.beginnings.items() if path.startswith(start)), None
        )
