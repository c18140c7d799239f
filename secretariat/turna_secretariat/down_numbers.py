"""Numbers of what goes down: none is ever given out twice, for each is committed before its use."""

import sqlalchemy as sa

from turna_protocol import alerts, codes
from turna_secretariat.down_schema import down_number
from turna_secretariat.registry import Registry
from turna_secretariat.transaction import Transaction

# Of what a day or two may bring; far from what handsets cannot follow any more (orders.WINDOW,
# alerts.SKIPS_MAX) and from the end of each count.
ORDERS_SKIPPED, NOTICES_SKIPPED, TASKS_SKIPPED, ALERTS_SKIPPED = 32, 64, 64, 16


class DownNumbers:
    """Counts by name, in one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._execute = transaction.execute

    def take(self, name: str, count: int, first: int = 0) -> int:
        """Return the first of `count` numbers that nobody was given before."""
        stored = self._stored(name)
        number = first if stored is None else stored
        self._set_next(name, number + count, is_new=stored is None)
        return number

    def next(self, name: str, first: int = 0) -> int:
        """Return the number that would be given out now."""
        stored = self._stored(name)
        return first if stored is None else stored

    def skip_to(self, name: str, number: int) -> None:
        """Give out nothing below `number` any more."""
        stored = self._stored(name)
        if stored is None or stored < number:
            self._set_next(name, number, is_new=stored is None)

    def skip_ahead(self, registry: Registry) -> None:
        """Leave out of each count what was probably given out since this archive was copied."""
        for known in registry.handsets():
            self._skip(f"order {known.device} {known.generation}", ORDERS_SKIPPED)
        self._skip("notice", NOTICES_SKIPPED)
        self._skip("task", TASKS_SKIPPED)
        for mode in range(len(codes.MODES)):
            for code in range(len(alerts.CODE_NAMES)):
                self._skip(f"alert {mode} {code}", ALERTS_SKIPPED)

    def _skip(self, name: str, count: int) -> None:
        self.skip_to(name, self.next(name, first=1) + count)

    def _stored(self, name: str) -> int | None:
        query = sa.select(down_number.c.next).where(down_number.c.name == name)
        found = self._execute(query).scalar()
        return None if found is None else int(found)

    def _set_next(self, name: str, number: int, *, is_new: bool) -> None:
        if is_new:
            self._execute(down_number.insert().values(name=name, next=number))
        else:
            mine = down_number.c.name == name
            self._execute(down_number.update().where(mine).values(next=number))
