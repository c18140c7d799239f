"""What comes back from the Secretariat: receipts that retire reports, and its own signs of life."""

import logging
from collections.abc import Callable

from turna_backbone import topics
from turna_backbone.clock import Clock
from turna_backbone.down import Down
from turna_backbone.envelope import DIGEST_LENGTH, Presence, Receipt, ReceiptEnvelope
from turna_backbone.mqtt import Message
from turna_backbone.resend import Resend
from turna_gateway import counters as count
from turna_gateway.bridge import Bridge
from turna_gateway.counters import Counters
from turna_gateway.downlink import Downlink
from turna_gateway.receipts import RadioReceipts
from turna_gateway.resend import Resending
from turna_gateway.store import Advanced, Store
from turna_protocol import delivery
from turna_protocol.acknowledgement import receipt_address
from turna_protocol.errors import MalformedError

log = logging.getLogger(__name__)

_Settle = Callable[[], None]
NO_DIGEST = bytes(DIGEST_LENGTH)


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
        store: Store,
        receipts: RadioReceipts,
        bridge: Bridge,
        counters: Counters,
        clock: Clock,
        retired: Callable[[int], None],
    ) -> None:
        self._receipt_topic = receipt_topic
        self._resend_topic = resend_topic
        self._down_topic = down_topic
        self._downlink = downlink
        self._resending = resending
        self._store = store
        self._receipts = receipts
        self._bridge = bridge
        self._counters = counters
        self._clock = clock
        self._retired = retired
        self._secretariat_boot_id = b""
        self.secretariat_online = False

    def message(self, message: Message, now_ms: int) -> list[_Settle]:
        """Take a message, inside a transaction; return what to do once that is committed."""
        try:
            if message.topic == self._receipt_topic:
                envelope = ReceiptEnvelope.unpack(message.payload)
                return [s for r in envelope.receipts if (s := self._receipt(r, now_ms))]
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

    def _receipt(self, receipt: Receipt, now_ms: int) -> _Settle | None:
        advanced = self._advance(receipt) if receipt.state >= delivery.AT_SECRETARIAT else None
        if advanced is None and not self._is_about_ours(receipt):
            self._counters.add(count.RECEIPTS_UNKNOWN)
            return None
        if receipt.sealed:
            self._forward(receipt, now_ms)
        if advanced is None or not advanced.was_waiting:
            return None

        def settle() -> None:
            self._counters.add(count.RECEIPTED)
            self._retired(advanced.lane)
            self._bridge.receipted(advanced.id, now_ms)

        return settle

    def _advance(self, receipt: Receipt) -> Advanced | None:
        key = (receipt.device, receipt.generation, receipt.seq)
        if receipt.digest == NO_DIGEST:  # a person's word is about the number, whoever carried it
            self._store.advance_number(*key, receipt.state)
            return None
        return self._store.advance(*key, receipt.digest, receipt.state, self._clock.unix_s())

    def _is_about_ours(self, receipt: Receipt) -> bool:
        return receipt.state >= delivery.AT_SECRETARIAT and self._store.has_number(
            receipt.device, receipt.generation, receipt.seq
        )

    def _forward(self, receipt: Receipt, now_ms: int) -> None:
        try:
            is_for_device = receipt_address(receipt.sealed)[0] == receipt.device
        except MalformedError:
            is_for_device = False
        if is_for_device:
            self._receipts.arrived(receipt.sealed, now_ms)
        else:
            self._counters.add(count.RECEIPTS_UNKNOWN)

    def _presence(self, presence: Presence, now_ms: int) -> None:
        self.secretariat_online = presence.online
        if presence.online and presence.boot_id != self._secretariat_boot_id:
            self._secretariat_boot_id = presence.boot_id
            self._bridge.secretariat_is_back(now_ms)
