"""One MQTT session that outlives its connections; the only module that imports paho.

Speaks MQTT 5 where the broker does and 3.1.1 elsewhere.  Its one thread reads, writes and puts
values on the owner's inbox.  Each connection is a new paho client, so that nothing that paho keeps
in memory (queued messages, message ids) leaks from one connection into the next: what was not
confirmed is sent again by whoever owns it.  A confirmation is progress, never proof that anything
was stored.
"""

import queue
import random
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import paho.mqtt.client as paho
from paho.mqtt import MQTTException
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from turna_backbone.clock import Clock
from turna_backbone.wire import Bell, Wire

KEEPALIVE_S = 30
CONNECT_TIMEOUT_S = 10.0
# A half-open TCP connection is given up after this long without an acknowledgement (RFC 5482).
TCP_USER_TIMEOUT_MS = 20_000
WATCH_PERIOD_S = 0.5
# What is to be sent and what has come waits this long for company: threads that take turns for each
# message cost more than the messages.
COMPANY_WAIT_S = 0.001
STOP_TIMEOUT_S = 2.0
# MQTT 5: how long the broker keeps our session, and what it has for us, while we are away.
SESSION_EXPIRY_S = 7 * 24 * 3600
# MQTT 5, 2.4: reason codes from here on are failures.
FIRST_FAILURE_CODE = 0x80
NOBODY_LISTENS = 0x10

_MESSAGE_ID_BITS = 16
# What paho raises on packets that no broker should send.
_NONSENSE = (ValueError, IndexError, struct.error, MQTTException)
_WAS_READY, _NEVER_READY, _TRY_OTHER_VERSION = "ready", "never ready", "other version"


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


class Published(NamedTuple):
    """The broker answered a publication; `accepted` is False if it said no.

    `code` is MQTT 5's reason; under 3.1.1 a broker that drops a publication says nothing about it.
    """

    token: int
    accepted: bool
    code: int = 0


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


@dataclass(frozen=True, slots=True)
class _Setting:
    """What every connection of a session has in common."""

    client_id: str
    subscriptions: tuple[str, ...]
    will: Will | None
    window: int
    clean_session: bool
    tls: Callable[[], ssl.SSLContext] | None


class MqttSession:
    """Keeps one session with one of several brokers, connecting again for as long as it runs.

    `tls` makes the context of each connection anew, so that renewed certificates are taken up; a
    ValueError that it raises says why there is to be no connection yet.
    """

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
        tls: Callable[[], ssl.SSLContext] | None = None,
    ) -> None:
        self._addresses = tuple(addresses)
        self._setting = _Setting(client_id, tuple(subscriptions), will, window, clean_session, tls)
        self._inbox = inbox
        self._clock = clock
        self._back_off = back_off or BackOff()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._connection: _Connection | None = None
        self._connections_made = 0
        self._turn = 0
        self._only_version_3: set[Address] = set()
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
        return 0 if connection is None else connection.room()

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> int | None:
        """Send once and return the token that `Published` will carry, or None if there is no room.

        With QoS 0 nothing is confirmed.  To be called from one thread only: the owner's.
        """
        connection = self._connection
        if connection is None or connection.room() == 0:
            return None
        return connection.publish(topic, payload, qos, retain=retain)

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
            connection.wake()
        if self._thread is not None:
            self._thread.join(STOP_TIMEOUT_S + WATCH_PERIOD_S)

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            address = self._addresses[self._turn % len(self._addresses)]
            outcome = self._serve(address)
            if outcome == _TRY_OTHER_VERSION:
                continue
            self._turn += 1
            failures = 0 if outcome == _WAS_READY else failures
            delay_ms = self._back_off.delay_ms(failures, random.random())  # noqa: S311 - only spreads out
            failures += 1
            self._stopping.wait(self._clock.wall_s(delay_ms))

    def _serve(self, address: Address) -> str:
        """Hold one connection until it ends; return how far it came."""
        self._connections_made += 1
        version_5 = address not in self._only_version_3
        try:
            connection = _Connection(
                number=self._connections_made,
                setting=self._setting,
                version_5=version_5,
                emit=self._emit,
            )
        except ValueError as error:
            self._emit(Disconnected(str(error)))
            return _NEVER_READY
        self._connection = connection
        try:
            reason = connection.serve(address, self._stopping)
        except (OSError, *_NONSENSE) as error:
            reason = f"{address.host}:{address.port}: {error}"
        finally:
            self._connection = None
        was_refused = connection.was_reached and not connection.was_ready
        if version_5 and was_refused and not self._stopping.is_set():
            self._only_version_3.add(address)
            return _TRY_OTHER_VERSION
        self._emit(Disconnected(reason))
        if connection.was_ready:
            return _WAS_READY
        self._only_version_3.discard(address)
        return _NEVER_READY

    def _emit(self, event: MqttEvent) -> None:
        try:
            self._inbox.put_nowait(event)
        except queue.Full:
            self.events_refused += 1


class _Client(paho.Client):
    """paho on our own wire, without a thread of its own."""

    def __init__(self, make_wire: Callable[[Any], Wire], **options: Any) -> None:
        super().__init__(CallbackAPIVersion.VERSION2, **options)
        self._make_wire = make_wire

    def _create_socket(self) -> Any:  # paho's own seam for websockets and Unix sockets
        sock: Any = super()._create_socket()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TCP_USER_TIMEOUT_MS)
        return self._make_wire(sock)


