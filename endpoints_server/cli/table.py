"""The table of commands; each is imported when it is used, so that help comes at once."""

from importlib import import_module

import rich_click as click
from msgspec import Struct

from endpoints_server import __version__

click.rich_click.TEXT_PARAGRAPH_LINEBREAKS = "\n\n"


class Entry(Struct, frozen=True):
    """One command: its module under `commands`, the name in it, and its line in the list."""

    module: str
    name: str
    text: str


COMMANDS = {
    "serve": Entry("run.serve", "serve", "Serve the endpoints of the configuration file."),
    "demo": Entry("run.demo", "demo", "Serve the demo, whatever file there is."),
    "check": Entry("file.check", "check", "Check a configuration file and tell every problem."),
    "init": Entry("file.init", "init", "Write a first configuration file."),
    "add": Entry("file.add", "add", "Add an endpoint: of a vendor, or that an example calls."),
    "schema": Entry("file.schema", "schema", "Print the JSON Schema of the file, for editors."),
    "import": Entry(
        "file.import_file", "import_file", "Write a file of another program as librechat.yaml."
    ),
    "explain": Entry("file.explain", "explain", "Say where a call for a model would go, and how."),
    "models": Entry("file.models", "models", "List the models that can be asked for."),
    "vendors": Entry("file.vendors", "vendors", "List vendors of models, and what each offers."),
    "try": Entry("run.try_model", "try_model", "Ask a model something: one real call."),
    "doctor": Entry(
        "run.doctor", "doctor", "Find out what is wrong with endpoints, and what to change."
    ),
    "connect": Entry(
        "run.connect", "connect", "Print the settings by which a client calls this server."
    ),
    "user": Entry("people.user", "user", "Add, list and disable the people who may hold keys."),
    "key": Entry("people.key", "key", "Make, list, rotate and revoke client keys."),
    "credential": Entry(
        "people.credential", "credential", "Store, list and delete people's provider keys."
    ),
    "usage": Entry("money.usage", "usage", "Add up what was used and what it cost."),
    "ledger": Entry("money.ledger", "ledger", "Look after the record of calls."),
    "db": Entry("upkeep.database", "db", "Look after the database: migrate, backup, copy."),
    "secrets": Entry(
        "upkeep.secret_keys", "secret_keys", "Look after the keys that seal what is stored."
    ),
    "group": Entry("money.group", "group", "Put people into groups."),
    "budget": Entry("money.budget", "budget", "Set what may be spent, by whom and when."),
    "limit": Entry("money.limit", "limit", "Set how often people may call."),
    "balance": Entry("money.balance", "balance", "Show people's balances, and grant more."),
}


class LazyGroup(click.RichGroup):
    """A group whose commands are imported when they are run."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Name the commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Give a command for the list: its name and its line."""
        entry = COMMANDS.get(cmd_name)
        return click.RichCommand(name=cmd_name, help=entry.text) if entry else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Import the command that is to be run."""
        name, command, rest = super().resolve_command(ctx, args)
        entry = COMMANDS.get(name or "")
        if entry is None:
            return name, command, rest
        return (
            name,
            getattr(import_module(f"endpoints_server.cli.commands.{entry.module}"), entry.name),
            rest,
        )


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="endpoints-server")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Serve LLM endpoints out of one librechat.yaml, with every call in a ledger.

    Settings come from the environment (CONFIG_PATH, ES_DATA_DIR, ES_PORT and others) and from a
    .env file beside the configuration.

    \b
    endpoints-server serve                 serve ./librechat.yaml, or the demo
    endpoints-server init                  a first librechat.yaml
    endpoints-server check                 is the file right?
    endpoints-server try demo-chat "Hi"    one real call
    endpoints-server connect claude-code   the settings of a client

    Exit codes: 0 fine, 1 user error, 2 configuration invalid, 3 unreachable, 4 refused.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
