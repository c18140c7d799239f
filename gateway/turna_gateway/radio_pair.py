"""Two modems on one gateway, each on a channel of its own, as the one radio that the gateway knows.

What either hears goes into the inbox under one numbering; what is to be said is said on both, since
a handset listens on its own channel only.  The radio is up while one of them is.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from turna_gateway.ports import (
    Modem,
    ModemState,
    PacketHeard,
    RadioCounts,
    RadioDown,
    RadioEvent,
    RadioInbox,
    RadioUp,
    Transmitted,
)

_NO_COUNTS = RadioCounts(undecodable=0, malformed=0, lost=0)
OpenModem = Callable[[RadioInbox], Modem]


@dataclass(slots=True)
class _Said:
    """What still has to leave an antenna, by modem; `ok` if it left one."""

    waits_for: set[int]
    ok: bool = False


class _Side:
    """The inbox of one of the modems."""

    def __init__(self, pair: "RadioPair", index: int) -> None:
        self._pair = pair
        self._index = index

    def put_nowait(self, item: RadioEvent) -> None:
        self._pair.take(self._index, item)


class RadioPair:
    """A `Modem` made of several.  Its lock is never held while a modem is called."""

    def __init__(self, inbox: RadioInbox, open_modems: Sequence[OpenModem]) -> None:
        self._inbox = inbox
        self._lock = threading.Lock()
        self._numbers = 0
        self._untaken: deque[tuple[int, int, int]] = deque()  # ours, whose, theirs
        self._tokens = 0
        self._is_handing_over = False
        self._early: dict[tuple[int, int], bool] = {}
        self._pending: dict[tuple[int, int], int] = {}
        self._said: dict[int, _Said] = {}
        self._counts = [_NO_COUNTS for _ in open_modems]
        self._up = [False for _ in open_modems]
        self.states = [ModemState("no modem was found yet") for _ in open_modems]
        self._modems = [open_(_Side(self, index)) for index, open_ in enumerate(open_modems)]

    def start(self) -> None:
        for modem in self._modems:
            modem.start()

    def stop(self) -> None:
        for modem in self._modems:
            modem.stop()

    def alive(self) -> bool:
        return all(modem.alive() for modem in self._modems)

    def transmit(self, packet: bytes, *, priority: int) -> int:
        """Say it on every channel whose modem is up; `Transmitted` comes when each has."""
        with self._lock:
            self._tokens += 1
            ours = self._tokens
            self._is_handing_over = True
            speakers = [index for index, is_up in enumerate(self._up) if is_up]
        theirs = [
            (index, self._modems[index].transmit(packet, priority=priority))
            for index in speakers or range(len(self._modems))
        ]
        with self._lock:
            self._said[ours] = _Said({index for index, _ in theirs})
            self._pending.update(dict.fromkeys(theirs, ours))
            early, self._early, self._is_handing_over = self._early, {}, False
            for key, ok in early.items():
                self._settle(key, ok=ok)
        return ours

    def taken(self, number: int) -> None:
        """Tell each modem up to which of its own numbers all is committed."""
        newest: dict[int, int] = {}
        with self._lock:
            while self._untaken and self._untaken[0][0] <= number:
                _, index, theirs = self._untaken.popleft()
                newest[index] = theirs
        for index, theirs in newest.items():
            self._modems[index].taken(theirs)

    def take(self, index: int, event: RadioEvent) -> None:
        """Hand on what a modem reports; called from that modem's thread."""
        with self._lock:
            match event:
                case PacketHeard():
                    self._numbers += 1
                    self._untaken.append((self._numbers, index, event.number))
                    self._inbox.put_nowait(event._replace(number=self._numbers))
                case Transmitted():
                    self._settle((index, event.token), ok=event.ok)
                case RadioUp():
                    self._up[index] = True
                    self.states[index] = ModemState("", event.board, event.unique_id.hex())
                    self._inbox.put_nowait(event)
                case RadioDown():
                    self._went_down(index, event)
                case RadioCounts():
                    self._counts[index] = event
                    self._inbox.put_nowait(_sum(self._counts))

    def _went_down(self, index: int, event: RadioDown) -> None:
        self._up[index] = False
        self.states[index] = replace(self.states[index], trouble=event.reason)
        # What that modem still has may leave it much later, or never: nobody waits for it.
        for key in [key for key in self._pending if key[0] == index]:
            self._settle(key, ok=False)
        if not any(self._up):
            self._inbox.put_nowait(event)

    def _settle(self, key: tuple[int, int], *, ok: bool) -> None:
        ours = self._pending.pop(key, None)
        if ours is None:
            if self._is_handing_over:
                self._early[key] = ok
            return
        said = self._said[ours]
        said.waits_for.discard(key[0])
        said.ok = said.ok or ok
        if not said.waits_for:
            del self._said[ours]
            self._inbox.put_nowait(Transmitted(ours, said.ok))


def _sum(counts: Sequence[RadioCounts]) -> RadioCounts:
    return RadioCounts(
        undecodable=sum(one.undecodable for one in counts),
        malformed=sum(one.malformed for one in counts),
        lost=sum(one.lost for one in counts),
    )
