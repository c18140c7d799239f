"""The gateway's serial port: pyserial on pseudo-terminals, with virtual boards behind them."""

import contextlib
import json
import os
import pty
import queue
import select
import threading
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
import serial

from turna_backbone.clock import PacedClock
from turna_gateway.ports import Event, PacketHeard, RadioCounts, RadioDown, RadioUp, Transmitted
from turna_gateway.radio_pair import OpenModem, RadioPair
from turna_gateway.serial_radio import SerialRadio, open_port
from turna_protocol.modem.messages import MODEM, Hello
from turna_protocol.modem.modem_link import ConfigureAsked, ModemLink
from turna_protocol.modem.radio_messages import SENT, RadioSetting
from turna_protocol.regions import USUAL_CHANNEL
from turna_simulation.board import Board
from turna_simulation.world import World

SPEED = 5.0
PATIENCE_S = 20.0
SETTING = RadioSetting("COMMON433", USUAL_CHANNEL)


class Gateway:
    """A SerialRadio and what it put into its inbox."""

    def __init__(self, port: str, **options: Any) -> None:
        self.inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
        options.setdefault("unique_id", None)
        options.setdefault("clock", paced_clock())
        options.setdefault("usb_ports", list)
        self.radio = SerialRadio(port=port, setting=SETTING, inbox=self.inbox, **options)
        self.radio.start()

    def expect(self, kind: type, matches: Callable[[Any], bool] = lambda _: True) -> Any:
        """Return the next such event; take packets as a gateway that commits at once."""
        until = time.monotonic() + PATIENCE_S
        seen: list[Event] = []
        while True:
            try:
                event = self.inbox.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {kind.__name__} after {seen}") from None
            seen.append(event)
            if isinstance(event, PacketHeard):
                self.radio.taken(event.number)
            if isinstance(event, kind) and matches(event):
                return event


def paced_clock(speed: float = SPEED) -> PacedClock:
    return PacedClock(epoch_s=0, speed=speed, started_monotonic=time.monotonic() - 10)


@pytest.fixture
def gateway() -> Iterator[Callable[..., Gateway]]:
    with contextlib.ExitStack() as stack:

        def make(port: str, **options: Any) -> Gateway:
            made = Gateway(port, **options)
            stack.callback(made.radio.stop)
            return made

        yield make


