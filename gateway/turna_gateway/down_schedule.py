"""When something is said again by radio: pure, times in and out.

Nobody knows who sleeps, so there are two reasons to speak: time has passed (for those who listen
always), and the handset was just heard (then it listens, see turna_protocol.downlink).
"""

from turna_backbone import down
from turna_backbone.down import Down
from turna_protocol.downlink import HOLD_TO_ALL_AGAIN_MS, REPEAT_AFTER_MS

ALARM_PRIORITY = 3
ORDER_FIRST_MS = 15_000
ORDER_LONGEST_MS = 600_000
# Somebody may be under a wall: often for as long as people need to get out, then as a reminder.
ALARM_LASTS_MS = 600_000
ALARM_FIRST_MS = 4_000
ALARM_LONGEST_MS = 60_000
ALARM_LATER_MS = 300_000
# Handsets that save power hear what follows a beacon: an order is said after its first ones too,
# a notice once, an alarm as long as it lasts.
ORDER_BEACONS = 3
NOTICE_BEACONS = 1
# A notice takes some packets: after these rounds only those who lack it get it, when heard.
NOTICE_PAUSES_MS = (60_000, 300_000)
NEVER_MS = 1 << 62
_DOUBLINGS_MAX = 16


def is_alarm(one: Down) -> bool:
    """Tell whether it is an alert, or an order that means the same to one handset."""
    return one.what == down.ALERT or one.priority >= ALARM_PRIORITY


def next_round_ms(one: Down, rounds: int, began_ms: int, now_ms: int) -> int:
    """Return when to say something again that was said `rounds` times, if nobody is heard."""
    if is_alarm(one):
        if now_ms - began_ms >= ALARM_LASTS_MS:
            return now_ms + ALARM_LATER_MS
        return now_ms + _doubled(ALARM_FIRST_MS, rounds, ALARM_LONGEST_MS)
    if one.what == down.NOTICE:
        if rounds > len(NOTICE_PAUSES_MS):
            return NEVER_MS
        return now_ms + NOTICE_PAUSES_MS[rounds - 1]
    return now_ms + _doubled(ORDER_FIRST_MS, rounds, ORDER_LONGEST_MS)


def after_contact_ms(one: Down, said_ms: int, began_ms: int, now_ms: int) -> int:
    """Return when to say it to a handset that was just heard; `said_ms` was the last time."""
    if one.what == down.NOTICE:
        pause_ms = HOLD_TO_ALL_AGAIN_MS
    elif is_alarm(one) and now_ms - began_ms >= ALARM_LASTS_MS:
        pause_ms = ALARM_LONGEST_MS
    else:
        pause_ms = REPEAT_AFTER_MS
    return max(now_ms, said_ms + pause_ms)


def goes_after_beacon(one: Down, beacons: int, began_ms: int, now_ms: int) -> bool:
    """Tell whether to say it after a beacon, as it was after so many before."""
    if is_alarm(one):
        return now_ms - began_ms < ALARM_LASTS_MS
    return beacons < (NOTICE_BEACONS if one.what == down.NOTICE else ORDER_BEACONS)


def _doubled(first_ms: int, rounds: int, longest_ms: int) -> int:
    return min(first_ms << min(rounds - 1, _DOUBLINGS_MAX), longest_ms)
