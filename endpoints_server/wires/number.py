"""Numbers as upstreams write them, made such that anybody can count with them."""

LARGEST = 1 << 53
MOST_TOKENS = 10**8
"""No call has a hundred million tokens of one kind, and sums of so many still fit a column."""


def whole(number: float | None) -> int:
    """Take a number as a whole one, neither negative nor absurd; none is zero."""
    return min(max(int(number or 0), 0), LARGEST)


def tokens(count: float | None) -> int:
    """Take a count of tokens as such a number."""
    return min(whole(count), MOST_TOKENS)
