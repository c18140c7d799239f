"""The world: virtual boards, the air between them, and one virtual time for all.

    with World(seed=7) as world:
        board = world.add_board("kaz-1", files={"/settings.json": settings}, position=(0, 400))
        board.power_on()
        world.run_for(5_000)                            # milliseconds of virtual time, flat out
        board.press("user", hold_ms=60)
        world.run_until(lambda: b"OK" in board.serial.output, timeout_ms=10_000)
        print(board.screen().text(font))
        print(world.digest())                           # equal for equal seeds

`add_board(firmware=[folders])` names what is importable on the board (default: this repository's
firmware and protocol); `/main.py` on its flash runs, else the main.py of those folders.  With
`rom=True` they are compiled and run in place, as on a real board, and take little heap.  `heap` is
what the firmware has of it ("110K"), beside what the overlay takes; `micropython` the interpreter
(default: the 64-bit one of the tools).  `unique_id` is the board's own; by default it is the board
that its settings were made for.
A board gives: power_on, power_cut, reset, press, nmea, parts.gnss, screen, battery_mv, serial
(in memory), open_pty (for pyserial), read_file, list_files, write_files, cut_power_at_write,
storage.value, faults (what a real board would have done wrong silently), boots, page_address (of
the access point's page).
`world.ether` blocks and impairs links.  `run_paced` ties the same loop to the wall clock, for
programs outside; `post` hands an action from another thread to the loop.  The boards die with the
thread that runs them.
"""

import json
import os
import select
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from queue import SimpleQueue
from random import Random
from types import TracebackType
from typing import Self

from . import libraries
from .board import Board, Equipment, Surroundings
from .ether import Ether
from .interpreter import find_micropython, prepare_overlay
from .processor import one_core
from .propagation import PathLoss, Position
from .scenario_log import Entry, ScenarioLog
from .scheduler import Scheduler

__all__ = ["World", "find_micropython"]

_REPOSITORY = Path(__file__).resolve().parents[2]
FIRMWARE = (_REPOSITORY / "firmware", _REPOSITORY / "protocol")
_HOST_INPUT_INTERVAL_S = 0.002  # flat out, device files are looked at this often
DEFAULT_START_UNIX_S = 1_785_567_600  # 2026-08-01 07:00 UTC
DEFAULT_HANG_AFTER_CPU_S = 2.0


