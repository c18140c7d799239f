"""Delivery of a handset's sealed packets over a shared, lossy channel; read this first.

Holds neither a radio nor a clock nor a journal.  The caller offers packets, says what it heard and
what time it is, and takes out what to transmit, when to call again and what happened.  Nothing is
ever given up: what is not acknowledged is sent again, more and more rarely; what is acknowledged
but not receipted is sent again much later, so that a gateway may be lost without losing a report.
"""

from .errors import MisuseError
from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

SOS_PRIORITY = 3
# Memory: 12 packets of about 200 bytes of heap each, as many as a busy channel lets a handset send
# in some minutes.  The journal holds the rest.
PACKETS_MAX = 12
# A gateway collects acknowledgements this long unless its beacon says longer, never for an SOS;
# then a packet of at most 56 bytes is on the air.
GROUPING_MS = 500
TURNAROUND_MS = 300
ACKNOWLEDGEMENT_BYTES_MAX = 56
TYPICAL_PACKET_BYTES = 32
# Between retries of one packet the wait doubles up to these.
RETRY_CAP_MS = 600_000
SOS_RETRY_CAP_MS = 30_000
# With this many transmissions in a row unanswered there is nobody: one probe at a time, ever rarer.
UNANSWERED_MAX = 3
PROBE_CAP_MS = 300_000
# Patience with the backbone before a report that a gateway holds is offered to gateways again.
RECEIPT_PATIENCE_MS = 1_800_000
RECEIPT_PATIENCE_CAP_MS = 14_400_000
ADMISSION_LASTS_MS = 300_000  # a beacon's word, after five beacons missed, is no longer known
_BUSY_DOUBLINGS_MAX = 4
_DOUBLINGS_MAX = 16  # no shift by a count that grows for days


class Acknowledged(Record):
    """A gateway holds the packet."""

    FIELDS = ("seq", "attempts")

    def __init__(self, seq: int, attempts: int) -> None:
        self.seq = seq
        self.attempts = attempts


class Deferred(Record):
    """The packet made room for a more urgent one; offer it again when there is room."""

    FIELDS = ("seq",)

    def __init__(self, seq: int) -> None:
        self.seq = seq


class _Entry:
    def __init__(self, seq: int, packet: bytes, priority: int, due_ms: int) -> None:
        self.seq = seq
        self.packet = packet
        self.priority = priority
        self.due_ms = due_ms
        self.attempts = 0
        self.held = False
        self.patience_ms = RECEIPT_PATIENCE_MS

    def rank(self) -> tuple[int, int, int, int]:
        """Order of sending: not held before held, urgent before routine, untried before tried.

        A packet that no gateway wants thus never keeps the others waiting.  Then old before new.
        """
        return (1 if self.held else 0, -self.priority, self.attempts, self.seq)


