"""A frame for reports to be relative to, and what becomes of a report that cannot be said."""

from turna_protocol.errors import MisuseError
from turna_protocol.frame import Frame
from turna_protocol.reports import encode_report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turna_protocol.reports import Report

FRAME = Frame(3620000, 3616000, 1770340620)


def misuse(report: "Report") -> str:
    """Return why a report is refused before it is sent."""
    try:
        encode_report(report, FRAME)
    except MisuseError as error:
        return str(error)
    raise AssertionError("encoded")
