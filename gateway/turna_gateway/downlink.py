"""The queue of what the Secretariat wants said by radio: kept, said at the right moment, repeated.

Everything is known by its id, so that what comes twice acts once.  It ends by the handset's
holding, by its time, or by the Secretariat's word; until then it survives restarts in the store.
"""

import logging
from collections.abc import Callable

from turna_backbone import down
from turna_backbone.clock import Clock
from turna_backbone.down import Down
from turna_gateway import counters as count
from turna_gateway.airwaves import Airwaves
from turna_gateway.beacons import PLAUSIBLE_FROM_S, PLAUSIBLE_TO_S
from turna_gateway.counters import Counters
from turna_gateway.down_packets import packets_of
from turna_gateway.down_rows import DownRows
from turna_gateway.down_schedule import (
    NEVER_MS,
    after_contact_ms,
    goes_after_beacon,
    is_alarm,
    next_round_ms,
)
from turna_gateway.keyring import Keyring
from turna_gateway.revoked import Revoked
from turna_gateway.speech import RECEIPT_PRIORITY, Utterance
from turna_gateway.store import Store
from turna_protocol import orders
from turna_protocol.downlink import AWAKE_BEFORE_BEACON_MS, LISTEN_MS, REPEAT_AFTER_MS
from turna_protocol.errors import MalformedError, MisuseError, NotAuthenticError
from turna_protocol.fragments import missing
from turna_protocol.notices import REVOCATIONS
from turna_protocol.orders import Holding
from turna_protocol.packet import ORDER, ORDER_FRAGMENT

log = logging.getLogger(__name__)

QUEUE_LIMIT = 256
# Room beyond that which only an alarm may use.
ALARM_ROOM = 16
EXPIRY_PERIOD_MS = 1_000
DUTY_PAUSE_MS = 2_000
_NO_HANDSET = "no such handset"


class _Waiting:
    """One thing in the queue; `to_say` are the parts of the round that is running."""

    def __init__(self, one: Down, packets: list[bytes], now_ms: int) -> None:
        self.down = one
        self.packets = packets
        self.is_sent = False
        self.rounds = 0
        self.beacons = 0  # after so many it was said for those who listen then
        self.held = 0
        self.holders: set[int] = set()
        self.to_say: list[int] = []
        self.due_ms = now_ms
        self.began_ms = now_ms
        self.said_ms = -NEVER_MS
        self.contact_ms = -NEVER_MS  # of somebody who lacks it

    def start_round(self) -> None:
        if not self.to_say:
            self.to_say = missing(self.held, len(self.packets))

    def is_held(self) -> bool:
        return self.held == (1 << len(self.packets)) - 1


