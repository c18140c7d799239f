"""Mixed-radix numbers: how several small fields share one CBOR integer.

A field is one digit or a few.  Digits are put from the least significant upwards; when the
next digit no longer fits 64 bits, it starts the next integer.  Any CBOR decoder reads the
integers; `divmod` by the radices of docs/protocol.md, in order, reads the fields.
"""

from .errors import MalformedError, MisuseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# CBOR's widest integer (RFC 8949, section 3).
INTEGER_LIMIT = 1 << 64
# MicroPython keeps integers below 2**30 out of the heap on 32-bit boards.
_SMALL = 1 << 30


class DigitWriter:
    """Collects digits, and now and then a text, into the items of a CBOR sequence."""

    def __init__(self) -> None:
        self.items: list[int | str | bytes] = []
        self._room = INTEGER_LIMIT
        self._limbs: list[tuple[int, int]] = []
        self._limb = 0
        self._scale = 1

    def put(self, digit: int, radix: int) -> None:
        if not 0 <= digit < radix:
            raise MisuseError("out of range")
        if radix > self._room:
            self.close()
        self._room //= radix
        if self._scale * radix > _SMALL:
            self._limbs.append((self._limb, self._scale))
            self._limb, self._scale = 0, 1
        self._limb += digit * self._scale
        self._scale *= radix

    def close(self) -> None:
        """End the current integer; the next digit starts another."""
        if self._room == INTEGER_LIMIT:
            return
        value = self._limb
        for limb, scale in reversed(self._limbs):
            value = value * scale + limb
        self.items.append(value)
        self._room, self._limb, self._scale = INTEGER_LIMIT, 0, 1
        self._limbs = []

    def put_item(self, item: str | bytes) -> None:
        """Add a text as an item of its own."""
        self.close()
        self.items.append(item)


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
