"""Commands: what they give is a secret, what goes wrong is said without their words."""

import asyncio
import sys
from pathlib import Path

import pytest

from endpoints_server.domain.command import Command
from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.upstream.commands import Commands

ENVIRON = {
    "PATH": "/usr/bin:/bin",
    "SEEN": "for all",
    "ES_ADMIN_KEY": "hidden",
    "ES_SECRET_KEYS_FILE": "hidden",
}


def python(code: str) -> Command:
    return Command((sys.executable, "-c", code))


async def run(command: Command, limit_seconds: float = 10) -> str:
    return (await Commands(ENVIRON, limit_seconds).run(command, "Acme")).reveal()


async def refusal(command: Command, limit_seconds: float = 10) -> str:
    with pytest.raises(Failed) as caught:
        await run(command, limit_seconds)
    fault = caught.value.fault
    assert fault.kind is Kind.UPSTREAM_DENIED
    assert fault.public_code == "credential_unavailable"
    return fault.message


async def test_what_a_command_gives_is_trimmed_and_shown_to_nobody() -> None:
    secret = await Commands(ENVIRON).run(Command(("printf", "  a b \n\n")), "Acme")
    assert secret.reveal() == "a b"
    assert "a b" not in repr(secret)


async def test_a_command_is_run_anew_for_each_call(tmp_path: Path) -> None:
    counter = tmp_path / "count"
    counter.write_text("")
    count = python(f"p=open({str(counter)!r},'a+');p.write('x');p.seek(0);print(len(p.read()))")
    commands = Commands(ENVIRON)
    assert [(await commands.run(count, "Acme")).reveal() for _ in range(2)] == ["1", "2"]


async def test_calls_that_come_meanwhile_share_what_a_command_gives(tmp_path: Path) -> None:
    counter = tmp_path / "count"
    once = Command(("sh", "-c", f"sleep 0.2; echo x >> {counter}; wc -l < {counter}"))
    commands = Commands(ENVIRON)
    given = await asyncio.gather(*(commands.run(once, "Acme") for _ in range(5)))
    assert {secret.reveal() for secret in given} == {"1"}


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (Command(("no-such-program-here",)), "it cannot be started; is the program there?"),
        (
            Command(("sh", "-c", "echo a-secret; echo a-secret >&2; exit 3")),
            "it ended with status 3",
        ),
        (Command(("printf", " \n")), "it gave nothing"),
        (Command(("cat",)), "it gave nothing"),
        (Command(("printf", "a\nb")), "it gave more than one line"),
        (python("print('x' * 200_000)"), "it gave far too much"),
    ],
)
async def test_a_command_that_fails_is_told_by_its_endpoint_and_not_by_its_words(
    command: Command, reason: str
) -> None:
    message = await refusal(command)
    assert message == f"The credential of the endpoint 'Acme' cannot be had: {reason}."


async def test_a_command_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "alive"
    hang = Command(("sh", "-c", f"(sleep 1; touch {mark}) & sleep 60"))
    assert "did not end within 0.3 seconds" in await refusal(hang, limit_seconds=0.3)
    await asyncio.sleep(1.2)
    assert not mark.exists()


async def test_a_command_sees_the_environment_but_not_this_servers_own_secrets() -> None:
    names = await run(python("import os; print(','.join(sorted(os.environ)))"))
    assert "SEEN" in names
    assert "ES_" not in names


async def test_who_leaves_does_not_end_a_command_that_others_wait_for() -> None:
    commands = Commands(ENVIRON)
    slow = Command(("sh", "-c", "sleep 0.2; echo x"))
    first, second = (asyncio.create_task(commands.run(slow, "Acme")) for _ in range(2))
    await asyncio.sleep(0.05)
    first.cancel()
    assert (await second).reveal() == "x"
