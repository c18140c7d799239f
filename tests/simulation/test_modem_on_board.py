"""The modem firmware on a virtual board, between its host and another board's radio."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from tests.simulation.handset_bench import CHANNEL, Ear
from turna_protocol.modem.device_client import DeviceClient
from turna_protocol.modem.host_events import Down, Heard, Sent, Up
from turna_protocol.modem.host_link import HostLink
from turna_protocol.modem.messages import Accepted, Hello
from turna_protocol.modem.radio_messages import NOT_ALLOWED, SENT, RadioSetting, Status
from turna_protocol.modem.replay import RING_LIMIT
from turna_protocol.regions import USUAL_CHANNEL
from turna_simulation.board import Board
from turna_simulation.energy import EnergyLedger
from turna_simulation.host_serial import HostSerial
from turna_simulation.interpreter import find_micropython
from turna_simulation.mcu import LIGHT_SLEEP
from turna_simulation.native_usb import UsbPort
from turna_simulation.transmission import Receiver
from turna_simulation.uart import CONSOLE_RING_BYTES
from turna_simulation.world import World

SETTINGS = json.dumps({"role": "modem", "board": "heltec_v3"}).encode()
# The other board: says what it hears, and sends on command, one hexadecimal line each.
PEER = b"""
import asyncio, sys
from turna_board.board import build_radio, load_profile
from turna_protocol.regions import USUAL_CHANNEL

async def hear(radio):
    while True:
        print("heard", (await radio.next_packet()).payload.hex())

async def main():
    radio = await build_radio(load_profile("heltec_v3"))
    await radio.start(USUAL_CHANNEL)
    await radio.receive_continuous()
    listening = asyncio.create_task(hear(radio))
    reader = asyncio.StreamReader(sys.stdin)
    while True:
        line = (await reader.readline()).strip()
        if line:
            await radio.send(bytes.fromhex(line.decode() if isinstance(line, bytes) else line))

asyncio.run(main())
"""


SETTING = RadioSetting("COMMON433", USUAL_CHANNEL)


def on_channel(**changes: int) -> RadioSetting:
    return RadioSetting(SETTING.region, USUAL_CHANNEL.replace(**changes))


class Host:
    """A gateway's end of the link on a board's serial port, in virtual time."""

    def __init__(
        self, world: World, board: Board, *, session: int = 1, radio: RadioSetting | None = None
    ) -> None:
        self.link = HostLink(
            session=session,
            setting=radio or SETTING,
            unique_id=board.unique_id + bytes(8 - len(board.unique_id)),
        )
        self.serial = HostSerial(self.link, board.serial, world.scheduler)
        self.events: list[Any] = []  # of host_events
        self.serial.open()

    def of(self, kind: type) -> list[Any]:
        while (event := self.link.next_event()) is not None:
            if isinstance(event, Heard):
                self.link.taken(event.number)
                self.serial.pump()
            self.events.append(event)
        return [event for event in self.events if isinstance(event, kind)]

    def packets(self) -> list[bytes]:
        return [event.packet for event in self.of(Heard)]

    def transmit(self, packet: bytes) -> int:
        token = self.link.transmit(packet, priority=1)
        self.serial.pump()
        return token


@pytest.fixture
def world() -> Iterator[World]:
    with World(seed=7) as made:
        yield made


@pytest.fixture(params=["heltec_v3", "lilygo_t3_s3"], ids=["bridge", "native USB"])
def modem(world: World, request: pytest.FixtureRequest) -> Board:
    """Return a modem with an ESP32's word size and heap, its code in ROM."""
    settings = {"role": "modem", "board": request.param}
    board = world.add_board(
        "modem",
        request.param,
        files={"/settings.json": json.dumps(settings).encode()},
        micropython=find_micropython(32),
        heap="110K",
        rom=True,
    )
    board.power_on()
    return board


@pytest.fixture
def peer(world: World) -> Board:
    board = world.add_board("peer", position=(0.0, 300.0), files={"/main.py": PEER})
    board.power_on()
    return board


def send(peer: Board, packet: bytes) -> None:
    peer.serial.write(packet.hex().encode() + b"\n")