class Field:
    """A world with two modem boards that hear each other, in a thread, paced."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ready = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(PATIENCE_S)

    def _run(self) -> None:
        with World(seed=3) as self._world:
            for index, name in enumerate(("a", "b")):
                settings = json.dumps({"role": "modem", "board": "heltec_v3"}).encode()
                board = self._world.add_board(
                    name, position=(0.0, 200.0 * index), files={"/settings.json": settings}
                )
                board.power_on()
                board.open_pty(self._folder / f"tty-{name}")
            self._ready.set()
            self._world.run_paced(SPEED, until=self._ended.is_set)

    def do(self, name: str, action: Callable[[Board], object]) -> None:
        done = threading.Event()

        def act() -> None:
            action(self._world.boards[name])
            done.set()

        # As an event of the world, not in the middle of its reading from terminals.
        self._world.post(lambda: self._world.at(self._world.now_ms + 1, act))
        assert done.wait(PATIENCE_S)

    def unique_id(self, name: str) -> bytes:
        return self._world.boards[name].unique_id

    def end(self) -> None:
        self._ended.set()
        self._thread.join()


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    made = Field(tmp_path)
    yield made
    made.end()


def test_packets_pass_between_two_gateways_through_ports_boards_and_air(
    field: Field, tmp_path: Path, gateway: Callable[..., Gateway]
) -> None:
    first, second = gateway(str(tmp_path / "tty-a")), gateway(str(tmp_path / "tty-b"))
    up = first.expect(RadioUp)
    assert (up.board, up.unique_id[:6]) == ("heltec_v3", field.unique_id("a"))
    second.expect(RadioUp)
    token = first.radio.transmit(b"from the first", priority=1)
    assert first.expect(Transmitted) == Transmitted(token=token, ok=True)
    heard = second.expect(PacketHeard)
    assert heard.packet == b"from the first"
    assert heard.rssi_dbm < 0


def test_each_gateway_finds_its_own_modem_by_id_whatever_the_ports_are_called(
    field: Field, tmp_path: Path, gateway: Callable[..., Gateway]
) -> None:
    pattern = str(tmp_path / "tty-*")
    made = [gateway(pattern, unique_id=field.unique_id(name)) for name in ("b", "a")]
    ids = [one.expect(RadioUp).unique_id[:6] for one in made]
    assert ids == [field.unique_id("b"), field.unique_id("a")]


def test_fault_31_a_replugged_modem_is_found_again_under_another_name(
    field: Field, tmp_path: Path, gateway: Callable[..., Gateway]
) -> None:
    made = gateway(str(tmp_path / "tty-[ac]"), unique_id=field.unique_id("a"))
    first = made.expect(RadioUp)
    field.do("a", lambda board: board.close_pty())
    made.expect(RadioDown)
    token = made.radio.transmit(b"while it was away", priority=1)
    field.do("a", lambda board: board.open_pty(tmp_path / "tty-c"))
    assert made.expect(RadioUp).boot_id == first.boot_id
    assert made.expect(Transmitted) == Transmitted(token=token, ok=True)


def test_a_modem_that_starts_again_comes_online_again(
    field: Field, tmp_path: Path, gateway: Callable[..., Gateway]
) -> None:
    made = gateway(str(tmp_path / "tty-a"))
    first = made.expect(RadioUp)
    field.do("a", lambda board: board.reset())
    assert made.expect(RadioUp).boot_id != first.boot_id


class Puppet:
    """A modem's end of the link behind a pseudo-terminal, without board; may fall silent."""

    def __init__(self) -> None:
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        self._slave = slave
        self.talks = True
        self._clock = paced_clock(1.0)
        self._ended = threading.Event()
        self.link = ModemLink(
            Hello(
                role=MODEM,
                unique_id=b"puppet00",
                boot_id=b"boot",
                reset_cause=1,
                capabilities=1,
                board="puppet",
                firmware="",
            )
        )
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ended.is_set():
            readable, _, _ = select.select([self.master], [], [], 0.01)
            now_ms = self._clock.now_ms()
            data = os.read(self.master, 4096) if readable else b""
            if not self.talks:
                continue
            self.link.receive(data, now_ms)
            while (event := self.link.next_event()) is not None:
                if isinstance(event, ConfigureAsked):
                    self.link.configured(event.setting, event.setting)
            if self.link.next_transmission() is not None:
                self.link.transmitted(SENT, 1000, now_ms)
            os.write(self.master, self.link.to_send(now_ms))

    def end(self) -> None:
        self._ended.set()
        self._thread.join()
        os.close(self.master)
        os.close(self._slave)


@pytest.fixture
def puppet() -> Iterator[Puppet]:
    made = Puppet()
    yield made
    made.end()


class WatchedPort:
    """A real port that records what is done to its control lines, as a board would see them."""

    def __init__(self, path: str, record: list[str]) -> None:
        self._port = open_port(path)
        self._record = record
        self.takes_writes = True
        self.lies = False
        record.append("open")

    @property
    def dtr(self) -> bool:
        return self._port.dtr

    @dtr.setter
    def dtr(self, value: bool) -> None:
        self._record.append(f"dtr {value}")

    @property
    def rts(self) -> bool:
        return self._port.rts

    @rts.setter
    def rts(self, value: bool) -> None:
        self._record.append(f"rts {value}")

    def fileno(self) -> int:
        return self._port.fileno()

    def read(self, size: int) -> bytes:
        if self.lies:  # pyserial's own words when a USB device goes away under it
            raise serial.SerialException(
                "device reports readiness to read but returned no data (device disconnected?)"
            )
        return self._port.read(size)

    def write(self, data: bytes) -> int | None:
        if not self.takes_writes:
            raise serial.SerialTimeoutException("Write timeout")
        return self._port.write(data)

    def close(self) -> None:
        self._record.append("close")
        self._port.close()


def test_fault_33_control_lines_stay_on_and_are_let_go_in_the_harmless_order(
    puppet: Puppet, gateway: Callable[..., Gateway]
) -> None:
    record: list[str] = []
    made = gateway(puppet.path, open_port=lambda path: WatchedPort(path, record))
    made.expect(RadioUp)
    made.radio.stop()
    assert record == ["open", "rts False", "dtr False", "close"]


def test_fault_35_garbage_is_counted_and_harms_nothing(
    puppet: Puppet, gateway: Callable[..., Gateway]
) -> None:
    random = Random(35)
    made = gateway(puppet.path)
    made.expect(RadioUp)
    for _ in range(20):
        os.write(puppet.master, random.randbytes(200))
    assert made.expect(RadioCounts, lambda counts: counts.undecodable > 5)
    puppet.link.heard(b"after", rssi_dbm=-90, snr_db_x4=0, at_ms=0)
    assert made.expect(PacketHeard).packet == b"after"


