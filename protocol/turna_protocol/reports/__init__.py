"""Every type of report, and their one encoding; start with `codec`.

The everyday types are here; the longer forms are modules of their own, so that a board need not
hold what it does not send.
"""

from .casualties import Casualties
from .codec import MAX_CONTENT_BYTES, decode_report, encode_report, priority, report_type
from .heading import Fix, Report
from .node_health import NodeHealth
from .position import Position
from .sitrep import Sitrep
from .sos import Sos
from .types import TYPES, type_number

__all__ = (
    "MAX_CONTENT_BYTES",
    "TYPES",
    "Casualties",
    "Fix",
    "NodeHealth",
    "Position",
    "Report",
    "Sitrep",
    "Sos",
    "decode_report",
    "encode_report",
    "priority",
    "report_type",
    "type_number",
)
