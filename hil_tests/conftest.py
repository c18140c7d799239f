"""Tests on boards: virtual ones by default, real ones with --hil=real and a hardware map.

The same files run on both.  What a rig cannot do is skipped with the reason; --hil-strict turns
such a skip into a failure.  Nothing is sent by real radios without --hil-allow-tx.
"""

import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from hil_tests.rig import CannotError, RealRig, Rig, VirtualRig
from turna_backbone.clock import SystemClock
from turna_gateway.ports import Event, PacketHeard
from turna_gateway.serial_radio import SerialRadio
from turna_protocol.modem.radio_messages import RadioSetting

E = TypeVar("E", bound=Event)

PATIENCE_S = 15.0
BOARDS_NEEDED = 2


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("hil", "boards")
    group.addoption("--hil", choices=("virtual", "real"), default="virtual")
    group.addoption("--hil-map", type=Path, default=Path("hil_tests/hil.toml"))
    group.addoption("--hil-power-dbm", type=int, default=2)
    group.addoption("--hil-allow-tx", action="store_true", help="real radios may transmit")
    group.addoption("--hil-strict", action="store_true", help="what cannot be tested fails")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "rf_tx: makes a radio transmit")


@pytest.fixture(scope="session")
def rig(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    if request.config.getoption("--hil") == "virtual":
        made: Rig = VirtualRig(tmp_path_factory.mktemp("rig"))
    else:
        made = RealRig(request.config.getoption("--hil-map"))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _may_transmit(request: pytest.FixtureRequest) -> None:
    real = request.config.getoption("--hil") == "real"
    transmits = request.node.get_closest_marker("rf_tx") is not None
    if real and transmits and not request.config.getoption("--hil-allow-tx"):
        pytest.skip("makes a real radio transmit: say --hil-allow-tx where that is lawful")


@pytest.fixture
def able(request: pytest.FixtureRequest) -> Callable[[Callable[[], None]], None]:
    """Return what does something to a board, or skips the test where the rig has no means."""

    def attempt(action: Callable[[], None]) -> None:
        try:
            action()
        except CannotError as error:
            if request.config.getoption("--hil-strict"):
                raise
            pytest.skip(str(error))

    return attempt


class Host:
    """The gateway's own serial adapter on one board, and what it reported."""

    def __init__(self, port: str, setting: RadioSetting) -> None:
        self.inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.radio = SerialRadio(
            port=port,
            unique_id=None,
            setting=setting,
            inbox=self.inbox,
            clock=SystemClock(),
            usb_ports=list,
        )
        self.radio.start()

    def expect(self, kind: type[E]) -> E:
        """Return the next such event; packets are taken as by a gateway that commits at once."""
        until_s = time.monotonic() + PATIENCE_S
        while True:
            event = self.inbox.get(timeout=max(0.0, until_s - time.monotonic()))
            if isinstance(event, PacketHeard):
                self.radio.taken(event.number)
            if isinstance(event, kind):
                return event


@pytest.fixture
def setting(request: pytest.FixtureRequest) -> RadioSetting:
    return RadioSetting(
        region="COMMON433",
        freq_hz=433_175_000,
        bandwidth_hz=125_000,
        sf=8,
        coding_rate=5,
        preamble_symbols=12,
        sync_word=0x12,
        power_dbm=request.config.getoption("--hil-power-dbm"),
    )


@pytest.fixture
def hosts(rig: Rig, setting: RadioSetting) -> Iterator[list[Host]]:
    """Return a gateway's serial adapter on each board."""
    if len(rig.boards) < BOARDS_NEEDED:
        pytest.skip(f"the map has {len(rig.boards)} boards, this needs {BOARDS_NEEDED}")
    made = [Host(board.port, setting) for board in rig.boards[:BOARDS_NEEDED]]
    yield made
    for host in made:
        host.radio.stop()
