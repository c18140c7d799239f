"""Numbers of what goes down: none is ever given out twice, for each is committed before its use."""

from collections import Counter
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Lacking:
    """What a run has numbered and this archive does not know; of an unknown run also more."""

    count: int
    is_unknown: bool

    def __bool__(self) -> bool:
        return self.is_unknown or self.count > 0


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
        """Count what was taken or left out here; return how far this run has numbered, if it began.

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

    def lacking(self, said: GivenOut) -> Lacking:
        """Return how much further than known here a run has numbered."""
        known = self._stored(_of_run(said.boot_id))
        if known is not None:
            return Lacking(max(0, said.count - known), is_unknown=False)
        own = self._execute(sa.select(run.c.id).where(run.c.boot_id == said.boot_id)).first()
        return Lacking(said.count, is_unknown=own is None)

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

    def skip_ahead(self, registry: Registry, lacking: Lacking) -> None:
        """Leave out of each count what was given out since this archive was copied.

        At most what is lacking; for an unknown run as much again as is probable, since what came
        before its count is not known.  Which of its two signs is heard first changes nothing.
        """
        for known in registry.handsets():
            self._skip(f"order {known.device} {known.generation}", ORDERS_SKIPPED, lacking)
        self._skip("notice", NOTICES_SKIPPED, lacking)
        self._skip("task", TASKS_SKIPPED, lacking)
        for mode in range(len(codes.MODES)):
            for code in range(len(alerts.CODE_NAMES)):
                self._skip(f"alert {mode} {code}", ALERTS_SKIPPED, lacking)

    def _skip(self, name: str, probable: int, lacking: Lacking) -> None:
        count = min(probable, lacking.count) + (probable if lacking.is_unknown else 0)
        self.skip_to(name, self.next(name, first=1) + count)
        # To whoever finds a copy that lacks this run as well it is as if they were given out.
        self._taken[name] += count

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
