"""What each report asks for, row by row, the most important first; in memory while one is open.

The first row of a sheet is asked at once and has to be filled in; all else may stay unknown.
"""

from turna_protocol import code_lists, report_codes

from . import steps

# Kinds of row.
CHOICE = 0  # one of `names`, offered in `order`
COUNT = 1  # by `steps`
COUNTS = 2  # one for each of `names`
SET = 3  # of `names`
NEEDS = 4  # of `names`, each with a quantity
YES_NO = 5
DIGITS = 6  # so many as `places`: an identifier

CASUALTIES = ("immediate", "delayed", "minor", "expectant", "deceased")
SERIAL_PLACES = 4  # of a worksite: INSARAG 2027, TUR01-0056

# The status list begins with what a team at work says most: four of them are one press apart, so
# that long, up to three times short, long, long sends a report in six presses.
STATUSES_FIRST = ("on_site", "moving_to_task", "available", "resting")
# Phrases that a team says of its own accord, before those that answer somebody.
_ARRIVED = report_codes.PHRASES.index("arrived")
_ROLL_CALL = report_codes.PHRASES.index("roll_call")  # comes down only


class Row:
    """A field of a report, and how it is filled in; `prefix` is that of the names' labels."""

    def __init__(
        self,
        field: str,
        kind: int,
        label: str,
        *,
        names: tuple[str, ...] = (),
        prefix: str = "",
        order: tuple[int, ...] = (),
        steps: tuple[int, ...] = steps.COUNTS,
        places: int = 0,
    ) -> None:
        self.field = field
        self.kind = kind
        self.label = label
        self.names = names
        self.prefix = prefix
        self.order = order or tuple(range(len(names)))
        self.steps = steps
        self.places = places


def rows_of(name: str) -> tuple[Row, ...]:
    """Return the rows of a report's sheet."""
    return _SHEETS[name]()


def phrases(first: tuple[int, ...] = ()) -> tuple[int, ...]:
    """Return every phrase that a team can say, some of them before the others."""
    usual = tuple(range(_ARRIVED, _ROLL_CALL)) + tuple(range(1, _ARRIVED))
    return first + tuple([code for code in usual if code not in first])


def _sitrep() -> tuple[Row, ...]:
    return (
        _choice("team_status", code_lists.TEAM_STATUSES, "summary.status", _statuses()),
        Row("casualties", COUNTS, "summary.casualties", names=CASUALTIES),
        Row("trapped", COUNT, "summary.trapped"),
        Row("rescued", COUNT, "summary.rescued"),
        _hazards(),
        _needs(),
    )


def _message() -> tuple[Row, ...]:
    return (_choice("phrase", report_codes.PHRASES, "field.phrase", phrases()),)


def _hazard() -> tuple[Row, ...]:
    return (
        _choice("hazard", code_lists.HAZARDS, "field.hazard"),
        _choice("severity", report_codes.SEVERITIES, "field.severity"),
        Row("radius_m", COUNT, "field.radius", steps=steps.RADII_M),
        _choice("action", report_codes.ACTIONS, "field.action"),
    )


def _worksite_triage() -> tuple[Row, ...]:
    return (
        _worksite(),
        Row("live", COUNT, "field.live"),
        Row("under_12h", YES_NO, "field.under_12h"),
        Row("missing", COUNT, "field.missing"),
        Row("deceased", COUNT, "field.deceased"),
        _hazards(),
    )


def _needs_report() -> tuple[Row, ...]:
    return (
        _needs(),
        _choice("urgency", report_codes.URGENCIES, "field.urgency"),
        Row("people", COUNT, "field.people", steps=steps.PEOPLE),
    )


def _medevac() -> tuple[Row, ...]:
    return (
        _choice("precedence", report_codes.PRECEDENCES, "field.precedence"),
        Row("patients", COUNTS, "field.patients", names=CASUALTIES[:4]),
        Row("litter", COUNT, "field.litter"),
        Row("ambulatory", COUNT, "field.ambulatory"),
        Row("children", COUNT, "field.children"),
    )


def _victim() -> tuple[Row, ...]:
    return (
        _worksite(),
        Row("number", COUNT, "field.number", steps=steps.COUNTS[1:]),
        _choice("triage", code_lists.TRIAGE_COLOURS, "field.triage"),
    )


def _sos() -> tuple[Row, ...]:
    return (
        _choice("kind", code_lists.SOS_KINDS, "field.kind", prefix="sos_kind"),
        Row("people", COUNT, "field.people"),
    )


def _choice(
    field: str,
    names: tuple[str, ...],
    label: str,
    order: tuple[int, ...] = (),
    prefix: str = "",
) -> Row:
    return Row(field, CHOICE, label, names=names, prefix=prefix or field, order=order)


def _hazards() -> Row:
    return Row("hazards", SET, "summary.hazards", names=code_lists.HAZARDS, prefix="hazard")


def _needs() -> Row:
    return Row(
        "needs",
        NEEDS,
        "summary.needs",
        names=code_lists.NEED_ITEMS,
        prefix="need",
        steps=steps.QUANTITIES,
    )


def _worksite() -> Row:
    return Row("worksite", DIGITS, "field.worksite", places=SERIAL_PLACES)


def _statuses() -> tuple[int, ...]:
    first = tuple([code_lists.TEAM_STATUSES.index(name) for name in STATUSES_FIRST])
    rest = [code for code in range(len(code_lists.TEAM_STATUSES)) if code not in first]
    return first + tuple(rest)


_SHEETS = {
    "sitrep": _sitrep,
    "message": _message,
    "hazard": _hazard,
    "worksite_triage": _worksite_triage,
    "needs": _needs_report,
    "medevac": _medevac,
    "victim": _victim,
    "sos": _sos,
}
