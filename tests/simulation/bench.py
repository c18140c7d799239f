"""A board with a few lines of firmware, for the tests of the simulation itself."""

from pathlib import Path
from textwrap import dedent

from turna_simulation.board import Board
from turna_simulation.world import World


def board_with(
    world: World,
    firmware: str,
    *,
    name: str = "bench",
    model: str = "heltec_v3",
    micropython: Path | None = None,
    heap: str | None = None,
) -> Board:
    """Return a board that is on and runs a main.py of these lines."""
    board = world.add_board(
        name,
        model,
        files={"/main.py": dedent(firmware).encode()},
        firmware=(),
        micropython=micropython,
        heap=heap,
        hang_after_cpu_s=0.3,
    )
    board.power_on()
    return board


def said(board: Board) -> list[str]:
    """Return what the firmware printed since the last look, without what the ROM prints."""
    text = board.serial.read().decode("latin-1")
    return [line for line in text.splitlines() if not line.startswith(_ROM_LINES)]


_ROM_LINES = ("ESP-ROM", "Build:", "rst:", "entry ", "MicroPython v", ">>>")