class _Connection:
    """One paho client from connect to disconnect; never used twice."""

    def __init__(
        self,
        *,
        number: int,
        setting: "_Setting",
        version_5: bool,
        emit: Callable[[MqttEvent], None],
    ) -> None:
        self._number = number
        self._setting = setting
        self._version_5 = version_5
        self._emit = emit
        self._wire: Wire | None = None
        self._session_present = False
        self._reason: str | None = None
        self._ready = False
        self._window = setting.window
        self.was_ready = False
        self.was_reached = False
        self._client = self._new_client()
        self._bell = Bell()

    def serve(self, address: Address, stopping: threading.Event) -> str:
        """Connect, then read and write until the connection has ended; return why."""
        client = self._client
        try:
            self._connect(address)
            self.was_reached = True
            while self._reason is None:
                if stopping.is_set():
                    client.disconnect()
                    client.loop_write()
                    return "stopped"
                self._turn()
            return self._reason
        finally:
            self._ready = False
            wire, self._wire = self._wire, None
            if wire is not None:
                wire.close()
            self._bell.take_down()

    def room(self) -> int:
        wire = self._wire
        if wire is None or not self._ready:
            return 0
        return max(0, self._window - wire.unconfirmed())

    def publish(self, topic: str, payload: bytes, qos: int, *, retain: bool) -> int | None:
        wire = self._wire
        if wire is None:
            return None
        return self._token(wire.publish(topic, payload, qos, retain=retain))

    def acknowledge(self, token: int) -> None:
        message_id = token & ((1 << _MESSAGE_ID_BITS) - 1)
        # A message that came with QoS 0 has no id; an acknowledgement of 0 would be an error.
        if token >> _MESSAGE_ID_BITS == self._number and message_id:
            self._client.ack(message_id, 1)

    def wake(self) -> None:
        self._bell.ring()

    def _new_client(self) -> _Client:
        setting = self._setting
        version = paho.MQTTv5 if self._version_5 else paho.MQTTv311
        client = _Client(
            self._make_wire,
            client_id=setting.client_id,
            # MQTT 5 says it in CONNECT instead, below.
            clean_session=None if self._version_5 else setting.clean_session,
            protocol=version,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.connect_timeout = CONNECT_TIMEOUT_S
        if setting.will is not None:
            client.will_set(setting.will.topic, setting.will.payload, qos=1, retain=True)
        if setting.tls is not None:
            client.tls_set_context(setting.tls())
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_disconnect = self._on_disconnect
        # With this set, paho writes when it is told to, and not in the middle of another call.
        client.on_socket_register_write = self._wants_to_write
        return client

    def _make_wire(self, sock: Any) -> Wire:
        self._wire = Wire(
            sock, version_5=self._version_5, wake=self._bell.ring, on_puback=self._on_puback
        )
        return self._wire

    def _connect(self, address: Address) -> None:
        if not self._version_5:
            self._client.connect(address.host, address.port, KEEPALIVE_S)
            return
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = 0 if self._setting.clean_session else SESSION_EXPIRY_S
        self._client.connect(
            address.host,
            address.port,
            KEEPALIVE_S,
            clean_start=self._setting.clean_session,
            properties=properties,
        )

    def _turn(self) -> None:
        """Wait for something to do, then do it."""
        client, wire = self._client, self._wire
        assert wire is not None, "paho made no socket"
        writers = [wire] if wire.has_unsent() or client.want_write() else []
        wait_s = 0.0 if wire.is_behind else WATCH_PERIOD_S
        sources: list[Wire | Bell] = [wire, self._bell]
        readable, _, _ = select.select(sources, writers, [], wait_s)
        if readable:
            time.sleep(COMPANY_WAIT_S)
        if self._bell in readable:
            self._bell.answer()
        if wire in readable or wire.is_behind:
            wire.fill()
        while self._reason is None and wire.has_news():
            client.loop_read()
        if client.want_write():
            client.loop_write()
        wire.flush()
        client.loop_misc()

    def _wants_to_write(self, *_: Any) -> None:
        self._bell.ring()

    def _token(self, message_id: int) -> int:
        return self._number << _MESSAGE_ID_BITS | message_id

    def _on_connect(
        self,
        client: paho.Client,
        _userdata: Any,
        flags: paho.ConnectFlags,
        code: ReasonCode,
        properties: Any,
    ) -> None:
        if code.is_failure:
            self._end(f"the broker refused the connection: {code}")
            return
        self._session_present = flags.session_present
        # MQTT 5, 3.2.2.3.3; paho ignores it.
        self._window = min(self._window, getattr(properties, "ReceiveMaximum", self._window))
        if self._setting.subscriptions:
            client.subscribe([(topic_filter, 1) for topic_filter in self._setting.subscriptions])
        else:
            self._become_ready()

    def _on_subscribe(
        self, _client: paho.Client, _userdata: Any, _mid: int, codes: list[ReasonCode], _: Any
    ) -> None:
        refused = [
            topic_filter
            for topic_filter, code in zip(self._setting.subscriptions, codes, strict=False)
            if code.is_failure
        ]
        if refused:
            self._end(f"the broker refused the subscription to {refused[0]}")
        else:
            self._become_ready()

    def _become_ready(self) -> None:
        self._ready = self.was_ready = True
        self._emit(Connected(self._session_present))

    def _on_message(self, _client: paho.Client, _userdata: Any, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        token = self._token(message.mid)
        self._emit(Message(topic, bytes(message.payload), message.retain, token))

    def _on_puback(self, message_id: int, code: int) -> None:
        self._emit(Published(self._token(message_id), code < FIRST_FAILURE_CODE, code))

    def _on_disconnect(
        self, _client: paho.Client, _userdata: Any, _flags: Any, code: ReasonCode, _: Any
    ) -> None:
        wire = self._wire
        failure = wire.failure if wire is not None else ""
        self._end(f"disconnected: {failure or code}")

    def _end(self, reason: str) -> None:
        if self._reason is None:
            self._ready = False
            self._reason = reason
