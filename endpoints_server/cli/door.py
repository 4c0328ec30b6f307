"""How a listening socket is closed without turning anybody away who has come in already.

What the kernel has accepted, and we have not, is reset when the socket is closed. So from the
moment on in which nobody new is wanted, no new connection is begun: whoever knocks gets no answer,
knocks again a second later, finds nobody, and goes to the next door, as every proxy does.
"""

import asyncio
import ctypes
import socket
import struct
from collections.abc import Sequence
from contextlib import suppress
from select import select

ATTACH_FILTER = 26
"""Linux's SO_ATTACH_FILTER, which Python has no name for."""
FLAGS_AT = 13
SYN = 0x02
SETTLE_SECONDS = 0.05
"""How long connections take to come about that were begun before the door was closed."""
INSTRUCTION = struct.Struct("=HBBI")
PROGRAM = b"".join(
    INSTRUCTION.pack(*instruction)
    for instruction in (
        (0x30, 0, 0, FLAGS_AT),  # load the byte of TCP's flags
        (0x45, 0, 1, SYN),  # unless it asks for a connection, go past the next line
        (0x06, 0, 0, 0),  # drop it
        (0x06, 0, 0, 0xFFFFFFFF),  # keep it
    )
)


def answer_no_more(listener: socket.socket) -> None:
    """Begin no connection any more; does nothing where the system knows no such thing."""
    program = ctypes.create_string_buffer(PROGRAM, len(PROGRAM))
    wanted = struct.pack("@HP", len(PROGRAM) // INSTRUCTION.size, ctypes.addressof(program))
    with suppress(OSError):
        listener.setsockopt(socket.SOL_SOCKET, ATTACH_FILTER, wanted)


async def let_in(listeners: Sequence[socket.socket]) -> None:
    """Wait until everybody was accepted who came before, however late this process gets its turn.

    Somebody else accepts meanwhile; without an end to who comes this may never end.
    """
    await asyncio.sleep(SETTLE_SECONDS)
    while select(listeners, [], [], 0)[0]:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0)
