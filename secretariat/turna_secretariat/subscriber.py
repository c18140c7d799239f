"""The Secretariat's end of the backbone: messages in batches to the desk, receipts back.

One thread owns the desk and the archive's writes.  The broker is acknowledged after the commit;
a receipt is never sent for what is not committed.
"""

import logging
import queue
from collections import Counter, deque
from dataclasses import dataclass, field
from threading import Event
from typing import Protocol

from turna_backbone import topics
from turna_backbone.clock import Clock
from turna_backbone.envelope import GatewayHealth, Presence, ReportEnvelope
from turna_backbone.mqtt import Connected, Disconnected, Message, MqttEvent, Published
from turna_protocol.errors import MalformedError
from turna_secretariat.desk import Desk, Outgoing
from turna_secretariat.registry import Registry

log = logging.getLogger(__name__)

# One commit carries up to this many messages; the broker's own window is not larger.
BATCH_MAX = 200
# Receipts waiting for a connection; what is dropped beyond is asked for again by the gateways.
UNSENT_MAX = 10_000
_IDLE_S = 0.25

SUBSCRIPTIONS = (
    *topics.REPORT_FILTERS,
    topics.GATEWAY_CONNECTION_FILTER,
    topics.GATEWAY_HEALTH_FILTER,
)


class Session(Protocol):
    """What is needed of an MQTT session."""

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> int | None: ...
    def acknowledge(self, token: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Deed:
    """What a person did with a report; `done` is set when it is filed, or `errors` says why not."""

    report_id: int
    did: str
    person: str
    done: Event = field(default_factory=Event)
    errors: list[str] = field(default_factory=list)


Incoming = MqttEvent | Deed
Inbox = queue.Queue[Incoming]


class Subscriber:
    """Takes what comes from the inbox and turns it into commits, acknowledgements and receipts."""

    def __init__(
        self,
        *,
        desk: Desk,
        registry: Registry,
        session: Session,
        inbox: Inbox,
        clock: Clock,
        birth: tuple[str, bytes],
    ) -> None:
        self._desk = desk
        self._registry = registry
        self._session = session
        self._inbox = inbox
        self._clock = clock
        self._birth = birth
        self._unsent: deque[tuple[str, bytes]] = deque(maxlen=UNSENT_MAX)
        self.connected = False
        self.counts: Counter[str] = Counter()

    def run(self, stopping: Event) -> None:
        """Serve the inbox until told to stop."""
        while not stopping.is_set():
            self.step(_IDLE_S)

    def step(self, wait_s: float) -> None:
        """Handle what is in the inbox now, after waiting up to `wait_s` for something to come."""
        events = _drain(self._inbox, wait_s)
        messages = [event for event in events if isinstance(event, Message)]
        for event in events:
            if isinstance(event, Deed):
                self._do(event)
            elif isinstance(event, Connected):
                self.connected = True
                self._session.publish(*self._birth, retain=True)
            elif isinstance(event, Disconnected):
                self.connected = False
            elif isinstance(event, Published) and not event.accepted:
                self.counts["receipts the broker refused"] += 1
        if messages:
            self._take(messages)
        self._send_unsent()

    def as_json(self) -> dict[str, object]:
        """Return the state of the feed; safe to call from another thread."""
        return {
            "connected": self.connected,
            "receipts_waiting": len(self._unsent),
            "counts": dict(self.counts),
        }

    def _take(self, messages: list[Message]) -> None:
        now_ms = self._clock.unix_s() * 1000
        reports = []
        for message in messages:
            try:
                envelope = self._understand(message, now_ms)
            except MalformedError as error:
                self.counts["refused"] += 1
                log.warning("message refused topic=%s reason=%s", message.topic[:80], error)
                self._desk.refuse("malformed", message.topic, message.payload, now_ms)
            else:
                reports += [] if envelope is None else [envelope]
        if reports:
            outgoing = self._desk.file(reports, now_ms)
            self.counts["reports filed"] += len(reports)
            self._queue(outgoing)
        for message in messages:
            self._session.acknowledge(message.token)

    def _understand(self, message: Message, now_ms: int) -> ReportEnvelope | None:
        """Return the report, or None after noting what a gateway says of itself."""
        topic = topics.parse(message.topic)
        if topic.side == "u":
            return ReportEnvelope.unpack(message.payload)
        if topic.leaf == "conn":
            presence = Presence.unpack(message.payload)
            self._desk.note_gateway(
                topic.name, topic.country, now_ms, connected=presence.online, health=None
            )
        elif topic.leaf == "health":
            health = GatewayHealth.unpack(message.payload)
            told = {name: getattr(health, name) for name in health.__slots__ if name != "boot_id"}
            self._desk.note_gateway(topic.name, topic.country, now_ms, connected=True, health=told)
        else:
            raise MalformedError("not a topic the Secretariat reads")
        return None

    def _do(self, deed: Deed) -> None:
        try:
            outgoing = self._desk.act(
                deed.report_id, deed.did, deed.person, self._clock.unix_s() * 1000
            )
        except KeyError:
            deed.errors.append("there is no such report")
        else:
            self._queue(outgoing)
        deed.done.set()

    def _queue(self, outgoing: list[Outgoing]) -> None:
        for one in outgoing:
            country = self._registry.gateway_country(one.gateway)
            if country is None:
                self.counts["receipts for an unknown gateway"] += 1
                continue
            self._unsent.append((topics.receipt(country, one.gateway), one.envelope.pack()))

    def _send_unsent(self) -> None:
        while self._unsent:
            topic, payload = self._unsent[0]
            if self._session.publish(topic, payload) is None:
                return
            self._unsent.popleft()
            self.counts["receipt messages sent"] += 1


def _drain(inbox: Inbox, wait_s: float) -> list[Incoming]:
    """Return what is there, waiting for the first; at most a batch, so that commits stay small."""
    events: list[Incoming] = []
    try:
        events.append(inbox.get(timeout=wait_s))
        while len(events) < BATCH_MAX:
            events.append(inbox.get_nowait())
    except queue.Empty:
        pass
    return events
