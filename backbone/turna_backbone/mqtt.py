"""One MQTT 3.1.1 session that outlives its connections; the only module that imports paho.

Every callback puts a value on the owner's inbox and returns.  Each connection is a new paho
client, so that nothing paho keeps in memory (queued or in-flight messages, message ids) leaks
from one connection into the next: what was not confirmed is sent again by whoever owns it.
A confirmation is progress, never proof that anything was stored.
"""

import logging
import queue
import random
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from turna_backbone.clock import Clock

log = logging.getLogger(__name__)

KEEPALIVE_S = 30
CONNECT_TIMEOUT_S = 10.0
# A half-open TCP connection is given up after this long without an acknowledgement (RFC 5482).
TCP_USER_TIMEOUT_MS = 20_000
WATCH_PERIOD_S = 0.5
STOP_TIMEOUT_S = 2.0

_MESSAGE_ID_BITS = 16


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker accepted the connection and every subscription."""

    session_present: bool


@dataclass(frozen=True, slots=True)
class Disconnected:
    """No connection (any more); nothing unconfirmed will be confirmed."""

    reason: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message arrived; hand `token` to `acknowledge` once what it says is safe."""

    topic: str
    payload: bytes
    retained: bool
    token: int


@dataclass(frozen=True, slots=True)
class Published:
    """The broker answered a publication; `accepted` is False if it said no."""

    token: int
    accepted: bool


MqttEvent = Connected | Disconnected | Message | Published


class Inbox(Protocol):
    """Where events go: a `queue.Queue` or `queue.SimpleQueue`.

    A bounded queue that is full refuses an event; the session counts it and lets the broker
    deliver the message again.
    """

    def put_nowait(self, item: MqttEvent) -> None: ...


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker publishes, retained, when this session dies without a farewell."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class BackOff:
    """Delay before the next attempt: doubles from `first_ms` to `limit_ms`, jittered by half."""

    first_ms: int = 500
    limit_ms: int = 30_000

    def delay_ms(self, attempt: int, jitter: float) -> int:
        """Return the delay after `attempt` failures; `jitter` is from 0.0 to 1.0."""
        longest = min(self.limit_ms, self.first_ms << min(attempt, 16))
        return int(longest * (1 - jitter / 2))


class MqttSession:
    """Keeps one session with one of several brokers, connecting again for as long as it runs."""

    def __init__(
        self,
        *,
        addresses: Sequence[Address],
        client_id: str,
        inbox: Inbox,
        clock: Clock,
        subscriptions: Sequence[str] = (),
        will: Will | None = None,
        window: int = 64,
        clean_session: bool = False,
        back_off: BackOff | None = None,
    ) -> None:
        self._addresses = tuple(addresses)
        self._client_id = client_id
        self._inbox = inbox
        self._clock = clock
        self._subscriptions = tuple(subscriptions)
        self._will = will
        self._window = window
        self._clean_session = clean_session
        self._back_off = back_off or BackOff()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._connection: _Connection | None = None
        self._connections_made = 0
        self.events_refused = 0

    def start(self) -> None:
        """Start connecting in the background; news arrives in the inbox."""
        self._thread = threading.Thread(target=self._run, name="mqtt-session", daemon=True)
        self._thread.start()

    def alive(self) -> bool:
        """Tell whether the session still looks after its connection."""
        return self._thread is not None and self._thread.is_alive()

    def room(self) -> int:
        """Return how many more messages may be published now; 0 while not connected."""
        connection = self._connection
        if connection is None or not connection.ready:
            return 0
        return max(0, self._window - connection.unconfirmed())

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> int | None:
        """Send once and return the token that `Published` will carry, or None if there is no room.

        To be called from one thread only: the owner's.
        """
        connection = self._connection
        if connection is None or self.room() == 0:
            return None
        return connection.publish(topic, payload, qos, retain)

    def acknowledge(self, token: int) -> None:
        """Tell the broker that the message need not come again.

        The token of an earlier connection is ignored: that broker delivers the message again.
        """
        connection = self._connection
        if connection is not None:
            connection.acknowledge(token)

    def stop(self) -> None:
        """Say farewell (the will is not published) and end; waits a few seconds at most."""
        self._stopping.set()
        connection = self._connection
        if connection is not None:
            connection.close()
        if self._thread is not None:
            self._thread.join(STOP_TIMEOUT_S + WATCH_PERIOD_S)

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            address = self._addresses[self._connections_made % len(self._addresses)]
            self._connections_made += 1
            if self._serve(address):
                failures = 0
            delay_ms = self._back_off.delay_ms(failures, random.random())  # noqa: S311 - only spreads out
            failures += 1
            self._stopping.wait(self._clock.wall_s(delay_ms))

    def _serve(self, address: Address) -> bool:
        """Hold one connection until it ends; return whether it ever was ready for use."""
        connection = _Connection(
            number=self._connections_made,
            client=self._new_client(),
            client_id=self._client_id,
            subscriptions=self._subscriptions,
            emit=self._emit,
        )
        self._connection = connection
        try:
            reason = connection.serve(address, self._stopping)
        except (OSError, ValueError) as error:
            reason = f"{address.host}:{address.port}: {error}"
        finally:
            self._connection = None
        self._emit(Disconnected(reason))
        return connection.was_ready

    def _new_client(self) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            clean_session=self._clean_session,
            protocol=paho.MQTTv311,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.suppress_exceptions = True
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.max_inflight_messages_set(self._window)
        client.max_queued_messages_set(self._window)
        if self._will is not None:
            client.will_set(self._will.topic, self._will.payload, qos=1, retain=True)
        return client

    def _emit(self, event: MqttEvent) -> None:
        try:
            self._inbox.put_nowait(event)
        except queue.Full:
            self.events_refused += 1


