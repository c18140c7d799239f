"""A text longer than a report carries: what the parts of a long message are, put together.

One CBOR array of mode, time and text, for both directions; turna.cddl has it as `long-text`.
"""

from . import cbor, codes
from .errors import MalformedError, MisuseError
from .fragments import MESSAGE_BYTES_MAX
from .record import Record

TIME_LIMIT_S = 1 << 32


class LongText(Record):
    """What somebody wrote, and when (unix seconds, 0 if unknown), in earnest or not."""

    FIELDS = ("mode", "time_s", "text")

    def __init__(self, mode: int, time_s: int, text: str) -> None:
        self.mode = mode
        self.time_s = time_s
        self.text = text


def pack_long_text(message: LongText) -> bytes:
    """Return the message, to be cut into parts by `fragments.split`."""
    problem = _problem(message.mode, message.time_s, message.text)
    if problem:
        raise MisuseError(problem)
    packed = cbor.encode([message.mode, message.time_s, message.text])
    if len(packed) > MESSAGE_BYTES_MAX:
        raise MisuseError("text too long")
    return packed


def unpack_long_text(message: bytes) -> LongText:
    """Return what an assembly put together, or raise MalformedError."""
    if len(message) > MESSAGE_BYTES_MAX:
        raise MalformedError("text too long")
    fields = cbor.decode(message)
    if not isinstance(fields, list) or len(fields) != 3:
        raise MalformedError("not a long text")
    mode, time_s, text = fields
    problem = _problem(mode, time_s, text)
    if problem:
        raise MalformedError(problem)
    return LongText(mode, time_s, text)  # type: ignore[arg-type]  # `_problem` looked at the types


def _problem(mode: object, time_s: object, text: object) -> str:
    """Return what nobody sends in a long text, empty if there is nothing."""
    if not _is_number(mode, len(codes.MODES)):
        return "mode"
    if not _is_number(time_s, TIME_LIMIT_S):
        return "time"
    if not isinstance(text, str) or not text:
        return "text"
    for letter in text:
        if letter < " " and letter != "\n":
            return "control characters in a text"
    return ""


def _is_number(value: object, limit: int) -> bool:
    # Compared by identity: Python takes true for 1.
    return (
        value is not True and isinstance(value, int) and value is not False and 0 <= value < limit
    )
