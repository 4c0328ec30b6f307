"""Reserve, extend, settle, release: whatever happens in whatever order, the sums stay right."""

from collections.abc import Iterable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from endpoints_server.domain.money.account import Account, Remainder, Reservation
from endpoints_server.domain.money.book import Book
from endpoints_server.domain.money.entry import Entry, Outcome

CAPS = {"house": 1000, "team": 400, "loose": 50}
GRANTED = {"ada": 300}
ACCOUNTS = (
    Account(name="house", cap_nano_usd=CAPS["house"]),
    Account(name="team", cap_nano_usd=CAPS["team"], since=10, starts_at=20),
    Account(name="loose", cap_nano_usd=CAPS["loose"], is_binding=False),
    Account(name="balance:ada", person_id="ada"),
)
amounts = st.integers(0, 250)


def entry(entry_id: str, accounts: Iterable[Account], cost: int) -> Entry:
    return Entry(
        id=entry_id,
        request_id=entry_id,
        started_at=0,
        endpoint="e",
        model="m",
        wire_in="w",
        wire_out="w",
        outcome=Outcome.DELIVERED,
        status=200,
        cost_nano_usd=cost,
        accounts=tuple(account.row for account in accounts),
    )


class Books(RuleBasedStateMachine):
    """Calls that come, grow, end, break off, are settled twice or never made, in any order.

    Beside the book stands the plainest account there is: who holds how much, and what was charged.
    """

    running = Bundle("running")
    over = Bundle("over")

    def __init__(self) -> None:
        super().__init__()
        self.book = Book(GRANTED.get)
        self.held: dict[str, tuple[int, tuple[Account, ...]]] = {}
        self.charged: list[tuple[int, tuple[Account, ...]]] = []
        self.overdrawn = 0
        self.count = 0

    def taken(self, account: Account) -> int:
        parts = [*self.held.values(), *self.charged]
        return sum(amount for amount, accounts in parts if account in accounts)

    def room(self, accounts: tuple[Account, ...]) -> int:
        caps = {**CAPS, "balance:ada": GRANTED["ada"]}
        binding = [account for account in accounts if account.is_binding]
        return min([caps[each.name] - self.taken(each) for each in binding], default=10**9)

    @rule(target=running, amount=amounts, chosen=st.sets(st.sampled_from(ACCOUNTS), min_size=1))
    def reserve(self, amount: int, chosen: set[Account]) -> str:
        accounts = tuple(sorted(chosen, key=lambda each: each.name))
        self.count += 1
        name = f"call-{self.count}"
        room = self.room(accounts)
        wanted = Reservation(accounts=accounts, nano_usd=amount, entry=entry(name, accounts, 0))
        decision = self.book.reserve(wanted)
        assert decision.is_admitted == (amount <= room)
        if decision.is_admitted:
            self.held[name] = (amount, accounts)
            assert all(each.left_nano_usd >= 0 for each in decision.remainders if is_tight(each))
        else:
            (refused,) = decision.remainders
            assert refused.left_nano_usd < amount
        return name

    @rule(call=running, amount=amounts)
    def extend(self, call: str, amount: int) -> None:
        is_held = call in self.held
        held, accounts = self.held.get(call, (0, ()))
        may = is_held and amount <= self.room(accounts)
        wanted = Reservation(accounts=accounts, nano_usd=held, entry=entry(call, accounts, 0))
        assert self.book.extend(wanted, amount).is_admitted == may
        if may:
            self.held[call] = (held + amount, accounts)

    @rule(target=over, call=consumes(running), share=st.floats(0, 1))
    def settle_within(self, call: str, share: float) -> str:
        held, accounts = self.held.pop(call, (0, None))
        cost = int(held * share)
        assert self.book.settle(entry(call, accounts or (), cost)) == (accounts is not None)
        if accounts is not None:
            self.charged.append((cost, accounts))
        return call

    @rule(target=over, call=consumes(running))
    def release(self, call: str) -> str:
        assert self.book.release(call) == (self.held.pop(call, None) is not None)
        return call

    @rule(call=over, cost=amounts)
    def settle_again(self, call: str, cost: int) -> None:
        assert not self.book.settle(entry(call, ACCOUNTS, cost))

    @invariant()
    def nothing_that_binds_is_overdrawn(self) -> None:
        for account in ACCOUNTS:
            left = self.book.left(account)
            assert left is not None
            assert left >= 0 or not account.is_binding

    @invariant()
    def every_row_is_the_sum_of_its_calls(self) -> None:
        for account in ACCOUNTS:
            row = self.book.rows.get(account.row)
            assert (row.taken_nano_usd if row else 0) == self.taken(account)
            if not self.held and row:
                assert row.reserved_nano_usd == 0


def is_tight(remainder: Remainder) -> bool:
    return remainder.account.is_binding


Books.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
test_a_book_is_right_whatever_happens = Books.TestCase
