"""Which of a handset's numbers are missing, and when the gateways are asked for them.

A gap is a hint, not a proof of loss: what a power cut left unused of a reserved block is missing
for ever, and an answer to an order that was not heard is never repeated.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from turna_secretariat.schema import gap, reach

# A report on its way by another gateway, or waiting behind an SOS, is not missing yet; after the
# last question it is certain that nobody has it, and it only stays in the books.
ASK_AFTER_MS = (10 * 60_000, 3_600_000, 6 * 3_600_000, 24 * 3_600_000)
# One question names at most so many; the others come with the next.
ASK_AT_ONCE = 50


class Missing(NamedTuple):
    """Numbers of a handset, from the first to the last, that are not in the archive."""

    id: int
    device: int
    generation: int
    first: int
    last: int


def note(
    connection: Connection, device: int, generation: int, numbers: Sequence[int], now_ms: int
) -> None:
    """Fill gaps that these numbers were in, and note the gaps that they leave below them."""
    mine = (reach.c.device == device) & (reach.c.generation == generation)
    highest = connection.execute(sa.select(reach.c.highest).where(mine)).scalar()
    before = -1 if highest is None else int(highest)
    reached = before
    for number in sorted(set(numbers)):
        if number <= before:
            _fill(connection, device, generation, number)
        elif number > reached + 1:
            _insert(connection, device, generation, (reached + 1, number - 1), now_ms)
        reached = max(reached, number)
    if highest is None:
        values = {"device": device, "generation": generation, "highest": reached}
        connection.execute(reach.insert().values(**values))
    elif reached > before:
        connection.execute(reach.update().where(mine).values(highest=reached))


def due(connection: Connection, now_ms: int) -> list[Missing]:
    """Return gaps that the gateways are to be asked for now, the longest known first."""
    waits = (
        (gap.c.asked == asked)
        & (sa.func.coalesce(gap.c.asked_ms, gap.c.noticed_ms) <= now_ms - wait_ms)
        for asked, wait_ms in enumerate(ASK_AFTER_MS)
    )
    query = sa.select(gap.c.id, gap.c.device, gap.c.generation, gap.c.first, gap.c.last)
    query = query.where(sa.or_(*waits)).order_by(gap.c.id).limit(ASK_AT_ONCE)
    return [Missing(*row) for row in connection.execute(query)]


def note_asked(connection: Connection, missing: Iterable[Missing], now_ms: int) -> None:
    ids = [each.id for each in missing]
    asked = gap.update().where(gap.c.id.in_(ids))
    connection.execute(asked.values(asked=gap.c.asked + 1, asked_ms=now_ms))


def _fill(connection: Connection, device: int, generation: int, number: int) -> None:
    """Take one number out of the gap that it is in, if it is in one."""
    where = (
        (gap.c.device == device)
        & (gap.c.generation == generation)
        & (gap.c.first <= number)
        & (gap.c.last >= number)
    )
    row = connection.execute(sa.select(gap).where(where)).mappings().first()
    if row is None:
        return
    connection.execute(gap.delete().where(gap.c.id == row["id"]))
    for first, last in ((row["first"], number - 1), (number + 1, row["last"])):
        if first <= last:
            kept = dict(row) | {"first": first, "last": last}
            del kept["id"]
            connection.execute(gap.insert().values(**kept))


def _insert(
    connection: Connection, device: int, generation: int, numbers: tuple[int, int], now_ms: int
) -> None:
    first, last = numbers
    values = {"device": device, "generation": generation, "first": first, "last": last}
    connection.execute(gap.insert().values(noticed_ms=now_ms, asked=0, **values))
