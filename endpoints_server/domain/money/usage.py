"""Token counts that never overlap."""

from msgspec import Struct


class Usage(Struct, frozen=True, kw_only=True):
    """Tokens of one call, each counted once.

    `input` is what was neither read from nor written to a prompt cache; `cache_write` are writes
    kept five minutes, `cache_write_hour` those kept an hour; `output` is what was answered without
    `reasoning`. A wire that does not tell reasoning apart reports it as output.
    """

    input: int = 0
    cache_read: int = 0
    cache_write: int = 0
    cache_write_hour: int = 0
    output: int = 0
    reasoning: int = 0

    @property
    def total_input(self) -> int:
        """All tokens that went in, cached or not."""
        return self.input + self.cache_read + self.cache_write + self.cache_write_hour

    @property
    def total_output(self) -> int:
        """All tokens that came out, reasoning included."""
        return self.output + self.reasoning

    @property
    def total(self) -> int:
        """Everything."""
        return self.total_input + self.total_output
