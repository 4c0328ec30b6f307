"""How a listening socket is closed without turning anybody away who has come in already.

What the kernel has accepted, and we have not, is reset when the socket is closed. So from the
moment on in which nobody new is wanted, no new connection is begun: whoever knocks gets no answer,
knocks again a second later, finds nobody, and goes to the next door, as every proxy does.
"""

import ctypes
import socket
import struct
from contextlib import suppress

ATTACH_FILTER = 26
"""Linux's SO_ATTACH_FILTER, which Python has no name for."""
FLAGS_AT = 13
SYN = 0x02
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
