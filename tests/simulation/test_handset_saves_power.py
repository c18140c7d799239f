"""A handset that saves power: it sleeps, and is there when it has to be."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.simulation.handset_bench import HOLD_MS, LONG_MS, Field
from tests.simulation.test_every_board import add_modem
from tests.simulation.test_modem_on_board import Host as ModemHost
from tests.simulation.test_modem_on_board import online
from turna_protocol import delivery, packet
from turna_protocol.reports import Position, Sitrep, Sos
from turna_simulation.chips.sx1262_facts import Mode
from turna_simulation.energy import EnergyLedger
from turna_simulation.transmission import Reception
from turna_simulation.world import World

S3_BOARDS = ("heltec_v3", "lilygo_t3_s3", "tbeam_supreme")
SAVING: dict[str, Any] = {
    "position_interval_s": 300,
    "health_interval_s": 3600,
    "fix_interval_s": 600,
}
STARTED_MS = 60_000
DOWNLINK_WITHIN_MS = 5_000


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


@pytest.mark.parametrize("model", S3_BOARDS)
def test_a_downlink_reaches_a_listening_handset_within_five_seconds(
    tmp_path: Path, model: str
) -> None:
    with World(seed=1) as world:
        field = saving(world, tmp_path, "listen", model)
        seq = field.send_sitrep()
        world.run_for(1_000)
        field.gateway.acknowledge(seq)
        world.run_for(40_000)
        ledger = EnergyLedger(world.scheduler, field.handset)
        world.run_for(20_000)
        assert field.handset.screen().dark
        assert asleep(ledger) > 0.9

        field.gateway.receipt(seq, delivery.READ)
        assert world.run_until(lambda: field.shows("read by a person"), DOWNLINK_WITHIN_MS)
        assert field.handset.faults == []


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
