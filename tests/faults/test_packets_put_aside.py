"""A packet at which the gateway breaks off is put aside, and nothing else is."""

import sqlite3
from pathlib import Path

import pytest

from tests.faults import storing
from tests.gateway.field import POSITION, SOS, Field, Handset
from turna_gateway.status import StatusBoard

PROGRAM = Path(storing.__file__)
ONE = Handset(1)


class Poison(bytes):
    """A packet at which any code of ours breaks off."""

    def __getitem__(self, index: object) -> bytes:  # type: ignore[override]  # on purpose
        raise ArithmeticError(index)


def test_fault_44_a_packet_at_which_the_process_broke_off_three_times_is_put_aside(
    field: Field,
) -> None:
    poison = ONE.seal(66)
    for _ in range(3):
        with pytest.raises(ArithmeticError):
            field.hear(ONE.seal(65), Poison(poison))
        field.gateway.broke_off()
        field.restart()

    field.radio_up()
    field.hear(poison, ONE.seal(67))
    field.pass_time(2_000)

    assert field.gateway.counters["put_aside"] == 1
    assert field.acknowledgements(ONE) == [{67}]
    assert field.store.suspects() == {poison}


BAD, WORSE = 66, 67
# Two ways in which the database itself refuses a row: at once, or only at the commit.
AT_ONCE = f"""CREATE TRIGGER bad BEFORE INSERT ON report WHEN new.seq IN ({BAD}, {WORSE})
    BEGIN SELECT RAISE(ABORT, 'this one is too much'); END"""
AT_COMMIT = f"""CREATE TABLE one (id INTEGER PRIMARY KEY);
    CREATE TABLE other (one INTEGER REFERENCES one (id) DEFERRABLE INITIALLY DEFERRED);
    CREATE TRIGGER bad AFTER INSERT ON report WHEN new.seq IN ({BAD}, {WORSE})
    BEGIN INSERT INTO other VALUES (1); END"""


@pytest.mark.parametrize("refusal", [AT_ONCE, AT_COMMIT], ids=["at once", "at the commit"])
def test_fault_44_a_packet_that_breaks_the_writing_is_put_aside_and_the_others_are_written(
    field: Field, refusal: str
) -> None:
    field.radio_up()
    field.connect()
    field.store._connection.executescript(refusal)
    poison = {ONE.seal(BAD), ONE.seal(WORSE, POSITION)}

    field.hear(*(ONE.seal(seq) for seq in (1, 2, 3)), *poison, b"noise", ONE.seal(4, SOS))
    field.hear(*poison, ONE.seal(5))
    field.pass_time(2_000)

    assert field.store.suspects() == poison
    assert set().union(*field.acknowledgements(ONE)) == {1, 2, 3, 4, 5}
    assert sorted(report.seq for report in field.reports()) == [1, 2, 3, 4, 5]
    counters = field.gateway.counters
    assert (counters["heard"], counters["stored"], counters["put_aside"]) == (8, 5, 4)
    assert counters.refused() == {"malformed": 1}
    assert field.gateway.put_aside() == 2
    assert field.radio.taken_up_to == 10  # the modem need not bring it again


def test_fault_44_what_was_put_aside_stays_so_and_alarms_after_a_restart(field: Field) -> None:
    field.store._connection.executescript(AT_ONCE)
    field.hear(ONE.seal(BAD))
    field.store._connection.execute("DROP TRIGGER bad")
    field.restart()
    field.radio_up()
    field.hear(ONE.seal(BAD))
    field.pass_time(2_000)

    assert field.acknowledgements(ONE) == []
    board = StatusBoard(field.gateway, field.mission, field.clock)
    board.refresh()
    assert b"put_aside" in board.snapshot


def test_fault_44_a_store_that_takes_no_report_at_all_puts_none_aside(field: Field) -> None:
    field.store._connection.executescript(AT_ONCE.replace(f"new.seq IN ({BAD}, {WORSE})", "1"))

    with pytest.raises(sqlite3.IntegrityError):
        field.hear(ONE.seal(1), ONE.seal(2))

    assert field.store.suspects() == set()
    assert field.radio.taken_up_to == 0


def test_fault_44_49_no_packet_is_put_aside_for_a_disk_that_lets_nobody_write(
    field: Field,
) -> None:
    field.store._connection.execute("PRAGMA query_only = ON")

    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        field.hear(ONE.seal(1), ONE.seal(BAD))

    field.store._connection.execute("PRAGMA query_only = OFF")
    assert field.store.suspects() == set()
    assert field.gateway.put_aside() == 0
    assert field.radio.taken_up_to == 0


def test_fault_44_48_no_packet_is_put_aside_for_a_full_disk(field: Field) -> None:
    field.radio_up()
    field.store._connection.executescript(AT_ONCE)
    (pages,) = field.store._connection.execute("PRAGMA page_count").fetchone()
    field.store._connection.execute(f"PRAGMA max_page_count = {pages}")

    while not field.gateway.counters["disk_full"]:
        seq = 100 + field._number
        field.hear(*(ONE.seal(seq + i) for i in range(20)), ONE.seal(BAD))

    aside = field.store.suspects()
    assert aside <= {ONE.seal(BAD)}
    field.store._connection.execute("PRAGMA max_page_count = 100000")
    field.hear(*(ONE.seal(seq + i) for i in range(20)))
    field.pass_time(2_000)
    assert seq + 19 in set().union(*field.acknowledgements(ONE))
