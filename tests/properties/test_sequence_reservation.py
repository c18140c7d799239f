"""No number is ever given twice, wherever the power is cut; and this test would notice.

A history is a list of lives.  In each the handset takes some numbers; then the power is cut at any
of the steps that a store makes, or between them, or a store is erased while the power is off.
"""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turna_protocol.sequence import BLOCK_MAX, SequenceSource

Life = tuple[int, int, bool]  # numbers to take, steps until the power is cut, first store erased


class PowerCutError(Exception):
    """The handset is dead from here on."""


class Power:
    """Counts the steps of all stores and cuts the power after the given number of them."""

    def __init__(self) -> None:
        self.steps_left = 0

    def step(self) -> None:
        if self.steps_left == 0:
            raise PowerCutError
        self.steps_left -= 1


class FlashStore:
    """Like NVS: `set` is seen at once in this life, and survives only after `commit_now`."""

    def __init__(self, power: Power) -> None:
        self._power = power
        self.durable: int | None = 0
        self._seen: int | None = 0

    def boot(self) -> None:
        self._seen = self.durable

    def read(self) -> int | None:
        return self._seen

    def set(self, value: int) -> None:
        self._power.step()
        self._seen = value

    def commit_now(self) -> None:
        self._power.step()
        self.durable = self._seen
        self._power.step()

    def commit(self, value: int) -> None:
        self.set(value)
        self.commit_now()


class PersistsAfterUse:
    """Wrong: gives the number first and writes it down later."""

    def __init__(self, stores: tuple[FlashStore, ...]) -> None:
        self._stores = stores

    def take(self) -> int:
        return max(store.read() or 0 for store in self._stores)

    def used(self, number: int) -> None:
        for store in self._stores:
            store.commit(number + 1)


class SetsWithoutCommit(SequenceSource):
    """Wrong: sets the new end of the block and leaves the commit to chance."""

    def _reserve(self, end: int) -> None:
        for store in self._stores:
            store.set(end)  # type: ignore[attr-defined]
        self._reserved = end


def numbers_given(
    scheme: Callable[[tuple[FlashStore, ...]], object], lives: list[Life]
) -> list[int]:
    """Live through the history and return every number that reached the antenna."""
    power = Power()
    stores = (FlashStore(power), FlashStore(power))
    given_numbers: list[int] = []
    for takes, steps, erase in lives:
        power.steps_left = steps
        if erase:
            stores[0].durable = None
        for store in stores:
            store.boot()
        source = scheme(stores)
        try:
            for _ in range(takes):
                number = source.take()  # type: ignore[attr-defined]
                given_numbers.append(number)
                if isinstance(source, PersistsAfterUse):
                    source.used(number)
        except PowerCutError:
            continue
    return given_numbers


histories = st.lists(
    st.tuples(st.integers(0, 2 * BLOCK_MAX + 3), st.integers(0, 20), st.booleans()), max_size=12
)


@given(lives=histories)
@settings(max_examples=500)
def test_no_history_of_power_cuts_repeats_a_number(lives: list[Life]) -> None:
    numbers = numbers_given(SequenceSource, lives)
    assert len(set(numbers)) == len(numbers)
    assert numbers == sorted(numbers)


@given(lives=histories)
@settings(max_examples=200)
def test_a_power_cut_wastes_at_most_a_block(lives: list[Life]) -> None:
    numbers = numbers_given(SequenceSource, lives)
    assert max(numbers, default=0) <= len(numbers) + BLOCK_MAX * len(lives)


@pytest.mark.parametrize("scheme", [PersistsAfterUse, SetsWithoutCommit])
def test_the_known_wrong_schemes_are_caught_within_one_power_cut(
    scheme: Callable[[tuple[FlashStore, ...]], object],
) -> None:
    """Every short history is tried, so this does not depend on luck."""
    caught = [
        (takes, steps)
        for takes in (1, 2)
        for steps in range(8)
        if len(set(numbers := numbers_given(scheme, [(takes, steps, False), (1, 20, False)])))
        < len(numbers)
    ]
    assert caught


def test_the_same_short_histories_find_nothing_wrong_with_ours() -> None:
    for takes in range(BLOCK_MAX + 2):
        for steps in range(14):
            for erase in (False, True):
                lives = [(takes, steps, False), (3, 20, erase), (3, 20, False)]
                numbers = numbers_given(SequenceSource, lives)
                assert len(set(numbers)) == len(numbers), lives
