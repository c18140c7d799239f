"""Virtual boards that run a few lines of radio code each, for tests of the radio driver."""

import json
from pathlib import Path
from typing import Any

from turna_simulation.board import Board
from turna_simulation.chips.sx1262 import Sx1262
from turna_simulation.chips.sx1276 import Sx1276
from turna_simulation.ether import Impairment
from turna_simulation.models import PROFILES
from turna_simulation.propagation import PathLoss
from turna_simulation.world import World

PROGRAM = """
import asyncio, json, time
from machine import Pin
from turna_board.board import build_radio, load_profile, power_on
from turna_board.radio import RadioError
from turna_board.radio_driver import RadioDriver
from turna_protocol.regions import USUAL_CHANNEL

profile = load_profile("{profile}")

def say(**facts):
    print(json.dumps(facts))

def say_packet(packet):
    if packet is None:
        say(packet=None)
    else:
        say(packet=packet.payload.hex(), rssi=packet.rssi_dbm, snr=packet.snr_db_x4)

async def attempt(operation):
    try:
        await operation
        say(ok=True)
    except RadioError as error:
        say(error=str(error))

async def main():
    if await power_on(profile):
        say(supply="faulty")
    radio = await build_radio(profile)
{steps}
    say(done=True)

asyncio.run(main())
"""

LISTEN = """
await radio.start(USUAL_CHANNEL)
await radio.receive_continuous()
while True:
    say_packet(await radio.next_packet())
"""


class RadioBoard:
    """A board, what its program has said, and its radio chip."""

    def __init__(self, board: Board) -> None:
        self.board = board

    @property
    def chip(self) -> Sx1262:
        assert isinstance(self.board.parts.radio, Sx1262)
        return self.board.parts.radio

    @property
    def chip_1276(self) -> Sx1276:
        assert isinstance(self.board.parts.radio, Sx1276)
        return self.board.parts.radio

    @property
    def said(self) -> list[dict[str, Any]]:
        lines = bytes(self.board.serial.output).split(b"\n")[:-1]  # the last may be incomplete
        return [json.loads(line) for line in lines if line.startswith(b"{")]

    @property
    def done(self) -> bool:
        return {"done": True} in self.said

    @property
    def packets(self) -> list[bytes]:
        return [bytes.fromhex(fact["packet"]) for fact in self.said if fact.get("packet")]

    def values(self, name: str) -> list[Any]:
        """Return every value that was said under a name."""
        return [fact[name] for fact in self.said if name in fact]


class Bench:
    """A world without shadowing or fading, in which radio boards stand 200 m apart."""

    def __init__(self, world: World) -> None:
        self.world = world

    def add(
        self,
        name: str,
        steps: str,
        micropython: Path | None = None,
        heap: str | None = None,
        model: str = "heltec_v3",
    ) -> RadioBoard:
        """Put up a board that runs these lines with `radio` in hand, and switch it on."""
        lines = "\n".join("    " + line for line in steps.strip().splitlines())
        program = PROGRAM.replace("{steps}", lines).replace("{profile}", PROFILES[model])
        files = {"/main.py": program.encode()}
        position = (200.0 * len(self.world.boards), 0.0)
        board = self.world.add_board(
            name, model, position=position, files=files, micropython=micropython, heap=heap
        )
        board.power_on()
        return RadioBoard(board)

    def run(self, board: RadioBoard, timeout_ms: int = 60_000) -> None:
        """Run until a board's program has ended."""
        ended = self.world.run_until(lambda: board.done, timeout_ms)
        assert ended, bytes(board.board.serial.output).decode()

    def set_path_loss(self, sender: str, receiver: str, loss_db: float) -> None:
        self.world.ether.impair(sender, receiver, Impairment(path_loss_db=loss_db))

    def sent(self, name: str) -> list[dict[str, Any]]:
        """Return the ether's record of what a station sent."""
        return [r for r in self.world.ether.log if r["event"] == "sent" and r["sender"] == name]


def still_air() -> PathLoss:
    return PathLoss(shadowing_db=0.0, fading_db=0.0)
