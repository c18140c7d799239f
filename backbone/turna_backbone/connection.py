"""One connection to one broker, from CONNECT to its end: the only module that imports paho.

paho brings neither thread nor socket loop here: the session's one thread reads and writes through
its `loop_read`, `loop_write` and `loop_misc`.  A client is never used twice, so that nothing that
paho keeps in memory (queued messages, message ids) leaks from one connection into the next.
"""

import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt import MQTTException
from paho.mqtt.enums import CallbackAPIVersion, LogLevel
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from turna_backbone.bell import Bell
from turna_backbone.mqtt_events import (
    Address,
    Connected,
    Message,
    MqttEvent,
    Published,
    Will,
)

CONNECT_TIMEOUT_S = 10.0
# A half-open TCP connection is given up after this long without an acknowledgement (RFC 5482).
TCP_USER_TIMEOUT_MS = 20_000
WATCH_PERIOD_S = 0.5
# What is to be sent and what has come waits this long for company: threads that take turns for each
# message cost more than the messages.
COMPANY_WAIT_S = 0.001
# A farewell goes out if the broker takes it this soon.
FAREWELL_S = 1.0
# MQTT 5: how long the broker keeps our session, and what it has for us, while we are away.
SESSION_EXPIRY_S = 7 * 24 * 3600
STOPPED = "stopped"
# What paho raises on packets that no broker should send.
NONSENSE = (ValueError, IndexError, struct.error, MQTTException)

_MESSAGE_ID_BITS = 16


@dataclass(frozen=True, slots=True)
class Setting:
    """What every connection of a session has in common."""

    client_id: str
    subscriptions: tuple[str, ...]
    will: Will | None
    window: int
    clean_session: bool
    keepalive_s: int
    tls: Callable[[], ssl.SSLContext] | None


class Connection:
    """One paho client; `serve` it in one thread, `publish` from one other."""

    def __init__(
        self,
        *,
        number: int,
        setting: Setting,
        version_5: bool,
        emit: Callable[[MqttEvent], None],
    ) -> None:
        self._number = number
        self._setting = setting
        self._version_5 = version_5
        self._emit = emit
        self._session_present = False
        self._broker = ""
        self._reason: str | None = None
        self._failure = ""
        self._ready = False
        self._window = setting.window
        # Each is changed by one thread only, so that their difference needs no lock.
        self._handed_over = 0
        self._answered = 0
        self.was_ready = False
        self.was_reached = False
        self._client = self._new_client()
        self._bell = Bell()

    def serve(self, address: Address, stopping: threading.Event) -> str:
        """Connect, then read and write until the connection has ended; return why."""
        self._broker = f"{address.host}:{address.port}"
        try:
            self._connect(address)
            self.was_reached = True
            while self._reason is None:
                if stopping.is_set():
                    self._farewell()
                    return STOPPED
                self._turn()
            return self._reason
        finally:
            self._ready = False
            sock = self._client.socket()
            if sock is not None:
                sock.close()
            self._bell.take_down()

    def room(self) -> int:
        return max(0, self._window - (self._handed_over - self._answered)) if self._ready else 0

    def publish(self, topic: str, payload: bytes, qos: int, *, retain: bool) -> int:
        self._handed_over += 1
        token = self._token(self._client.publish(topic, payload, qos, retain).mid)
        self._bell.ring()
        return token

    def acknowledge(self, token: int) -> None:
        message_id = token & ((1 << _MESSAGE_ID_BITS) - 1)
        # A message that came with QoS 0 has no id; an acknowledgement of 0 would be an error.
        if token >> _MESSAGE_ID_BITS == self._number and message_id:
            self._client.ack(message_id, 1)
            self._bell.ring()

    def wake(self) -> None:
        self._bell.ring()

    def _new_client(self) -> paho.Client:
        setting = self._setting
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=setting.client_id,
            # MQTT 5 says it in CONNECT instead, below.
            clean_session=None if self._version_5 else setting.clean_session,
            protocol=paho.MQTTv5 if self._version_5 else paho.MQTTv311,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.max_inflight_messages_set(0)  # no limit of paho's: `room` keeps the broker's
        if setting.will is not None:
            client.will_set(setting.will.topic, setting.will.payload, qos=1, retain=True)
        if setting.tls is not None:
            client.tls_set_context(setting.tls())
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_disconnect = self._on_disconnect
        client.on_socket_open = self._on_socket_open
        client.on_log = self._on_log
        # With this set, paho writes when it is told to, and not in the middle of another call.
        client.on_socket_register_write = self._wants_to_write
        return client

    def _connect(self, address: Address) -> None:
        if not self._version_5:
            self._client.connect(address.host, address.port, self._setting.keepalive_s)
            return
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = 0 if self._setting.clean_session else SESSION_EXPIRY_S
        self._client.connect(
            address.host,
            address.port,
            self._setting.keepalive_s,
            clean_start=self._setting.clean_session,
            properties=properties,
        )

    def _turn(self) -> None:
        """Wait for something to do, then do it."""
        client, sock = self._client, self._client.socket()
        if sock is None:
            self._end(f"disconnected: {self._failure or 'the connection was lost'}")
            return
        writers = [sock] if client.want_write() else []
        # What a TLS connection has decrypted already, select() does not know of.
        is_behind = isinstance(sock, ssl.SSLSocket) and sock.pending() > 0
        sources: list[Any] = [sock, self._bell]
        readable, _, _ = select.select(sources, writers, [], 0.0 if is_behind else WATCH_PERIOD_S)
        if readable:
            time.sleep(COMPANY_WAIT_S)
        if self._bell in readable:
            self._bell.answer()
        if sock in readable or is_behind:
            client.loop_read()
        if client.want_write():
            client.loop_write()
        client.loop_misc()

    def _farewell(self) -> None:
        """Leave in good order, with what was handed over before, if the broker takes it soon."""
        client = self._client
        client.disconnect()
        give_up_at = time.monotonic() + FAREWELL_S
        while (sock := client.socket()) is not None and client.want_write():
            wait_s = give_up_at - time.monotonic()
            if wait_s <= 0 or not select.select([], [sock], [], wait_s)[1]:
                return
            client.loop_write()

    def _wants_to_write(self, *_: Any) -> None:
        self._bell.ring()

    def _token(self, message_id: int) -> int:
        return self._number << _MESSAGE_ID_BITS | message_id

    def _on_socket_open(self, _client: paho.Client, _userdata: Any, sock: Any) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TCP_USER_TIMEOUT_MS)

    def _on_log(self, _client: paho.Client, _userdata: Any, level: int, text: str) -> None:
        if level == LogLevel.MQTT_LOG_ERR:  # the only place where paho says why a socket failed
            self._failure = self._failure or _in_words(text)

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
        self._emit(Connected(self._session_present, self._broker))

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
        self._answered += 1
        self._emit(Published(self._token(message_id), not code.is_failure, code.value))

    def _on_disconnect(
        self, _client: paho.Client, _userdata: Any, _flags: Any, code: ReasonCode, _: Any
    ) -> None:
        self._end(f"disconnected: {self._failure or code}")

    def _end(self, reason: str) -> None:
        if self._reason is None:
            self._ready = False
            self._reason = reason


def _in_words(text: str) -> str:
    """Return what OpenSSL means by "... [SSL: SSLV3_ALERT_...] sslv3 alert ... (_ssl.c:1)"."""
    return text.partition("] ")[2].rpartition(" (")[0] or text
