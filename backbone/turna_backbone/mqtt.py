"""One MQTT session that outlives its connections, tries broker after broker, and never blocks.

Speaks MQTT 5 where the broker does and 3.1.1 elsewhere.  Its one thread reads, writes and puts
values on the owner's inbox; what a connection did not confirm is sent again by whoever owns it.  A
confirmation is progress, never proof that anything was stored.
"""

import queue
import random
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from turna_backbone.clock import Clock
from turna_backbone.connection import NONSENSE, WATCH_PERIOD_S, Connection, Setting
from turna_backbone.mqtt_events import (
    NOBODY_LISTENS,
    Address,
    Connected,
    Disconnected,
    Message,
    MqttEvent,
    Published,
    Will,
)

__all__ = [
    "NOBODY_LISTENS",
    "Address",
    "BackOff",
    "Connected",
    "Disconnected",
    "Inbox",
    "Message",
    "MqttEvent",
    "MqttSession",
    "Published",
    "Will",
]

STOP_TIMEOUT_S = 2.0
# A line that swallows everything is noticed within twice this.
KEEPALIVE_S = 30
_WAS_READY, _NEVER_READY, _TRY_OTHER_VERSION = "ready", "never ready", "other version"


class Inbox(Protocol):
    """Where events go: a `queue.Queue` or `queue.SimpleQueue`.

    A bounded queue that is full refuses an event; the session counts it and lets the broker
    deliver the message again.
    """

    def put_nowait(self, item: MqttEvent) -> None: ...


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
        keepalive_s: int = KEEPALIVE_S,
        tls: Callable[[], ssl.SSLContext] | None = None,
    ) -> None:
        self._addresses = tuple(addresses)
        self._setting = Setting(
            client_id, tuple(subscriptions), will, window, clean_session, keepalive_s, tls
        )
        self._inbox = inbox
        self._clock = clock
        self._back_off = back_off or BackOff()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._connection: Connection | None = None
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

        After QoS 0 it tells only that the message was sent.  To be called from the owner's thread
        only.
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
        broker = f"{address.host}:{address.port}"
        version_5 = address not in self._only_version_3
        try:
            connection = Connection(
                number=self._connections_made,
                setting=self._setting,
                version_5=version_5,
                emit=self._emit,
            )
        except ValueError as error:
            self._emit(Disconnected(str(error), broker))
            return _NEVER_READY
        self._connection = connection
        try:
            reason = connection.serve(address, self._stopping)
        except (OSError, *NONSENSE) as error:
            reason = getattr(error, "strerror", None) or str(error)
        finally:
            self._connection = None
        was_refused = connection.was_reached and not connection.was_ready
        if version_5 and was_refused and not self._stopping.is_set():
            self._only_version_3.add(address)
            return _TRY_OTHER_VERSION
        self._emit(Disconnected(reason, broker))
        if connection.was_ready:
            return _WAS_READY
        self._only_version_3.discard(address)
        return _NEVER_READY

    def _emit(self, event: MqttEvent) -> None:
        try:
            self._inbox.put_nowait(event)
        except queue.Full:
            self.events_refused += 1
