"""The handset on a virtual board: from keys and NMEA to packets that decode with the keys."""

from pathlib import Path

from tests.simulation.handset_bench import HOLD_MS, LONG_MS, PRESS_MS, Field
from turna_handset import font
from turna_protocol import codes, delivery
from turna_protocol.reports import NodeHealth, Position, Sitrep, Sos
from turna_simulation.world import World


def test_key_presses_become_a_sitrep_on_the_air_that_decodes_with_the_keys(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        # status "moving to task", 2 immediate casualties, then send
        field.press(LONG_MS, PRESS_MS, LONG_MS)
        field.press(PRESS_MS, PRESS_MS, LONG_MS)
        field.press(PRESS_MS, PRESS_MS, PRESS_MS, LONG_MS, *[LONG_MS] * 4)
        field.press(*[PRESS_MS] * 5, LONG_MS)
        world.run_for(2000)

        ((_, report),) = field.gateway.of_kind(Sitrep)
        assert isinstance(report, Sitrep)
        assert report.mode == codes.EXERCISE
        assert codes.TEAM_STATUSES[report.team_status] == "moving_to_task"
        assert report.casualties.immediate == 2
        assert report.casualties.delayed is None
        assert report.battery_pct == 67  # 3.9 V, less what the divider rounds off
        assert field.handset.faults == []


def test_a_report_stands_on_the_screen_with_who_holds_it(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        assert field.screen()[0].startswith("TR-USAR-1")
        assert field.shows("EXERCISE")
        assert field.shows("No position")
        field.send_sitrep()
        assert field.shows("saved here")


def test_nmea_sentences_give_position_and_time(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        field.handset.parts.gnss.stand_at(3_620_123, 3_616_456, 85)
        world.run_for(45_000)
        assert field.shows("Pos 0s 5m")
        field.gateway.heard.clear()
        field.send_sitrep()
        world.run_for(2000)

        report = field.gateway.of_kind(Sitrep)[-1][1]
        assert isinstance(report, Sitrep)
        assert report.fix is not None
        assert (report.fix.lat_e5, report.fix.lon_e5) == (3_620_123, 3_616_456)
        assert report.altitude_m == 85
        assert report.time_quality == codes.TIME_GNSS
        assert report.time_s is not None
        assert abs(report.time_s - world.unix_s) <= 5


def test_a_beacon_gives_the_time_to_a_handset_without_a_sky(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        field.gateway.beacon(1, world.unix_s)
        field.send_sitrep()
        world.run_for(2000)

        report = field.gateway.of_kind(Sitrep)[-1][1]
        assert report.time_quality == codes.TIME_BEACON
        assert report.time_s is not None
        assert abs(report.time_s - world.unix_s) <= 6


def test_position_and_health_go_out_by_themselves_at_their_intervals(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path, position_interval_s=60, health_interval_s=120)
        field.handset.parts.gnss.stand_at(3_620_123, 3_616_456)

        def answered() -> None:
            for seq, _ in field.gateway.reports():
                field.gateway.acknowledge(seq)

        for _ in range(10):
            world.run_for(40_000)
            answered()
        kinds = [type(report) for _, report in field.gateway.reports()]
        assert 5 <= kinds.count(Position) <= 9
        assert 2 <= kinds.count(NodeHealth) <= 4


def test_holding_the_button_sends_an_sos_until_a_gateway_holds_it(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        field.press(HOLD_MS)
        assert field.shows("SOS in")
        assert field.gateway.heard == []
        world.run_for(6000)
        assert field.shows("SOS is being sent")
        world.run_for(60_000)
        assert len(field.gateway.heard) >= 3
        ((seq, report),) = field.gateway.of_kind(Sos)
        assert isinstance(report, Sos)
        assert report.phase == codes.DECLARE
        assert field.handset.parts.buzzer.tones > 10
        assert field.handset.parts.lamp.blinks > 10

        field.gateway.acknowledge(seq)
        world.run_for(2000)
        assert field.shows("SOS was heard")
        field.gateway.heard.clear()
        world.run_for(20_000)
        assert not [one for one in field.gateway.reports() if one[0] == seq]


def test_pressing_during_the_countdown_sends_no_sos(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        field.press(HOLD_MS, PRESS_MS)
        world.run_for(10_000)
        assert field.shows("No report yet")
        assert not field.gateway.of_kind(Sos)


def test_an_sos_is_cancelled_by_name(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        field.press(HOLD_MS)
        world.run_for(6000)
        declared = field.gateway.of_kind(Sos)[0][0]
        field.gateway.acknowledge(declared)
        field.press(LONG_MS, LONG_MS)
        world.run_for(5000)

        report = field.gateway.of_kind(Sos)[-1][1]
        assert isinstance(report, Sos)
        assert report.phase == codes.CANCEL
        assert report.sos_reference == declared


def test_an_sos_is_still_active_after_the_battery_was_changed(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        field.press(HOLD_MS)
        world.run_for(6000)
        field.handset.power_cut()
        field.gateway.heard.clear()
        world.run_for(1000)
        field.handset.power_on()
        world.run_for(10_000)
        assert field.shows("SOS is being sent")
        assert field.gateway.of_kind(Sos)


def test_a_handset_without_a_mission_says_so_and_stays_silent(tmp_path: Path) -> None:
    with World(seed=1, directory=tmp_path) as world:
        handset = world.add_board("blank", files={"/note": b"nothing"})
        handset.power_on()
        world.run_for(60_000)
        assert handset.screen().text(font)[0] == "NOT SET UP"
        assert b"not in service: no settings.json" in handset.serial.read()
        assert not world.ether.log


def test_a_region_that_is_not_set_keeps_the_handset_silent_and_says_so(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path, region="UNSET")
        field.send_sitrep()
        world.run_for(60_000)
        assert field.gateway.heard == []
        assert field.shows("REGION: NO SENDING")
        assert field.shows(f"{font.SIGNS[delivery.SAVED]} SITREP")
