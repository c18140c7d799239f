"""Every type of report, and their one encoding; start with `codec`.

The everyday names are here, each imported from its module at the first use (PEP 562), so that a
board holds no type of report but the one it makes or reads; the longer forms are modules of their
own.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
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

_MODULES = {
    "Casualties": "casualties",
    "Fix": "heading",
    "NodeHealth": "node_health",
    "Position": "position",
    "Report": "heading",
    "Sitrep": "sitrep",
    "Sos": "sos",
    "TYPES": "types",
    "type_number": "types",
}
_CODEC = "codec"


def __getattr__(name: str) -> object:
    """Return what is asked for; keep nothing, for a board lets go of modules it has used."""
    if name not in __all__:
        raise AttributeError(name)
    module = f"{__name__}.{_MODULES.get(name, _CODEC)}"
    return getattr(__import__(module, None, None, (name,)), name)
