"""From what was entered to sealed bytes in the journal, and the numbers that never come twice."""

import os

from turna_handset.clock import Clock
from turna_handset.compose import CANCEL, DECLARE, Composer
from turna_handset.counters import Counters
from turna_handset.draft import Draft
from turna_handset.health import Health, battery_percent
from turna_handset.journal import Journal
from turna_handset.numbers import key_name, open_sequence
from turna_handset.position import Position
from turna_handset.reporter import NO_NUMBERS, NOT_SAVED, Reporter
from turna_protocol import codes
from turna_protocol.frame import Frame
from turna_protocol.packet import SEQUENCE_MAX
from turna_protocol.reports import Position as PositionReport
from turna_protocol.reports import Sitrep, Sos, decode_report, encode_report
from turna_protocol.sealing import open_link, verify_end_to_end

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

NOW_S = 1_801_915_200
LINK_KEY, AUTHENTICATION_KEY = bytes(range(32)), bytes(range(1, 33))
FRAME = Frame(3_620_000, 3_616_000, NOW_S - 3600)
GGA = b"$GNGGA,120000.00,3612.3456,N,03609.8765,E,1,09,0.9,85.5,M,30.1,M,,*"


class Identity:
    """What a reporter needs of a handset's settings."""

    device = 7
    link_key = LINK_KEY
    authentication_key = AUTHENTICATION_KEY

    def __init__(self) -> None:
        self.mission = self
        self.frame = FRAME


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
            self.path = f"/tmp/turna-reports-{number}"
            try:
                os.mkdir(self.path)
                break
            except OSError:
                continue
        self.counters = Counters()
        self.clock = Clock(NOW_S - 3600)
        self.position = Position()
        self.composer = Composer(codes.EXERCISE, self.clock, self.position)
        self.restart()
        return self

    def restart(self) -> None:
        self.journal = Journal(self.path + "/journal", 20)
        self.journal.load()
        numbers = open_sequence(LINK_KEY, self.integers, self.path)
        self.reporter = Reporter(Identity(), self.journal, numbers, self.counters)

    def __exit__(self, *_: object) -> None:
        for folder in (self.path + "/journal", self.path):
            for name in os.listdir(folder):
                os.remove(f"{folder}/{name}")
            os.rmdir(folder)


def test_a_sitrep_is_sealed_once_and_saved_with_its_bytes() -> None:
    with Bench() as bench:
        draft = Draft(8)
        draft.set_count("immediate", 2)
        draft.toggle_hazard(0)
        draft.set_need(0, 50)
        bench.clock.tell(NOW_S, codes.TIME_GNSS, 0)
        report = bench.composer.sitrep(draft, 87, 5000)
        seq = bench.reporter.save(report)
        assert seq == 0
        stored = bench.journal.report(0)
        assert stored is not None
        opened = open_link(stored.packet, LINK_KEY)
        assert opened.content == stored.content
        assert verify_end_to_end(7, 0, opened.content, opened.end_to_end_tag, AUTHENTICATION_KEY)
        read = decode_report(stored.content, FRAME)
        assert isinstance(read, Sitrep)
        assert (read.mode, read.time_s, read.team_status) == (codes.EXERCISE, NOW_S + 5, 8)
        assert (read.casualties.immediate, read.casualties.delayed) == (2, None)
        assert (read.hazards, read.needs, read.battery_pct) == ((0,), ((0, 50),), 87)
        assert stored.saved_s == NOW_S + 5


def test_a_report_says_where_it_was_made_and_how_old_that_knowledge_is() -> None:
    with Bench() as bench:
        checksum = 0
        for byte in GGA[1:-1]:
            checksum ^= byte
        bench.position.heard(GGA + b"%02X\r\n" % checksum, 1000)
        report = bench.composer.position(50, 31_000)
        assert isinstance(report, PositionReport)
        assert report.fix is not None
        assert (report.fix.lat_e5, report.fix.lon_e5, report.fix.age_s) == (3620576, 3616461, 30)
        assert report.altitude_m == 85


