"""Receipts on their way to gateways: until there is a connection, and a word until it is confirmed.

Takes what is committed already.  Keeps nothing over a restart: words stay owed in the archive.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from turna_backbone import topics
from turna_secretariat.ports import Count, Session
from turna_secretariat.receipts import Outgoing
from turna_secretariat.registry import Registry

# Receipts waiting for a connection; what is dropped beyond is asked for again by the gateways.
# Nobody asks for a person's word: it is never dropped.
UNSENT_MAX = 10_000


@dataclass(frozen=True, slots=True)
class _Unsent:
    topic: str
    payload: bytes
    owed_id: int | None


class Sending:
    """Publishes receipts in their order, and knows which words no broker has confirmed."""

    def __init__(
        self, registry: Registry, session: Session, count: Count, unsent_max: int = UNSENT_MAX
    ) -> None:
        self._registry = registry
        self._session = session
        self._count = count
        self._unsent: deque[_Unsent] = deque()
        self._unsent_max = unsent_max
        # By token: a person's word that the broker has not confirmed yet.
        self._unconfirmed: dict[int, int] = {}
        self._settled: list[int] = []
        # Whether the broker refused a person's word since `say_again`.
        self.is_word_refused = False

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._unsent)

    def add(self, outgoing: Sequence[Outgoing]) -> None:
        for one in outgoing:
            country = self._registry.gateway_country(one.gateway)
            if country is None:
                self._count("receipts for an unknown gateway", 1)
            elif one.owed_id is None and len(self._unsent) >= self._unsent_max:
                self._count("receipts dropped, to be asked for again", 1)
            else:
                topic = topics.receipt(country, one.gateway)
                self._unsent.append(_Unsent(topic, one.envelope.pack(), one.owed_id))

    def send(self) -> None:
        """Publish as much as the connection takes."""
        while self._unsent:
            one = self._unsent[0]
            token = self._session.publish(one.topic, one.payload)
            if token is None:
                return
            self._unsent.popleft()
            self._count("receipt messages sent", 1)
            if one.owed_id is not None:
                self._unconfirmed[token] = one.owed_id

    def published(self, token: int, *, accepted: bool) -> None:
        """Take the broker's word."""
        owed_id = self._unconfirmed.pop(token, None)
        if not accepted:
            self._count("receipts the broker refused", 1)
            self.is_word_refused |= owed_id is not None
        elif owed_id is not None:
            self._settled.append(owed_id)

    def take_settled(self) -> list[int]:
        """Return which words the broker has confirmed since."""
        settled, self._settled = self._settled, []
        return settled

    def say_again(self, owed: Sequence[Outgoing]) -> None:
        """Send what is owed and not on its way: the broker refused it."""
        self.is_word_refused = False
        on_its_way = {*self._unconfirmed.values(), *(one.owed_id for one in self._unsent)}
        self.add([one for one in owed if one.owed_id not in on_its_way])
        self.send()

    def forget_words(self) -> None:
        """Let go of what is owed: the next connection takes all of it from the archive."""
        self._unconfirmed.clear()
        self._unsent = deque(one for one in self._unsent if one.owed_id is None)
