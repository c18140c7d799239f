"""Missing numbers of a handset: noticed, filled, asked for in time, and no longer after that."""

import random

import pytest
import sqlalchemy as sa

from turna_secretariat import gaps, schema
from turna_secretariat.archive import Archive

MINUTE_MS = 60_000


def _note(archive: Archive, *numbers: int, now_ms: int = 0, generation: int = 1) -> None:
    with archive.transaction() as transaction:
        gaps.note(transaction.connection, {(1, generation): numbers}, now_ms)


def _missing(archive: Archive, generation: int = 1) -> list[tuple[int, int]]:
    query = sa.select(schema.gap.c.first, schema.gap.c.last).order_by(schema.gap.c.first)
    with archive.reader() as connection:
        rows = connection.execute(query.where(schema.gap.c.generation == generation))
        return [(row.first, row.last) for row in rows]


def _asked_for(archive: Archive, now_ms: int) -> list[tuple[int, int]]:
    with archive.transaction() as transaction:
        due = gaps.due(transaction.connection, now_ms)
        gaps.note_asked(transaction.connection, due, now_ms)
    return [(each.first, each.last) for each in due]


def test_what_is_missing_below_the_highest_number_is_noticed(archive: Archive) -> None:
    _note(archive, 0, 1, 4)
    assert _missing(archive) == [(2, 3)]
    _note(archive, 9)
    assert _missing(archive) == [(2, 3), (5, 8)]


def test_a_first_report_that_is_not_number_0_leaves_a_gap(archive: Archive) -> None:
    _note(archive, 3)
    assert _missing(archive) == [(0, 2)]


def test_a_late_number_parts_the_gap_that_it_was_in(archive: Archive) -> None:
    _note(archive, 0, 10)
    _note(archive, 5)
    assert _missing(archive) == [(1, 4), (6, 9)]
    _note(archive, 1, 4, 6, 9, 5)
    assert _missing(archive) == [(2, 3), (7, 8)]
    _note(archive, 2, 3, 7, 8)
    assert _missing(archive) == []


def test_new_keys_count_anew(archive: Archive) -> None:
    _note(archive, 0, 1, 2)
    _note(archive, 1, generation=2)
    assert (_missing(archive), _missing(archive, 2)) == ([], [(0, 0)])


@pytest.mark.parametrize("seed", range(5))
def test_in_whatever_order_numbers_come_the_gaps_are_what_is_missing(
    archive: Archive, seed: int
) -> None:
    chosen = random.Random(seed)
    numbers = chosen.sample(range(60), 40)
    come: list[int] = []
    while numbers:
        some = [numbers.pop() for _ in range(min(len(numbers), chosen.randint(1, 5)))]
        come += some
        _note(archive, *some)
        missing = {n for first, last in _missing(archive) for n in range(first, last + 1)}
        assert missing == set(range(max(come))) - set(come), f"seed {seed}"


def test_a_gap_is_asked_for_after_ten_minutes_then_more_seldom_and_not_for_ever(
    archive: Archive,
) -> None:
    _note(archive, 0, 2)
    asked_at = [minute for minute in range(3000) if _asked_for(archive, minute * MINUTE_MS)]
    assert asked_at == [10, 70, 430, 1870]
    assert _missing(archive) == [(1, 1)]


def test_what_remains_of_a_gap_is_not_asked_for_anew(archive: Archive) -> None:
    _note(archive, 0, 4)
    assert _asked_for(archive, 10 * MINUTE_MS) == [(1, 3)]
    _note(archive, 2)
    assert _asked_for(archive, 11 * MINUTE_MS) == []
    assert _asked_for(archive, 70 * MINUTE_MS) == [(1, 1), (3, 3)]
