"""The kinds of field that reports are made of, each as digits both ways.

A field knows nothing of its name or its report; `put` raises MisuseError for a value the
wire cannot carry, `take` raises MalformedError for digits that `put` never makes.
"""

from ..digits import DigitReader, DigitWriter
from ..errors import MalformedError, MisuseError
from ..text import pack_text, unpack_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Field(Protocol):
        """What a report's layout is made of."""

        def put(self, digits: DigitWriter, value: object) -> None: ...
        def take(self, digits: DigitReader) -> object: ...


# A count's first digit holds 0, unknown, 1 and 2; each further one the next larger numbers.
COUNT_TIERS = (5, 10, 64, 9925)


class Number:
    """An integer from `low` to `high`, or None for unknown."""

    def __init__(self, low: int, high: int) -> None:
        self.low = low
        self.high = high

    def put(self, digits: DigitWriter, value: object) -> None:
        if value is None:
            digits.put(0, self.high - self.low + 2)
        else:
            number = whole_number(value)
            if not self.low <= number <= self.high:
                raise MisuseError(f"not within {self.low} to {self.high}")
            digits.put(number - self.low + 1, self.high - self.low + 2)

    def take(self, digits: DigitReader) -> int | None:
        code = digits.take(self.high - self.low + 2)
        return code - 1 + self.low if code else None


