"""The radio driver on virtual boards: MicroPython, driver, chip and ether together."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from turna_simulation.board import Board
from turna_simulation.field import Impairment
from turna_simulation.propagation import PathLoss
from turna_simulation.world import World

PROGRAM = """
import asyncio, json
from turna_board.board import build_radio, load_profile
from turna_board.radio import RadioConfig, RadioError

config = RadioConfig(freq_hz=433175000, bandwidth_hz=125000, sf=8, coding_rate=5,
                     preamble_symbols=12, sync_word=0x12, power_dbm=10)
radio = build_radio(load_profile("heltec_v3"))

def say(**facts):
    print(json.dumps(facts))

def say_packet(packet):
    if packet is None:
        say(packet=None)
    else:
        say(packet=packet.payload.hex(), rssi=packet.rssi_dbm, snr=packet.snr_db_x4)

async def main():
    await radio.start(config)
{steps}

asyncio.run(main())
"""


def program(steps: str) -> dict[str, bytes]:
    indented = "\n".join("    " + line for line in steps.strip().splitlines())
    return {"/main.py": PROGRAM.replace("{steps}", indented).encode()}


RECEIVER = """
await radio.receive_continuous()
say(ready=True)
while True:
    say_packet(await radio.next_packet())
"""


def facts(board: Board) -> list[dict[str, Any]]:
    """Return what a board's program said."""
    lines = bytes(board.serial.output).split(b"\n")
    return [json.loads(line) for line in lines if line.startswith(b"{")]


def packets(board: Board) -> list[bytes]:
    return [bytes.fromhex(f["packet"]) for f in facts(board) if f.get("packet")]


@pytest.fixture
def world() -> Iterator[World]:
    with World(seed=7, path_loss=PathLoss(shadowing_db=0.0, fading_db=0.0)) as world:
        yield world


@pytest.fixture
def add(world: World) -> Callable[[str, str], Board]:
    def add_board(name: str, steps: str) -> Board:
        position = (200.0 * len(world.boards), 0.0)
        board = world.add_board(name, position=position, files=program(steps))
        board.power_on()
        return board

    return add_board


def test_two_boards_exchange_packets_through_driver_chip_and_ether(
    world: World, add: Callable[[str, str], Board]
) -> None:
    listener = add("listener", RECEIVER)
    sender = add(
        "sender",
        """
await asyncio.sleep_ms(500)
for number in range(3):
    say(airtime=await radio.send(bytes([number]) * 20))
await radio.receive_continuous()
say_packet(await radio.next_packet(300))
""",
    )

    assert world.run_until(lambda: {"packet": None} in facts(sender), timeout_ms=5_000)

    assert packets(listener) == [bytes([number]) * 20 for number in range(3)]
    assert [f["airtime"] for f in facts(sender) if "airtime" in f] == [111_104] * 3
    assert listener.parts.radio.refusals == sender.parts.radio.refusals == []
    assert listener.faults == sender.faults == []
