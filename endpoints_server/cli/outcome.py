"""How a command ends: an exit code, and one clear line where something is wrong."""

import os
import sys
from collections.abc import Sequence
from enum import IntEnum
from typing import NoReturn

import rich_click as click

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.scrub import scrub
from endpoints_server.log.output import configure, watch_crashes


class Outcome(IntEnum):
    """Exit codes."""

    FINE = 0
    USER_ERROR = 1
    CONFIGURATION_INVALID = 2
    UNREACHABLE = 3
    REFUSED = 4
    INTERRUPTED = 130


class Complaint(Exception):
    """Something a person can put right: what is wrong and what to do about it."""

    def __init__(self, outcome: Outcome, message: str) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.message = message


def run(command: click.Command, args: Sequence[str] | None) -> NoReturn:
    """Run a command and exit."""
    configure("warning", "console")
    watch_crashes()
    try:
        code = command.main(args, prog_name="endpoints-server", standalone_mode=False)
        outcome = Outcome(code) if isinstance(code, int) else Outcome.FINE
        sys.stdout.flush()
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "endpoints-server"
        outcome = complain(Outcome.USER_ERROR, f"{error.format_message()} See: {where} --help")
    except click.ClickException as error:
        outcome = complain(Outcome.USER_ERROR, error.format_message())
    except Complaint as complaint:
        outcome = complain(complaint.outcome, complaint.message)
    except Failed as failed:
        outcome = complain(outcome_of(failed.fault), failed.fault.message)
    except (click.Abort, KeyboardInterrupt):
        outcome = Outcome.INTERRUPTED
    except BrokenPipeError:  # whoever read our output has had enough
        sys.stderr.close()
        outcome = Outcome.FINE
    except OSError as error:  # a disk is full, or a file is not ours to read or write
        drop_output()
        outcome = complain(Outcome.USER_ERROR, told(error))
    sys.exit(outcome)


def drop_output() -> None:
    """Let go of what cannot be written, or the interpreter fails at it once more as it ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def told(error: OSError) -> str:
    """Say in the system's words what cannot be done, and to which file."""
    words = error.strerror or str(error)
    return f"{words}: '{error.filename}'." if error.filename else f"{words}."


def complain(outcome: Outcome, message: str) -> Outcome:
    """Say on stderr what is wrong; gives the outcome back."""
    click.echo(f"{click.style('error:', fg='red', bold=True)} {scrub(message)}", err=True)
    return outcome


def warn(message: str) -> None:
    """Say on stderr what is odd but no reason to stop."""
    click.echo(f"{click.style('warning:', fg='yellow', bold=True)} {scrub(message)}", err=True)


def outcome_of(fault: Fault) -> Outcome:
    """Choose the exit code that a fault comes to."""
    if fault.code == "environment_invalid":
        return Outcome.CONFIGURATION_INVALID
    return outcome_of_kind(fault.kind)


def outcome_of_kind(kind: Kind) -> Outcome:
    """Choose the exit code for a kind of fault."""
    match kind:
        case (
            Kind.UNREACHABLE
            | Kind.UPSTREAM_SLOW
            | Kind.UPSTREAM_BROKEN
            | Kind.NO_ROUTE
            | Kind.UNAVAILABLE
        ):
            return Outcome.UNREACHABLE
        case (
            Kind.UPSTREAM_REFUSED
            | Kind.UPSTREAM_DENIED
            | Kind.UPSTREAM_LIMITED
            | Kind.FORBIDDEN
            | Kind.OVER_LIMIT
            | Kind.OVER_BUDGET
        ):
            return Outcome.REFUSED
        case _:  # everything else is in the hands of whoever typed the command
            return Outcome.USER_ERROR
