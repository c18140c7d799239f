"""Every type of report by its number on the wire; a board loads only those it uses."""

from ..errors import MisuseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .heading import Report

    TYPES: "tuple[ReportType, ...]"


class ReportType:
    """A type's name, and where its class is."""

    def __init__(self, name: str, class_name: str) -> None:
        self.NAME = name
        self._class_name = class_name

    def kind(self) -> "type[Report]":
        """Return the class, importing its module at the first call."""
        package = __name__[: __name__.rindex(".")]
        module = __import__(f"{package}.{self.NAME}", None, None, (self._class_name,))
        kind: "type[Report]" = getattr(module, self._class_name)
        return kind


# Name and class; the first three have the shortest headings.
_NAMES = (
    ("position", "Position"),
    ("sitrep", "Sitrep"),
    ("sos", "Sos"),
    ("node_health", "NodeHealth"),
    ("worksite_triage", "WorksiteTriage"),
    ("worksite_report", "WorksiteReport"),
    ("victim", "Victim"),
    ("hazard", "Hazard"),
    ("medevac", "Medevac"),
    ("needs", "NeedsReport"),
    ("area", "Area"),
    ("message", "Message"),
    ("task", "Task"),
    ("task_status", "TaskStatus"),
    ("settings", "Settings"),
)


def __getattr__(name: str) -> "tuple[ReportType, ...]":
    """Return TYPES, made when somebody asks: a board, which never does, has the memory for more."""
    if name != "TYPES":
        raise AttributeError(name)
    return tuple([ReportType(*pair) for pair in _NAMES])


def type_of(number: int) -> ReportType | None:
    """Return the type of this number, or None."""
    return ReportType(*_NAMES[number]) if number < len(_NAMES) else None


def type_number(report: object) -> int:
    """Return the number of a report's type."""
    name = getattr(report, "NAME", "")
    number = 0
    for entry in _NAMES:
        if name == entry[0]:
            return number
        number += 1  # noqa: SIM113  # enumerate() would make a tuple at every step
    raise MisuseError("not a report")


def type_named(name: str) -> ReportType:
    """Return the type of this name."""
    for pair in _NAMES:
        if pair[0] == name:
            return ReportType(*pair)
    raise MisuseError("no such type of report")
