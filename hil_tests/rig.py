"""Boards to test on, virtual or real, behind one interface: a serial port, a reset, a power cut."""

import json
import threading
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import serial

from turna_simulation.board import Board as VirtualHardware
from turna_simulation.world import World

PATIENCE_S = 20.0
RESET_PULSE_S = 0.1
VIRTUAL_BOARDS = {"v1": "heltec_v3", "v2": "heltec_v2"}  # one of each kind of radio


class CannotError(Exception):
    """This rig has no means to do that; the message says what is missing."""


class Board(Protocol):
    """One board of the rig, provisioned as a modem."""

    id: str
    port: str

    def reset(self) -> None: ...
    def power_cut(self, off_s: float) -> None: ...


class Rig(Protocol):
    """All boards that are there."""

    boards: list[Board]

    def close(self) -> None: ...


@dataclass
class VirtualBoard:
    """A board of a paced world; whatever is done to it is done inside the world's loop."""

    id: str
    port: str
    _do: Callable[[Callable[[VirtualHardware], None]], None]

    def reset(self) -> None:
        self._do(lambda hardware: hardware.reset())

    def power_cut(self, off_s: float) -> None:
        self._do(lambda hardware: hardware.power_cut())
        time.sleep(off_s)
        self._do(lambda hardware: hardware.power_on())


class VirtualRig:
    """Two boards in one ether, paced to the wall clock, in a thread of their own."""

    def __init__(self, folder: Path) -> None:
        self.boards: list[Board] = []
        self._folder = folder
        self._ready = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="virtual rig", daemon=True)
        self._thread.start()
        if not self._ready.wait(PATIENCE_S):
            raise CannotError("the virtual boards do not start")

    def close(self) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        with World(seed=3) as world:
            for index, (name, model) in enumerate(VIRTUAL_BOARDS.items()):
                self._add(world, name, model, 200.0 * index)
            self._ready.set()
            world.run_paced(1.0, until=self._ended.is_set)

    def _add(self, world: World, name: str, model: str, east_m: float) -> None:
        settings = json.dumps({"role": "modem", "board": model}).encode()
        hardware = world.add_board(
            name, model, position=(east_m, 0.0), files={"/settings.json": settings}
        )
        hardware.power_on()

        def do(action: Callable[[VirtualHardware], None]) -> None:
            done = threading.Event()

            def act() -> None:
                action(hardware)
                done.set()

            # As an event of the world, not in the middle of its reading from terminals.
            world.post(lambda: world.at(world.now_ms + 1, act))
            if not done.wait(PATIENCE_S):
                raise CannotError("the virtual world stands still")

        self.boards.append(VirtualBoard(name, hardware.open_pty(self._folder / name), do))


@dataclass
class RealBoard:
    """A board on a USB port, as the map names it."""

    id: str
    port: str

    def reset(self) -> None:
        """Pull the reset line by RTS, as the boards' circuits have it."""
        with serial.Serial(self.port, 115_200) as line:
            line.dtr, line.rts = False, True
            time.sleep(RESET_PULSE_S)
            line.rts = False

    def power_cut(self, off_s: float) -> None:
        raise CannotError(f"no switchable supply for board {self.id} (waited for: {off_s} s)")


class RealRig:
    """The connected boards of a hardware map (hil.example.toml)."""

    def __init__(self, map_file: Path) -> None:
        with map_file.open("rb") as file:
            entries = tomllib.load(file).get("board", [])
        self.boards: list[Board] = [RealBoard(str(e["id"]), str(e["serial"])) for e in entries]

    def close(self) -> None:
        """Nothing is held between tests."""