class Downlink:
    """A speaker among others; acknowledgements and receipts go before it."""

    def __init__(
        self,
        *,
        keyring: Keyring,
        store: Store,
        revoked: Revoked,
        airwaves: Airwaves,
        counters: Counters,
        clock: Clock,
        news: Callable[[bytes], None],
    ) -> None:
        self._keyring = keyring
        self._rows = DownRows(store)
        self._store = store
        self._revoked = revoked
        self._airwaves = airwaves
        self._counters = counters
        self._clock = clock
        self._news = news
        self._waiting: dict[bytes, _Waiting] = {}
        self._expiry_due_ms = 0
        self._duty_until_ms = 0

    def load(self, now_ms: int) -> None:
        """Take up the queue of the run before; the rounds begin anew, without haste."""
        self._waiting = {}
        for row in self._rows.live():
            waiting = self._prepared(row.down, now_ms)
            if waiting is None:  # its handset is no longer in the mission kit
                with self._store.transaction():
                    self._rows.advance(row.down.id, down.REFUSED, self._now_s(), _NO_HANDSET)
                continue
            waiting.is_sent = row.state == down.SENT
            waiting.rounds, waiting.held = row.rounds, row.held
            waiting.holders = self._rows.holders(row.down.id)
            if waiting.rounds:
                waiting.due_ms = next_round_ms(row.down, waiting.rounds, now_ms, now_ms)
            self._waiting[row.down.id] = waiting

    # What the Secretariat says; inside a transaction.

    def take(self, one: Down, now_ms: int) -> None:
        """Queue it, withdraw it, or note that the Secretariat knows."""
        if one.what == down.NOTED:
            self._rows.noted(one.id, one.number)
            return
        self._news(one.id)
        state = self._rows.state_of(one.id)
        if one.what == down.WITHDRAW:
            self._withdraw(one, state)
        elif state is not None:
            self._counters.add(count.DOWN_REPEATED)
            self._rows.tell_again(one.id)
        elif one.what == down.NOTICE and one.parts[0].content[0] == REVOCATIONS:
            self._revoke(one)
        else:
            self._queue(one, now_ms)

    def _withdraw(self, one: Down, state: int | None) -> None:
        if state is None:
            self._rows.add(one, down.WITHDRAWN, self._now_s())
        elif one.id in self._waiting:
            self._end(one.id, down.WITHDRAWN)
        else:
            self._rows.tell_again(one.id)

    def _revoke(self, one: Down) -> None:
        (part,) = one.parts
        try:
            is_newer = self._revoked.take(one.number, part.content, part.tag)
        except (MalformedError, NotAuthenticError) as error:
            self._refuse(one, f"revocation list: {error}")
            return
        reason = f"version {self._revoked.version} is enforced"
        self._rows.add(one, down.DELIVERED, self._now_s(), reason)
        if is_newer:
            log.warning("keys revoked devices=%s", self._revoked.devices())
            self._drop_revoked()

    def _drop_revoked(self) -> None:
        for waiting in list(self._waiting.values()):
            one = waiting.down
            if one.device and self._revoked.is_revoked(one.device, one.generation):
                self._end(one.id, down.REFUSED, "the handset's keys are revoked")

    def _queue(self, one: Down, now_ms: int) -> None:
        if self._is_over(one):
            self._counters.add(count.DOWN_EXPIRED)
            self._rows.add(one, down.EXPIRED, self._now_s(), "came too late")
            return
        problem = self._objection(one)
        if problem:
            self._refuse(one, problem)
            return
        waiting = self._prepared(one, now_ms)
        if waiting is None:
            self._refuse(one, "it makes no packet")
            return
        self._counters.add(count.DOWN_QUEUED)
        self._rows.add(one, down.QUEUED, self._now_s())
        self._waiting[one.id] = waiting

    def _refuse(self, one: Down, reason: str) -> None:
        log.warning("not to be said by radio what=%s reason=%s", down.KINDS[one.what], reason)
        self._counters.add(count.DOWN_REFUSED)
        self._rows.add(one, down.REFUSED, self._now_s(), reason[: down.REASON_LIMIT])

    def _objection(self, one: Down) -> str:
        if len(self._waiting) >= QUEUE_LIMIT + (ALARM_ROOM if is_alarm(one) else 0):
            return "the queue is full"
        if one.what != down.ORDER:
            return ""
        handset = self._keyring.handset(one.device)
        if handset is None or handset.generation != one.generation:
            return _NO_HANDSET
        if self._revoked.is_revoked(one.device, one.generation):
            return "the handset's keys are revoked"
        return ""

    def _prepared(self, one: Down, now_ms: int) -> _Waiting | None:
        handset = self._keyring.handset(one.device)
        if one.what == down.ORDER and (handset is None or handset.generation != one.generation):
            return None
        try:
            packets = packets_of(one, handset, self._keyring.broadcast_key)
        except (MalformedError, MisuseError):
            return None
        return _Waiting(one, packets, now_ms)

    # What handsets show; inside a transaction.

    def contact(self, device: int, now_ms: int) -> None:
        """Bring forward what a handset lacks: it was just heard, so it listens now."""
        for waiting in self._waiting.values():
            one = waiting.down
            if device not in waiting.holders if one.device == 0 else one.device == device:
                at_ms = after_contact_ms(one, waiting.said_ms, waiting.began_ms, now_ms)
                waiting.due_ms = min(waiting.due_ms, at_ms)
                waiting.contact_ms = now_ms

    def beacon_said(self, now_ms: int) -> None:
        """Bring forward what was said to no avail: who saves power listens now, for a moment."""
        for waiting in self._waiting.values():
            if not waiting.rounds or now_ms - waiting.said_ms < AWAKE_BEFORE_BEACON_MS:
                continue
            if goes_after_beacon(waiting.down, waiting.beacons, waiting.began_ms, now_ms):
                waiting.beacons += 1
                waiting.due_ms = min(waiting.due_ms, now_ms)

    def holding(self, device: int, generation: int, content: bytes) -> None:
        """Take a handset's word, proved under its link key, on what it holds."""
        try:
            held = orders.unpack_holding(content)
        except MalformedError:
            self._counters.add(count.HOLDINGS_MALFORMED)
            return
        self._counters.add(count.HOLDINGS)
        for waiting in list(self._waiting.values()):
            if waiting.down.device == 0:
                self._note_holder(waiting, device, held)
            elif (waiting.down.device, waiting.down.generation) == (device, generation):
                self._note_order(waiting, held)

    def _note_order(self, waiting: _Waiting, held: Holding) -> None:
        one, age = waiting.down, held.number - waiting.down.number
        if (one.wire_kind, held.stream) == (ORDER, orders.ORDERS):
            if age == 0 or (age > 0 and held.bitmap >> (age - 1) & 1):
                waiting.held = 1
        elif (one.wire_kind, held.stream, age) == (ORDER_FRAGMENT, orders.ORDER_PARTS, 0):
            waiting.held |= held.bitmap & (1 << len(waiting.packets)) - 1
            waiting.to_say = [i for i in waiting.to_say if not waiting.held >> i & 1]
            self._rows.holds(one.id, waiting.held)
        if waiting.is_held():
            self._counters.add(count.DOWN_DELIVERED)
            self._end(one.id, down.DELIVERED)

    def _note_holder(self, waiting: _Waiting, device: int, held: Holding) -> None:
        one = waiting.down
        if held.number != one.number:
            return
        whole = (1 << len(waiting.packets)) - 1
        is_notice = (one.what, held.stream) == (down.NOTICE, orders.NOTICE_PARTS)
        is_alert = (one.what, held.stream) == (down.ALERT, orders.ALERTS)
        if is_alert or (is_notice and held.bitmap & whole == whole):
            waiting.holders.add(device)
            self._rows.add_holder(one.id, device)

    # The speaker.

    def compose(self, now_ms: int) -> Utterance | None:
        waiting = self._most_urgent(now_ms)
        if waiting is None:
            return None
        waiting.start_round()
        part = waiting.to_say[0]
        packet = waiting.packets[part]
        if not is_alarm(waiting.down) and not self._airwaves.has_room_for_orders(
            len(packet), now_ms
        ):
            self._counters.add(count.DOWN_DUTY_WAITS)
            self._duty_until_ms = now_ms + DUTY_PAUSE_MS
            return None

        def said(at_ms: int) -> None:
            self._said(waiting, part, at_ms)

        return Utterance(packet, priority=RECEIPT_PRIORITY, sos=False, said=said)

    def deadline_ms(self) -> int | None:
        due = [
            waiting.due_ms if is_alarm(waiting.down) else max(waiting.due_ms, self._duty_until_ms)
            for waiting in self._waiting.values()
        ]
        at_ms = min(due, default=NEVER_MS)
        return None if at_ms >= NEVER_MS else at_ms

    def expire(self, now_ms: int) -> None:
        """End what is past its time; opens a transaction only if something is."""
        if now_ms < self._expiry_due_ms:
            return
        self._expiry_due_ms = now_ms + EXPIRY_PERIOD_MS
        over = [one_id for one_id, waiting in self._waiting.items() if self._is_over(waiting.down)]
        if over:
            with self._store.transaction():
                for one_id in over:
                    self._counters.add(count.DOWN_EXPIRED)
                    self._end(one_id, down.EXPIRED)

    def expiry_due_ms(self) -> int | None:
        """Return when to call `expire` next, or None while the queue is empty."""
        return self._expiry_due_ms if self._waiting else None

    def prune(self) -> int:
        return self._rows.prune()

    def waiting(self) -> dict[str, int]:
        """Return how many of each kind are in the queue."""
        kinds = [down.KINDS[waiting.down.what] for waiting in self._waiting.values()]
        return {kind: kinds.count(kind) for kind in (*down.KINDS[: down.WITHDRAW],)}

    def _most_urgent(self, now_ms: int) -> _Waiting | None:
        due = [
            waiting
            for waiting in self._waiting.values()
            if waiting.due_ms <= now_ms
            and (is_alarm(waiting.down) or self._duty_until_ms <= now_ms)
        ]
        # Among equals the first: the dictionary has them in the order in which they came.
        return max(due, key=lambda one: (is_alarm(one.down), one.down.priority), default=None)

    def _said(self, waiting: _Waiting, part: int, now_ms: int) -> None:
        self._counters.add(count.DOWN_SAID)
        one = waiting.down
        if one.id not in self._waiting:
            return
        if part in waiting.to_say:
            waiting.to_say.remove(part)
        if waiting.to_say:
            return
        waiting.rounds += 1
        waiting.said_ms = now_ms
        waiting.due_ms = next_round_ms(one, waiting.rounds, waiting.began_ms, now_ms)
        if one.device and now_ms - waiting.contact_ms < LISTEN_MS:
            waiting.due_ms = min(waiting.due_ms, now_ms + REPEAT_AFTER_MS)
            waiting.contact_ms = -NEVER_MS  # once: it hears the second, or neither
        self._rows.said(one.id, waiting.rounds)
        if not waiting.is_sent:
            waiting.is_sent = True
            self._rows.advance(one.id, down.SENT, self._now_s())
            self._news(one.id)

    def _end(self, one_id: bytes, state: int, reason: str = "") -> None:
        self._waiting.pop(one_id, None)
        self._rows.advance(one_id, state, self._now_s(), reason)
        self._news(one_id)

    def _is_over(self, one: Down) -> bool:
        """Without a clock nothing is over: better a late order than none."""
        now_s = self._now_s()
        return bool(now_s) and 0 < one.not_after_s < now_s

    def _now_s(self) -> int:
        """Return the time, 0 while this machine does not know it."""
        now_s = self._clock.unix_s()
        return now_s if PLAUSIBLE_FROM_S <= now_s < PLAUSIBLE_TO_S else 0
