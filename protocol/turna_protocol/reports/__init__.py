"""Every type of report, and their one encoding; start with `codec`."""

from .codec import (
    MAX_CONTENT_BYTES,
    TYPES,
    decode_report,
    encode_report,
    priority,
    report_type,
)
from .heading import Fix, Report
from .node_health import NodeHealth
from .position import Position
from .sitrep import Casualties, Sitrep
from .sos import Sos

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
)