def test_fault_36_a_modem_that_falls_silent_is_noticed_and_at_last_reset(
    puppet: Puppet, gateway: Callable[..., Gateway]
) -> None:
    record: list[str] = []
    made = gateway(
        puppet.path, clock=paced_clock(100.0), open_port=lambda path: WatchedPort(path, record)
    )
    made.expect(RadioUp)
    puppet.talks = False
    assert "silent" in made.expect(RadioDown).reason
    until = time.monotonic() + PATIENCE_S
    while made.radio.resets == 0 and time.monotonic() < until:
        time.sleep(0.05)
    assert made.radio.resets == 1
    puppet.talks = True
    made.expect(RadioUp)
    at = record.index("rts True")
    assert record[at - 1] == "dtr False"


def test_fault_32_a_port_that_says_ready_and_gives_nothing_is_closed_and_opened_again(
    puppet: Puppet, gateway: Callable[..., Gateway]
) -> None:
    ports: list[WatchedPort] = []

    def open_watched(path: str) -> WatchedPort:
        ports.append(WatchedPort(path, []))
        return ports[-1]

    made = gateway(puppet.path, open_port=open_watched)
    made.expect(RadioUp)
    ports[0].lies = True

    assert "returned no data" in made.expect(RadioDown).reason
    made.expect(RadioUp)
    assert len(ports) == 2


def test_fault_37_a_port_that_takes_nothing_is_closed_and_opened_again(
    puppet: Puppet, gateway: Callable[..., Gateway]
) -> None:
    ports: list[WatchedPort] = []

    def open_watched(path: str) -> WatchedPort:
        ports.append(WatchedPort(path, []))
        return ports[-1]

    made = gateway(puppet.path, open_port=open_watched)
    made.expect(RadioUp)
    ports[0].takes_writes = False
    token = made.radio.transmit(b"stuck at first", priority=1)
    assert "takes nothing" in made.expect(RadioDown).reason
    assert made.expect(Transmitted) == Transmitted(token=token, ok=True)
    assert made.radio.write_timeouts == 1
    assert len(ports) == 2


def test_a_port_in_use_by_another_program_is_left_alone(
    puppet: Puppet, gateway: Callable[..., Gateway]
) -> None:
    gateway(puppet.path).expect(RadioUp)
    second = gateway(puppet.path)
    assert "cannot open" in second.expect(RadioDown).reason


def test_a_port_that_does_not_exist_is_told_once_and_waited_for(
    tmp_path: Path, gateway: Callable[..., Gateway]
) -> None:
    made = gateway(str(tmp_path / "nothing"))
    assert "No such file" in made.expect(RadioDown).reason
    with pytest.raises(queue.Empty):
        made.inbox.get(timeout=0.7)


def test_two_modems_of_one_gateway_are_found_by_their_ids_and_hear_on_their_own_channels(
    field: Field, tmp_path: Path
) -> None:
    inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()

    def opener(name: str, setting: RadioSetting) -> OpenModem:
        return lambda side: SerialRadio(
            port=str(tmp_path / "tty-*"),
            unique_id=field.unique_id(name),
            setting=setting,
            inbox=side,
            clock=paced_clock(),
            usb_ports=list,
        )

    pair = RadioPair(inbox, (opener("b", SETTING), opener("a", SETTING)))
    pair.start()
    try:
        up = [next_of(inbox, RadioUp) for _ in range(2)]
        assert {event.unique_id[:6] for event in up} == {field.unique_id("a"), field.unique_id("b")}
        token = pair.transmit(b"on both", priority=1)
        assert next_of(inbox, Transmitted).token == token

        field.do("a", lambda board: board.close_pty())
        end_by = time.monotonic() + PATIENCE_S
        while pair.states[1].trouble == "" and time.monotonic() < end_by:
            time.sleep(0.05)
        assert pair.states[0].trouble == ""
        token = pair.transmit(b"on the other", priority=1)
        assert next_of(inbox, Transmitted) == Transmitted(token, ok=True)
    finally:
        pair.stop()


def next_of(inbox: "queue.SimpleQueue[Event]", kind: type) -> Any:
    while not isinstance(event := inbox.get(timeout=PATIENCE_S), kind):
        pass
    return event
