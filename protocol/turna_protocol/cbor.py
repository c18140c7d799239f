"""Deterministic CBOR (RFC 8949, section 4.2.1), as much of it as Turna uses.

Integers, byte and text strings, arrays, maps, false, true and null.  No floats, no tags, no
indefinite lengths.  The decoder accepts exactly what the encoder emits, one value for one
string of bytes, in time and memory bounded by the length of the input.
"""

from .errors import MalformedError, MisuseError
from .text import check_utf8

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias, Union

    Value: TypeAlias = Union[
        "int",
        "bytes",
        "bytearray",
        "str",
        "bool",
        "None",
        "list[Value]",
        "tuple[Value, ...]",
        "dict[Value, Value]",
    ]

UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, SIMPLE = 0, 1, 2, 3, 4, 5, 7
_FALSE, _TRUE, _NULL = 0xF4, 0xF5, 0xF6

# Nothing that Turna sends nests deeper: a message, its list, an entry, the entry's fields.
MAX_DEPTH = 4
# The largest input looked at: a broker message; radio packets are far smaller.
MAX_BYTES = 65_536


def encode(value: "Value") -> bytes:
    """Return the one encoding of a value."""
    out = bytearray()
    _encode(out, value, 0)
    return bytes(out)


def append(out: bytearray, value: "Value") -> None:
    """Append the one encoding of a value."""
    _encode(out, value, 0)


def write_unsigned(out: bytearray, integer: bytearray) -> None:
    """Append the encoding of an unsigned integer given as eight bytes, most significant first.

    A 32-bit board keeps every integer beyond 30 bits on its heap; bytes in place cost nothing.
    """
    leading = 0
    while leading < 7 and integer[leading] == 0:
        leading += 1
    if leading < 4:
        leading = 0
        out.append(UNSIGNED << 5 | 27)
    elif leading < 6:
        leading = 4
        out.append(UNSIGNED << 5 | 26)
    elif leading < 7:
        leading = 6
        out.append(UNSIGNED << 5 | 25)
    elif integer[7] >= 24:
        out.append(UNSIGNED << 5 | 24)
    for place in range(leading, 8):
        out.append(integer[place])


def decode(data: bytes) -> "Value":
    """Return the one value that the whole of `data` encodes."""
    value, end = _decode(_bounded(data), 0, 0)
    if end != len(data):
        raise MalformedError("bytes after the value")
    return value


def decode_sequence(data: bytes, limit: int) -> "list[Value]":
    """Return the values of a sequence of at most `limit` of them."""
    _bounded(data)
    values: "list[Value]" = []
    at = 0
    while at < len(data):
        if len(values) == limit:
            raise MalformedError("too many values in the sequence")
        value, at = _decode(data, at, 0)
        values.append(value)
    return values


def _bounded(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise MalformedError("longer than any message")
    return data


def _encode(out: bytearray, value: "Value", depth: int) -> None:
    if value is None or value is True or value is False:
        out.append(_NULL if value is None else (_TRUE if value else _FALSE))
    elif isinstance(value, int):
        _head(out, UNSIGNED, value) if value >= 0 else _head(out, NEGATIVE, -1 - value)
    elif isinstance(value, str):
        data = value.encode()
        _head(out, TEXT, len(data))
        out.extend(data)
    elif isinstance(value, (bytes, bytearray)):
        _head(out, BYTES, len(value))
        out.extend(value)
    elif isinstance(value, (list, tuple, dict)):
        _encode_container(out, value, depth + 1)
    else:
        raise MisuseError(f"no CBOR for {type(value).__name__}")


def _encode_container(out: bytearray, value: object, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise MisuseError("nested too deep")
    if isinstance(value, dict):
        _head(out, MAP, len(value))
        if not all(_is_key(key) for key in value):
            raise MisuseError("a map's key is no integer, bytes or text")
        for key, item in sorted([(encode(key), value[key]) for key in value], key=_first):
            out.extend(key)
            _encode(out, item, depth)
    elif isinstance(value, (list, tuple)):
        _head(out, ARRAY, len(value))
        for item in value:
            _encode(out, item, depth)


def _is_key(value: object) -> bool:
    """Say whether a value may be a key: not true and false, which Python takes for 1 and 0."""
    return value is not True and value is not False and isinstance(value, (int, bytes, str))


def _first(pair: "tuple[bytes, Value]") -> bytes:
    return pair[0]


def _head(out: bytearray, major: int, argument: int) -> None:
    major <<= 5
    if argument < 24:
        out.append(major | argument)
    elif argument < 0x100:
        out.append(major | 24)
        out.append(argument)
    elif argument < 0x10000:
        out.append(major | 25)
        out.extend(argument.to_bytes(2, "big"))
    elif argument < 0x1_0000_0000:
        out.append(major | 26)
        out.extend(argument.to_bytes(4, "big"))
    elif argument < 0x1_0000_0000_0000_0000:
        out.append(major | 27)
        out.extend(argument.to_bytes(8, "big"))
    else:
        raise MisuseError("integer beyond 64 bits")


def _decode(data: bytes, at: int, depth: int) -> "tuple[Value, int]":
    major, argument, at = _decode_head(data, at)
    if major == UNSIGNED:
        return argument, at
    if major == NEGATIVE:
        return -1 - argument, at
    if major == BYTES or major == TEXT:
        return _decode_string(data, at, argument, major)
    if major == ARRAY or major == MAP:
        if depth == MAX_DEPTH:
            raise MalformedError("nested too deep")
        if argument > len(data) - at:  # each element takes at least one byte
            raise MalformedError("ends too early")
        return (_decode_array if major == ARRAY else _decode_map)(data, at, argument, depth + 1)
    if major == SIMPLE and 20 <= argument <= 22:
        return (False, True, None)[argument - 20], at
    raise MalformedError("a type that Turna does not use")


def _decode_head(data: bytes, at: int) -> tuple[int, int, int]:
    if at >= len(data):
        raise MalformedError("ends too early")
    major, argument = data[at] >> 5, data[at] & 31
    at += 1
    if argument < 24:
        return major, argument, at
    if argument > 27:
        raise MalformedError("indefinite length or reserved head")
    if major == SIMPLE:
        raise MalformedError("a type that Turna does not use")
    end = at + (1 << (argument - 24))
    if end > len(data):
        raise MalformedError("ends too early")
    least = (24, 0x100, 0x10000, 0x1_0000_0000)[argument - 24]
    argument = int.from_bytes(data[at:end], "big")
    if argument < least:
        raise MalformedError("integer not in its shortest form")
    return major, argument, end


def _decode_string(data: bytes, at: int, length: int, major: int) -> tuple[bytes | str, int]:
    if length > len(data) - at:
        raise MalformedError("ends too early")
    content = bytes(data[at : at + length])
    if major == BYTES:
        return content, at + length
    check_utf8(content)
    return content.decode(), at + length


def _decode_array(data: bytes, at: int, count: int, depth: int) -> "tuple[list[Value], int]":
    values: "list[Value]" = []
    for _ in range(count):
        value, at = _decode(data, at, depth)
        values.append(value)
    return values, at


def _decode_map(data: bytes, at: int, count: int, depth: int) -> "tuple[dict[Value, Value], int]":
    values: "dict[Value, Value]" = {}
    previous = b""
    for _ in range(count):
        start = at
        key, at = _decode(data, at, depth)
        if not _is_key(key):
            raise MalformedError("a map's key is no integer, bytes or text")
        encoded = data[start:at]
        if encoded <= previous:
            raise MalformedError("a map's keys are not in ascending order")
        previous = encoded
        values[key], at = _decode(data, at, depth)
    return values, at
