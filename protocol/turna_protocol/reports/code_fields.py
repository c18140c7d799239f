"""The kinds of field that name things of a list: a code, a usual one, a set, one with amounts."""

from ..digits import DigitReader, DigitWriter
from ..errors import MalformedError, MisuseError
from .fields import Amount, put_tiered, take_tiered, whole_number


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


class UsualChoice:
    """One of a list of names: a usual one in one digit, any other in a second."""

    def __init__(self, names: tuple[str, ...], usual: tuple[int, ...], others: int) -> None:
        self.names = names
        self._usual = usual
        self._others = Choice(names, others)

    def put(self, digits: DigitWriter, value: object) -> None:
        if value in self._usual:
            digits.put(1 + self._usual.index(whole_number(value)), len(self._usual) + 1)
        else:
            digits.put(0, len(self._usual) + 1)
            self._others.put(digits, value)

    def take(self, digits: DigitReader) -> int:
        usual = digits.take(len(self._usual) + 1)
        if usual:
            return self._usual[usual - 1]
        number = self._others.take(digits)
        if number in self._usual:
            raise MalformedError("code not in its shortest form")
        return number


class Choices:
    """A set of codes: an ascending tuple.  How many, then each above the one before."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self._set = CodeSet(len(names))

    def put(self, digits: DigitWriter, value: object) -> None:
        if not isinstance(value, tuple):
            raise MisuseError("not a tuple of codes")
        self._set.put(digits, value)

    def take(self, digits: DigitReader) -> tuple[int, ...]:
        return self._set.take(digits)


class Needs:
    """What is needed: an ascending tuple of (item, quantity or None), the items as a set first."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self._set = CodeSet(len(names), pairs=True)
        self._quantity = Amount()

    def put(self, digits: DigitWriter, value: object) -> None:
        if not isinstance(value, tuple):
            raise MisuseError("not a tuple of (item, quantity)")
        self._set.put(digits, value)
        for item, quantity in value:
            try:
                self._quantity.put(digits, quantity)
            except MisuseError as error:
                raise MisuseError(f"{self.names[item]}: {error}") from None

    def take(self, digits: DigitReader) -> tuple[tuple[int, int | None], ...]:
        items = self._set.take(digits)
        return tuple([(item, self._quantity.take(digits)) for item in items])


class CodeSet:
    """An ascending tuple of codes below `limit`: how many, then each above the one before.

    With `pairs`, an entry to put is a tuple that begins with the code.
    """

    # Up to 2 codes of a longer list need one digit to say how many, more need a second.
    _FEW = 3

    def __init__(self, limit: int, *, pairs: bool = False) -> None:
        self._limit = limit
        self._pairs = pairs
        self._tiers: tuple[int, ...] = (limit + 1,)
        if limit > self._FEW:
            self._tiers = (self._FEW + 1, limit + 1 - self._FEW)

    def put(self, digits: DigitWriter, entries: tuple[object, ...]) -> None:
        count = len(entries)
        if count > self._limit:
            raise MisuseError("more codes than there are")
        put_tiered(digits, count, self._tiers)
        least = 0
        for entry in entries:
            count -= 1
            code = whole_number(entry[0] if self._pairs and isinstance(entry, tuple) else entry)
            if not least <= code < self._limit - count:
                raise MisuseError("codes not ascending, or no such code")
            digits.put(code - least, self._limit - count - least)
            least = code + 1

    def take(self, digits: DigitReader) -> tuple[int, ...]:
        count = take_tiered(digits, self._tiers)
        codes = []
        least = 0
        while count:
            count -= 1
            least += digits.take(self._limit - count - least)
            codes.append(least)
            least += 1
        return tuple(codes)