class Link:
    """Sends offered packets until each is acknowledged, most urgent first, one at a time."""

    def __init__(
        self,
        device: int,
        random_below: "Callable[[int], int]",
        airtime_ms: "Callable[[int], int]",
        relays_ms: int = 0,
    ) -> None:
        self._device = device
        self._random_below = random_below
        self._airtime_of_ms = airtime_ms
        # `relays_ms`: how much longer an answer takes through relays (relay_timing.py)
        self._reply_ms = TURNAROUND_MS + airtime_ms(ACKNOWLEDGEMENT_BYTES_MAX) + relays_ms
        self._grouping_ms = GROUPING_MS
        self._airtime_ms = airtime_ms(TYPICAL_PACKET_BYTES)
        self._entries: dict[int, _Entry] = {}
        self._events: list[Acknowledged | Deferred] = []
        self._now_ms = 0
        self._quiet_until_ms = 0
        self._sos_quiet_until_ms = 0
        self._busy = 0
        self._unanswered = 0
        self._phase: tuple[int, int, int] | None = None
        self._admitted_priority = 0
        self._admission_ends_ms = 0

    def offer(
        self, seq: int, packet: bytes, priority: int, now_ms: int, *, held: bool = False
    ) -> bool:
        """Take a packet over; return False when full of nothing less urgent (offer it later).

        `held` says that a gateway acknowledged it before, and only its receipt is missing.
        """
        self._now_ms = now_ms
        if seq in self._entries:
            return True
        entry = _Entry(seq, packet, priority, now_ms)
        if held:
            self._hold(entry)
        if len(self._entries) >= PACKETS_MAX and not self._make_room(entry):
            return False
        self._entries[seq] = entry
        return True

    def room(self) -> int:
        """Return how many packets can be offered without displacing any."""
        return PACKETS_MAX - len(self._entries)

    def to_transmit(self, now_ms: int) -> tuple[int, bytes] | None:
        """Return (seq, packet) to put on the air now if the channel is free, else None."""
        self._now_ms = now_ms
        best: _Entry | None = None
        for entry in self._entries.values():
            if self._opens_ms(entry) <= now_ms and (best is None or entry.rank() < best.rank()):
                best = entry
        return None if best is None else (best.seq, best.packet)

    def quiet_until_ms(self) -> int:
        """Return before when nothing but an SOS may be sent: somebody may be answering us."""
        return self._quiet_until_ms

    def channel_busy(self, now_ms: int) -> None:
        """Wait for whoever is on the air, at random, longer each time; an SOS never much longer."""
        self._now_ms = now_ms
        window_ms = self._airtime_ms << min(self._busy, _BUSY_DOUBLINGS_MAX)
        self._busy += 1
        self._quiet_until_ms = now_ms + self._airtime_ms // 2 + self._random_below(window_ms + 1)
        self._sos_quiet_until_ms = (
            now_ms + self._airtime_ms // 4 + self._random_below(self._airtime_ms + 1)
        )

    def not_before(self, until_ms: int, *, sos: bool) -> None:
        """Keep off the air until then (the duty ledger is spent); `sos`: even for an SOS."""
        self._quiet_until_ms = max(self._quiet_until_ms, until_ms)
        if sos:
            self._sos_quiet_until_ms = max(self._sos_quiet_until_ms, until_ms)

    def transmitted(self, seq: int, now_ms: int) -> None:
        """Note that the packet left the antenna: wait for an answer, then try again."""
        self._now_ms = now_ms
        self._busy = 0
        self._unanswered += 1
        self._quiet_until_ms = now_ms + self._pause_ms()
        entry = self._entries.get(seq)
        if entry is None:
            return
        entry.held = False
        entry.attempts += 1
        answer_ms, cap_ms = self.answer_ms(), RETRY_CAP_MS
        if entry.priority >= SOS_PRIORITY:
            answer_ms, cap_ms = GROUPING_MS + self._reply_ms, SOS_RETRY_CAP_MS
            self._sos_quiet_until_ms = now_ms + answer_ms
        entry.due_ms = now_ms + self._jittered(_doubled(answer_ms, entry.attempts - 1, cap_ms))

    def acknowledged(self, seq: int, now_ms: int) -> None:
        """Note that a gateway holds the packet: stop sending it, wait for its receipt."""
        self._now_ms = now_ms
        entry = self._entries.get(seq)
        if entry is None or entry.held:
            return
        self._answered(now_ms)
        self._events.append(Acknowledged(seq, entry.attempts))
        self._hold(entry)

    def receipted(self, seq: int, now_ms: int) -> None:
        """Note that the Secretariat holds the report: nothing more to do for it."""
        self._now_ms = now_ms
        if self._entries.pop(seq, None) is not None:
            self._answered(now_ms)

    def beacon_heard(
        self, now_ms: int, admitted_priority: int = 0, grouping_ms: int = GROUPING_MS
    ) -> None:
        """Note that a gateway is near, whom it admits and how long it collects answers."""
        self._now_ms = now_ms
        self._grouping_ms = grouping_ms
        self._admitted_priority = min(admitted_priority, SOS_PRIORITY)
        self._admission_ends_ms = now_ms + ADMISSION_LASTS_MS
        if self._unanswered >= UNANSWERED_MAX:
            self._probe_soon(now_ms)

    def assign_phase(self, period_ms: int, start_ms: int, width_ms: int) -> None:
        """Send routine packets only within `width_ms` after `start_ms + n * period_ms`.

        They end within it as well, unless one is longer than three quarters of it.
        """
        if not 0 < width_ms <= period_ms:
            raise MisuseError("width_ms")
        self._phase = (period_ms, start_ms, width_ms)

    def clear_phase(self) -> None:
        """Go back to random access."""
        self._phase = None

    def deadline_ms(self) -> int | None:
        """Return when to call `to_transmit` next, or None while there is nothing to send."""
        opens = [self._opens_ms(entry) for entry in self._entries.values()]
        return min(opens) if opens else None

    def answer_ms(self) -> int:
        """Return within what time a gateway that heard us answers."""
        known = self._now_ms < self._admission_ends_ms
        return (self._grouping_ms if known else GROUPING_MS) + self._reply_ms

    def next_event(self) -> Acknowledged | Deferred | None:
        return self._events.pop(0) if self._events else None

    def _opens_ms(self, entry: _Entry) -> int:
        """Return the earliest time, not before the last one known, to send this packet."""
        if entry.priority >= SOS_PRIORITY:
            return max(entry.due_ms, self._sos_quiet_until_ms)
        at_ms = max(entry.due_ms, self._quiet_until_ms)
        if entry.priority < self._admitted_priority:
            at_ms = max(at_ms, self._admission_ends_ms)
        if self._phase is None:
            return at_ms
        period_ms, start_ms, width_ms = self._phase
        at_ms = max(at_ms, self._now_ms)
        into_ms = (at_ms - start_ms) % period_ms
        latest_ms = max(width_ms - self._airtime_of_ms(len(entry.packet)), width_ms // 4)
        return at_ms if into_ms <= latest_ms else at_ms + period_ms - into_ms

    def _make_room(self, newcomer: _Entry) -> bool:
        last = max(self._entries.values(), key=_Entry.rank)
        if last.rank()[:2] <= newcomer.rank()[:2]:
            return False
        del self._entries[last.seq]
        self._events.append(Deferred(last.seq))
        return True

    def _hold(self, entry: _Entry) -> None:
        entry.held = True
        entry.attempts = 0
        entry.due_ms = self._now_ms + self._jittered(entry.patience_ms)
        entry.patience_ms = min(entry.patience_ms * 2, RECEIPT_PATIENCE_CAP_MS)

    def _answered(self, now_ms: int) -> None:
        """Somebody hears us.  All who were in the same packet know it too: do not rush together."""
        silence = self._unanswered >= UNANSWERED_MAX
        self._unanswered = 0
        self._quiet_until_ms = min(
            self._quiet_until_ms, now_ms + self._random_below(4 * self._airtime_ms + 1)
        )
        if silence:
            for entry in self._entries.values():
                if not entry.held:
                    entry.attempts = 0
                    entry.due_ms = min(entry.due_ms, now_ms)

    def _probe_soon(self, now_ms: int) -> None:
        """Try one packet early; the answer to it, not the beacon, brings out the others."""
        at_ms = now_ms + self._random_below(2 * self.answer_ms())
        self._quiet_until_ms = min(self._quiet_until_ms, at_ms)
        waiting = [entry for entry in self._entries.values() if not entry.held]
        if waiting:
            first = min(waiting, key=_Entry.rank)
            first.due_ms = min(first.due_ms, at_ms)

    def _pause_ms(self) -> int:
        """Return how long to stay silent after a transmission of ours."""
        if self._unanswered < UNANSWERED_MAX:
            return self.answer_ms()
        probes = self._unanswered - UNANSWERED_MAX
        return self._jittered(_doubled(self.answer_ms(), probes, PROBE_CAP_MS))

    def _jittered(self, wait_ms: int) -> int:
        """Return between one and two times the wait."""
        return wait_ms + self._random_below(wait_ms)


def _doubled(wait_ms: int, times: int, cap_ms: int) -> int:
    return min(wait_ms << min(times, _DOUBLINGS_MAX), cap_ms)
