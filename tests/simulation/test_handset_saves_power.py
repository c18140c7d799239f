"""A handset that saves power: it sleeps, and is there when it has to be."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.simulation.handset_bench import HOLD_MS, LONG_MS, PRESS_MS, Field
from tests.simulation.test_every_board import add_modem
from tests.simulation.test_modem_on_board import Host as ModemHost
from tests.simulation.test_modem_on_board import online
from turna_handset.power import MODES, OFF
from turna_protocol import codes, delivery, packet
from turna_protocol.reports import Position, Sitrep, Sos
from turna_protocol.reports.message import Message
from turna_simulation.chips.sx1262_facts import Mode
from turna_simulation.energy import EnergyLedger
from turna_simulation.energy_currents import kind_of
from turna_simulation.mcu import ACTIVE, DEEP_SLEEPING, LIGHT_SLEEP
from turna_simulation.transmission import Reception
from turna_simulation.world import World

SAVING: dict[str, Any] = {
    "position_interval_s": 300,
    "health_interval_s": 3600,
    "fix_interval_s": 600,
}
STARTED_MS = 60_000


def saving(world: World, directory: Path, mode: str, model: str = "heltec_v3") -> Field:
    field = Field(world, directory, model=model, power=mode, **SAVING)
    field.handset.parts.gnss.stand_at(3_620_123, 3_616_456)
    world.run_for(STARTED_MS)
    return field


def answers_by_itself(field: Field) -> None:
    """Let the gateway acknowledge whatever it hears, as a real one does, and receipt it later."""
    world, gateway = field.world, field.gateway

    def take(reception: Reception) -> None:
        if not reception.intact or reception.payload[0] >> 2 != packet.REPORT:
            return
        gateway.heard.append(reception.payload)
        seq = packet.unpack_header(reception.payload).seq
        world.at(world.now_ms + 500, lambda: gateway.say_acknowledged(seq))
        world.at(world.now_ms + 1_500, lambda: gateway.say_receipt(seq, delivery.AT_SECRETARIAT))

    gateway.packet_received = take  # type: ignore[method-assign]


# Radio and button by ext0 and ext1; the radio by a GPIO; an SX1276 on an ESP32.
WAKE_BOARDS = ("heltec_v3", "lilygo_t3_s3", "tbeam_1_1")


def asleep_in_the_dark(field: Field) -> None:
    """Let time pass until the handset sleeps, with a while to go before it would wake by itself."""
    world, mcu = field.world, field.handset.mcu
    assert world.run_until(lambda: not field.handset.parts.oled.lit, 60_000)
    for _ in range(50):
        assert world.run_until(lambda: mcu.state == LIGHT_SLEEP, 10_000)
        world.run_for(200)
        if mcu.state == LIGHT_SLEEP and mcu.sleeps_until_ms() > world.now_ms + 3_000:
            return
    raise AssertionError("it never sleeps for long")


@pytest.mark.parametrize("model", WAKE_BOARDS)
def test_the_button_wakes_a_sleeping_handset_at_once(tmp_path: Path, model: str) -> None:
    with World(seed=1) as world:
        field = saving(world, tmp_path, "poll", model)
        asleep_in_the_dark(field)
        field.handset.press("user", PRESS_MS)
        assert world.run_until(lambda: field.handset.mcu.state == ACTIVE, 5)
        assert world.run_until(lambda: field.handset.parts.oled.lit, 200)


@pytest.mark.parametrize("model", WAKE_BOARDS)
def test_the_radio_wakes_a_sleeping_handset_at_once(tmp_path: Path, model: str) -> None:
    with World(seed=1) as world:
        field = saving(world, tmp_path, "listen", model)
        asleep_in_the_dark(field)
        field.gateway.order(0, Message(mode=codes.EXERCISE, text="2. kat"))
        assert field.handset.mcu.state == ACTIVE
        assert world.run_until(lambda: field.handset.parts.oled.lit, 1_000)


@pytest.mark.parametrize("model", WAKE_BOARDS)
def test_time_wakes_a_sleeping_handset_when_something_is_due(tmp_path: Path, model: str) -> None:
    with World(seed=1) as world:
        field = saving(world, tmp_path, "poll", model)
        answers_by_itself(field)
        asleep_in_the_dark(field)
        until_ms = field.handset.mcu.sleeps_until_ms()
        assert world.run_until(lambda: field.handset.mcu.state == ACTIVE, 20_000)
        assert world.now_ms == pytest.approx(until_ms, abs=1)
        sent = len(field.gateway.of_kind(Position))
        assert world.run_until(lambda: len(field.gateway.of_kind(Position)) > sent, 400_000)
        assert not field.handset.parts.oled.lit


@pytest.mark.parametrize("model", [*WAKE_BOARDS, "heltec_v2"])
def test_switched_off_everything_rests_until_the_button(tmp_path: Path, model: str) -> None:
    with World(seed=1) as world:
        field = saving(world, tmp_path, "listen", model)
        field.press(PRESS_MS)  # in the dark it only lights the screen
        field.menu("power")
        field.press(*[PRESS_MS] * MODES.index(OFF), LONG_MS)
        assert world.run_until(lambda: field.handset.mcu.state == DEEP_SLEEPING, 10_000)
        ledger = EnergyLedger(world.scheduler, field.handset)
        heard = len(field.gateway.heard)
        world.run_for(3_600_000)
        states = {row.part: row.state for row in ledger.rows() if row.seconds}
        assert states["processor"] == "deep sleep"
        assert states["radio"] == "sleeps"
        assert (states["display"], states["GNSS"], states["light"]) == ("dark", "off", "off")
        assert len(field.gateway.heard) == heard
        own = ledger.average().typical - kind_of(model).floor.typical
        assert own < 0.1

        field.handset.press("user", PRESS_MS)
        world.run_for(5_000)
        assert field.handset.mcu.state == ACTIVE
        assert field.handset.parts.oled.lit
        field.send_sitrep()
        world.run_for(5_000)
        assert field.gateway.of_kind(Sitrep)
        assert asleep_share_later(field) > 0.5  # in the mode it was in before
        assert field.handset.faults == []


def asleep_share_later(field: Field) -> float:
    field.world.run_for(60_000)
    ledger = EnergyLedger(field.world.scheduler, field.handset)
    field.world.run_for(20_000)
    return asleep(ledger)


def test_a_board_whose_button_could_not_wake_it_refuses_to_be_switched_off(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path, model="station_g2")
        field.menu("power")
        field.press(*[PRESS_MS] * MODES.index(OFF), LONG_MS)
        world.run_for(10_000)
        assert field.handset.mcu.state == ACTIVE


def test_a_polling_handset_sends_its_report_and_learns_what_became_of_it(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = saving(world, tmp_path, "poll")
        answers_by_itself(field)
        radio = field.handset.parts.radio.radio
        assert world.run_until(lambda: radio.mode is Mode.SLEEP, 30_000)
        seq = field.send_sitrep()
        assert world.run_until(lambda: field.shows("stored at Secretariat"), 20_000)
        assert seq in [number for number, _ in field.gateway.of_kind(Sitrep)]
        assert world.run_until(lambda: radio.mode is Mode.SLEEP, 10_000)
        assert world.run_until(lambda: field.handset.screen().dark, 20_000)


def test_a_polling_handset_goes_on_reporting_where_it_is_while_it_sleeps(tmp_path: Path) -> None:
    with World(seed=2) as world:
        field = saving(world, tmp_path, "poll")
        answers_by_itself(field)
        ledger = EnergyLedger(world.scheduler, field.handset)
        world.run_for(1_260_000)
        positions = [report for _, report in field.gateway.of_kind(Position)]
        assert len(positions) >= 5
        assert all(isinstance(one, Position) and one.fix is not None for one in positions[1:])
        assert asleep(ledger) > 0.97
        assert field.handset.parts.radio.refusals == []
        assert field.handset.faults == []


def test_an_sos_wakes_everything_until_the_secretariat_knows(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = saving(world, tmp_path, "poll")
        world.run_for(20_000)
        field.press(HOLD_MS)
        world.run_for(6_000)
        ledger = EnergyLedger(world.scheduler, field.handset)
        world.run_for(60_000)
        assert asleep(ledger) == 0
        assert field.shows("SOS")
        ((seq, _),) = field.gateway.of_kind(Sos)
        assert field.handset.parts.radio.radio.mode is Mode.RX
        field.gateway.receipt(seq, delivery.AT_SECRETARIAT)
        world.run_for(60_000)
        again = EnergyLedger(world.scheduler, field.handset)
        world.run_for(20_000)
        assert asleep(again) > 0.5


def test_every_press_counts_once_and_none_is_taken_for_a_hold(tmp_path: Path) -> None:
    with World(seed=3) as world:
        field = saving(world, tmp_path, "listen")
        answers_by_itself(field)
        chance = Random(3)
        for _ in range(12):
            for _ in range(3):
                field.handset.press("user", LONG_MS)
                world.run_for(1_600 + chance.randrange(3_000))
            world.run_for(chance.randrange(20_000))
        world.run_for(20_000)
        assert len(field.gateway.of_kind(Sitrep)) == 12
        assert field.gateway.of_kind(Sos) == []
        assert field.handset.faults == []


def test_a_modem_never_sleeps() -> None:
    with World(seed=1) as world:
        modem = add_modem(world, "heltec_v3")
        assert online(world, ModemHost(world, modem))
        ledger = EnergyLedger(world.scheduler, modem)
        world.run_for(120_000)
        assert asleep(ledger) == 0


def test_the_ledger_accounts_for_every_moment_of_every_part(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = saving(world, tmp_path, "poll")
        ledger = EnergyLedger(world.scheduler, field.handset)
        world.run_for(30_000)
        for part in ("processor", "radio", "display", "GNSS", "light", "Wi-Fi", "board"):
            rows = [row for row in ledger.rows() if row.part == part and "comput" not in row.state]
            assert sum(row.seconds for row in rows) == pytest.approx(30, abs=0.01), part
        by_part = [sum(figures) for figures in zip(*ledger.by_part().values(), strict=True)]
        assert by_part == pytest.approx(ledger.average())
        assert ledger.average().least < ledger.average().typical < ledger.average().most


def asleep(ledger: EnergyLedger) -> float:
    """Return the share of the time that the processor slept lightly."""
    slept_s = sum(row.seconds for row in ledger.rows() if row.state == "light sleep")
    return slept_s / ledger.elapsed_s
