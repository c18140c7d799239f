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


# A count's first digit holds 0, unknown and 1 to 3; each further one the next larger numbers.
COUNT_TIERS = (6, 12, 64, 9922)


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
    """Metres above sea level, or None; usual heights take 12 bits."""

    USUAL_LOW, USUAL_HIGH = -96, 3999
    LOW, HIGH = -500, 9499

    def put(self, digits: DigitWriter, value: object) -> None:
        if value is None:
            digits.put(0, 3)
            return
        metres = whole_number(value)
        if not self.LOW <= metres <= self.HIGH:
            raise MisuseError(f"not within {self.LOW} to {self.HIGH}")
        if self._is_usual(metres):
            digits.put(1, 3)
            digits.put(metres - self.USUAL_LOW, self.USUAL_HIGH - self.USUAL_LOW + 1)
        else:
            digits.put(2, 3)
            digits.put(metres - self.LOW, self.HIGH - self.LOW + 1)

    def take(self, digits: DigitReader) -> int | None:
        kind = digits.take(3)
        if kind == 0:
            return None
        if kind == 1:
            return self.USUAL_LOW + digits.take(self.USUAL_HIGH - self.USUAL_LOW + 1)
        metres = self.LOW + digits.take(self.HIGH - self.LOW + 1)
        if self._is_usual(metres):
            raise MalformedError("altitude not in its shortest form")
        return metres

    def _is_usual(self, metres: int) -> bool:
        return self.USUAL_LOW <= metres <= self.USUAL_HIGH


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


class Choice:
    """One of a list of names, by its number; room for `radix` of them."""

    def __init__(self, names: tuple[str, ...], radix: int = 0) -> None:
        self.names = names
        self._radix = radix or len(names)

    def put(self, digits: DigitWriter, value: object) -> None:
        number = whole_number(value)
        if not 0 <= number < len(self.names):
            raise MisuseError("no such code")
        digits.put(number, self._radix)

    def take(self, digits: DigitReader) -> int:
        number = digits.take(self._radix)
        if number >= len(self.names):
            raise MalformedError("no such code")
        return number


class Choices:
    """A set of codes: an ascending tuple.  How many, then each above the one before."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names

    def put(self, digits: DigitWriter, value: object) -> None:
        put_ascending(digits, ascending_codes(value, len(self.names)), len(self.names))

    def take(self, digits: DigitReader) -> tuple[int, ...]:
        return take_ascending(digits, len(self.names))


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
        which, code, radix = self._classify(amount)
        digits.put(which, self._CLASSES)
        digits.put(code, radix)

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
        amount = digits.take(self._MEDIUM) + 1 if which == 4 else digits.take(self.HIGH + 1)
        if self._classify(amount)[0] != which:
            raise MalformedError("amount not in its shortest form")
        return amount

    def _classify(self, amount: int) -> tuple[int, int, int]:
        """Return the first class that holds an amount, its code there and the class's radix."""
        if amount == 0:
            return 6, 0, 1
        if amount <= self._SMALL:
            return 1, amount - 1, self._SMALL
        if amount % 10 == 0 and amount // 10 < self._TENS + 2:
            return 2, amount // 10 - 2, self._TENS
        if amount % 100 == 0 and amount // 100 < self._HUNDREDS + 4:
            return 3, amount // 100 - 4, self._HUNDREDS
        if amount <= self._MEDIUM:
            return 4, amount - 1, self._MEDIUM
        return 5, amount, self.HIGH + 1


class Needs:
    """What is needed: an ascending tuple of (item, quantity or None), the items as a set first."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self._quantity = Amount()

    def put(self, digits: DigitWriter, value: object) -> None:
        if not isinstance(value, tuple):
            raise MisuseError("not a tuple of (item, quantity)")
        items = ascending_codes(tuple([pair[0] for pair in value]), len(self.names))
        put_ascending(digits, items, len(self.names))
        for item, quantity in value:
            try:
                self._quantity.put(digits, quantity)
            except MisuseError as error:
                raise MisuseError(f"{self.names[item]}: {error}") from None

    def take(self, digits: DigitReader) -> tuple[tuple[int, int | None], ...]:
        items = take_ascending(digits, len(self.names))
        return tuple([(item, self._quantity.take(digits)) for item in items])


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
    for radix in tiers[:-1]:
        if code < radix - 1:
            digits.put(code, radix)
            return
        digits.put(radix - 1, radix)
        code -= radix - 1
    digits.put(code, tiers[-1])


def take_tiered(digits: DigitReader, tiers: tuple[int, ...]) -> int:
    """Return a code; the inverse of `put_tiered`."""
    below = 0
    for radix in tiers[:-1]:
        digit = digits.take(radix)
        if digit < radix - 1:
            return below + digit
        below += radix - 1
    return below + digits.take(tiers[-1])


def ascending_codes(value: object, number_of_codes: int) -> tuple[int, ...]:
    """Return a set of codes as it is; it must be an ascending tuple without doubles."""
    if not isinstance(value, tuple):
        raise MisuseError("not a tuple of codes")
    previous = -1
    for code in value:
        if not previous < whole_number(code) < number_of_codes:
            raise MisuseError("codes not ascending, or no such code")
        previous = code
    return value


# Up to 4 codes of a longer list need one digit to say how many, more need a second.
_FEW = 5


def _set_tiers(number_of_codes: int) -> tuple[int, ...]:
    if number_of_codes <= _FEW:
        return (number_of_codes + 1,)
    return (_FEW + 1, number_of_codes + 1 - _FEW)


def put_ascending(digits: DigitWriter, codes: tuple[int, ...], number_of_codes: int) -> None:
    """Put how many codes there are, then each as its distance above the one before."""
    put_tiered(digits, len(codes), _set_tiers(number_of_codes))
    least = 0
    for index, code in enumerate(codes):
        still_to_come = len(codes) - index - 1
        digits.put(code - least, number_of_codes - still_to_come - least)
        least = code + 1


def take_ascending(digits: DigitReader, number_of_codes: int) -> tuple[int, ...]:
    """Return a set of codes; the inverse of `put_ascending`."""
    count = take_tiered(digits, _set_tiers(number_of_codes))
    codes = []
    least = 0
    for index in range(count):
        still_to_come = count - index - 1
        least += digits.take(number_of_codes - still_to_come - least)
        codes.append(least)
        least += 1
    return tuple(codes)
