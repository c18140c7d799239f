"""Every type of report by its number on the wire; a board loads only those it uses."""

from ..errors import MisuseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .heading import Report


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


# The first three have the shortest headings.
TYPES = (
    ReportType("position", "Position"),
    ReportType("sitrep", "Sitrep"),
    ReportType("sos", "Sos"),
    ReportType("node_health", "NodeHealth"),
    ReportType("worksite_triage", "WorksiteTriage"),
    ReportType("worksite_report", "WorksiteReport"),
    ReportType("victim", "Victim"),
    ReportType("hazard", "Hazard"),
    ReportType("medevac", "Medevac"),
    ReportType("needs", "NeedsReport"),
    ReportType("area", "Area"),
    ReportType("message", "Message"),
    ReportType("task", "Task"),
    ReportType("task_status", "TaskStatus"),
    ReportType("settings", "Settings"),
)


def type_number(report: object) -> int:
    """Return the number of a report's type."""
    name = getattr(report, "NAME", "")
    number = 0
    for entry in TYPES:
        if name == entry.NAME:
            return number
        number += 1  # noqa: SIM113  # enumerate() would make a tuple at every step
    raise MisuseError("not a report")
