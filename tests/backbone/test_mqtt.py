"""The MQTT session against a real broker: deliveries, refusals, outages and farewells."""

import contextlib
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import pytest

from tests.backbone.peer import Peer
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
    Published,
    Will,
)

TIMEOUT_S = 10.0
QUICK = BackOff(first_ms=20, limit_ms=100)

MORTAL = """
import queue, sys, time
from turna_backbone.clock import SystemClock
from turna_backbone.mqtt import Address, MqttSession, Will
inbox = queue.Queue()
MqttSession(
    addresses=[Address("127.0.0.1", int(sys.argv[1]))], client_id="mortal", inbox=inbox,
    clock=SystemClock(), will=Will("conn", b"gone"),
).start()
print(inbox.get(), flush=True)
time.sleep(60)
"""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with Broker(tmp_path / "broker", ack_wait_s=1) as running:
        yield running


@pytest.fixture
def join() -> Iterator[Callable[..., Peer]]:
    with ExitStack() as stack:

        def start(port: int, client_id: str, *filters: str, **options: object) -> Peer:
            inbox: queue.Queue[MqttEvent] = queue.Queue()
            session = MqttSession(
                addresses=[Address("127.0.0.1", port)],
                client_id=client_id,
                inbox=inbox,
                clock=SystemClock(),
                subscriptions=filters,
                back_off=QUICK,
                **options,  # type: ignore[arg-type]  # keyword arguments of one test
            )
            session.start()
            stack.callback(session.stop)
            return Peer(session, inbox)

        yield start


def test_a_published_message_is_confirmed_and_arrives(
    broker: Broker, join: Callable[..., Peer]
) -> None:
    listener = join(broker.port, "listener", "a/+/b")
    listener.next(Connected)
    speaker = join(broker.port, "speaker")
    speaker.next(Connected)

    token = speaker.session.publish("a/1/b", b"\x00\xff")

    published = speaker.next(Published)
    assert (published.token, published.accepted) == (token, True)
    message = listener.next(Message)
    assert (message.topic, message.payload, message.retained) == ("a/1/b", b"\x00\xff", False)


def test_an_unacknowledged_message_comes_again_after_a_restart_and_an_acknowledged_one_does_not(
    broker: Broker, join: Callable[..., Peer]
) -> None:
    first = join(broker.port, "listener", "a")
    first.next(Connected)
    speaker = join(broker.port, "speaker")
    speaker.next(Connected)
    speaker.session.publish("a", b"one")
    speaker.session.publish("a", b"two")
    assert [first.next(Message).payload for _ in range(2)] == [b"one", b"two"]
    first.session.stop()

    second = join(broker.port, "listener", "a")
    again = [second.next(Message) for _ in range(2)]
    assert [message.payload for message in again] == [b"one", b"two"]
    for message in again:
        second.session.acknowledge(message.token)
    speaker.session.publish("a", b"three")
    assert second.next(Message).payload == b"three"
    second.session.stop()

    third = join(broker.port, "listener", "a")
    assert third.next(Message).payload == b"three"


def test_a_message_token_of_an_earlier_connection_acknowledges_nothing(
    broker: Broker, join: Callable[..., Peer]
) -> None:
    listener = join(broker.port, "listener", "a")
    listener.next(Connected)
    speaker = join(broker.port, "speaker")
    speaker.next(Connected)
    speaker.session.publish("a", b"kept")
    stale = listener.next(Message).token
    broker.kill()
    listener.next(Disconnected)
    broker.start()
    listener.next(Connected)
    assert listener.next(Message).payload == b"kept"

    listener.session.acknowledge(stale)
    listener.session.stop()

    assert join(broker.port, "listener", "a").next(Message).payload == b"kept"


def test_nothing_can_be_published_while_there_is_no_broker(join: Callable[..., Peer]) -> None:
    peer = join(_closed_port(), "lonely")

    peer.next(Disconnected)

    assert peer.session.room() == 0
    assert peer.session.publish("a", b"x") is None
    assert peer.session.alive()


def test_a_session_survives_the_death_of_its_broker(
    broker: Broker, join: Callable[..., Peer]
) -> None:
    peer = join(broker.port, "patient", "a")
    peer.next(Connected)

    broker.kill()
    peer.next(Disconnected)
    broker.start()

    peer.next(Connected)
    peer.session.publish("a", b"back")
    assert peer.next(Message).payload == b"back"


