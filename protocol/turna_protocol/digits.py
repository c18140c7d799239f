"""Mixed-radix numbers: how several small fields share one CBOR integer.

A field is one digit or a few.  Digits are put from the least significant upwards; when the
next digit no longer fits 64 bits, it starts the next integer.  Any CBOR decoder reads the
integers; `divmod` by the radices of docs/protocol.md, in order, reads the fields.
"""

from . import cbor
from .errors import MalformedError, MisuseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# CBOR's widest integer (RFC 8949, section 3).
INTEGER_LIMIT = 1 << 64
# The largest radix of any digit; wider fields take two.
RADIX_LIMIT = 1 << 20
# Digits gather in limbs small enough that a byte times a limb stays below 2**30: beyond that, a
# 32-bit board would put every step on the heap.
_LIMB_LIMIT = 1 << 21
_SURE_LIMBS = 3  # that many fit 64 bits, however full


class DigitWriter:
    """Collects digits, and now and then a text, into the bytes of a CBOR sequence."""

    def __init__(self) -> None:
        self._out = bytearray()
        self._integer = bytearray(8)
        # Eight: two neighbours together exceed a limb, so 64 bits hold fewer.  Spelled out, because
        # `[0] * 8` leaves a second list on the heap.
        self._limbs = [0, 0, 0, 0, 0, 0, 0, 0]
        self._scales = [1, 1, 1, 1, 1, 1, 1, 1]
        self._current = 0
        self._room = _LIMB_LIMIT  # the largest the current limb may become

    def put(self, digit: int, radix: int) -> None:
        if not 0 <= digit < radix <= RADIX_LIMIT:
            raise MisuseError("out of range")
        # Divided rather than multiplied: a product of scale and radix may exceed 30 bits.
        if radix > _LIMB_LIMIT // self._scales[self._current]:
            self._current += 1
            if self._current >= _SURE_LIMBS:
                self._room = self._left()
        if radix > self._room // self._scales[self._current]:
            self._end_integer()
        self._limbs[self._current] += digit * self._scales[self._current]
        self._scales[self._current] *= radix

    def close(self) -> None:
        """End the current integer, if there is one; the next digit starts another."""
        if self._current or self._scales[0] > 1:
            self._end_integer()

    def put_item(self, item: str | bytes | bytearray) -> None:
        """Add a text as an item of its own."""
        self.close()
        cbor.append(self._out, item)

    def content(self) -> bytes:
        """End the writing; return the sequence."""
        self.close()
        return bytes(self._out)

    def _left(self) -> int:
        """Return what the finished limbs leave of 64 bits, as far as a limb can use it."""
        left = self._integer
        for place in range(8):
            left[place] = 0
        remainder = 1  # 2**64 is a one before eight zeros
        for limb in range(self._current):
            for place in range(8):
                remainder = remainder << 8 | left[place]
                left[place] = remainder // self._scales[limb]
                remainder %= self._scales[limb]
            remainder = 0
        for place in range(5):
            if left[place]:
                return _LIMB_LIMIT
        return left[5] << 16 | left[6] << 8 | left[7]

    def _end_integer(self) -> None:
        for place in range(8):
            self._integer[place] = 0
        while self._current >= 0:
            self._times_plus(self._scales[self._current], self._limbs[self._current])
            self._limbs[self._current], self._scales[self._current] = 0, 1
            self._current -= 1
        cbor.write_unsigned(self._out, self._integer)
        self._current, self._room = 0, _LIMB_LIMIT

    def _times_plus(self, scale: int, carry: int) -> None:
        integer = self._integer
        for place in range(7, -1, -1):
            carry += integer[place] * scale
            integer[place] = carry & 0xFF
            carry >>= 8


class DigitReader:
    """Takes the digits of a sequence's integers again, in the order they were put."""

    def __init__(self, items: "Sequence[object]") -> None:
        self._items = items
        self._next = 0
        self._room = 0
        self._value = 0

    def take(self, radix: int) -> int:
        if radix == 1:
            return 0
        if radix > self._room:
            self._open()
        self._room //= radix
        self._value, digit = divmod(self._value, radix)
        return digit

    def take_item(self) -> object:
        """Return the next item, which is not made of digits."""
        self.close()
        if self._next == len(self._items):
            raise MalformedError("ends too early")
        self._next += 1
        return self._items[self._next - 1]

    def close(self) -> None:
        """End the current integer, of which nothing may be left."""
        if self._value:
            raise MalformedError("an integer holds more than its fields")
        self._room = 0

    def finish(self) -> None:
        """End the reading; nothing may be left at all."""
        self.close()
        if self._next != len(self._items):
            raise MalformedError("values after the last field")

    def _open(self) -> None:
        value = self.take_item()
        if not isinstance(value, int) or value is True or value is False or value < 0:
            raise MalformedError("not an unsigned integer")
        self._value, self._room = value, INTEGER_LIMIT
