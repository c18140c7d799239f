"""Tests on boards: virtual ones by default, real ones with --hil=real and a hardware map.

The same files run on both.  What a rig cannot do is skipped with the reason; --hil-strict turns
such a skip into a failure.  Nothing is sent by real radios without --hil-allow-tx.  What went over
each gateway's line is kept below --hil-artifacts, if that is given.
"""

import os
import queue
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest

from hil_tests.rig import Board, CannotError, RealRig, Rig, VirtualRig
from hil_tests.tool import Tool
from turna_backbone.clock import SystemClock
from turna_gateway.ports import Event, PacketHeard
from turna_gateway.serial_radio import SerialRadio
from turna_protocol.modem.radio_messages import RadioSetting
from turna_protocol.regions import USUAL_CHANNEL

E = TypeVar("E", bound=Event)

PATIENCE_S = 15.0
MODEMS_NEEDED = 2
MAP = Path(os.environ.get("TURNA_HIL_MAP", "hil_tests/hil.toml"))


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("hil", "boards")
    group.addoption("--hil", choices=("virtual", "real"), default="virtual")
    group.addoption("--hil-map", type=Path, default=MAP, help="the hardware map (TURNA_HIL_MAP)")
    group.addoption("--hil-board", help="only the board of this id")
    group.addoption("--hil-power-dbm", type=int, default=2)
    group.addoption("--hil-allow-tx", action="store_true", help="real radios may transmit")
    group.addoption("--hil-strict", action="store_true", help="what cannot be tested fails")
    group.addoption("--hil-artifacts", type=Path, help="where to keep what was heard")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "rf_tx: makes a radio transmit")
    config.addinivalue_line("markers", "virtual_only: no real rig can do that")


@pytest.fixture(scope="session")
def rig(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    if request.config.getoption("--hil") == "virtual":
        made: Rig = VirtualRig(tmp_path_factory.mktemp("rig"))
    else:
        option = request.config.getoption
        made = RealRig(option("--hil-map"), option("--hil-board"))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _lawful(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--hil") != "real":
        return
    if request.node.get_closest_marker("virtual_only"):
        pytest.skip("only a virtual rig can do that")
    transmits = request.node.get_closest_marker("rf_tx") is not None
    if transmits and not request.config.getoption("--hil-allow-tx"):
        pytest.skip("makes a real radio transmit: say --hil-allow-tx where that is lawful")


@pytest.fixture
def lacking(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Return what ends a test that the rig has no means for: skipped, or failed if strict."""

    def end(reason: str) -> None:
        if request.config.getoption("--hil-strict"):
            pytest.fail(reason)
        pytest.skip(reason)

    return end


@pytest.fixture
def able(lacking: Callable[[str], None]) -> Callable[[Callable[[], None]], None]:
    """Return what does something to a board, or ends the test where the rig has no means."""

    def attempt(action: Callable[[], None]) -> None:
        try:
            action()
        except CannotError as error:
            lacking(str(error))

    return attempt


@pytest.fixture
def boards(rig: Rig, lacking: Callable[[str], None]) -> Callable[[str, int], list[Board]]:
    """Return what gives so many boards of a role, or ends the test."""

    def of(role: str, number: int) -> list[Board]:
        found = [board for board in rig.boards if board.role == role]
        if len(found) < number:
            lacking(f"the map has {len(found)} boards as {role}, this needs {number}")
        return found[:number]

    return of


class Host:
    """The gateway's own serial adapter on one board, and what it reported."""

    def __init__(self, port: str, setting: RadioSetting, record: Path | None = None) -> None:
        self.inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._record = record
        self.radio = SerialRadio(
            port=port,
            unique_id=None,
            setting=setting,
            inbox=self.inbox,
            clock=SystemClock(),
            usb_ports=list,
        )
        self.radio.start()

    def expect(self, kind: type[E], *, such: Callable[[E], bool] = lambda _: True) -> E:
        """Return the next such event; packets are taken as by a gateway that commits at once."""
        until_s = time.monotonic() + PATIENCE_S
        while True:
            event = self.inbox.get(timeout=max(0.0, until_s - time.monotonic()))
            self._note(event)
            if isinstance(event, PacketHeard):
                self.radio.taken(event.number)
            if isinstance(event, kind) and such(event):
                return event

    def _note(self, event: Event) -> None:
        if self._record is not None:
            with self._record.open("a") as file:
                file.write(f"{time.time():.3f} {event}\n")


@pytest.fixture
def setting(request: pytest.FixtureRequest) -> RadioSetting:
    power_dbm = request.config.getoption("--hil-power-dbm")
    return RadioSetting("COMMON433", USUAL_CHANNEL.replace(power_dbm=power_dbm))


@pytest.fixture
def hosts(
    request: pytest.FixtureRequest,
    boards: Callable[[str, int], list[Board]],
    setting: RadioSetting,
) -> Iterator[list[Host]]:
    """Return a gateway's serial adapter on each of two modems."""
    folder = request.config.getoption("--hil-artifacts")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    made = [
        Host(board.port, setting, folder and folder / f"{request.node.name}-{board.id}.log")
        for board in boards("modem", MODEMS_NEEDED)
    ]
    yield made
    for host in made:
        host.radio.stop()


_sessions = count(1)


@pytest.fixture
def tool() -> Iterator[Callable[[Board], Tool]]:
    """Return what opens a tool on a board's port."""
    opened: list[Tool] = []

    def open_on(board: Board) -> Tool:
        opened.append(Tool(board.port, next(_sessions)))
        return opened[-1]

    yield open_on
    for each in opened:
        each.close()
