"""Decides what the gateway says next by radio: one packet at a time, within the duty ledger.

One at a time, so that an SOS that arrives meanwhile is answered next, not behind a queue.
"""

import logging
from collections.abc import Sequence

from turna_gateway import counters as count
from turna_gateway.airwaves import Airwaves
from turna_gateway.counters import Counters
from turna_gateway.ports import Radio, Transmitted
from turna_gateway.speech import Speaker, Utterance
from turna_gateway.store import Store
from turna_protocol.packet import with_hops

log = logging.getLogger(__name__)

# After a packet that the modem could not send: the channel was busy, or the modem has just gone.
PAUSE_AFTER_FAILURE_MS = 500
PAUSE_FOR_DUTY_MS = 1_000
# The modem answers for every packet; should it ever not, the gateway must not fall silent.
FORGET_AFTER_MS = 60_000
_LEDGER = "duty_ledger"


class Transmitter:
    """Gives the speakers the word, the first one first."""

    def __init__(
        self,
        *,
        radio: Radio,
        airwaves: Airwaves,
        speakers: Sequence[Speaker],
        store: Store,
        counters: Counters,
        hops: int = 0,
    ) -> None:
        self._hops = hops  # by how many relays what is said may be passed on
        self._radio = radio
        self._airwaves = airwaves
        self._speakers = tuple(speakers)
        self._store = store
        self._counters = counters
        self._up = False
        self._token: int | None = None
        self._under_way: Utterance | None = None
        self._silent_until_ms = 0

    def load(self, now_ms: int) -> None:
        """Take over the duty ledger of the run before."""
        ledger = self._store.recall(_LEDGER)
        if ledger is not None:
            self._airwaves.restore(ledger, now_ms)

    def radio_up(self) -> None:
        self._up = True

    def radio_down(self) -> None:
        self._up = False

    def transmitted(self, event: Transmitted, now_ms: int) -> None:
        """Settle what was under way; inside a transaction."""
        utterance = self._under_way
        if utterance is None or event.token != self._token:
            return
        self._under_way, self._token = None, None
        self._silent_until_ms = now_ms
        if event.ok:
            utterance.said(now_ms)
        else:
            self._fail(now_ms)

    def tick(self, now_ms: int) -> None:
        """Say what is due, if the radio and the law let us; outside any transaction."""
        if self._under_way is not None and now_ms >= self._silent_until_ms:
            log.warning("the modem never said what became of a packet; going on")
            self._under_way, self._token = None, None
            self._fail(now_ms)
        if self._is_due(now_ms):
            self._speak(now_ms)

    def deadline_ms(self) -> int | None:
        """Return when to call `tick` next, or None while only an event can change anything."""
        if self._under_way is not None:
            return self._silent_until_ms
        due = self._due_ms() if self._up else None
        return None if due is None else max(due, self._silent_until_ms)

    def _is_due(self, now_ms: int) -> bool:
        due = self._due_ms()
        return (
            self._up
            and self._under_way is None
            and due is not None
            and now_ms >= max(due, self._silent_until_ms)
        )

    def _due_ms(self) -> int | None:
        deadlines = [speaker.deadline_ms() for speaker in self._speakers]
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def _speak(self, now_ms: int) -> None:
        with self._store.transaction():
            utterance = next(
                (said for s in self._speakers if (said := s.compose(now_ms)) is not None), None
            )
            if utterance is None:
                return
            length = len(utterance.packet)
            wait_ms = self._airwaves.wait_ms(length, now_ms, sos=utterance.sos)
            if wait_ms:
                self._counters.add(count.DUTY_WAITS)
                # Not the whole wait: an SOS may come to be answered, and it has a reserve.
                self._silent_until_ms = now_ms + min(wait_ms, PAUSE_FOR_DUTY_MS)
                return
            self._store.remember(_LEDGER, self._airwaves.book(length, now_ms))
        packet = with_hops(utterance.packet, self._hops if utterance.far else 0)
        self._token = self._radio.transmit(packet, priority=utterance.priority)
        self._under_way = utterance
        self._silent_until_ms = now_ms + FORGET_AFTER_MS

    def _fail(self, now_ms: int) -> None:
        self._counters.add(count.TRANSMISSIONS_FAILED)
        self._silent_until_ms = now_ms + PAUSE_AFTER_FAILURE_MS
