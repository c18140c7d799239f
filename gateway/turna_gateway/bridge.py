"""The outbox: carries reports to the backbone, urgent lane first, until each is receipted.

The broker's confirmation is progress and only lengthens patience.  Two windows bound what is under
way: few reports that might still be on the road, more that were sent several times and now wait
long, so that a report which the Secretariat cannot take never blocks those behind it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush

from turna_gateway import counters as count
from turna_gateway.counters import Counters
from turna_gateway.intake import LANES, SOS
from turna_gateway.ports import Uplink
from turna_gateway.store import Store, StoredReport

# Sent and possibly still on the road.
WINDOW = 64
# Beyond that, room that only the SOS lane may use.
SOS_WINDOW = 16
# Sent this often without a receipt, a report leaves the window and waits in the wings.
WINDOW_ATTEMPTS = 3
WINGS = 1_024
FIRST_PATIENCE_MS = 15_000
LONGEST_PATIENCE_MS = 600_000


@dataclass(slots=True)
class _Sent:
    """A report on its way; `version` makes older entries of the schedule void."""

    lane: int
    attempts: int
    confirmed: bool
    version: int


class Bridge:
    """Publishes from the store and waits for receipts."""

    def __init__(
        self,
        *,
        store: Store,
        uplink: Uplink,
        counters: Counters,
        envelope: Callable[[StoredReport, int], tuple[str, bytes]],
    ) -> None:
        self._store = store
        self._uplink = uplink
        self._counters = counters
        self._envelope = envelope
        self._sent: dict[int, _Sent] = {}
        self._by_token: dict[int, int] = {}
        self._again: list[list[tuple[int, int, int]]] = [[] for _ in LANES]
        self._newest_sent = [0] * len(LANES)
        self._exhausted = [False] * len(LANES)
        self._on_the_road = 0

    def stored(self, lane: int) -> None:
        """There is a new report in this lane."""
        self._exhausted[lane] = False

    def pump(self, now_ms: int) -> None:
        """Publish what is due, as far as the windows and the connection have room."""
        for lane in range(len(LANES)):
            self._send_again(lane, now_ms)
            self._send_new(lane, now_ms)

    def confirmed(self, token: int, *, accepted: bool) -> bool:
        """Note that the broker has it, or does not take it; either way the row stays.

        Say whether it was about a report.
        """
        report_id = self._by_token.pop(token, None)
        sent = self._sent.get(report_id) if report_id is not None else None
        if sent is not None:
            sent.confirmed = accepted
        self._counters.add(count.CONFIRMED if accepted else count.DENIED)
        return report_id is not None

    def receipted(self, report_id: int) -> None:
        """Let it go: the Secretariat holds it."""
        sent = self._sent.pop(report_id, None)
        if sent is not None and sent.attempts < WINDOW_ATTEMPTS:
            self._on_the_road -= 1

    def connected(self, now_ms: int) -> None:
        """Make what no broker confirmed due again: the connection is a new one."""
        self._by_token.clear()
        for report_id, sent in self._sent.items():
            if not sent.confirmed:
                self._schedule(report_id, sent, now_ms)

    def secretariat_is_back(self, now_ms: int) -> None:
        """Make what waits in the wings due soon: the Secretariat came to life."""
        for report_id, sent in self._sent.items():
            if sent.attempts >= WINDOW_ATTEMPTS:
                self._on_the_road += 1
            sent.attempts = min(sent.attempts, 1)
            # What the broker kept for it comes first; a receipt may be seconds away.
            self._schedule(report_id, sent, now_ms + FIRST_PATIENCE_MS)

    def deadline_ms(self) -> int | None:
        """Return when to call `pump` next, or None while only an event can change anything."""
        if not self._uplink.room():
            return None
        return min((queue[0][0] for queue in self._again if queue), default=None)

    def under_way(self) -> int:
        return len(self._sent)

    def _send_again(self, lane: int, now_ms: int) -> None:
        queue = self._again[lane]
        while queue and queue[0][0] <= now_ms and self._uplink.room():
            _, report_id, version = heappop(queue)
            sent = self._sent.get(report_id)
            if sent is None or sent.version != version:
                continue
            report = self._store.report(report_id)
            if report is None or not self._publish(report, sent, now_ms):
                self._schedule(report_id, sent, now_ms)
                return
            self._counters.add(count.PUBLISHED_AGAIN)

    def _send_new(self, lane: int, now_ms: int) -> None:
        room = min(self._room(lane), self._uplink.room())
        if room <= 0 or self._exhausted[lane]:
            return
        reports = self._store.next_waiting(lane, self._newest_sent[lane], room)
        self._exhausted[lane] = len(reports) < room
        for report in reports:
            sent = _Sent(lane, attempts=0, confirmed=False, version=0)
            if not self._publish(report, sent, now_ms):
                self._exhausted[lane] = False
                return
            self._sent[report.id] = sent
            self._on_the_road += 1
            self._newest_sent[lane] = report.id
            self._counters.add(count.PUBLISHED)

    def _publish(self, report: StoredReport, sent: _Sent, now_ms: int) -> bool:
        topic, payload = self._envelope(report, sent.attempts)
        token = self._uplink.publish(topic, payload)
        if token is None:
            return False
        self._by_token[token] = report.id
        sent.attempts += 1
        if sent.attempts == WINDOW_ATTEMPTS:
            self._on_the_road -= 1
        sent.confirmed = False
        patience_ms = min(FIRST_PATIENCE_MS << min(sent.attempts - 1, 10), LONGEST_PATIENCE_MS)
        self._schedule(report.id, sent, now_ms + patience_ms)
        return True

    def _schedule(self, report_id: int, sent: _Sent, at_ms: int) -> None:
        sent.version += 1
        heappush(self._again[sent.lane], (at_ms, report_id, sent.version))

    def _room(self, lane: int) -> int:
        window = WINDOW + (SOS_WINDOW if lane == SOS else 0)
        wings = WINGS + (SOS_WINDOW if lane == SOS else 0)
        return min(window - self._on_the_road, wings - len(self._sent))
