"""Sequence numbers: reserved before use, in every store, and never started again."""

from turna_protocol import sequence
from turna_protocol.packet import SEQUENCE_MAX
from turna_protocol.sequence import BLOCK_MAX, SequenceSource


class Store:
    """A counter that survives whoever reads it."""

    def __init__(self, value: int | None = None) -> None:
        self.value = value
        self.commits = 0

    def read(self) -> int | None:
        return self.value

    def commit(self, value: int) -> None:
        self.value = value
        self.commits += 1


class FullStore(Store):
    def commit(self, value: int) -> None:
        raise OSError("flash full")


def test_numbers_go_up_and_a_block_costs_one_write() -> None:
    store = Store(0)
    source = SequenceSource((store,))
    first = 2 * BLOCK_MAX - 1  # in blocks of 1, 2, 4 ... 32
    assert [source.take() for _ in range(first)] == list(range(first))
    assert store.commits == 6
    assert source.take() == first
    assert store.value == first + BLOCK_MAX


def test_the_block_is_durable_before_its_first_number_is_given() -> None:
    store = Store(0)
    source = SequenceSource((store,))
    for _ in range(100):
        number = source.take()
        assert number is not None and store.value is not None and number < store.value


def test_a_reboot_skips_what_was_reserved() -> None:
    store = Store(0)
    source = SequenceSource((store,))
    assert [source.take() for _ in range(5)][-1] == 4
    assert SequenceSource((store,)).take() == 7


def test_a_boot_loop_that_sends_one_report_each_time_skips_no_number() -> None:
    store = Store(0)
    assert [SequenceSource((store,)).take() for _ in range(1_000)] == list(range(1_000))


def test_reboots_without_a_report_use_up_nothing() -> None:
    store = Store(64)
    for _ in range(10_000):
        SequenceSource((store,))
    assert store.commits == 0
    assert SequenceSource((store,)).take() == 64


def test_keys_without_a_counter_give_no_number() -> None:
    source = SequenceSource((Store(), Store()))
    assert source.take() is None
    assert source.state == sequence.MISSING


def test_one_erased_store_is_healed_by_the_other() -> None:
    nvs, file = Store(), Store(96)
    assert SequenceSource((nvs, file)).take() == 96
    assert nvs.value == file.value == 97


def test_a_store_left_behind_does_not_bring_old_numbers_back() -> None:
    assert SequenceSource((Store(32), Store(96))).take() == 96


def test_if_one_store_cannot_keep_it_no_number_is_given() -> None:
    source = SequenceSource((Store(0), FullStore(0)))
    try:
        source.take()
    except OSError:
        return
    raise AssertionError("number given though a store may bring it again")


def test_after_the_last_number_it_refuses_for_ever() -> None:
    store = Store(SEQUENCE_MAX - 1)
    source = SequenceSource((store,))
    assert [source.take() for _ in range(4)] == [SEQUENCE_MAX - 1, SEQUENCE_MAX, None, None]
    assert source.state == sequence.EXHAUSTED
    again = SequenceSource((store,))
    assert again.take() is None
    assert again.state == sequence.EXHAUSTED


def test_new_keys_start_at_zero_in_every_store() -> None:
    stores = (Store(), Store(77))
    sequence.provision(stores)
    assert [store.value for store in stores] == [0, 0]
