"""Numbers of what goes down: none is ever given out twice, for each is committed before its use."""

import sqlalchemy as sa

from turna_secretariat.down_schema import down_number
from turna_secretariat.transaction import Transaction


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
