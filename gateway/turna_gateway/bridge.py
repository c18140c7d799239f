"""The outbox: carries reports to the backbone, urgent lane first, until each is receipted.

The broker's confirmation is progress and only lengthens patience.  Three bounds hold: bytes that
the line has not taken yet (`pace`), reports that might still be on the road, and more that were
sent several times and now wait long, so that a report which the Secretariat cannot take never
blocks those behind it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from turna_backbone.bundle import ROW_OVERHEAD_BYTES
from turna_gateway import counters as count
from turna_gateway.counters import Counters
from turna_gateway.intake import LANES, SOS
from turna_gateway.pace import Pace
from turna_gateway.parcels import size, together
from turna_gateway.ports import Uplink
from turna_gateway.report_rows import ReportRows, StoredReport
from turna_gateway.unsent import Unsent

# Sent and possibly still on the road.
WINDOW = 512
# Beyond that, room that only the SOS lane may use.
SOS_WINDOW = 16
# Sent this often without a receipt, a report leaves the window and waits in the wings.
WINDOW_ATTEMPTS = 3
WINGS = 1_024
# Taken from the store in one turn, however little of it the line may carry now.
TAKEN_AT_LEAST = 32
FIRST_PATIENCE_MS = 15_000
# How many answers the time that one usually takes is an average of.
ANSWERS_AVERAGED = 16
# A Secretariat that comes back says so; this is for a broker that lost what it had confirmed.
LONGEST_PATIENCE_MS = 3_600_000
# What a living connection has not confirmed yet is on its way: MQTT 5, 4.4 forbids to repeat it.
UNCONFIRMED_PATIENCE_MS = 300_000

# What a receipt calls a report by: device, generation, number and digest.
Key = tuple[int, int, int, bytes]


@dataclass(slots=True, eq=False)
class _Parcel:
    """What was sent together, as far as it is not receipted; `turn` voids older dates for it."""

    lane: int
    first_ms: int
    attempts: int
    keys: dict[int, Key] = field(default_factory=dict)  # of its reports, by id
    confirmed: bool = False
    turn: int = 0


class Bridge:
    """Publishes from the store and waits for receipts."""

    def __init__(
        self,
        *,
        rows: ReportRows,
        uplink: Uplink,
        counters: Counters,
        pack: Callable[[Sequence[StoredReport], int], tuple[str, bytes]],
    ) -> None:
        self._rows = rows
        self._uplink = uplink
        self._counters = counters
        self._pack = pack
        self._pace = Pace()
        self._sent: dict[int, _Parcel] = {}
        self._known: dict[Key, tuple[int, int]] = {}  # id and lane of what is under way
        self._by_token: dict[int, tuple[_Parcel, int]] = {}
        self._again: list[list[tuple[int, int, int, _Parcel]]] = [[] for _ in LANES]
        # A person in need now comes before one whose call is hours old.
        self._unsent = [Unsent(lane, newest_first=lane == SOS) for lane in range(len(LANES))]
        self._on_the_road = 0
        self._usual_answer_ms = 0
        self._turns = 0

    def stored(self, report: StoredReport) -> None:
        """There is a new report."""
        self._unsent[report.lane].arrived(report)

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
        if token not in self._by_token:
            return False
        parcel, reports = self._by_token.pop(token)
        self._counters.add(count.CONFIRMED if accepted else count.DENIED, reports)
        parcel.confirmed = accepted
        self._schedule(parcel, now_ms + self._patience_ms(parcel.attempts))
        return True

    def under_way(self, key: Key) -> tuple[int, int] | None:
        """Return id and lane of a report that was sent and is not receipted."""
        return self._known.get(key)

    def receipted(self, report_id: int, now_ms: int) -> bool:
        """Let it go: the Secretariat holds it.  How long that took tells how patient to be.

        Say whether it was under way.
        """
        parcel = self._sent.get(report_id)
        if parcel is None:
            return False
        self._let_go(report_id)
        if parcel.attempts == 1:  # of several nobody knows which one was answered
            took_ms = min(now_ms - parcel.first_ms, LONGEST_PATIENCE_MS)
            self._usual_answer_ms += (took_ms - self._usual_answer_ms) // ANSWERS_AVERAGED
        return True

    def drop(self, report_id: int, lane: int) -> None:
        """Do not send it: the Secretariat has it from the run before, or from elsewhere."""
        self._unsent[lane].drop(report_id)

    def connected(self, now_ms: int) -> None:
        """Make what no broker confirmed due again: the connection is a new one."""
        self._by_token.clear()
        self._pace.begin(now_ms)
        for parcel in self._parcels():
            if not parcel.confirmed:
                self._schedule(parcel, now_ms)

    def secretariat_is_back(self, now_ms: int) -> None:
        """Make what waits in the wings due soon: the Secretariat came to life."""
        for parcel in self._parcels():
            if not parcel.confirmed:
                continue  # still on its way to the broker
            if parcel.attempts >= WINDOW_ATTEMPTS:
                self._on_the_road += len(parcel.keys)
            parcel.attempts = min(parcel.attempts, 1)
            # What the broker kept for it comes first; a receipt may be seconds away.
            self._schedule(parcel, now_ms + FIRST_PATIENCE_MS)

    def deadline_ms(self) -> int | None:
        """Return when to call `pump` next, or None while only an event can change anything."""
        lanes = [lane for lane in range(len(LANES)) if self._line_room(lane)]
        return min((self._again[lane][0][0] for lane in lanes if self._again[lane]), default=None)

    def window_bytes(self) -> int:
        """Return how much may be on its way unconfirmed, as this line has taught us."""
        return self._pace.window_bytes

    def _parcels(self) -> list[_Parcel]:
        """Return each parcel once, the oldest first."""
        return list(dict.fromkeys(self._sent.values()))

    def _send_new(self, lane: int, now_ms: int) -> None:
        unsent = self._unsent[lane]
        while (room := self._room(lane)) > 0 and not unsent.is_empty() and self._line_room(lane):
            wanted = min(room, max(TAKEN_AT_LEAST, self._pace.room_bytes() // ROW_OVERHEAD_BYTES))
            groups = list(together(unsent.take(self._rows, wanted), self._pace.message_bytes()))
            while groups and self._line_room(lane):
                if not self._publish(groups[0], _Parcel(lane, now_ms, 0), now_ms):
                    break
                self._counters.add(count.PUBLISHED, len(groups.pop(0)))
            unsent.put_back([report for group in groups for report in group])
            if groups:
                return

    def _send_again(self, lane: int, now_ms: int) -> None:
        while self._line_room(lane) and (due := self._due(lane, now_ms)):
            # What a broker had and the Secretariat did not receipt may be at fault: it goes alone.
            alone = [[report] for report, parcel in due if parcel.confirmed]
            lost = [report for report, parcel in due if not parcel.confirmed]
            for group in (*alone, *together(lost, self._pace.message_bytes())):
                before = self._sent[group[0].id]
                again = _Parcel(lane, before.first_ms, before.attempts)
                if self._line_room(lane) and self._publish(group, again, now_ms):
                    self._counters.add(count.PUBLISHED_AGAIN, len(group))
            for parcel in dict.fromkeys(parcel for _, parcel in due):
                self._schedule(parcel, now_ms)  # what the line had no room for

    def _due(self, lane: int, now_ms: int) -> list[tuple[StoredReport, _Parcel]]:
        """Return reports that are to be sent once more now: at most what is looked at in a turn."""
        queue, due = self._again[lane], list[tuple[StoredReport, _Parcel]]()
        while queue and queue[0][0] <= now_ms and len(due) < SOS_WINDOW:
            _, _, turn, parcel = heappop(queue)
            for report_id in list(parcel.keys) if parcel.turn == turn else ():
                report = self._rows.report(report_id)
                if report is None:
                    self._let_go(report_id)  # retired and pruned: nothing is owed any more
                else:
                    due.append((report, parcel))
        return due

    def _publish(self, reports: Sequence[StoredReport], parcel: _Parcel, now_ms: int) -> bool:
        """Send these together, for the first time or out of other parcels."""
        topic, payload = self._pack(reports, parcel.attempts)
        token = self._uplink.publish(topic, payload)
        if token is None:
            return False
        if parcel.attempts:
            for report in reports:
                self._let_go(report.id)
        parcel.attempts += 1
        for report in reports:
            key = (report.device, report.generation, report.seq, report.digest)
            parcel.keys[report.id] = key
            self._known[key] = (report.id, report.lane)
            self._sent[report.id] = parcel
        if parcel.attempts < WINDOW_ATTEMPTS:
            self._on_the_road += len(reports)
        self._by_token[token] = (parcel, len(reports))
        self._pace.sent(token, size(topic, payload), now_ms)
        self._schedule(parcel, now_ms + UNCONFIRMED_PATIENCE_MS)
        return True

    def _schedule(self, parcel: _Parcel, at_ms: int) -> None:
        if parcel.keys:
            self._turns += 1
            parcel.turn = self._turns
            first = next(iter(parcel.keys))
            place = -first if parcel.lane == SOS else first
            heappush(self._again[parcel.lane], (at_ms, place, parcel.turn, parcel))

    def _line_room(self, lane: int) -> bool:
        """Tell whether the line takes another message: always for an SOS, if there is a line."""
        return self._uplink.room() > 0 and (lane == SOS or self._pace.room_bytes() > 0)

    def _room(self, lane: int) -> int:
        window = WINDOW + (SOS_WINDOW if lane == SOS else 0)
        wings = WINGS + (SOS_WINDOW if lane == SOS else 0)
        return min(window - self._on_the_road, wings - len(self._sent))

    def _let_go(self, report_id: int) -> None:
        parcel = self._sent.pop(report_id)
        del self._known[parcel.keys.pop(report_id)]
        if parcel.attempts < WINDOW_ATTEMPTS:
            self._on_the_road -= 1

    def _patience_ms(self, attempts: int) -> int:
        """Return how long to wait for a receipt: a Secretariat behind its work gets more time."""
        first_ms = max(FIRST_PATIENCE_MS, 3 * self._usual_answer_ms)
        return min(first_ms << min(max(0, attempts - 1), 10), LONGEST_PATIENCE_MS)
