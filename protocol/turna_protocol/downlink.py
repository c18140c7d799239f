"""What the Secretariat, gateways and handsets agree on for the way down: names, answers, timing.

No delivery here: a gateway repeats and a handset answers by these numbers, each in its own code.
"""

from .errors import MalformedError, MisuseError

# A handset that switches its receiver off listens this long after each packet of its own.
LISTEN_MS = 3_000
# And this long after a packet for it or a beacon: there may be more.
AFTER_HEARING_MS = 2_000
# One that wakes for beacons is awake so long before it expects the end of one.
AWAKE_BEFORE_BEACON_MS = 500
# One holding answers all orders and parts that come one after another.
HOLD_AFTER_MS = 1_000
# What everybody hears, not everybody answers at once; and a repetition only after this pause.
HOLD_SPREAD_MS = 30_000
HOLD_TO_ALL_AGAIN_MS = 60_000
# What a handset has the memory to put together: 1,152 bytes of a long order, 512 of a notice.
ORDER_PARTS_MAX = 6
NOTICE_PARTS_MAX = 8
# A gateway repeats to one handset not sooner than this: the holding is on its way.
REPEAT_AFTER_MS = 2_500

# What a message from a handset `answers`: one number space for all that comes down.
ORDER, NOTICE, ALERT = 0, 1, 2
_FIRST_NOTICE = 0xE0000
_FIRST_ALERT = 0xF0000
ORDER_NUMBER_MAX = _FIRST_NOTICE - 1
_NUMBER_BITS = 10  # of an alert: 1 to 1000
_CODES = 3
_CHAINS = 9


def answer_to_order(number: int) -> int:
    """Return the reference of an order to this handset, or of a long one by its first part."""
    if not 0 <= number <= ORDER_NUMBER_MAX:
        raise MisuseError("order number")
    return number


def answer_to_notice(number: int) -> int:
    if not 0 <= number < _FIRST_ALERT - _FIRST_NOTICE:
        raise MisuseError("notice number")
    return _FIRST_NOTICE + number


def answer_to_alert(mode: int, code: int, number: int) -> int:
    return _FIRST_ALERT + alert_name(mode, code, number)


def what_is_answered(reference: int) -> tuple[int, int]:
    """Return (ORDER, NOTICE or ALERT, its number), of an alert its name."""
    if reference < _FIRST_NOTICE:
        return ORDER, reference
    if reference < _FIRST_ALERT:
        return NOTICE, reference - _FIRST_NOTICE
    name = reference - _FIRST_ALERT
    read_alert_name(name)
    return ALERT, name


def alert_name(mode: int, code: int, number: int) -> int:
    """Return the number by which a holding and an answer name an alert."""
    chain = mode * _CODES + code
    if not (mode >= 0 and 0 <= code < _CODES and chain < _CHAINS):
        raise MisuseError("mode or code")
    if not 0 < number < 1 << _NUMBER_BITS:
        raise MisuseError("alert number")
    return chain << _NUMBER_BITS | number


def read_alert_name(name: int) -> tuple[int, int, int]:
    """Return (mode, code, number), or raise MalformedError."""
    chain, number = name >> _NUMBER_BITS, name & (1 << _NUMBER_BITS) - 1
    if not 0 <= chain < _CHAINS or not number:
        raise MalformedError("alert name")
    return chain // _CODES, chain % _CODES, number
