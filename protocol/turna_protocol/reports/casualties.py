"""People by triage category, as several reports count them."""

from ..digits import DigitReader, DigitWriter
from ..errors import MalformedError, MisuseError
from ..record import Record
from .fields import Count


class Casualties(Record):
    """People found, by triage category: each a count, or None for unknown."""

    FIELDS = ("immediate", "delayed", "minor", "expectant", "deceased")

    def __init__(
        self,
        immediate: int | None = None,
        delayed: int | None = None,
        minor: int | None = None,
        expectant: int | None = None,
        deceased: int | None = None,
    ) -> None:
        self.immediate = immediate
        self.delayed = delayed
        self.minor = minor
        self.expectant = expectant
        self.deceased = deceased

    def known(self) -> bool:
        """Say whether anything is known."""
        return not (
            self.immediate is None
            and self.delayed is None
            and self.minor is None
            and self.expectant is None
            and self.deceased is None
        )


_COUNT = Count()


class CasualtyCounts:
    """Five counts, or one digit when all are unknown."""

    def put(self, digits: DigitWriter, value: object) -> None:
        if not isinstance(value, Casualties):
            raise MisuseError("not Casualties")
        if not value.known():
            digits.put(0, 2)
            return
        digits.put(1, 2)
        for name in Casualties.FIELDS:
            try:
                _COUNT.put(digits, getattr(value, name))
            except MisuseError as error:
                raise MisuseError(f"{name}: {error}") from None

    def take(self, digits: DigitReader) -> Casualties:
        if digits.take(2) == 0:
            return Casualties()
        casualties = Casualties(*[_COUNT.take(digits) for _ in Casualties.FIELDS])
        if not casualties.known():
            raise MalformedError("casualties not in their shortest form")
        return casualties