def test_the_window_bounds_what_is_unconfirmed(join: Callable[..., Peer]) -> None:
    with ScriptedBroker() as silent:
        peer = join(silent.port, "eager", window=3)
        peer.next(Connected)

        tokens = [peer.session.publish("a", b"x") for _ in range(5)]

        assert [token is not None for token in tokens] == [True, True, True, False, False]
        assert peer.session.room() == 0


def test_the_broker_publishes_the_will_of_a_session_that_just_dies(
    broker: Broker, join: Callable[..., Peer]
) -> None:
    listener = join(broker.port, "listener", "conn")
    listener.next(Connected)
    mortal = subprocess.Popen(
        [sys.executable, "-c", MORTAL, str(broker.port)], stdout=subprocess.PIPE
    )
    assert mortal.stdout is not None
    assert b"Connected" in mortal.stdout.readline()

    mortal.kill()
    mortal.communicate()

    assert listener.next(Message).payload == b"gone"


def test_a_farewell_publishes_no_will(broker: Broker, join: Callable[..., Peer]) -> None:
    listener = join(broker.port, "listener", "conn")
    listener.next(Connected)
    polite = join(broker.port, "polite", will=Will("conn", b"gone"))
    polite.next(Connected)

    polite.session.publish("conn", b"farewell")
    polite.session.stop()

    assert listener.next(Message).payload == b"farewell"
    assert listener.inbox.empty()


def test_a_refused_subscription_is_reported_and_tried_again(join: Callable[..., Peer]) -> None:
    with ScriptedBroker(suback_code=0x80) as strict:
        peer = join(strict.port, "curious", "secret")

        assert "secret" in peer.next(Disconnected).reason
        assert "secret" in peer.next(Disconnected).reason


def test_a_refused_connection_is_reported_with_the_brokers_reason(
    join: Callable[..., Peer],
) -> None:
    with ScriptedBroker(connack_code=5) as strict:
        peer = join(strict.port, "stranger")

        assert "refused" in peer.next(Disconnected).reason


def test_a_full_inbox_refuses_events_and_counts_them(broker: Broker) -> None:
    inbox: queue.Queue[MqttEvent] = queue.Queue(maxsize=1)
    session = MqttSession(
        addresses=[Address("127.0.0.1", broker.port)],
        client_id="full",
        inbox=inbox,
        clock=SystemClock(),
    )
    inbox.put_nowait(Disconnected("fills the queue"))
    session.start()
    while session.events_refused == 0:
        threading.Event().wait(0.01)
    session.stop()

    assert isinstance(inbox.get_nowait(), Disconnected)


def test_a_session_goes_to_the_next_broker_when_one_does_not_answer(broker: Broker) -> None:
    inbox: queue.Queue[MqttEvent] = queue.Queue()
    session = MqttSession(
        addresses=[Address("127.0.0.1", _closed_port()), Address("127.0.0.1", broker.port)],
        client_id="wanderer",
        inbox=inbox,
        clock=SystemClock(),
        back_off=QUICK,
    )
    session.start()
    try:
        assert isinstance(inbox.get(timeout=TIMEOUT_S), Disconnected)
        assert isinstance(inbox.get(timeout=TIMEOUT_S), Connected)
    finally:
        session.stop()


def test_the_delay_between_attempts_grows_to_a_limit_and_is_jittered() -> None:
    back_off = BackOff(first_ms=100, limit_ms=1_000)

    assert [back_off.delay_ms(attempt, 0.0) for attempt in range(6)] == [
        100,
        200,
        400,
        800,
        1_000,
        1_000,
    ]
    assert back_off.delay_ms(0, 1.0) == 50
    assert back_off.delay_ms(10_000, 0.0) == 1_000


class ScriptedBroker:
    """Answers CONNECT and SUBSCRIBE as told and stays silent about everything else."""

    def __init__(self, *, connack_code: int = 0, suback_code: int = 1) -> None:
        self._connack = bytes([0x20, 2, 0, connack_code])
        self._suback_code = suback_code
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        """Let no thread wait any more: what it waits at would soon be another's."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        for connection in self._open:
            with contextlib.suppress(OSError):  # the other end has closed it
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for connection in [*self._open, self._listener]:
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            answers = threading.Thread(target=self._answer, args=(connection,), daemon=True)
            answers.start()
            self._threads.append(answers)

    def _answer(self, connection: socket.socket) -> None:
        try:
            while data := connection.recv(4096):
                if data[0] == 0x10:
                    connection.sendall(self._connack)
                if data[0] == 0x82:
                    connection.sendall(bytes([0x90, 3]) + data[2:4] + bytes([self._suback_code]))
        except OSError:
            return


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