def online(world: World, host: Host) -> bool:
    return world.run_until(lambda: bool(host.of(Up)), timeout_ms=15_000)


def test_a_modem_comes_online_with_the_setting_that_was_asked_for(
    world: World, modem: Board
) -> None:
    host = Host(world, modem)
    assert online(world, host), modem.serial.output
    assert modem.faults == []


def test_packets_pass_both_ways_between_host_and_another_board(
    world: World, modem: Board, peer: Board
) -> None:
    host = Host(world, modem)
    assert online(world, host)
    token = host.transmit(b"from the host")
    assert world.run_until(lambda: bool(host.of(Sent)), 10_000)
    send(peer, b"from the peer")
    assert world.run_until(lambda: bool(host.packets()), 10_000)
    (sent,) = host.of(Sent)
    assert (sent.token, sent.result) == (token, SENT)
    assert host.packets() == [b"from the peer"]
    assert b"heard " + b"from the host".hex().encode() in peer.serial.output
    (heard,) = host.of(Heard)
    assert -100 < heard.rssi_dbm < -20
    assert 0 < world.now_ms - heard.at_ms < 2000


def test_what_was_heard_while_no_host_was_there_is_told_to_the_next_one(
    world: World, modem: Board, peer: Board
) -> None:
    host = Host(world, modem)
    assert online(world, host)
    host.serial.close()
    for number in range(RING_LIMIT + 3):
        send(peer, b"packet %d" % number)
        world.run_for(400)
    host = Host(world, modem, session=2)
    assert online(world, host)
    assert world.run_until(lambda: len(host.packets()) == RING_LIMIT, 10_000)
    assert world.run_until(lambda: len(host.of(Status)) >= 2, 10_000)
    assert host.packets() == [b"packet %d" % number for number in range(3, RING_LIMIT + 3)]
    statuses = host.of(Status)
    assert statuses[-1].events_dropped == 3


def test_a_modem_that_starts_again_is_configured_again_and_loses_no_packet_of_the_host(
    world: World, modem: Board, peer: Board
) -> None:
    host = Host(world, modem)
    assert online(world, host)
    for number in range(6):
        host.transmit(b"reply %d" % number)
    world.run_for(200)
    modem.reset()
    assert world.run_until(lambda: len(host.of(Sent)) == 6, timeout_ms=60_000)
    assert len(host.of(Up)) == 2
    world.run_for(500)  # USB is quicker than the other board's line
    for number in range(6):
        assert (b"reply %d" % number).hex().encode() in peer.serial.output


def test_a_modem_is_awake_for_its_host_after_a_long_time_without_one(
    world: World, modem: Board
) -> None:
    """Light sleep would make its line deaf, and end a native USB port."""
    ledger = EnergyLedger(world.scheduler, modem)
    world.run_for(600_000)
    assert [row for row in ledger.rows() if row.state == LIGHT_SLEEP and row.seconds] == []
    host = Host(world, modem)
    asked_ms = world.now_ms
    assert online(world, host)
    assert world.now_ms - asked_ms < 1_000
    assert modem.boots == 1


def test_a_host_that_stalls_makes_the_modem_lose_no_packet(
    world: World, modem: Board, peer: Board
) -> None:
    """On a native USB port each write to it takes half a second, in which the radio goes on."""
    host = Host(world, modem)
    assert online(world, host)
    if isinstance(modem.serial, UsbPort):
        modem.serial.reads = False
    else:
        host.serial.close()
    for number in range(RING_LIMIT):
        send(peer, b"packet %d" % number)
        world.run_for(300)
    world.run_for(3_000)
    if isinstance(modem.serial, UsbPort):
        modem.serial.reads = True
    else:
        host = Host(world, modem, session=2)
    assert world.run_until(lambda: len(set(host.packets())) == RING_LIMIT, 40_000)
    assert modem.boots == 1
    assert world.run_until(lambda: bool(host.of(Status)), 10_000)
    assert host.of(Status)[-1].events_dropped == 0


