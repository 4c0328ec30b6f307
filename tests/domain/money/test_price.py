"""What costs obey: exact, never negative, never less for more, in proportion to the rates."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from endpoints_server.domain.money.price import Rates, cost
from endpoints_server.domain.money.usage import Usage

counts = st.integers(0, 10**9)
rate = st.decimals(0, 1000, places=12)
usages = st.builds(Usage, **dict.fromkeys(Usage.__struct_fields__, counts))
all_rates = st.builds(Rates, **dict.fromkeys(Rates.__struct_fields__, rate))


def exact(usage: Usage, rates: Rates) -> Fraction:
    """Add a cost up in fractions; every rate is its own."""
    pairs = {name: Fraction(value) for name, value in asdict(rates).items()}
    return sum((pairs[name] * count * 1000 for name, count in asdict(usage).items()), Fraction(0))


@given(usages, all_rates)
def test_a_cost_is_exact_and_rounded_once(usage: Usage, rates: Rates) -> None:
    assert cost(usage, rates) == round(exact(usage, rates)) >= 0


@given(usages, all_rates, st.sampled_from(Usage.__struct_fields__), counts)
def test_more_tokens_never_cost_less(usage: Usage, rates: Rates, name: str, more: int) -> None:
    larger = replace(usage, **{name: getattr(usage, name) + more})
    assert cost(larger, rates) >= cost(usage, rates)


@given(usages, all_rates, st.sampled_from(Rates.__struct_fields__), rate)
def test_a_higher_rate_never_costs_less(
    usage: Usage, rates: Rates, name: str, more: Decimal
) -> None:
    dearer = replace(rates, **{name: getattr(rates, name) + more})
    assert cost(usage, dearer) >= cost(usage, rates)


@given(usages, all_rates, st.integers(0, 100))
def test_rates_so_many_times_as_high_cost_so_many_times_as_much(
    usage: Usage, rates: Rates, times: int
) -> None:
    dearer = Rates(**{name: value * times for name, value in asdict(rates).items()})
    assert abs(cost(usage, dearer) - times * cost(usage, rates)) <= (times + 1) // 2


@given(usages, all_rates)
def test_what_has_no_rate_of_its_own_costs_what_it_is_part_of(usage: Usage, rates: Rates) -> None:
    bare = Rates(input=rates.input, output=rates.output)
    whole = Usage(input=usage.total_input, output=usage.total_output)
    assert cost(usage, bare) == cost(whole, bare)


@given(usages)
def test_what_is_free_costs_nothing(usage: Usage) -> None:
    assert cost(usage, Rates(input=Decimal(0), output=Decimal(0))) == 0


def test_half_a_nano_usd_goes_to_the_even_side() -> None:
    half = Rates(input=Decimal("0.0005"), output=Decimal(0))
    assert [cost(Usage(input=count), half) for count in range(1, 8)] == [0, 1, 2, 2, 2, 3, 4]
