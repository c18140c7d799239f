"""The code lists: a name's place in its list is its number on the wire.

Lists only ever grow at the end, with a new wire version.  Sources: INSARAG Guidelines
(effective 2027), the USAR code lists of the domain study, CAP 1.2; see docs/protocol.md.
The long ones are in `code_lists`, and here by their names (PEP 562): a board holds them only while
it makes or reads a report.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    TEAM_STATUSES: tuple[str, ...]
    USUAL_TEAM_STATUSES: tuple[int, ...]
    HAZARDS: tuple[str, ...]
    NEED_ITEMS: tuple[str, ...]
    SOS_PHASES: tuple[str, ...]
    SOS_KINDS: tuple[str, ...]
    TRIAGE_COLOURS: tuple[str, ...]
    ACCURACY_CLASSES_M: tuple[int | None, ...]
    FIX_AGE_CLASSES_S: tuple[int | None, ...]

MODES = ("actual", "exercise", "test")
ACTUAL, EXERCISE, TEST = 0, 1, 2

# Precedence: what goes first when the channel is short.
ROUTINE, PRIORITY, IMMEDIATE, FLASH = 0, 1, 2, 3

# How good the clock was that a report's time comes from.
TIME_QUALITIES = ("none", "beacon", "gnss")
TIME_NONE, TIME_BEACON, TIME_GNSS = 0, 1, 2

IN_DISTRESS = 13

DECLARE, UPDATE, CANCEL = 0, 1, 2


def __getattr__(name: str) -> object:
    """Return a long list; keep nothing."""
    if name.startswith("_"):
        raise AttributeError(name)
    return getattr(__import__(f"{__name__[: -len('codes')]}code_lists", None, None, (name,)), name)


def as_json() -> dict[str, object]:
    """Return every list by its name, for `turna wire schema`."""
    from . import code_lists as lists

    return {
        "mode": list(MODES),
        "time_quality": list(TIME_QUALITIES),
        "team_status": list(lists.TEAM_STATUSES),
        "hazards": list(lists.HAZARDS),
        "needs": list(lists.NEED_ITEMS),
        "sos_phase": list(lists.SOS_PHASES),
        "sos_kind": list(lists.SOS_KINDS),
        "accuracy_m": list(lists.ACCURACY_CLASSES_M),
        "fix_age_s": list(lists.FIX_AGE_CLASSES_S),
    }
