"""Boards to test on, virtual or real, behind one interface: a serial port, reset, power, keys."""

import fcntl
import json
import shlex
import subprocess
import tempfile
import threading
import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

import serial

from turna.deployment import (
    GatewayPlan,
    TeamPlan,
    make_deployment,
)
from turna_simulation.board import Board as VirtualHardware
from turna_simulation.models import PROFILES
from turna_simulation.world import DEFAULT_START_UNIX_S, World

PATIENCE_S = 20.0
RESET_PULSE_S = 0.1
POSITION_INTERVAL_S = 20
# Name to role and model: both radios, both kinds of processor, of USB port, each role.
VIRTUAL_BOARDS = {
    "v1": ("modem", "lilygo_t3_s3"),
    "v2": ("modem", "heltec_v2"),
    "v3": ("handset", "tbeam_1_1"),
    "v4": ("relay", "heltec_v3"),
}


class CannotError(Exception):
    """This rig has no means to do that; the message says what is missing."""


class Board(Protocol):
    """One board of the rig, provisioned for its role."""

    id: str
    role: str
    port: str

    def reset(self) -> None: ...
    def power_cut(self, off_s: float) -> None: ...
    def press(self, button: str, hold_ms: int) -> None: ...


class Rig(Protocol):
    """All boards that are there."""

    boards: list[Board]

    def close(self) -> None: ...


@dataclass
class VirtualBoard:
    """A board of a paced world; whatever is done to it is done inside the world's loop."""

    id: str
    role: str
    port: str
    _do: Callable[[Callable[[VirtualHardware], None]], None]

    def reset(self) -> None:
        self._do(lambda hardware: hardware.reset())

    def power_cut(self, off_s: float) -> None:
        self._do(lambda hardware: hardware.power_cut())
        time.sleep(off_s)
        self._do(lambda hardware: hardware.power_on())

    def press(self, button: str, hold_ms: int) -> None:
        self._do(lambda hardware: hardware.press(button, hold_ms))
        time.sleep(hold_ms / 1000)


class VirtualRig:
    """A board of each role in one ether, paced to the wall clock, in a thread of their own."""

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
        kit = _kit(self._folder / "kit")
        with World(seed=3) as world:
            for index, (name, (role, model)) in enumerate(VIRTUAL_BOARDS.items()):
                settings = json.loads((kit / _SETTINGS_OF[role]).read_text())
                settings |= {"board": PROFILES[model], "position_interval_s": POSITION_INTERVAL_S}
                settings.pop("hardware_id", None)  # a kit for boards that are not there yet
                self._add(world, name, model, settings, 200.0 * index)
            self._ready.set()
            world.run_paced(1.0, until=self._ended.is_set)

    def _add(
        self, world: World, name: str, model: str, settings: Mapping[str, object], east_m: float
    ) -> None:
        files = {"/settings.json": json.dumps(settings).encode()}
        hardware = world.add_board(name, model, position=(east_m, 0.0), files=files)
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

        port = hardware.open_pty(self._folder / name)
        self.boards.append(VirtualBoard(name, VIRTUAL_BOARDS[name][0], port, do))


_SETTINGS_OF = {"modem": "modem.json", "relay": "relay.json", "handset": "handset-1.json"}


def _kit(folder: Path) -> Path:
    make_deployment(
        folder,
        name="RIG",
        mode="exercise",
        origin=(3_620_210, 3_616_030),
        epoch_s=DEFAULT_START_UNIX_S - 3600,
        region="COMMON433",
        teams=[TeamPlan("RIG", "tr")],
        gateways=[GatewayPlan("rig", "tr")],
        hops=1,
    )
    return folder


@dataclass
class RealBoard:
    """A board on a USB port, as the map names it; others are kept from it by a lock."""

    id: str
    role: str
    port: str
    means: Mapping[str, str]
    lock: IO[str]

    def reset(self) -> None:
        """Pull the reset line by RTS, as the boards' circuits have it, or as the map says."""
        if "reset" in self.means:
            self._run("reset")
            return
        with serial.Serial(self.port, 115_200) as line:
            line.dtr, line.rts = False, True
            time.sleep(RESET_PULSE_S)
            line.rts = False

    def power_cut(self, off_s: float) -> None:
        self._run("power_off")
        time.sleep(off_s)
        self._run("power_on")

    def press(self, button: str, hold_ms: int) -> None:
        self._run("press", button=button, hold_ms=str(hold_ms))

    def _run(self, means: str, **words: str) -> None:
        if means not in self.means:
            raise CannotError(f"the map has no {means} for board {self.id}")
        subprocess.run(shlex.split(self.means[means].format(**words)), check=True)


class RealRig:
    """The connected boards of a hardware map (hil.example.toml)."""

    def __init__(self, map_file: Path, only: str | None) -> None:
        with map_file.open("rb") as file:
            entries = tomllib.load(file).get("board", [])
        self.boards: list[Board] = [
            _real_board({name: str(value) for name, value in entry.items()})
            for entry in entries
            if only in (None, entry["id"])
        ]

    def close(self) -> None:
        for board in self.boards:
            if isinstance(board, RealBoard):
                board.lock.close()


def _real_board(entry: Mapping[str, str]) -> RealBoard:
    lock = (Path(tempfile.gettempdir()) / f"turna-hil-{entry['id']}.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotError(f"somebody else tests on board {entry['id']}") from None
    return RealBoard(entry["id"], entry.get("role", "modem"), entry["serial"], entry, lock)
