"""Faults of the line to the broker, with a real session and a real broker behind a bad line."""

import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.line import Line
from tests.gateway.field import MASTER, SITREP, SOS, FakeRadio, Handset, carried, mission
from turna_backbone import topics
from turna_backbone.broker import Broker
from turna_backbone.clock import SystemClock
from turna_backbone.mqtt import (
    Address,
    BackOff,
    Connected,
    Disconnected,
    Message,
    MqttEvent,
    MqttSession,
)
from turna_gateway.airwaves import allowed_band
from turna_gateway.gateway import Gateway
from turna_gateway.identity import Identity
from turna_gateway.keyring import Keyring
from turna_gateway.ports import Event, PacketHeard, Stop
from turna_gateway.runner import Runner
from turna_gateway.store import Store
from turna_protocol import keys

ONE, TWO = Handset(1), Handset(2)
TIMEOUT_S = 30.0
# 9.6 kbit/s, and 600 ms there and back: a satellite telephone.
THIN_BYTES_PER_S, THIN_DELAY_S = 1_200, 0.3
BACKLOG = 150
RECEIPTS = topics.receipt("tr", "hatay-1")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with Broker(tmp_path / "broker") as running:
        yield running


class Station:
    """A gateway with its own thread, store and session, whose broker is at the end of a line."""

    def __init__(self, folder: Path, port: int) -> None:
        plan = mission()
        self.inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.clock = SystemClock()
        self.store = Store(folder / "gateway.db")
        self.store.open()
        self.session = MqttSession(
            addresses=[Address("127.0.0.1", port)],
            client_id="hatay-1",
            inbox=self.inbox,
            clock=self.clock,
        )
        self.gateway = Gateway(
            identity=Identity(name="hatay-1", index=1, country="tr", boot_id=bytes(8)),
            mission=plan,
            band=allowed_band(plan),
            keyring=Keyring(plan, keys.link_branch(MASTER)),
            store=self.store,
            radio=FakeRadio(),
            uplink=self.session,
            clock=self.clock,
        )
        self.gateway.load()
        runner = Runner(
            gateway=self.gateway, inbox=self.inbox, clock=self.clock, progress=lambda: None
        )
        self._loop = threading.Thread(target=runner.run)
        self._loop.start()

    def hear(self, *packets: bytes) -> None:
        for packet in packets:
            self.inbox.put(PacketHeard(packet, -100, 20, self.clock.now_ms(), 0))

    def stop(self) -> None:
        self.inbox.put(Stop())
        self._loop.join()
        self.session.stop()
        self.store.close()


def listener(broker: Broker) -> tuple[MqttSession, "queue.Queue[MqttEvent]"]:
    """Return a Secretariat's ears, right beside the broker."""
    inbox: queue.Queue[MqttEvent] = queue.Queue()
    session = MqttSession(
        addresses=[Address("127.0.0.1", broker.port)],
        client_id="secretariat",
        inbox=inbox,
        clock=SystemClock(),
        subscriptions=topics.REPORT_FILTERS,
    )
    session.start()
    assert isinstance(inbox.get(timeout=TIMEOUT_S), Connected)
    return session, inbox


@pytest.mark.slow
def test_fault_59_on_a_satellite_line_a_backlog_leaves_room_for_an_sos_and_nothing_goes_twice(
    tmp_path: Path, broker: Broker
) -> None:
    ears, heard = listener(broker)
    with Line(broker.port, delay_s=THIN_DELAY_S, bytes_per_s=THIN_BYTES_PER_S) as line:
        station = Station(tmp_path, line.port)
        station.hear(*(ONE.seal(seq, SITREP) for seq in range(BACKLOG)))
        station.session.start()
        arrived: list[int] = []
        called_at = sos_took = 0  # bytes that the line carried, whatever time it took
        while len(arrived) < BACKLOG or not sos_took:
            event = heard.get(timeout=TIMEOUT_S)
            assert isinstance(event, Message)
            reports = carried(event.topic, event.payload)
            ears.acknowledge(event.token)
            arrived += [report.seq for report in reports if report.device == 1]
            if len(arrived) > BACKLOG // 3 and not called_at:
                called_at = line.carried_up_bytes
                station.hear(TWO.seal(1, SOS))
            if any(report.device == 2 for report in reports):
                sos_took = line.carried_up_bytes - called_at
        station.stop()
    ears.stop()

    assert sorted(arrived) == list(range(BACKLOG)), "each once: no flood of repetitions"
    # A second of queue and what is on the line; the rest of the backlog would be 4 kB.
    assert 0 < sos_took < 2.5 * THIN_BYTES_PER_S, f"an SOS waited for {sos_took} bytes"
    assert line.connections == 2, "nats refuses MQTT 5 first; nothing broke off later"
    assert line.carried_up_bytes < 110 * BACKLOG


def at_end_of(line: Line, keepalive_s: int) -> tuple[MqttSession, "queue.Queue[MqttEvent]"]:
    """Return a gateway's session behind a line, connected."""
    inbox: queue.Queue[MqttEvent] = queue.Queue()
    session = MqttSession(
        addresses=[Address("127.0.0.1", line.port)],
        client_id="hatay-1",
        inbox=inbox,
        clock=SystemClock(),
        subscriptions=[RECEIPTS],
        keepalive_s=keepalive_s,
        back_off=BackOff(first_ms=20, limit_ms=100),
    )
    session.start()
    assert isinstance(inbox.get(timeout=TIMEOUT_S), Connected)
    return session, inbox


def test_fault_57_an_address_translation_that_forgets_silent_lines_is_kept_awake(
    broker: Broker,
) -> None:
    ears, _ = listener(broker)
    with Line(broker.port, forgets_after_s=3.5) as line:
        session, heard = at_end_of(line, keepalive_s=2)
        with pytest.raises(queue.Empty):
            heard.get(timeout=5)
        ears.publish(RECEIPTS, b"receipt")

        event = heard.get(timeout=TIMEOUT_S)
        assert isinstance(event, Message)
        assert event.payload == b"receipt"
        assert line.forgotten == 0
        session.stop()
    ears.stop()


def test_fault_57_behind_an_address_translation_that_forgot_it_a_session_is_back_by_itself(
    broker: Broker,
) -> None:
    with Line(broker.port, forgets_after_s=1.0) as line:
        session, heard = at_end_of(line, keepalive_s=2)

        event = heard.get(timeout=TIMEOUT_S)
        assert isinstance(event, Disconnected)
        while not isinstance(event, Connected):
            event = heard.get(timeout=TIMEOUT_S)
        assert line.forgotten >= 1
        session.stop()


def test_fault_57_a_line_that_swallows_everything_without_a_word_is_given_up(
    tmp_path: Path, broker: Broker
) -> None:
    del tmp_path
    inbox: queue.Queue[MqttEvent] = queue.Queue()
    with Line(broker.port) as line:
        session = MqttSession(
            addresses=[Address("127.0.0.1", line.port)],
            client_id="half-open",
            inbox=inbox,
            clock=SystemClock(),
            keepalive_s=1,
            back_off=BackOff(first_ms=20, limit_ms=100),
        )
        session.start()
        assert isinstance(inbox.get(timeout=TIMEOUT_S), Connected)

        line.swallows.set()
        assert isinstance(inbox.get(timeout=TIMEOUT_S), Disconnected)
        assert session.room() == 0
        line.swallows.clear()

        while not isinstance(inbox.get(timeout=TIMEOUT_S), Connected):
            pass
        session.stop()
