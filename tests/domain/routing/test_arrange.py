"""Laws of the order in which routes are tried."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from endpoints_server.domain.routing.arrange import arrange, draw_by, draw_for, shares


class Way(Struct, frozen=True):
    """A route as far as its order matters."""

    id: str
    order: int = 1
    weight: float = 1.0


ways = st.lists(
    st.builds(
        Way,
        id=st.text(min_size=1, max_size=8),
        order=st.integers(1, 3),
        weight=st.floats(0.01, 100),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda way: way.id,
)
conversations = st.binary(max_size=64)


@given(ways, conversations)
def test_every_route_is_tried_once_and_a_lower_order_first(
    ways: list[Way], conversation: bytes
) -> None:
    tried = arrange(ways, draw_for(conversation))
    assert sorted(tried, key=ways.index) == ways
    assert [way.order for way in tried] == sorted(way.order for way in ways)


@given(ways, conversations, st.randoms(use_true_random=False))
def test_a_conversation_finds_the_same_route_however_the_file_is_ordered(
    ways: list[Way], conversation: bytes, random: Random
) -> None:
    shuffled = random.sample(ways, len(ways))
    assert arrange(shuffled, draw_for(conversation)) == arrange(ways, draw_for(conversation))


@given(ways, conversations, st.data())
def test_t_41_when_a_route_leaves_only_those_move_that_had_it(
    ways: list[Way], conversation: bytes, data: st.DataObject
) -> None:
    leaving = data.draw(st.sampled_from(ways))
    before = arrange(ways, draw_for(conversation))
    after = arrange([way for way in ways if way is not leaving], draw_for(conversation))
    assert after == tuple(way for way in before if way is not leaving)


@pytest.mark.parametrize("weights", [(1, 1), (1, 3), (1, 2, 7)])
def test_each_comes_first_as_often_as_its_weight_says(weights: tuple[int, ...]) -> None:
    ways = [Way(str(number), 1, weight) for number, weight in enumerate(weights)]
    calls = 10_000
    by_chance, by_hash = Counter[str](), Counter[str]()
    draw = draw_by(Random(1).random)
    for number in range(calls):
        by_chance[arrange(ways, draw)[0].id] += 1
        by_hash[arrange(ways, draw_for(b"%d" % number))[0].id] += 1
    for way, share in zip(ways, shares(ways), strict=True):
        assert by_chance[way.id] / calls == pytest.approx(share, abs=0.02)
        assert by_hash[way.id] / calls == pytest.approx(share, abs=0.02)


@given(ways)
def test_the_shares_of_an_order_are_one_whole(ways: list[Way]) -> None:
    told = shares(ways)
    for order in {way.order for way in ways}:
        of_order = [share for way, share in zip(ways, told, strict=True) if way.order == order]
        assert sum(of_order) == pytest.approx(1.0)


@pytest.mark.parametrize("lot", [0.0, 1.0 - 2**-53])
def test_the_least_and_the_largest_lot_can_be_drawn(lot: float) -> None:
    assert len(arrange([Way("a"), Way("b")], draw_by(lambda: lot))) == 2