class Steps:
    """An integer from 0 to `high` that travels in steps, rounded down; None for unknown."""

    def __init__(self, step: int, high: int) -> None:
        self.step = step
        self.high = high
        self._number = Number(0, high // step)

    def put(self, digits: DigitWriter, value: object) -> None:
        self._number.put(digits, None if value is None else whole_number(value) // self.step)

    def take(self, digits: DigitReader) -> int | None:
        number = self._number.take(digits)
        return None if number is None else number * self.step


class Count:
    """How many, or None for unknown, which is not 0; small numbers take few bits."""

    def __init__(self, tiers: tuple[int, ...] = COUNT_TIERS) -> None:
        self._tiers = tiers
        self.high = sum(tiers) - len(tiers) - 1

    def put(self, digits: DigitWriter, value: object) -> None:
        if value is None:
            put_tiered(digits, 1, self._tiers)
        else:
            number = whole_number(value)
            if not 0 <= number <= self.high:
                raise MisuseError(f"not within 0 to {self.high}")
            put_tiered(digits, number + 1 if number else 0, self._tiers)

    def take(self, digits: DigitReader) -> int | None:
        code = take_tiered(digits, self._tiers)
        return None if code == 1 else max(code - 1, 0)


class Altitude:
    """Metres above sea level, or None; plains take fewer bits than mountains, and few dive."""

    LOW, HIGH = -500, 9499
    # Kinds: none, plains, mountains, anything.
    _STARTS = (0, -100, 924, LOW)
    _RADICES = (1, 1024, 3072, HIGH - LOW + 1)

    def put(self, digits: DigitWriter, value: object) -> None:
        if value is None:
            digits.put(0, 4)
            return
        metres = whole_number(value)
        if not self.LOW <= metres <= self.HIGH:
            raise MisuseError(f"not within {self.LOW} to {self.HIGH}")
        kind = self._kind(metres)
        digits.put(kind, 4)
        digits.put(metres - self._STARTS[kind], self._RADICES[kind])

    def take(self, digits: DigitReader) -> int | None:
        kind = digits.take(4)
        if kind == 0:
            return None
        metres = self._STARTS[kind] + digits.take(self._RADICES[kind])
        if self._kind(metres) != kind:
            raise MalformedError("altitude not in its shortest form")
        return metres

    def _kind(self, metres: int) -> int:
        for kind in (1, 2):
            if 0 <= metres - self._STARTS[kind] < self._RADICES[kind]:
                return kind
        return 3


class Reference:
    """The sequence number of another report of the same handset, or None."""

    RADIX = 1 << 20

    def put(self, digits: DigitWriter, value: object) -> None:
        digits.put(0 if value is None else 1, 2)
        if value is not None:
            digits.put(whole_number(value), self.RADIX)

    def take(self, digits: DigitReader) -> int | None:
        return digits.take(self.RADIX) if digits.take(2) else None


class OwnInteger:
    """A field that starts an integer of its own, to keep the one before it short."""

    def __init__(self, field: "Field") -> None:
        self.field = field

    def put(self, digits: DigitWriter, value: object) -> None:
        digits.close()
        self.field.put(digits, value)

    def take(self, digits: DigitReader) -> object:
        digits.close()
        return self.field.take(digits)


class Amount:
    """A number from 0 to 2**32 - 1, or None for unknown; round ones take few bits.

    Classes: unknown, 1 to 16, round tens, round hundreds, any to 1024, any at all, and 0.
    """

    HIGH = (1 << 32) - 1
    _CLASSES = 7
    _SMALL, _TENS, _HUNDREDS, _MEDIUM = 16, 32, 34, 1024

    def put(self, digits: DigitWriter, value: object) -> None:
        if value is None:
            digits.put(0, self._CLASSES)
            return
        amount = whole_number(value)
        if not 0 <= amount <= self.HIGH:
            raise MisuseError(f"not within 0 to {self.HIGH}")
        which = self._class_of(amount)
        digits.put(which, self._CLASSES)
        if which == 1:
            digits.put(amount - 1, self._SMALL)
        elif which == 2:
            digits.put(amount // 10 - 2, self._TENS)
        elif which == 3:
            digits.put(amount // 100 - 4, self._HUNDREDS)
        elif which == 4:
            digits.put(amount - 1, self._MEDIUM)
        elif which == 5:
            digits.put(amount >> 16, 1 << 16)
            digits.put(amount & 0xFFFF, 1 << 16)

    def take(self, digits: DigitReader) -> int | None:
        which = digits.take(self._CLASSES)
        if which == 0:
            return None
        if which == 1:
            return digits.take(self._SMALL) + 1
        if which == 2:
            return (digits.take(self._TENS) + 2) * 10
        if which == 3:
            return (digits.take(self._HUNDREDS) + 4) * 100
        if which == 6:
            return 0
        if which == 4:
            amount = digits.take(self._MEDIUM) + 1
        else:
            amount = (digits.take(1 << 16) << 16) + digits.take(1 << 16)
        if self._class_of(amount) != which:
            raise MalformedError("amount not in its shortest form")
        return amount

    def _class_of(self, amount: int) -> int:
        """Return the first class that holds an amount."""
        if amount == 0:
            return 6
        if amount <= self._SMALL:
            return 1
        if amount % 10 == 0 and amount // 10 < self._TENS + 2:
            return 2
        if amount % 100 == 0 and amount // 100 < self._HUNDREDS + 4:
            return 3
        return 4 if amount <= self._MEDIUM else 5


class Text:
    """Free text as an item of its own after the integers, or None."""

    def put(self, digits: DigitWriter, value: object) -> None:
        digits.put(0 if value is None else 1, 2)
        if value is None:
            return
        if not isinstance(value, str):
            raise MisuseError("not a text")
        digits.put_item(pack_text(value))

    def take(self, digits: DigitReader) -> str | None:
        return unpack_text(digits.take_item()) if digits.take(2) else None


def whole_number(value: object) -> int:
    """Return an integer as it is; a boolean is none, a number with a fraction neither."""
    if value is True or value is False or not isinstance(value, int):
        raise MisuseError("not a whole number")
    return value


def put_tiered(digits: DigitWriter, code: int, tiers: tuple[int, ...]) -> None:
    """Put a code as one digit if it is small, else as that digit's last value and another digit."""
    last = len(tiers) - 1
    for index in range(last):
        radix = tiers[index]
        if code < radix - 1:
            digits.put(code, radix)
            return
        digits.put(radix - 1, radix)
        code -= radix - 1
    digits.put(code, tiers[last])


def take_tiered(digits: DigitReader, tiers: tuple[int, ...]) -> int:
    """Return a code; the inverse of `put_tiered`."""
    below = 0
    for radix in tiers[:-1]:
        digit = digits.take(radix)
        if digit < radix - 1:
            return below + digit
        below += radix - 1
    return below + digits.take(tiers[-1])
