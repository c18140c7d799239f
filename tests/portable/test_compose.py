"""What reports are made of: what was entered, and the time, place and battery of the moment."""

from turna_handset.clock import Clock
from turna_handset.compose import Composer
from turna_handset.health import Health, battery_percent
from turna_handset.position import Position
from turna_protocol import codes
from turna_protocol.frame import Frame
from turna_protocol.reports import Position as PositionReport
from turna_protocol.reports import Sitrep, decode_report, encode_report
from turna_protocol.reports.more_fields import Worksite
from turna_protocol.reports.victim import Victim

NOW_S = 1_801_915_200
FRAME = Frame(3_620_000, 3_616_000, NOW_S - 3600)
GGA = b"$GNGGA,120000.00,3612.3456,N,03609.8765,E,1,09,0.9,85.5,M,30.1,M,,*"


class Bench:
    """A composer with a clock and a position."""

    def __init__(self) -> None:
        self.clock = Clock(NOW_S - 3600)
        self.position = Position()
        self.composer = Composer(codes.EXERCISE, self.clock, self.position)


def test_a_sitrep_holds_what_was_entered_and_leaves_the_rest_unknown() -> None:
    bench = Bench()
    bench.clock.tell(NOW_S, codes.TIME_GNSS, 0)
    entered: dict[str, object] = {
        "team_status": 8,
        "casualties": (2, None, None, None, None),
        "hazards": (0,),
        "needs": {0: 50},
    }
    report = bench.composer.filled_in("sitrep", entered, 87, 5000)
    assert isinstance(report, Sitrep)
    assert (report.mode, report.time_s, report.team_status) == (codes.EXERCISE, NOW_S + 5, 8)
    assert (report.casualties.immediate, report.casualties.delayed) == (2, None)
    assert (report.hazards, report.needs, report.battery_pct) == ((0,), ((0, 50),), 87)
    assert report.fix is None
    assert encode_report(report, FRAME)


def test_a_report_says_where_it_was_made_and_how_old_that_knowledge_is() -> None:
    bench = Bench()
    checksum = 0
    for byte in GGA[1:-1]:
        checksum ^= byte
    bench.position.heard(GGA + b"%02X\r\n" % checksum, 1000)
    report = bench.composer.position(50, 31_000)
    assert isinstance(report, PositionReport)
    assert report.fix is not None
    assert (report.fix.lat_e5, report.fix.lon_e5, report.fix.age_s) == (3620576, 3616461, 30)
    assert report.altitude_m == 85


def test_health_stays_within_what_the_wire_can_carry() -> None:
    bench = Bench()
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


def test_a_cancellation_names_the_sos_it_ends() -> None:
    bench = Bench()
    report = bench.composer.sos(codes.CANCEL, 5, None, 0)
    assert (report.phase, report.sos_reference) == (codes.CANCEL, 5)


def test_an_update_of_an_sos_says_what_happened_and_to_how_many() -> None:
    bench = Bench()
    report = bench.composer.sos(codes.UPDATE, 5, None, 0, {"kind": 2, "people": 3})
    assert (report.phase, report.sos_reference, report.kind, report.people) == (1, 5, 2, 3)
    assert encode_report(report, FRAME)


def test_every_sheet_makes_a_report_that_the_wire_takes() -> None:
    bench = Bench()
    sheets: dict[str, dict[str, object]] = {
        "message": {"phrase": 3, "answers": 917_511},
        "hazard": {"hazard": 0, "severity": 4, "radius_m": 200, "action": 2},
        "worksite_triage": {"worksite": 56, "live": 2, "under_12h": True, "hazards": (0, 2)},
        "needs": {"needs": {3: 50, 0: 200}, "urgency": 2, "people": 500},
        "medevac": {"precedence": 1, "patients": (1, 2, None, None), "litter": 2},
        "victim": {"worksite": 56, "number": 4, "triage": 1},
        "task_status": {"number": 17, "status": 2, "reason": 1},
    }
    for name, values in sheets.items():
        report = bench.composer.filled_in(name, values, 50, 0)
        assert name == report.NAME
        assert decode_report(encode_report(report, FRAME), FRAME) == report


def test_a_victims_colour_says_whether_it_lives() -> None:
    bench = Bench()
    for triage, outcome in ((1, 1), (5, 2), (0, 0)):
        report = bench.composer.filled_in("victim", {"worksite": 1, "triage": triage}, None, 0)
        assert isinstance(report, Victim)
        assert (report.outcome, report.worksite) == (outcome, Worksite(1))


def test_every_report_that_a_person_makes_says_how_old_and_how_good_its_place_is() -> None:
    bench = Bench()
    checksum = 0
    for byte in GGA[1:-1]:
        checksum ^= byte
    bench.position.heard(GGA + b"%02X\r\n" % checksum, 1000)
    entered: dict[str, dict[str, object]] = {
        "sitrep": {"team_status": 8},
        "message": {"phrase": 1},
        "hazard": {"hazard": 1},
        "needs": {"needs": {0: 50}},
        "worksite_triage": {"worksite": 56},
        "medevac": {"precedence": 1, "litter": 1},
        "victim": {"worksite": 56, "triage": 1},
        "task_status": {"number": 3, "status": 1, "reason": 0},
    }
    made = [bench.composer.filled_in(name, values, 87, 31_000) for name, values in entered.items()]
    made.append(bench.composer.sos(codes.DECLARE, None, 87, 31_000))
    made.append(bench.composer.position(87, 31_000))
    for report in made:
        fix = decode_report(encode_report(report, FRAME), FRAME).fix
        assert fix is not None, report
        assert 30 <= (fix.age_s or 0) <= 60, report  # on the wire in classes, the older end of each
        assert 5 <= (fix.accuracy_m or 0) <= 10, report
