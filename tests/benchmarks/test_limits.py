"""The promises of sizes, airtime and heap, held in every run; only what is the same everywhere."""

import pytest

from benchmarks import board, handset_cost, limits
from benchmarks.corpora import SEEDS, TUNED_ON, Corpus, situation_reports
from benchmarks.limits import Promise

COUNT = 1_000
GROWTH_PACKETS = 2_000  # the benchmark itself counts 10,000

needs_32_bits = pytest.mark.skipif(
    board.UNAVAILABLE.exists(), reason="this machine runs no 32-bit MicroPython"
)


PROMISES = [*limits.size_promises(COUNT), *limits.airtime_promises(COUNT)]


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.name)
def test_what_a_report_costs_on_the_air_stays_within_its_limit(promise: Promise) -> None:
    assert promise.measured <= promise.limit


def test_at_least_one_corpus_is_not_the_one_the_wire_was_tuned_on() -> None:
    assert set(SEEDS) - {TUNED_ON}


@pytest.mark.parametrize("corpus", situation_reports(200), ids=lambda corpus: corpus.name)
def test_no_corpus_is_said_to_hold_more_than_its_reports_carry(corpus: Corpus) -> None:
    for length, bound in zip(limits.packet_bytes(corpus), corpus.packet_bound_bytes(), strict=True):
        assert bound <= length + 8, "a bound above what really carries the report is no bound"


@needs_32_bits
@pytest.mark.parametrize("name", [corpus.name for corpus in situation_reports(1)])
def test_a_report_takes_no_more_of_a_boards_heap_than_promised(name: str) -> None:
    heap = handset_cost.heap(name, 60)
    assert heap["worst"] <= handset_cost.HEAP_BYTES


@needs_32_bits
def test_a_board_that_seals_for_days_keeps_its_heap() -> None:
    assert handset_cost.growth(GROWTH_PACKETS) <= 0