def test_an_sos_is_active_until_it_is_cancelled_also_over_a_restart() -> None:
    with Bench() as bench:
        assert bench.reporter.active_sos() is None
        declared = bench.reporter.save(bench.composer.sos(DECLARE, None, 80, 0))
        assert bench.reporter.active_sos() == declared
        bench.restart()
        assert bench.reporter.active_sos() == declared
        bench.reporter.save(bench.composer.sos(CANCEL, declared, 80, 0))
        assert bench.reporter.active_sos() is None
        bench.restart()
        assert bench.reporter.active_sos() is None


def test_numbers_go_on_after_a_restart_and_are_never_used_twice() -> None:
    with Bench() as bench:
        seen = []
        for _ in range(4):
            seen += [bench.reporter.save(bench.composer.position(None, 0)) for _ in range(3)]
            bench.restart()
        assert None not in seen
        assert len(set(seen)) == len(seen)


def test_numbers_survive_the_loss_of_either_place() -> None:
    with Bench() as bench:
        first = bench.reporter.save(bench.composer.position(None, 0))
        bench.integers.values.clear()
        bench.restart()
        second = bench.reporter.save(bench.composer.position(None, 0))
        os.remove(f"{bench.path}/{key_name(LINK_KEY)}")
        bench.restart()
        third = bench.reporter.save(bench.composer.position(None, 0))
        assert first is not None and second is not None and third is not None
        assert first < second < third


def test_a_known_key_whose_numbers_are_lost_seals_nothing_more() -> None:
    with Bench() as bench:
        bench.reporter.save(bench.composer.position(None, 0))
        bench.integers.values.clear()
        with open(f"{bench.path}/{key_name(LINK_KEY)}", "wb") as file:
            file.write(b"damaged")
        bench.restart()
        assert bench.reporter.save(bench.composer.position(None, 0)) is None
        assert bench.reporter.warning == NO_NUMBERS
        assert bench.counters.of("lost no sequence number") == 1


def test_used_up_numbers_are_said_and_counted() -> None:
    with Bench() as bench:
        bench.integers.put(key_name(LINK_KEY), SEQUENCE_MAX + 1)
        bench.restart()
        assert bench.reporter.save(bench.composer.position(None, 0)) is None
        assert bench.reporter.warning == NO_NUMBERS


def test_a_report_that_does_not_fit_into_the_journal_is_said_and_counted() -> None:
    with Bench() as bench:
        draft = Draft(0)
        for _ in range(12):
            assert bench.reporter.save(bench.composer.sitrep(draft, None, 0)) is not None
        assert bench.reporter.save(bench.composer.sitrep(draft, None, 0)) is None
        assert bench.reporter.warning == NOT_SAVED
        assert bench.counters.of("lost journal full") == 1
        assert bench.reporter.save(bench.composer.sos(DECLARE, None, None, 0)) is not None
        assert bench.reporter.warning is None


def test_health_stays_within_what_the_wire_can_carry() -> None:
    with Bench() as bench:
        health = Health(
            battery_mv=99_999,
            temperature_c=200,
            uptime_min=10_000_000,
            waiting=10_000_000,
            stored=10_000_000,
            rssi_dbm=20,
            snr_db=99,
            satellites=99,
            airtime_s=9999,
            restarts=10_000_000,
            refused=10_000_000,
        )
        assert encode_report(bench.composer.health(health, 0), FRAME)


def test_the_battery_is_empty_full_and_in_between() -> None:
    assert battery_percent(None) is None
    assert battery_percent(3000) == 0
    assert battery_percent(3750) == 41
    assert battery_percent(4200) == 100
    steps = [battery_percent(voltage) or 0 for voltage in range(3200, 4300, 10)]
    assert steps == sorted(steps)


def test_a_key_has_a_name_that_fits_nvs_and_no_two_keys_share_it() -> None:
    assert key_name(LINK_KEY) != key_name(AUTHENTICATION_KEY)
    assert len(key_name(LINK_KEY)) <= 15


def test_only_an_sos_has_a_phase() -> None:
    with Bench() as bench:
        report = bench.composer.sos(CANCEL, 5, None, 0)
        assert isinstance(report, Sos)
        assert (report.phase, report.sos_reference) == (codes.CANCEL, 5)
