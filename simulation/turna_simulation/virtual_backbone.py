"""A stand-in for broker and network in virtual time: QoS 1, persistent sessions, retained messages.

As strict as a broker where it matters: nothing is confirmed or delivered while a party is cut off,
what a party has not acknowledged is delivered again, what is in flight when a link is cut is lost.
Tests that need a broker's own behaviour use a real one.
"""

from collections.abc import Callable
from dataclasses import dataclass

from turna_backbone.mqtt import Connected, Disconnected, Message, MqttEvent, Published

from .scheduler import Scheduler

WINDOW = 64


@dataclass(frozen=True, slots=True)
class _Sent:
    topic: str
    payload: bytes
    retained: bool


class VirtualBackbone:
    """Carries messages between parties, each with its own link of `delay_ms` to the broker."""

    def __init__(self, scheduler: Scheduler, delay_ms: int = 40) -> None:
        self._scheduler = scheduler
        self._delay_us = delay_ms * 1000
        self._parties: list[Party] = []
        self._retained: dict[str, _Sent] = {}

    def join(self, subscriptions: tuple[str, ...], take: Callable[[MqttEvent], None]) -> "Party":
        """Return a party's session; it is cut off until `connect`."""
        party = Party(self, subscriptions, take)
        self._parties.append(party)
        return party

    def after_delay(self, action: Callable[[], None]) -> None:
        self._scheduler.after(self._delay_us, action)

    def accept(self, sent: _Sent, *, retain: bool) -> None:
        """Take a message as the broker does, for everybody who subscribed to its topic."""
        if retain:
            self._retained[sent.topic] = sent
        for party in self._parties:
            party.enqueue(sent)

    def retained(self) -> list[_Sent]:
        return [_Sent(sent.topic, sent.payload, True) for _, sent in sorted(self._retained.items())]


class Party:
    """One client's session; the interface of `turna_backbone.mqtt.MqttSession`."""

    def __init__(
        self,
        backbone: VirtualBackbone,
        subscriptions: tuple[str, ...],
        take: Callable[[MqttEvent], None],
    ) -> None:
        self._backbone = backbone
        self._subscriptions = subscriptions
        self._take = take
        self._connection = 0
        self._connected = False
        self._unconfirmed = 0
        self._tokens = 0
        self._owed: dict[int, _Sent] = {}

    def connect(self) -> None:
        """Join (again): what was not acknowledged comes again, retained messages come first."""
        self._connection += 1
        self._connected = True
        self._unconfirmed = 0
        owed = list(self._owed.values())
        self._owed = {}
        self._later(lambda: self._take(Connected(self._connection > 1)))
        for sent in [*self._backbone.retained(), *owed]:
            self.enqueue(sent)

    def cut(self) -> None:
        """Lose the connection and all that was on its way over it."""
        if self._connected:
            self._connection += 1
            self._connected = False
            self._take(Disconnected("the link was cut"))

    def room(self) -> int:
        return WINDOW - self._unconfirmed if self._connected else 0

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> int | None:
        if self.room() <= 0:
            return None
        self._tokens += 1
        token = self._tokens
        self._unconfirmed += qos
        sent = _Sent(topic, payload, False)

        def at_broker() -> None:
            self._backbone.accept(sent, retain=retain)
            if qos:
                self._later(confirmed)

        def confirmed() -> None:
            self._unconfirmed -= 1
            self._take(Published(token, True))

        self._later(at_broker)
        return token

    def acknowledge(self, token: int) -> None:
        self._owed.pop(token, None)

    def enqueue(self, sent: _Sent) -> None:
        """Deliver a message now if connected, else when the party is back."""
        if any(_matches(wanted, sent.topic) for wanted in self._subscriptions):
            self._tokens += 1
            token = self._tokens
            self._owed[token] = sent
            message = Message(sent.topic, sent.payload, sent.retained, token)
            self._later(lambda: self._take(message))

    def _later(self, action: Callable[[], None]) -> None:
        """Do something after the link's delay, unless the connection ends before."""
        connection = self._connection

        def arrive() -> None:
            if self._connected and self._connection == connection:
                action()

        if self._connected:
            self._backbone.after_delay(arrive)


def _matches(wanted: str, topic: str) -> bool:
    """Tell whether a topic filter covers a topic (MQTT 3.1.1, 4.7)."""
    filters, levels = wanted.split("/"), topic.split("/")
    for index, level in enumerate(filters):
        if level == "#":
            return True
        if index >= len(levels) or level not in ("+", levels[index]):
            return False
    return len(filters) == len(levels)
