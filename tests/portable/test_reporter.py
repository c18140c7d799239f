"""From a report to sealed bytes in the journal, and the numbers that never come twice."""

import os

from turna_board.counters import Counters
from turna_handset.journal import Journal
from turna_handset.numbers import key_name, open_sequence
from turna_handset.reporter import NO_NUMBERS, NOT_SAVED, Reporter
from turna_protocol import codes
from turna_protocol.frame import Frame
from turna_protocol.packet import SEQUENCE_MAX
from turna_protocol.reports import Position, Sitrep, Sos, decode_report
from turna_protocol.sealing import open_link, verify_end_to_end

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from turna_protocol.reports import Report

NOW_S = 1_801_915_200
LINK_KEY, AUTHENTICATION_KEY = bytes(range(32)), bytes(range(1, 33))
FRAME = Frame(3_620_000, 3_616_000, NOW_S - 3600)


def an_sos(phase: int = codes.DECLARE, reference: int | None = None) -> Sos:
    return Sos(mode=codes.EXERCISE, phase=phase, sos_reference=reference)


def a_position() -> Position:
    return Position(mode=codes.EXERCISE, time_s=NOW_S, time_quality=codes.TIME_GNSS)


# MicroPython has no tempfile.
SCRATCH = os.getenv("TMPDIR") or "/tmp"  # a name is tried until one is free


class Identity:
    """What a reporter needs of a handset's settings."""

    device = 7
    link_key = LINK_KEY
    authentication_key = AUTHENTICATION_KEY
    frame = FRAME
    hops = 0


class Integers:
    """NVS in memory."""

    def __init__(self) -> None:
        self.values: dict[str, int] = {}

    def get(self, name: str) -> int | None:
        return self.values.get(name)

    def put(self, name: str, value: int) -> None:
        self.values[name] = value


class Bench:
    """A reporter with a journal and numbers of its own, in a directory that goes away."""

    def __init__(self) -> None:
        self.path = ""
        self.integers = Integers()

    def __enter__(self) -> "Self":
        for number in range(10_000):
            self.path = f"{SCRATCH}/turna-reports-{number}"
            try:
                os.mkdir(self.path)
                break
            except OSError:
                continue
        self.counters = Counters()
        self.restart()
        return self

    def restart(self) -> None:
        self.journal = Journal(self.path + "/journal", 20)
        self.journal.load()
        numbers = open_sequence(LINK_KEY, self.integers, self.path)
        self.reporter = Reporter(Identity(), self.journal, numbers, self.counters)

    def save(self, report: "Report") -> int | None:
        encoded = self.reporter.encode(report)
        return None if encoded is None else self.reporter.save(encoded)

    def __exit__(self, *_: object) -> None:
        for folder in (self.path + "/journal", self.path):
            for name in os.listdir(folder):
                os.remove(f"{folder}/{name}")
            os.rmdir(folder)


def test_a_report_is_sealed_once_and_saved_with_its_bytes() -> None:
    with Bench() as bench:
        assert bench.save(a_position()) == 0
        stored = bench.journal.report(0)
        assert stored is not None
        opened = open_link(stored.packet, LINK_KEY)
        assert opened.content == stored.content
        assert verify_end_to_end(7, 0, opened.content, opened.end_to_end_tag, AUTHENTICATION_KEY)
        assert decode_report(stored.content, FRAME) == a_position()
        assert stored.saved_s == NOW_S
        bench.restart()
        assert bench.journal.report(0) == stored


def test_an_sos_is_active_until_it_is_cancelled_also_over_a_restart() -> None:
    with Bench() as bench:
        assert bench.reporter.active_sos() is None
        declared = bench.save(an_sos())
        assert bench.reporter.active_sos() == declared
        bench.restart()
        assert bench.reporter.active_sos() == declared
        bench.save(an_sos(codes.CANCEL, declared))
        assert bench.reporter.active_sos() is None
        bench.restart()
        assert bench.reporter.active_sos() is None


def test_numbers_go_on_after_a_restart_and_are_never_used_twice() -> None:
    with Bench() as bench:
        seen = []
        for _ in range(4):
            seen += [bench.save(a_position()) for _ in range(3)]
            bench.restart()
        assert None not in seen
        assert len(set(seen)) == len(seen)


def test_numbers_survive_the_loss_of_either_place() -> None:
    with Bench() as bench:
        first = bench.save(a_position())
        bench.integers.values.clear()
        bench.restart()
        second = bench.save(a_position())
        os.remove(f"{bench.path}/{key_name(LINK_KEY)}")
        bench.restart()
        third = bench.save(a_position())
        assert first is not None and second is not None and third is not None
        assert first < second < third


def test_a_damaged_number_is_not_believed() -> None:
    with Bench() as bench:
        first = bench.save(a_position())
        path = f"{bench.path}/{key_name(LINK_KEY)}"
        with open(path, "rb") as file:
            data = file.read()
        with open(path, "wb") as file:
            file.write(b"\x7f" + data[1:])
        bench.restart()
        second = bench.save(a_position())
        assert first is not None and second is not None
        assert second < first + 1_000, "not the number that the damage made of it"


def test_a_known_key_whose_numbers_are_lost_seals_nothing_more() -> None:
    with Bench() as bench:
        bench.save(a_position())
        bench.integers.values.clear()
        with open(f"{bench.path}/{key_name(LINK_KEY)}", "wb") as file:
            file.write(b"damaged")
        bench.restart()
        assert bench.save(a_position()) is None
        assert bench.reporter.warning == NO_NUMBERS
        assert bench.counters.of("lost no sequence number") == 1


def test_used_up_numbers_are_said_and_counted() -> None:
    with Bench() as bench:
        bench.integers.put(key_name(LINK_KEY), SEQUENCE_MAX + 1)
        bench.restart()
        assert bench.save(a_position()) is None
        assert bench.reporter.warning == NO_NUMBERS


def test_a_report_that_does_not_fit_into_the_journal_is_said_and_counted() -> None:
    with Bench() as bench:
        for _ in range(12):
            assert bench.save(Sitrep(mode=codes.EXERCISE)) is not None
        assert bench.save(Sitrep(mode=codes.EXERCISE)) is None
        assert bench.reporter.warning == NOT_SAVED
        assert bench.counters.of("lost journal full") == 1
        assert bench.save(an_sos()) is not None
        assert bench.reporter.warning is None


def test_a_key_has_a_name_that_fits_nvs_and_no_two_keys_share_it() -> None:
    assert key_name(LINK_KEY) != key_name(AUTHENTICATION_KEY)
    assert len(key_name(LINK_KEY)) <= 15
