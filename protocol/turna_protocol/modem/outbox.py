"""Packets on their way to a modem, until it says what became of each.

Ordered by priority, first come first served within one; bounded, and what must give way is named.
"""

from .radio_messages import Transmit

# Beyond so many, the oldest of the least urgent gives way.
OUTBOX_LIMIT = 32


class Outbox:
    """Waiting here, being asked for, or in the modem's own queue."""

    def __init__(self) -> None:
        self._waiting: list[Transmit] = []
        self._asked: Transmit | None = None
        self._at_modem: list[Transmit] = []

    @property
    def waiting(self) -> int:
        """Count of packets that the modem has not been offered yet."""
        return len(self._waiting)

    @property
    def at_modem(self) -> int:
        """Count of packets that the modem holds."""
        return len(self._at_modem)

    def add(self, packet: Transmit) -> Transmit | None:
        """Take a packet; return the one that had to give way, if any."""
        self._enqueue(packet)
        return self._least_urgent() if len(self._waiting) > OUTBOX_LIMIT else None

    def ask(self) -> Transmit:
        """Return the packet to offer to the modem next."""
        self._asked = self._waiting.pop(0)
        return self._asked

    def accepted(self) -> None:
        """Note that the modem holds the packet that it was offered."""
        if self._asked is not None:
            self._at_modem.append(self._asked)
        self._asked = None

    def postponed(self) -> None:
        """Keep the packet that it was offered: the modem has no room."""
        if self._asked is not None:
            self._waiting.insert(0, self._asked)
        self._asked = None

    def refused(self) -> Transmit | None:
        """Forget and return the packet that the modem will not transmit."""
        asked, self._asked = self._asked, None
        return asked

    def finished(self, token: int) -> bool:
        """Forget the packet of this token; say whether it was here."""
        held = self._at_modem + self._waiting + self._offered()
        self._at_modem = [packet for packet in self._at_modem if packet.token != token]
        self._waiting = [packet for packet in self._waiting if packet.token != token]
        if self._asked is not None and self._asked.token == token:
            self._asked = None  # the modem's answer was lost, its work was not
        return token in [packet.token for packet in held]

    def take_back(self) -> None:
        """Offer everything again: the modem knows by its tokens what it has done already."""
        again = self._at_modem + self._offered()
        waiting, self._waiting = self._waiting, []
        self._at_modem, self._asked = [], None
        for packet in again + waiting:
            self._enqueue(packet)

    def _offered(self) -> list[Transmit]:
        return [] if self._asked is None else [self._asked]

    def _enqueue(self, packet: Transmit) -> None:
        at = len(self._waiting)
        while at > 0 and self._waiting[at - 1].priority < packet.priority:
            at -= 1
        self._waiting.insert(at, packet)

    def _least_urgent(self) -> Transmit:
        least = self._waiting[-1].priority
        at = [packet.priority for packet in self._waiting].index(least)
        return self._waiting.pop(at)