class _Connection:
    """One paho client from connect to disconnect; never used twice."""

    def __init__(
        self,
        *,
        number: int,
        client: paho.Client,
        client_id: str,
        subscriptions: Sequence[str],
        emit: Callable[[MqttEvent], None],
    ) -> None:
        self._number = number
        self._client = client
        self._client_id = client_id
        self._subscriptions = subscriptions
        self._emit = emit
        self._session_present = False
        self._ended = threading.Event()
        self._reason = "connection lost"
        # Each has one writer: the owner counts what it sent, paho's thread what came back.
        self._sent = 0
        self._confirmed = 0
        self.ready = False
        self.was_ready = False

    def serve(self, address: Address, stopping: threading.Event) -> str:
        """Connect, then watch until the connection or paho's thread has ended; return why."""
        client = self._client
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_disconnect = self._on_disconnect
        client.on_socket_open = _set_socket_options
        client.connect(address.host, address.port, KEEPALIVE_S)
        client.loop_start()
        threads = _network_threads(self._client_id)
        try:
            while not self._ended.wait(WATCH_PERIOD_S):
                # paho's thread can die while is_connected() stays True and publish() returns 0.
                if not any(thread.is_alive() for thread in threads):
                    return "the network thread died"
                if stopping.is_set():
                    return "stopped"
            return self._reason
        finally:
            self.ready = False
            self.close()
            for thread in threads:
                thread.join(STOP_TIMEOUT_S)

    def unconfirmed(self) -> int:
        return self._sent - self._confirmed

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> int | None:
        self._sent += 1
        info = self._client.publish(topic, payload, qos=qos, retain=retain)
        if info.rc != paho.MQTT_ERR_SUCCESS:
            self._sent -= 1
            return None
        return self._token(info.mid)

    def acknowledge(self, token: int) -> None:
        message_id = token & ((1 << _MESSAGE_ID_BITS) - 1)
        # A message that came with QoS 0 has no id; an acknowledgement of 0 would be an error.
        if token >> _MESSAGE_ID_BITS == self._number and message_id:
            self._client.ack(message_id, 1)

    def close(self) -> None:
        # Not loop_stop(): it blocks for as long as messages are unconfirmed.
        self._client.disconnect()

    def _token(self, message_id: int) -> int:
        return self._number << _MESSAGE_ID_BITS | message_id

    def _on_connect(
        self,
        client: paho.Client,
        _userdata: Any,
        flags: paho.ConnectFlags,
        code: ReasonCode,
        _: Any,
    ) -> None:
        if code.is_failure:
            self._end(f"the broker refused the connection: {code}")
            return
        self._session_present = flags.session_present
        if self._subscriptions:
            client.subscribe([(topic_filter, 1) for topic_filter in self._subscriptions])
        else:
            self._become_ready()

    def _on_subscribe(
        self, client: paho.Client, _userdata: Any, _mid: int, codes: list[ReasonCode], _: Any
    ) -> None:
        refused = [
            topic_filter
            for topic_filter, code in zip(self._subscriptions, codes, strict=False)
            if code.is_failure
        ]
        if refused:
            self._end(f"the broker refused the subscription to {refused[0]}")
            client.disconnect()
        else:
            self._become_ready()

    def _become_ready(self) -> None:
        self.ready = self.was_ready = True
        self._emit(Connected(self._session_present))

    def _on_message(self, _client: paho.Client, _userdata: Any, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        token = self._token(message.mid)
        self._emit(Message(topic, bytes(message.payload), message.retain, token))

    def _on_publish(
        self, _client: paho.Client, _userdata: Any, message_id: int, code: ReasonCode, _: Any
    ) -> None:
        self._confirmed += 1
        self._emit(Published(self._token(message_id), not code.is_failure))

    def _on_disconnect(
        self, _client: paho.Client, _userdata: Any, _flags: Any, code: ReasonCode, _: Any
    ) -> None:
        self._end(f"disconnected: {code}")

    def _end(self, reason: str) -> None:
        if not self._ended.is_set():
            self._reason = reason
            self.ready = False
            self._ended.set()


def _network_threads(client_id: str) -> list[threading.Thread]:
    """Return paho's thread for this client, found by its name: paho gives no access to it."""
    name = f"paho-mqtt-client-{client_id}"
    return [thread for thread in threading.enumerate() if thread.name == name]


def _set_socket_options(_client: paho.Client, _userdata: Any, sock: Any) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TCP_USER_TIMEOUT_MS)