class World:
    """All boards of a scenario.  Belongs to one thread; only `post` may be called from others."""

    def __init__(
        self,
        seed: int = 1,
        start_unix_s: int = DEFAULT_START_UNIX_S,
        *,
        directory: Path | None = None,
        path_loss: PathLoss | None = None,
    ) -> None:
        self.seed = seed
        self.start_unix_s = start_unix_s
        self.scheduler = Scheduler()
        self.ether = Ether(self.scheduler, Random(f"{seed}/ether"), path_loss)
        self.log = ScenarioLog(lambda: self.scheduler.now_us)
        self.boards: dict[str, Board] = {}
        self.latest_s = 0.0
        self._own_directory = directory is None
        self._directory = directory or Path(tempfile.mkdtemp(prefix="turna-world-"))
        self._posted: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._bell, self._ringer = os.pipe()
        self._looked_s = 0.0
        self._overlays: dict[Path, Path] = {}

    # Boards.

    def add_board(
        self,
        name: str,
        board: str = "heltec_v3",
        *,
        position: Position = (0.0, 0.0),
        files: Mapping[str, bytes] | None = None,
        firmware: Sequence[Path] = FIRMWARE,
        rom: bool = False,
        heap: str | None = None,
        micropython: Path | None = None,
        hang_after_cpu_s: float = DEFAULT_HANG_AFTER_CPU_S,
        unique_id: bytes | None = None,
    ) -> Board:
        """Put a board somewhere, with files in its flash; it is off."""
        directory = self._directory / name
        directory.mkdir(parents=True, exist_ok=True)
        interpreter = micropython or find_micropython()
        if interpreter not in self._overlays:
            self._overlays[interpreter] = prepare_overlay(interpreter, self._directory / ".overlay")
        overlay = self._overlays[interpreter]
        folders = (*firmware, libraries.folder()) if firmware else ()
        equipment = Equipment(
            board, interpreter, overlay, heap, folders, rom, directory, hang_after_cpu_s,
            unique_id or _made_for((files or {}).get("/settings.json", b"")),
        )  # fmt: skip
        around = Surroundings(self.scheduler, self.ether, self.log, self.start_unix_s)
        made = Board(name, self.seed, around, equipment, self.ether.antenna(name, position))
        if files:
            made.write_files(files)
        self.boards[name] = made
        return made

    # Time.

    @property
    def now_ms(self) -> int:
        """Virtual milliseconds since the start."""
        return self.scheduler.now_us // 1000

    @property
    def unix_s(self) -> int:
        """The true time in the world."""
        return self.start_unix_s + self.scheduler.now_us // 1_000_000

    def at(self, when_ms: int, action: Callable[[], None]) -> None:
        """Let something happen at an instant of virtual time."""
        self.scheduler.at(when_ms * 1000, action)

    def run_for(self, duration_ms: int) -> None:
        """Run flat out for a virtual time."""
        with one_core(self._processes()):
            self._run_to(self.scheduler.now_us + duration_ms * 1000, lambda: False)

    def run_until(self, reached: Callable[[], bool], timeout_ms: int) -> bool:
        """Run flat out until something holds; False if it did not within a virtual time."""
        with one_core(self._processes()):
            self._run_to(self.scheduler.now_us + timeout_ms * 1000, reached)
        return reached()

    def run_paced(
        self,
        speed: float = 1.0,
        until: Callable[[], bool] = lambda: False,
        *,
        for_ms: int | None = None,
        started_s: float | None = None,
    ) -> None:
        """Run so many virtual seconds per second of the wall clock.

        `started_s` is the time.monotonic() at which this world's virtual time was zero; by default
        pacing begins at the present instant.  A busy host makes the world late (`latest_s`), never
        different.
        """
        now_us = self.scheduler.now_us
        origin_s = time.monotonic() - now_us / 1e6 / speed if started_s is None else started_s
        end_us = None if for_ms is None else now_us + for_ms * 1000
        with one_core(self._processes()):
            while not until() and (end_us is None or self.scheduler.now_us < end_us):
                self._step_paced(origin_s, speed, end_us)

    def post(self, action: Callable[[], None]) -> None:
        """Run an action inside the loop, soon; may be called from any thread."""
        self._posted.put(action)
        os.write(self._ringer, b"!")

    # The record.

    def history(self) -> list[str]:
        """Return the complete log, the air's included, as lines that compare."""
        air = [
            Entry(int(r["at_us"]), str(r["station"]), f"air {r['event']}", _fields(r))
            for r in self.ether.log
        ]
        entries = sorted([*self.log.entries(), *air], key=lambda entry: entry.at_us)
        return [entry.line() for entry in entries]

    def digest(self) -> str:
        """Return the SHA-256 of the complete log."""
        return ScenarioLog.digest_of(self.history())

    # The end.

    def close(self) -> None:
        """End all boards and remove their files, unless the directory was given."""
        for board in self.boards.values():
            board.close()
        self.boards.clear()
        os.close(self._bell)
        os.close(self._ringer)
        if self._own_directory:
            shutil.rmtree(self._directory, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # The loop.

    def _processes(self) -> list[int]:
        return [board.pid for board in self.boards.values() if board.pid is not None]

    def _run_to(self, end_us: int, reached: Callable[[], bool]) -> None:
        scheduler = self.scheduler
        while not reached():
            next_us = scheduler.next_us()
            if next_us is None or next_us > end_us:
                scheduler.run_until(end_us)
                return
            scheduler.run_next()
            self._look_outside()

    def _look_outside(self) -> None:
        """Flat out, take input of other programs now and then."""
        now_s = time.monotonic()
        if now_s - self._looked_s >= _HOST_INPUT_INTERVAL_S:
            self._looked_s = now_s
            self._take_input(0.0)

    def _step_paced(self, origin_s: float, speed: float, end_us: int | None) -> None:
        next_us = self.scheduler.next_us()
        due_us = min((t for t in (next_us, end_us) if t is not None), default=None)
        due_s = time.monotonic() + 0.1 if due_us is None else origin_s + due_us / 1e6 / speed
        wait_s = due_s - time.monotonic()
        self.latest_s = max(self.latest_s, -wait_s)
        if self._take_input(max(0.0, min(wait_s, 0.1)), origin_s=origin_s, speed=speed):
            return
        if due_us is not None and time.monotonic() >= due_s:
            if next_us == due_us:
                self.scheduler.run_next()
            else:
                self.scheduler.run_until(due_us)

    def _take_input(
        self, wait_s: float, *, origin_s: float | None = None, speed: float = 1.0
    ) -> bool:
        """Wait for input from outside and take it at the instant the wall clock shows."""
        terminals = {b.terminal.fileno(): b.terminal for b in self.boards.values() if b.terminal}
        networks = {
            descriptor: board.mcu.network
            for board in self.boards.values()
            for descriptor in board.mcu.network.descriptors()
        }
        readable, _, _ = select.select([self._bell, *terminals, *networks], [], [], wait_s)
        if not readable:
            return False
        if origin_s is not None:
            self._catch_up(int((time.monotonic() - origin_s) * speed * 1e6))
        for descriptor in readable:
            if descriptor == self._bell:
                self._run_posted()
            elif descriptor in networks:
                networks[descriptor].take(descriptor)
            else:
                terminals[descriptor].to_board()
        return True

    def _catch_up(self, wall_us: int) -> None:
        """Move the clock towards the wall's, never past an event that is still to run."""
        next_us = self.scheduler.next_us()
        limit_us = wall_us if next_us is None else min(wall_us, next_us - 1)
        if limit_us > self.scheduler.now_us:
            self.scheduler.run_until(limit_us)

    def _run_posted(self) -> None:
        os.read(self._bell, 4096)
        while not self._posted.empty():
            self._posted.get()()


def _made_for(settings: bytes) -> bytes | None:
    """Return the unique id of the board that settings name, if they name one."""
    try:
        return bytes.fromhex(json.loads(settings)["hardware_id"]) or None
    except (ValueError, KeyError, TypeError):
        return None


def _fields(record: Mapping[str, str | float]) -> dict[str, int | str | None]:
    """Return a record of the air with its fractions as text, so that lines compare."""
    return {
        key: value if isinstance(value, int | str) else repr(value)
        for key, value in record.items()
        if key not in ("at_us", "station", "event")
    }
