"""A satellite line between a gateway under test and a Secretariat that receipts: 9.6 kbit/s.

A round trip takes 600 ms.  Virtual time; each direction carries one message after the other, and
everything arrives half a round trip later.
"""

from collections.abc import Callable
from heapq import heappop, heappush

from tests.gateway.field import RECEIPT_TOPIC, Field, Handset, carried, receipt_for
from turna_backbone.envelope import RECEIPTS_LIMIT, ReceiptEnvelope, ReportEnvelope
from turna_backbone.mqtt import Message, Published
from turna_gateway.parcels import size

BYTES_PER_S = 1_200
ONE_WAY_MS = 300
# A PUBACK in its TCP and IP headers.
PUBACK_BYTES = 44


class ThinLine:
    """Carries what the gateway publishes; `arrived` is every report that came, with its time."""

    def __init__(self, field: Field, handsets: dict[int, Handset]) -> None:
        field.broker_confirms = False
        field.uplink.space = 1_000
        self._field = field
        self._handsets = handsets
        self._up_free_ms = self._down_free_ms = field.clock.now_ms()
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._number = 0
        self.sent_bytes = 0
        self.arrived: list[tuple[int, str, ReportEnvelope]] = []

    def run(self, duration_ms: int) -> None:
        """Let time pass for gateway, line and Secretariat."""
        field = self._field
        ends_ms = field.clock.now_ms() + duration_ms
        while True:
            self._take()
            at_ms = min(self._due[0][0] if self._due else ends_ms, field.gateway.deadline_ms())
            if at_ms >= ends_ms:
                break
            field.clock.advance_to(max(at_ms, field.clock.now_ms() + 1))
            while self._due and self._due[0][0] <= field.clock.now_ms():
                heappop(self._due)[2]()
            field.gateway.tick()
            field.radio.said.clear()
        field.clock.advance_to(ends_ms)

    def _take(self) -> None:
        uplink, now_ms = self._field.uplink, self._field.clock.now_ms()
        published, uplink.published = uplink.published, []
        tokens, uplink.unconfirmed = uplink.unconfirmed, []
        for (topic, payload), token in zip(published, tokens, strict=True):
            length = size(topic, payload)
            self.sent_bytes += length
            self._up_free_ms = max(now_ms, self._up_free_ms) + length * 1_000 // BYTES_PER_S
            self._at(self._up_free_ms + ONE_WAY_MS, self._arrival(topic, payload, token))

    def _arrival(self, topic: str, payload: bytes, token: int) -> Callable[[], None]:
        def arrive() -> None:
            now_ms, leaf = self._field.clock.now_ms(), topic.rsplit("/", 1)[1]
            reports = carried(topic, payload)
            self.arrived += [(now_ms, leaf, report) for report in reports]
            self._back(PUBACK_BYTES, Published(token, accepted=True))
            for start in range(0, len(reports), RECEIPTS_LIMIT):
                part = reports[start : start + RECEIPTS_LIMIT]
                receipts = tuple(receipt_for(one, self._handsets[one.device]) for one in part)
                answer = ReceiptEnvelope(receipts).pack()
                event = Message(RECEIPT_TOPIC, answer, False, token)
                self._back(size(RECEIPT_TOPIC, answer), event)

        return arrive

    def _back(self, length: int, event: Published | Message) -> None:
        now_ms = self._field.clock.now_ms()
        self._down_free_ms = max(now_ms, self._down_free_ms) + length * 1_000 // BYTES_PER_S
        at_ms = self._down_free_ms + ONE_WAY_MS
        self._at(at_ms, lambda: self._field.gateway.process([event]))

    def _at(self, at_ms: int, happen: Callable[[], None]) -> None:
        self._number += 1
        heappush(self._due, (at_ms, self._number, happen))
