"""Reports to bytes and back: a heading, then the fields of the type's layout."""

from .. import cbor
from ..digits import DigitReader, DigitWriter
from ..errors import MalformedError, MisuseError
from ..frame import Frame
from .heading import Report, put_heading, take_heading, take_kind
from .types import type_number, type_of

# The longest packet (`packet.PACKET_BYTES_MAX`) less the header and tags of a report.
MAX_CONTENT_BYTES = 209
# More than any report has: absolute place and time, large counts, every need.
MAX_ITEMS = 64


def encode_report(report: Report, frame: Frame) -> bytes:
    """Return a report's content: the one encoding of it, a CBOR sequence."""
    number = type_number(report)
    contradiction = report.contradiction()
    if contradiction is not None:
        raise MisuseError(contradiction)
    digits = DigitWriter()
    put_heading(digits, number, report, frame)
    for name, field in report.LAYOUT:
        try:
            field.put(digits, getattr(report, name))
        except MisuseError as error:
            raise MisuseError(f"{name}: {error}") from None
    content = digits.content()
    if len(content) > MAX_CONTENT_BYTES:
        raise MisuseError(f"a report of more than {MAX_CONTENT_BYTES} bytes; shorten the text")
    return content


def decode_report(content: bytes, frame: Frame) -> Report:
    """Return the report of a content; accept nothing that `encode_report` would not make."""
    if len(content) > MAX_CONTENT_BYTES:
        raise MalformedError("longer than any report")
    digits = DigitReader(cbor.decode_sequence(content, MAX_ITEMS))
    number, mode, when, where = take_kind(digits)
    entry = type_of(number)
    if entry is None:
        raise MalformedError("no such type of report")
    kind = entry.kind()
    fields = take_heading(digits, frame, mode, when, where, fix_in_full=kind.FIX_IN_FULL)
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
    return report.NAME


def priority(report: Report) -> int:
    """Return a report's precedence: 3 flash, 2 immediate, 1 priority, 0 routine."""
    return report.priority()
