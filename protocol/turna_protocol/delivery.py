"""The states of a report, each naming who holds it.  They only ever go forward."""

from .errors import MisuseError

SAVED = 0
AT_GATEWAY = 1
AT_SECRETARIAT = 2
READ = 3
ACTED = 4
REFUSED = 5
FALSE_ALARM = 6  # of an SOS: looked after, and nothing was there

STATE_NAMES = (
    "saved here",
    "stored at gateway",
    "stored at Secretariat",
    "read by a person",
    "acted on",
    "refused",
    "false alarm",
)


def advance(old: int, new: int) -> int:
    """Return the state after hearing `new`: late or repeated news never takes a report back.

    The first final word stands: once acted on, refused or found a false alarm, a report stays so.
    """
    if not SAVED <= new <= FALSE_ALARM:
        raise MisuseError("state")
    return old if old >= ACTED else max(old, new)
