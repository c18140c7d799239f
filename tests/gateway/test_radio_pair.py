"""Two modems are one radio: nothing heard is lost or mixed up, all that is said leaves both."""

import queue

from turna_gateway.ports import (
    Event,
    ModemState,
    PacketHeard,
    RadioCounts,
    RadioDown,
    RadioInbox,
    RadioUp,
    Transmitted,
)
from turna_gateway.radio_pair import RadioPair

UP = RadioUp("heltec_v3", b"\1", b"boot")


class FakeModem:
    """Says what the test lets it say."""

    def __init__(self, inbox: RadioInbox) -> None:
        self.inbox = inbox
        self.said: list[bytes] = []
        self.taken_up_to = 0
        self.is_quick = False
        self.lives = True

    def start(self) -> None:
        return

    def stop(self) -> None:
        self.lives = False

    def alive(self) -> bool:
        return self.lives

    def transmit(self, packet: bytes, *, priority: int) -> int:
        del priority
        self.said.append(packet)
        if self.is_quick:  # its thread was faster than ours
            self.inbox.put_nowait(Transmitted(len(self.said), ok=True))
        return len(self.said)

    def taken(self, number: int) -> None:
        self.taken_up_to = number

    def hear(self, number: int) -> None:
        self.inbox.put_nowait(PacketHeard(bytes([number]), -100, 20, 0, number))


class Pair:
    """The pair under test, its two modems, and what it told."""

    def __init__(self) -> None:
        self._inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.modems: list[FakeModem] = []

        def open_modem(inbox: RadioInbox) -> FakeModem:
            self.modems.append(FakeModem(inbox))
            return self.modems[-1]

        self.radio = RadioPair(self._inbox, (open_modem, open_modem))
        self.first, self.second = self.modems

    def both_up(self) -> None:
        for modem in self.modems:
            modem.inbox.put_nowait(UP)
        self.told()

    def told(self) -> list[Event]:
        events = []
        while not self._inbox.empty():
            events.append(self._inbox.get_nowait())
        return events


def test_what_both_hear_is_numbered_through_and_each_is_told_its_own_number() -> None:
    pair = Pair()
    pair.first.hear(7)
    pair.second.hear(7)
    pair.first.hear(8)
    heard = [event for event in pair.told() if isinstance(event, PacketHeard)]

    assert [event.number for event in heard] == [1, 2, 3]
    pair.radio.taken(2)
    assert (pair.first.taken_up_to, pair.second.taken_up_to) == (7, 7)
    pair.radio.taken(3)
    assert (pair.first.taken_up_to, pair.second.taken_up_to) == (8, 7)


def test_a_packet_is_said_when_it_has_left_both_antennas() -> None:
    pair = Pair()
    pair.both_up()

    token = pair.radio.transmit(b"beacon", priority=0)
    pair.first.inbox.put_nowait(Transmitted(1, ok=False))
    assert pair.told() == []
    pair.second.inbox.put_nowait(Transmitted(1, ok=True))

    assert pair.told() == [Transmitted(token, ok=True)]
    assert pair.first.said == pair.second.said == [b"beacon"]


def test_a_modem_that_answers_before_it_was_asked_is_understood() -> None:
    pair = Pair()
    pair.both_up()
    pair.first.is_quick = pair.second.is_quick = True

    token = pair.radio.transmit(b"quick", priority=0)

    assert pair.told() == [Transmitted(token, ok=True)]


def test_while_one_is_unplugged_the_other_works_alone_and_nobody_waits() -> None:
    pair = Pair()
    pair.both_up()
    token = pair.radio.transmit(b"under way", priority=0)
    pair.second.inbox.put_nowait(Transmitted(1, ok=True))
    pair.first.inbox.put_nowait(RadioDown("unplugged"))
    assert pair.told() == [Transmitted(token, ok=True)]
    assert pair.radio.states == [
        ModemState("unplugged", "heltec_v3", "01"),
        ModemState("", "heltec_v3", "01"),
    ]

    pair.radio.transmit(b"alone", priority=0)
    pair.first.inbox.put_nowait(Transmitted(1, ok=True))  # sent at last, long given up
    assert pair.first.said == [b"under way"]
    assert pair.told() == []

    pair.second.inbox.put_nowait(RadioDown("unplugged, too"))
    assert pair.told() == [Transmitted(2, ok=False), RadioDown("unplugged, too")]


def test_counts_of_both_lines_are_added_and_a_dead_thread_is_noticed() -> None:
    pair = Pair()
    pair.first.inbox.put_nowait(RadioCounts(1, 2, 3))
    pair.second.inbox.put_nowait(RadioCounts(10, 20, 30))

    assert pair.told()[-1] == RadioCounts(11, 22, 33)
    assert pair.radio.alive()
    pair.second.stop()
    assert not pair.radio.alive()