def test_a_modem_is_set_anew_without_a_restart(world: World, modem: Board) -> None:
    ear = Ear()
    world.ether.antenna("ear", (0.0, 200.0)).listen(Receiver(CHANNEL), ear)
    first = Host(world, modem)
    assert online(world, first)
    first.serial.close()
    second = Host(world, modem, session=2, radio=on_channel(freq_hz=433_375_000))
    assert online(world, second)
    second.transmit(b"on the other channel")
    assert world.run_until(lambda: bool(second.of(Sent)), 10_000)
    second.serial.close()
    third = Host(world, modem, session=3)
    assert online(world, third)
    third.transmit(b"on the first again")
    assert world.run_until(lambda: bool(third.of(Sent)), 10_000)
    assert ear.heard == [b"on the first again"]
    assert modem.boots == 1


def test_without_a_region_nothing_leaves_the_antenna(world: World, modem: Board) -> None:
    host = Host(world, modem, radio=RadioSetting("UNSET", USUAL_CHANNEL))
    assert online(world, host)
    host.transmit(b"packet")
    assert world.run_until(lambda: bool(host.of(Sent)), timeout_ms=5_000)
    (sent,) = host.of(Sent)
    assert (sent.result, sent.text) == (NOT_ALLOWED, "region unset")
    assert world.ether.log == []


def test_a_setting_that_the_region_forbids_is_refused_with_the_reason(
    world: World, modem: Board
) -> None:
    host = Host(world, modem, radio=on_channel(power_dbm=22))
    assert world.run_until(lambda: bool(host.of(Down)), timeout_ms=15_000)
    (down,) = host.of(Down)
    assert "22.00 dBm EIRP is too strong" in down.reason


def test_random_bytes_on_serial_and_radio_stop_nothing(
    world: World, modem: Board, peer: Board
) -> None:
    random = Random(5)
    host = Host(world, modem)
    assert online(world, host)
    for _ in range(40):
        modem.serial.write(random.randbytes(random.randrange(1, 200)))
        send(peer, random.randbytes(random.randrange(1, 100)))
        world.run_for(900)
    send(peer, b"after the storm")
    assert world.run_until(lambda: b"after the storm" in host.packets(), 20_000)
    token = host.transmit(b"reply")
    assert world.run_until(lambda: token in [sent.token for sent in host.of(Sent)], 20_000)
    assert modem.boots == 1
    statuses = host.of(Status)
    assert statuses[-1].serial_undecodable > 0


def test_more_than_the_ring_holds_in_front_of_a_command_costs_nothing_but_a_repetition(
    world: World, modem: Board, peer: Board
) -> None:
    host = Host(world, modem)
    assert online(world, host)
    send(peer, bytes(200))  # the radio has its hands full meanwhile
    modem.serial.write(Random(3).randbytes(8 * CONSOLE_RING_BYTES))
    host.transmit(b"behind the flood")
    assert world.run_until(lambda: bool(host.of(Sent)), 20_000)
    assert [sent.result for sent in host.of(Sent)] == [SENT]
    assert world.run_until(lambda: bytes(200) in host.packets(), 20_000)
    assert len(host.of(Up)) == 1


def test_ctrl_c_in_the_first_moment_leads_to_the_prompt_and_the_host_starts_the_program_again(
    world: World, modem: Board
) -> None:
    world.run_for(1_000)
    modem.serial.write(b"\r\x03")
    assert world.run_until(lambda: b">>> " in modem.serial.output, timeout_ms=3_000)
    host = Host(world, modem)
    assert online(world, host), modem.serial.output[-300:]


def answers(client: DeviceClient) -> list[Any]:
    found = []
    while (event := client.next_event()) is not None:
        found.append(event)
    return found


def test_a_tool_makes_the_modem_start_again_or_show_its_prompt(world: World, modem: Board) -> None:
    client = DeviceClient(session=1)
    tool = HostSerial(client, modem.serial, world.scheduler)
    tool.open()
    client.ask_reboot()
    assert world.run_until(lambda: modem.boots == 2, timeout_ms=10_000)
    world.run_for(5_000)
    events = answers(client)
    assert Accepted() in events
    assert len({event.boot_id for event in events if isinstance(event, Hello)}) == 2
    modem.serial.read()
    client.ask_prompt()
    tool.pump()
    assert world.run_until(lambda: b">>> " in modem.serial.output, timeout_ms=5_000)
