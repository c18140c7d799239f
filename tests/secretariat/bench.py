"""A subscriber on a bench: put things in, step, look at what came out."""

import queue

from tests.secretariat.field import EPOCH_S
from turna_backbone import topics
from turna_backbone.clock import SteppedClock
from turna_backbone.envelope import ReceiptEnvelope
from turna_backbone.mqtt import Message
from turna_secretariat.desk import Desk
from turna_secretariat.inbox import Inbox
from turna_secretariat.presence import birth
from turna_secretariat.registry import Registry
from turna_secretariat.sending import UNSENT_MAX
from turna_secretariat.subscriber import Subscriber

REPORT_TOPIC = topics.report("tr", "tur01")
BOOT_ID = b"boot-id2"
BIRTH = birth(BOOT_ID)
RECEIPTS = "/receipt"  # how their topics end


class FakeSession:
    """Keeps what is published and acknowledged; takes nothing while `full`."""

    def __init__(self) -> None:
        self.published: list[tuple[str, bytes]] = []
        self.acknowledged: list[int] = []
        self.full = False

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> int | None:
        del qos, retain
        if self.full:
            return None
        self.published.append((topic, payload))
        return len(self.published)

    def acknowledge(self, token: int) -> None:
        self.acknowledged.append(token)


class Bench:
    """A subscriber on a bench: put things in, step, look at what came out."""

    def __init__(self, desk: Desk, registry: Registry, unsent_max: int = UNSENT_MAX) -> None:
        self.inbox: Inbox = queue.Queue()
        self.session = FakeSession()
        self.clock = SteppedClock(epoch_s=EPOCH_S)
        self.subscriber = Subscriber(
            desk=desk,
            registry=registry,
            session=self.session,
            inbox=self.inbox,
            clock=self.clock,
            boot_id=BOOT_ID,
            unsent_max=unsent_max,
        )
        self._token = 0

    def arrives(self, topic: str, payload: bytes, *, retained: bool = False) -> int:
        self._token += 1
        self.inbox.put(Message(topic, payload, retained, self._token))
        return self._token

    def step(self) -> None:
        self.subscriber.step(0)

    def told(self) -> list[tuple[int, int]]:
        """Return (seq, state) of every receipt published so far."""
        payloads = [said for topic, said in self.session.published if topic.endswith(RECEIPTS)]
        return [
            (receipt.seq, receipt.state)
            for payload in payloads
            for receipt in ReceiptEnvelope.unpack(payload).receipts
        ]
