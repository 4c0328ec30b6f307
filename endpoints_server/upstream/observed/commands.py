"""Commands of which it is noted what they give, so that it can be kept out of what is told."""

from endpoints_server.domain.command import Command
from endpoints_server.domain.secret import Secret
from endpoints_server.upstream.commands import Commands


class ObservedCommands(Commands):
    """Runs commands as for every call; `given` has all that they gave."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[Secret] = []

    async def run(self, command: Command, endpoint: str) -> Secret:
        """Run a command, and note its output."""
        secret = await super().run(command, endpoint)
        self.given.append(secret)
        return secret
