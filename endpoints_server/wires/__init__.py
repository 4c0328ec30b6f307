"""How each API speaks: bytes to domain and back, with no input or output."""
