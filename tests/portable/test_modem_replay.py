"""The ring of a modem's events alone: what is acknowledged goes, and nothing else."""

from turna_protocol.modem.radio_messages import Received
from turna_protocol.modem.replay import FIRST_REPEAT_MS, LAST_REPEAT_MS, ReplayRing


def ring(events: int) -> ReplayRing:
    made = ReplayRing()
    for number in range(events):
        made.add(Received(at_ms=number, rssi_dbm=-100, snr_db_x4=-20, payload=b"packet"))
    return made


def test_an_acknowledgement_of_an_earlier_boot_forgets_nothing() -> None:
    one = ring(3)
    one.acknowledged(1_000, 0)
    assert one.frames_due(0)
    one.acknowledged(2, 0)
    one.restart()
    last = one.frames_due(0)
    one.acknowledged(3, 0)
    one.restart()
    assert last
    assert not one.frames_due(0)


def test_what_nobody_acknowledges_is_repeated_ever_more_rarely_but_goes_on() -> None:
    one = ring(1)
    assert one.frames_due(0)
    waits_ms = []
    now_ms = 0
    for _ in range(8):
        due_ms = one.deadline_ms(now_ms)
        assert due_ms is not None
        assert not one.frames_due(due_ms - 1)
        assert one.frames_due(due_ms)
        waits_ms.append(due_ms - now_ms)
        now_ms = due_ms
    assert waits_ms[0] == FIRST_REPEAT_MS
    assert waits_ms == sorted(waits_ms)
    assert waits_ms[-1] == LAST_REPEAT_MS
