"""What comes back from the Secretariat: receipts that retire reports, and its own signs of life."""

import logging
from collections.abc import Callable, Sequence
from itertools import chain

from turna_backbone import topics
from turna_backbone.clock import Clock
from turna_backbone.down import Down
from turna_backbone.envelope import DIGEST_LENGTH, Presence, Receipt, ReceiptEnvelope
from turna_backbone.mqtt import Message
from turna_backbone.resend import Resend
from turna_gateway import counters as count
from turna_gateway.bridge import Bridge
from turna_gateway.counters import Counters
from turna_gateway.distress import Distress
from turna_gateway.downlink import Downlink
from turna_gateway.receipts import RadioReceipts
from turna_gateway.report_rows import ReportRows
from turna_gateway.resend import Resending
from turna_protocol import delivery
from turna_protocol.acknowledgement import receipt_address
from turna_protocol.errors import MalformedError

log = logging.getLogger(__name__)

_Settle = Callable[[], None]
_Known = tuple[int, int]  # id and lane of a report
NO_DIGEST = bytes(DIGEST_LENGTH)
NO_DEVICE = 0


class Returns:
    """Reads messages of the backbone; whatever makes no sense is counted and forgotten."""

    def __init__(
        self,
        *,
        receipt_topic: str,
        resend_topic: str,
        down_topic: str,
        downlink: Downlink,
        resending: Resending,
        rows: ReportRows,
        receipts: RadioReceipts,
        bridge: Bridge,
        counters: Counters,
        clock: Clock,
        retired: Callable[[int], None],
        distress: Distress,
    ) -> None:
        self._distress = distress
        self._receipt_topic = receipt_topic
        self._resend_topic = resend_topic
        self._down_topic = down_topic
        self._downlink = downlink
        self._resending = resending
        self._rows = rows
        self._receipts = receipts
        self._bridge = bridge
        self._counters = counters
        self._clock = clock
        self._retired = retired
        self._secretariat_boot_id = b""
        self.secretariat_online = False
        self.receipted_at_s: int | None = None  # the last time that it answered

    def message(self, message: Message, now_ms: int) -> list[_Settle]:
        """Take a message, inside a transaction; return what to do once that is committed."""
        try:
            if message.topic == self._receipt_topic:
                return [self._receipted(ReceiptEnvelope.unpack(message.payload), now_ms)]
            if message.topic == self._resend_topic:
                return self._resending.take(Resend.unpack(message.payload))
            if message.topic == self._down_topic:
                self._downlink.take(Down.unpack(message.payload), now_ms)
                return []
            if message.topic == topics.SECRETARIAT_CONNECTION:
                self._presence(Presence.unpack(message.payload), now_ms)
                return []
        except MalformedError as error:
            log.warning("message refused topic=%r reason=%s", message.topic, error)
        self._counters.add(count.MESSAGES_REFUSED)
        return []

    def _receipted(self, envelope: ReceiptEnvelope, now_ms: int) -> _Settle:
        """Take the Secretariat's word about many reports: few statements, whatever their number."""
        now_s = self.receipted_at_s = self._clock.unix_s()
        under_way: dict[int, list[_Known]] = {}  # by the state that they reach
        others: list[_Known] = []
        to_say: list[tuple[int, int, bytes]] = []
        for receipt in envelope.receipts:
            sent = self._bridge.under_way(receipt[:4])
            if sent is not None and receipt.state >= delivery.AT_SECRETARIAT:
                under_way.setdefault(receipt.state, []).append(sent)
            elif not self._is_about_ours(receipt, now_s, others):
                self._counters.add(count.RECEIPTS_UNKNOWN)
                continue
            if receipt.sealed:
                self._forward(receipt, to_say)
            self._distress.told(*receipt[:3], receipt.state)
        for state, known in under_way.items():
            self._rows.retire([report_id for report_id, _ in known], state, now_s)
        self._receipts.arrived(to_say, now_ms)
        return lambda: self._settle([*chain(*under_way.values())], others, now_ms)

    def _settle(self, under_way: Sequence[_Known], others: Sequence[_Known], now_ms: int) -> None:
        for report_id, lane in under_way:
            if self._bridge.receipted(report_id, now_ms):  # not if two words came about it
                self._let_go(lane)
        for report_id, lane in others:
            self._bridge.drop(report_id, lane)
            self._let_go(lane)

    def _let_go(self, lane: int) -> None:
        self._counters.add(count.RECEIPTED)
        self._retired(lane)

    def _is_about_ours(self, receipt: Receipt, now_s: int, waited: list[_Known]) -> bool:
        """Note a word about a report that is not under way, if it ever was ours."""
        if receipt.state < delivery.AT_SECRETARIAT:
            return False
        who = (receipt.device, receipt.generation, receipt.seq)
        if receipt.digest == NO_DIGEST:  # a person's word is about the number, whoever carried it
            self._rows.advance_number(*who, receipt.state)
            return self._rows.has_number(*who)
        advanced = self._rows.advance(*who, receipt.digest, receipt.state, now_s)
        if advanced is None:
            return self._rows.has_number(*who)
        if advanced.was_waiting:
            waited.append((advanced.id, advanced.lane))
        return True

    def _forward(self, receipt: Receipt, to_say: list[tuple[int, int, bytes]]) -> None:
        try:
            device, newest = receipt_address(receipt.sealed)
        except MalformedError:
            device = newest = NO_DEVICE
        if device == receipt.device:
            to_say.append((device, newest, receipt.sealed))
        else:
            self._counters.add(count.RECEIPTS_UNKNOWN)

    def _presence(self, presence: Presence, now_ms: int) -> None:
        self.secretariat_online = presence.online
        if presence.online and presence.boot_id != self._secretariat_boot_id:
            self._secretariat_boot_id = presence.boot_id
            self._bridge.secretariat_is_back(now_ms)
