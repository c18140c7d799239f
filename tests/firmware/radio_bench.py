"""Virtual boards that run a few lines of radio code each, for tests of the radio driver."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from turna_simulation.board import Board
from turna_simulation.chips.sx1262 import Sx1262 as Sx1262Chip
from turna_simulation.chips.sx1276 import Sx1276 as Sx1276Chip
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

START = "await radio.start(USUAL_CHANNEL)"
LISTEN = """
await radio.start(USUAL_CHANNEL)
await radio.receive_continuous()
while True:
    say_packet(await radio.next_packet())
"""


class Kind(NamedTuple):
    """A kind of chip, on the board that carries it, and what differs from the other's."""

    model: str
    interrupt_pin: int
    sfs: range
    bandwidths_hz: tuple[int, ...]
    powers_dbm: range
    rewired: str  # the chip anew, with `{change}` to its wires


# The first radio object has taken the pins; one more on the same pins is what is tested.
SX1262 = Kind(
    model="heltec_v3",
    interrupt_pin=14,
    sfs=range(5, 13),
    bandwidths_hz=(41_700, 125_000, 250_000, 500_000),
    powers_dbm=range(-9, 23),
    rewired="""
from machine import SPI
from turna_board.sx1262 import Sx1262
wires = dict(nss=Pin(8, Pin.OUT, value=1), busy=Pin(13, Pin.IN), dio1=Pin(14, Pin.IN),
             reset=Pin(12, Pin.OUT, value=1), tcxo_millivolts=1800, dio2_is_rf_switch=True)
spi = dict(sck=Pin(9), mosi=Pin(10), miso=Pin(11))
{change}
radio = RadioDriver(Sx1262(SPI(1, baudrate=8000000, **spi), **wires))
""",
)
SX1276 = Kind(
    model="heltec_v2",
    interrupt_pin=26,
    sfs=range(7, 13),
    bandwidths_hz=(62_500, 125_000, 250_000, 500_000),
    powers_dbm=range(2, 21),
    rewired="""
from machine import SPI
from turna_board.sx1276 import Sx1276
wires = dict(nss=Pin(18, Pin.OUT, value=1), dio0=Pin(26, Pin.IN), reset=Pin(14, Pin.OUT, value=1))
spi = dict(sck=Pin(5), mosi=Pin(27), miso=Pin(19))
{change}
radio = RadioDriver(Sx1276(SPI(1, baudrate=8000000, **spi), **wires))
""",
)


class RadioBoard:
    """A board, what its program has said, and its radio chip."""

    def __init__(self, board: Board) -> None:
        self.board = board

    @property
    def chip(self) -> Sx1262Chip | Sx1276Chip:
        return self.board.parts.radio

    @property
    def chip_1262(self) -> Sx1262Chip:
        assert isinstance(self.chip, Sx1262Chip)
        return self.chip

    @property
    def chip_1276(self) -> Sx1276Chip:
        assert isinstance(self.chip, Sx1276Chip)
        return self.chip

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

    def add_sender(self, steps: str, model: str = SX1262.model) -> RadioBoard:
        """Put up a board that sends what the others hear."""
        return self.add("sender", START + "\n" + steps, model=model)

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
