"""One image on every board: it boots as a handset and as a modem, and exchanges packets."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.simulation import handset_bench
from tests.simulation.handset_bench import CHANNEL, Ear, Field
from tests.simulation.test_modem_on_board import Host, online
from turna_protocol.delivery import AT_GATEWAY, SAVED
from turna_protocol.modem.host_events import Heard, Sent
from turna_protocol.modem.radio_messages import SENT, Status
from turna_protocol.packet import ALERT, first_byte
from turna_protocol.regions import USUAL_CHANNEL
from turna_protocol.reports import Sitrep
from turna_simulation.board import Board
from turna_simulation.chips.sx1262 import Sx1262
from turna_simulation.esp32 import esp32_heap
from turna_simulation.interpreter import find_micropython
from turna_simulation.models import BOARDS, PROFILES
from turna_simulation.transmission import Receiver
from turna_simulation.world import World

MODELS = sorted(BOARDS)
WITH_GNSS = sorted(set(MODELS) - {"lilygo_t3_v2_1", "lilygo_t3_v2_1_tcxo", "lilygo_t3_s3"})
WITH_POWER_CHIP = [model for model in MODELS if model.startswith("tbeam")]
# The question by which a T-Beam finds out that it has no SX1276.
PROBED = ["0x42: unknown command"]


@pytest.fixture
def world() -> Iterator[World]:
    with World(seed=7) as made:
        yield made


def assert_sound(board: Board) -> None:
    """Check that no wire, no command and no order of them was wrong."""
    radio = board.parts.radio
    probed = PROFILES[board.model] == "tbeam" and isinstance(radio, Sx1262)
    assert radio.refusals == (PROBED if probed else [])
    assert board.faults == []
    assert board.boots == 1


def add_modem(world: World, model: str, **options: Any) -> Board:
    settings = json.dumps({"role": "modem", "board": PROFILES[model]}).encode()
    modem = world.add_board("modem", model, files={"/settings.json": settings}, **options)
    modem.power_on()
    return modem


def add_relay(world: World, model: str, **options: Any) -> Board:
    settings = {
        "role": "relay",
        "board": PROFILES[model],
        "region": "COMMON433",
        "radio": vars(USUAL_CHANNEL),
    }
    files = {"/settings.json": json.dumps(settings).encode()}
    relay = world.add_board("relay", model, position=(50.0, 0.0), files=files, **options)
    relay.power_on()
    return relay


@pytest.mark.parametrize("model", MODELS)
def test_a_handset_sends_a_sitrep_and_learns_that_it_arrived(
    world: World, tmp_path: Path, model: str
) -> None:
    field = Field(world, tmp_path, model=model)
    assert field.shows("EXERCISE"), field.screen()
    seq = field.send_sitrep()
    assert world.run_until(lambda: bool(field.gateway.of_kind(Sitrep)), 20_000)
    field.gateway.acknowledge(seq)

    ((_, report),) = field.gateway.of_kind(Sitrep)
    assert isinstance(report, Sitrep)
    assert report.battery_pct == pytest.approx(67, abs=2)  # 3.9 V
    host = handset_bench.Host(field)
    assert [entry.state for entry in host.journal() if entry.seq == seq] == [AT_GATEWAY]
    assert host.counters().get("failed supply") is None
    assert_sound(field.handset)


@pytest.mark.parametrize("model", MODELS)
def test_a_modem_carries_packets_both_ways(world: World, model: str) -> None:
    modem = add_modem(world, model)
    ear = Ear()
    antenna = world.ether.antenna("peer", (0.0, 200.0))
    antenna.listen(Receiver(CHANNEL), ear)
    host = Host(world, modem)
    assert online(world, host), bytes(modem.serial.output)

    host.transmit(b"from the host")
    assert world.run_until(lambda: bool(host.of(Sent)), 10_000)
    antenna.transmit(CHANNEL, b"from the peer", 10.0)
    assert world.run_until(lambda: bool(host.packets()), 10_000)

    assert [sent.result for sent in host.of(Sent)] == [SENT]
    assert ear.heard == [b"from the host"]
    assert host.packets() == [b"from the peer"]
    assert -100 < host.of(Heard)[0].rssi_dbm < -40
    assert [r["power_dbm"] for r in world.ether.log if r["event"] == "sent"] == [10.0, 10.0]
    assert_sound(modem)


@pytest.mark.parametrize("model", WITH_GNSS)
def test_where_there_is_a_receiver_the_position_is_found(
    world: World, tmp_path: Path, model: str
) -> None:
    field = Field(world, tmp_path, model=model)
    field.handset.parts.gnss.stand_at(3_620_123, 3_616_456, 85)
    world.run_for(45_000)
    field.gateway.heard.clear()
    field.send_sitrep()
    assert world.run_until(lambda: bool(field.gateway.of_kind(Sitrep)), 20_000)

    report = field.gateway.of_kind(Sitrep)[-1][1]
    assert isinstance(report, Sitrep)
    assert report.fix is not None


def narrow() -> Path:
    try:
        return find_micropython(32)
    except FileNotFoundError as reason:
        pytest.skip(str(reason))


@pytest.mark.parametrize("model", MODELS)
def test_a_handset_has_room_in_the_heap_of_the_smallest(
    world: World, tmp_path: Path, model: str
) -> None:
    field = Field(world, tmp_path, model=model, micropython=narrow(), heap=esp32_heap(), rom=True)
    for _ in range(3):
        field.send_sitrep()
        world.run_for(3_000)

    assert len(field.gateway.of_kind(Sitrep)) == 3
    counters = handset_bench.Host(field).counters()
    assert counters["memory free"] > 4_000, counters
    assert not [name for name in counters if name.startswith(("failed", "lost"))], counters
    assert_sound(field.handset)


@pytest.mark.parametrize("model", MODELS)
def test_a_modem_and_a_relay_have_room_in_the_heap_of_the_smallest(
    world: World, model: str
) -> None:
    options: dict[str, Any] = {"micropython": narrow(), "heap": esp32_heap(), "rom": True}
    modem = add_modem(world, model, **options)
    relay = add_relay(world, model, **options)
    host = Host(world, modem)
    assert online(world, host), bytes(modem.serial.output)
    antenna = world.ether.antenna("peer", (0.0, 200.0))
    antenna.transmit(CHANNEL, bytes([first_byte(ALERT, 1)]) + bytes(13), 10.0)
    passed_on = bytes([first_byte(ALERT, 0)]) + bytes(13)
    assert world.run_until(lambda: passed_on in host.packets(), 10_000)

    assert min(status.free_heap for status in host.of(Status)) > 30_000
    assert_sound(modem)
    assert_sound(relay)


@pytest.mark.parametrize("model", WITH_POWER_CHIP)
def test_a_modem_whose_power_chip_does_not_answer_says_so_and_is_silent(
    world: World, model: str
) -> None:
    modem = add_modem(world, model)
    break_power_bus(modem)
    host = Host(world, modem)

    assert not online(world, host)
    assert b"the power chip does not answer" in bytes(modem.serial.output)
    assert world.ether.log == []


def test_a_handset_whose_power_chip_does_not_answer_says_so_and_keeps_its_reports(
    world: World, tmp_path: Path
) -> None:
    field = Field(world, tmp_path, model="tbeam_1_1")
    break_power_bus(field.handset)
    field.restart()
    world.run_for(20_000)
    seq = field.send_sitrep()

    host = handset_bench.Host(field)
    assert host.counters()["failed supply"] == 1
    assert [entry.state for entry in host.journal() if entry.seq == seq] == [SAVED]
    assert field.gateway.heard == []


def break_power_bus(board: Board) -> None:
    assert board.parts.pmu is not None
    board.parts.pmu.bus_broken = True
