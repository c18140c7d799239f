"""The outbox: carries reports to the backbone, urgent lane first, until each is receipted.

The broker's confirmation is progress and only lengthens patience.  Three bounds hold: bytes that
the line has not taken yet (`pace`), reports that might still be on the road, and more that were
sent several times and now wait long, so that a report which the Secretariat cannot take never
blocks those behind it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from turna_backbone.bundle import BUNDLE_REPORTS, ROW_OVERHEAD_BYTES
from turna_gateway import counters as count
from turna_gateway.counters import Counters
from turna_gateway.intake import LANES, SOS
from turna_gateway.pace import Pace
from turna_gateway.parcels import size, together
from turna_gateway.ports import Uplink
from turna_gateway.store import Store, StoredReport
from turna_gateway.unsent import Unsent

# Sent and possibly still on the road.
WINDOW = 256
# Beyond that, room that only the SOS lane may use.
SOS_WINDOW = 16
# Sent this often without a receipt, a report leaves the window and waits in the wings.
WINDOW_ATTEMPTS = 3
WINGS = 1_024
FIRST_PATIENCE_MS = 15_000
# How many answers the time that one usually takes is an average of.
ANSWERS_AVERAGED = 16
# A Secretariat that comes back says so; this is for a broker that lost what it had confirmed.
LONGEST_PATIENCE_MS = 3_600_000
# What a living connection has not confirmed yet is on its way: MQTT 5, 4.4 forbids to repeat it.
UNCONFIRMED_PATIENCE_MS = 300_000


@dataclass(slots=True)
class _Sent:
    """A report on its way; `version` makes older entries of the schedule void."""

    lane: int
    first_ms: int
    attempts: int = 0
    confirmed: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True)
class _Parcel:
    """What one message carried."""

    report_ids: tuple[int, ...]


class Bridge:
    """Publishes from the store and waits for receipts."""

    def __init__(
        self,
        *,
        store: Store,
        uplink: Uplink,
        counters: Counters,
        pack: Callable[[Sequence[StoredReport], int], tuple[str, bytes]],
    ) -> None:
        self._store = store
        self._uplink = uplink
        self._counters = counters
        self._pack = pack
        self._pace = Pace()
        self._sent: dict[int, _Sent] = {}
        self._by_token: dict[int, _Parcel] = {}
        self._again: list[list[tuple[int, int, int]]] = [[] for _ in LANES]
        # A person in need now comes before one whose call is hours old.
        self._unsent = [Unsent(lane, newest_first=lane == SOS) for lane in range(len(LANES))]
        self._on_the_road = 0
        self._usual_answer_ms = 0

    def stored(self, lane: int) -> None:
        """There is a new report in this lane."""
        self._unsent[lane].arrived()

    def reopened(self, reports: Sequence[tuple[int, int]]) -> None:
        """Send these again, by id and lane, though they were receipted."""
        for lane, unsent in enumerate(self._unsent):
            unsent.reopened([id_ for id_, its_lane in reports if its_lane == lane])

    def pump(self, now_ms: int) -> None:
        """Publish what is due, as far as the windows and the connection have room."""
        for lane in range(len(LANES)):
            self._send_new(lane, now_ms)
            self._send_again(lane, now_ms)

    def confirmed(self, token: int, now_ms: int, *, accepted: bool) -> bool:
        """Note that the broker has it, or does not take it; either way the rows stay.

        Say whether it was about reports.
        """
        self._pace.answered(token, now_ms)
        parcel = self._by_token.pop(token, None)
        if parcel is None:
            return False
        self._counters.add(count.CONFIRMED if accepted else count.DENIED, len(parcel.report_ids))
        for report_id in parcel.report_ids:
            sent = self._sent.get(report_id)
            if sent is not None:
                sent.confirmed = accepted
                self._schedule(report_id, sent, now_ms + self._patience_ms(sent.attempts))
        return True

    def receipted(self, report_id: int, now_ms: int) -> None:
        """Let it go: the Secretariat holds it.  How long that took tells how patient to be."""
        sent = self._sent.get(report_id)
        if sent is not None:
            self._let_go(report_id, sent)
            if sent.attempts == 1:  # of several nobody knows which one was answered
                took_ms = min(now_ms - sent.first_ms, LONGEST_PATIENCE_MS)
                self._usual_answer_ms += (took_ms - self._usual_answer_ms) // ANSWERS_AVERAGED

    def connected(self, now_ms: int) -> None:
        """Make what no broker confirmed due again: the connection is a new one."""
        self._by_token.clear()
        self._pace.begin(now_ms)
        for report_id, sent in self._sent.items():
            if not sent.confirmed:
                self._schedule(report_id, sent, now_ms)

    def secretariat_is_back(self, now_ms: int) -> None:
        """Make what waits in the wings due soon: the Secretariat came to life."""
        for report_id, sent in self._sent.items():
            if not sent.confirmed:
                continue  # still on its way to the broker
            if sent.attempts >= WINDOW_ATTEMPTS:
                self._on_the_road += 1
            sent.attempts = min(sent.attempts, 1)
            # What the broker kept for it comes first; a receipt may be seconds away.
            self._schedule(report_id, sent, now_ms + FIRST_PATIENCE_MS)

    def deadline_ms(self) -> int | None:
        """Return when to call `pump` next, or None while only an event can change anything."""
        lanes = [lane for lane in range(len(LANES)) if self._line_room(lane)]
        return min((self._again[lane][0][0] for lane in lanes if self._again[lane]), default=None)

    def under_way(self) -> int:
        return len(self._sent)

    def window_bytes(self) -> int:
        """Return how much may be on its way unconfirmed, as this line has taught us."""
        return self._pace.window_bytes

    def _send_new(self, lane: int, now_ms: int) -> None:
        unsent = self._unsent[lane]
        while (room := self._room(lane)) > 0 and not unsent.is_empty() and self._line_room(lane):
            wanted = min(room, max(BUNDLE_REPORTS, self._pace.room_bytes() // ROW_OVERHEAD_BYTES))
            groups = list(together(unsent.take(self._store, wanted)))
            while groups and self._line_room(lane):
                group = groups[0]
                fresh = [_Sent(lane, now_ms) for _ in group]
                if not self._publish(group, fresh, now_ms):
                    break
                groups.pop(0)
                self._sent.update(zip((report.id for report in group), fresh, strict=True))
                self._on_the_road += len(group)
                self._counters.add(count.PUBLISHED, len(group))
            unsent.put_back([report for group in groups for report in group])
            if groups:
                return

    def _send_again(self, lane: int, now_ms: int) -> None:
        while self._line_room(lane) and (due := self._due(lane, now_ms)):
            # What a broker had and the Secretariat did not receipt may be at fault: it goes alone.
            alone = [[report] for report in due if self._sent[report.id].confirmed]
            lost = [report for report in due if not self._sent[report.id].confirmed]
            for group in (*alone, *together(lost)):
                sent = [self._sent[report.id] for report in group]
                if self._line_room(lane) and self._publish(group, sent, now_ms):
                    self._counters.add(count.PUBLISHED_AGAIN, len(group))
                    continue
                for report, one in zip(group, sent, strict=True):
                    self._schedule(report.id, one, now_ms)

    def _due(self, lane: int, now_ms: int) -> list[StoredReport]:
        """Return reports that are to be sent once more now: at most what is looked at in a turn."""
        queue, due = self._again[lane], list[StoredReport]()
        while queue and queue[0][0] <= now_ms and len(due) < SOS_WINDOW:
            _, place, version = heappop(queue)
            report_id = abs(place)
            sent = self._sent.get(report_id)
            if sent is None or sent.version != version:
                continue
            report = self._store.report(report_id)
            if report is None:
                self._let_go(report_id, sent)  # retired and pruned: nothing is owed any more
            else:
                due.append(report)
        return due

    def _publish(self, reports: Sequence[StoredReport], sent: Sequence[_Sent], now_ms: int) -> bool:
        topic, payload = self._pack(reports, sent[0].attempts)
        token = self._uplink.publish(topic, payload)
        if token is None:
            return False
        self._by_token[token] = _Parcel(tuple(report.id for report in reports))
        self._pace.sent(token, size(topic, payload), now_ms)
        for report, one in zip(reports, sent, strict=True):
            one.attempts += 1
            if one.attempts == WINDOW_ATTEMPTS:
                self._on_the_road -= 1
            one.confirmed = False
            self._schedule(report.id, one, now_ms + UNCONFIRMED_PATIENCE_MS)
        return True

    def _schedule(self, report_id: int, sent: _Sent, at_ms: int) -> None:
        sent.version += 1
        place = -report_id if sent.lane == SOS else report_id
        heappush(self._again[sent.lane], (at_ms, place, sent.version))

    def _line_room(self, lane: int) -> bool:
        """Tell whether the line takes another message: always for an SOS, if there is a line."""
        return self._uplink.room() > 0 and (lane == SOS or self._pace.room_bytes() > 0)

    def _room(self, lane: int) -> int:
        window = WINDOW + (SOS_WINDOW if lane == SOS else 0)
        wings = WINGS + (SOS_WINDOW if lane == SOS else 0)
        return min(window - self._on_the_road, wings - len(self._sent))

    def _let_go(self, report_id: int, sent: _Sent) -> None:
        del self._sent[report_id]
        if sent.attempts < WINDOW_ATTEMPTS:
            self._on_the_road -= 1

    def _patience_ms(self, attempts: int) -> int:
        """Return how long to wait for a receipt: a Secretariat behind its work gets more time."""
        first_ms = max(FIRST_PATIENCE_MS, 3 * self._usual_answer_ms)
        return min(first_ms << min(max(0, attempts - 1), 10), LONGEST_PATIENCE_MS)
