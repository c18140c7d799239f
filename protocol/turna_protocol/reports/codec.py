"""Reports to bytes and back: a heading, then the fields of the type's layout."""

from .. import cbor, codes
from ..digits import DigitReader, DigitWriter
from ..errors import MalformedError, MisuseError
from ..frame import Frame
from .heading import Report, put_heading, take_heading, take_type
from .node_health import NodeHealth
from .position import Position
from .sitrep import Sitrep
from .sos import Sos

# A type's place is its number on the wire; the first three have the shortest headings.
TYPES: tuple[tuple[str, type[Report]], ...] = (
    ("position", Position),
    ("sitrep", Sitrep),
    ("sos", Sos),
    ("node_health", NodeHealth),
)
# The longest packet (`packet.PACKET_BYTES_MAX`) less the header and tags of a report.
MAX_CONTENT_BYTES = 209
# The longest report today takes 8: absolute place and time, large counts, every need.
MAX_ITEMS = 64


def encode_report(report: Report, frame: Frame) -> bytes:
    """Return a report's content: the one encoding of it, a CBOR sequence."""
    number = _type_number(report)
    contradiction = report.contradiction()
    if contradiction is not None:
        raise MisuseError(contradiction)
    digits = DigitWriter()
    put_heading(digits, number, report, frame)
    for name, field in TYPES[number][1].LAYOUT:
        try:
            field.put(digits, getattr(report, name))
        except MisuseError as error:
            raise MisuseError(f"{name}: {error}") from None
    digits.close()
    content = cbor.encode_sequence(digits.items)
    if len(content) > MAX_CONTENT_BYTES:
        raise MisuseError(f"a report of more than {MAX_CONTENT_BYTES} bytes; shorten the text")
    return content


def decode_report(content: bytes, frame: Frame) -> Report:
    """Return the report of a content; accept nothing that `encode_report` would not make."""
    if len(content) > MAX_CONTENT_BYTES:
        raise MalformedError("longer than any report")
    digits = DigitReader(cbor.decode_sequence(content, MAX_ITEMS))
    number = take_type(digits)
    if number >= len(TYPES):
        raise MalformedError("no such type of report")
    kind = TYPES[number][1]
    fields = take_heading(digits, frame)
    for name, field in kind.LAYOUT:
        fields[name] = field.take(digits)
    digits.finish()
    report = kind(**fields)  # type: ignore[arg-type]  # each field gives what its constructor takes
    contradiction = report.contradiction()
    if contradiction is not None:
        raise MalformedError(contradiction)
    return report


def report_type(report: Report) -> str:
    """Return the name of a report's type."""
    return TYPES[_type_number(report)][0]


def priority(report: Report) -> int:
    """Return a report's precedence: 3 flash, 2 immediate, 1 priority, 0 routine."""
    if isinstance(report, Sos):
        return 3
    if isinstance(report, Sitrep):
        return 2 if report.team_status == codes.IN_DISTRESS else 1
    return 0


def _type_number(report: Report) -> int:
    for number, (_, kind) in enumerate(TYPES):
        if type(report) is kind:
            return number
    raise MisuseError("not a report")
