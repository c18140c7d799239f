"""Numbers of what goes down: none is ever given out twice, for each is committed before its use."""

from collections import Counter

import sqlalchemy as sa

from turna_backbone.envelope import GivenOut
from turna_protocol import alerts, codes
from turna_secretariat.down_schema import down_number
from turna_secretariat.registry import Registry
from turna_secretariat.schema import run
from turna_secretariat.transaction import Transaction

# Of what a day or two may bring; far from what handsets cannot follow any more (orders.WINDOW,
# alerts.SKIPS_MAX) and from the end of each count.
ORDERS_SKIPPED, NOTICES_SKIPPED, TASKS_SKIPPED, ALERTS_SKIPPED = 32, 64, 64, 16


class DownNumbers:
    """Counts by name, in one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._execute = transaction.execute
        self._taken: Counter[str] = Counter()

    def take(self, name: str, count: int, first: int = 0) -> int:
        """Return the first of `count` numbers that nobody was given before."""
        stored = self._stored(name)
        number = first if stored is None else stored
        self._set_next(name, number + count, is_new=stored is None)
        self._taken[name] += count
        return number

    def given_out(self) -> GivenOut | None:
        """Count what was taken here; return how far the present run has numbered, if it has begun.

        No count of the archive goes further in a run than this one, which adds up the furthest
        step of each transaction.
        """
        boot_id = self._execute(
            sa.select(run.c.boot_id).order_by(run.c.id.desc()).limit(1)
        ).scalar()
        if boot_id is None:
            return None
        name = _of_run(boot_id)
        count = self.next(name) + max(self._taken.values(), default=0)
        self._taken.clear()
        self.skip_to(name, count)
        return GivenOut(boot_id, count)

    def lacking(self, said: GivenOut) -> int | None:
        """Return how much further than known here a run has numbered; None of an unknown run."""
        known = self._stored(_of_run(said.boot_id))
        if known is None:
            own = self._execute(sa.select(run.c.id).where(run.c.boot_id == said.boot_id)).first()
            return None if own is None else said.count
        return max(0, said.count - known)

    def note(self, said: GivenOut) -> None:
        """Remember what a run with another archive has numbered."""
        self.skip_to(_of_run(said.boot_id), said.count)

    def next(self, name: str, first: int = 0) -> int:
        """Return the number that would be given out now."""
        stored = self._stored(name)
        return first if stored is None else stored

    def skip_to(self, name: str, number: int) -> None:
        """Give out nothing below `number` any more."""
        stored = self._stored(name)
        if stored is None or stored < number:
            self._set_next(name, number, is_new=stored is None)

    def skip_ahead(self, registry: Registry, lacking: int | None) -> None:
        """Leave out of each count what was given out since this archive was copied.

        At most what is `lacking`; if that is None, nobody knows how much it was.
        """
        for known in registry.handsets():
            self._skip(f"order {known.device} {known.generation}", ORDERS_SKIPPED, lacking)
        self._skip("notice", NOTICES_SKIPPED, lacking)
        self._skip("task", TASKS_SKIPPED, lacking)
        for mode in range(len(codes.MODES)):
            for code in range(len(alerts.CODE_NAMES)):
                self._skip(f"alert {mode} {code}", ALERTS_SKIPPED, lacking)

    def _skip(self, name: str, probable: int, lacking: int | None) -> None:
        count = probable if lacking is None else min(probable, lacking)
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


def _of_run(boot_id: bytes) -> str:
    return f"given {boot_id.hex()}"
