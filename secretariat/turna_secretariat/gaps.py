"""Which of a handset's numbers are missing, and when the gateways are asked for them.

A gap is a hint, not a proof of loss: what a power cut left unused of a reserved block is missing
for ever, and an answer to an order that was not heard is never repeated.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from turna_secretariat import lookups
from turna_secretariat.schema import gap, reach

# A report on its way by another gateway, or waiting behind an SOS, is not missing yet; after the
# last question it is certain that nobody has it, and it only stays in the books.
ASK_AFTER_MS = (10 * 60_000, 3_600_000, 6 * 3_600_000, 24 * 3_600_000)
# One question names at most so many; the others come with the next.
ASK_AT_ONCE = 50


_REACH = sa.text("""
    INSERT INTO reach (device, generation, highest) VALUES (:device, :generation, :highest)
    ON CONFLICT (device, generation) DO UPDATE SET highest = excluded.highest
""")


class Missing(NamedTuple):
    """Numbers of a handset, from the first to the last, that are not in the archive."""

    id: int
    device: int
    generation: int
    first: int
    last: int


def note(
    connection: Connection, come: Mapping[tuple[int, int], Sequence[int]], now_ms: int
) -> None:
    """Fill gaps that these numbers were in, and note the gaps that they leave below them.

    `come` has the numbers of each device and generation.
    """
    devices = {device for device, _ in come}
    query = sa.select(reach.c.device, reach.c.generation, reach.c.highest)
    rows = connection.execute(query.where(reach.c.device.in_(devices)))
    known = {(row.device, row.generation): row.highest for row in rows}
    new: list[dict[str, int]] = []
    late: list[tuple[int, int, int]] = []
    for sender, numbers in come.items():
        before = reached = known.get(sender, -1)
        for number in sorted(set(numbers)):
            if number <= before:
                late.append((*sender, number))
            elif number > reached + 1:
                new.append(_gap(*sender, reached + 1, number - 1, now_ms))
            reached = max(reached, number)
        known[sender] = reached
    connection.execute(_REACH, [_reached(*sender, known[sender]) for sender in come])
    _fill(connection, late)
    if new:
        connection.execute(gap.insert(), new)


def due(connection: Connection, now_ms: int) -> list[Missing]:
    """Return gaps that the gateways are to be asked for now, the longest known first."""
    since_ms = sa.func.coalesce(gap.c.asked_ms, gap.c.noticed_ms)
    # What was noticed after now was noticed before somebody put the clock back.
    is_ahead = since_ms > now_ms + ASK_AFTER_MS[0]
    waits = (
        (gap.c.asked == asked) & ((since_ms <= now_ms - wait_ms) | is_ahead)
        for asked, wait_ms in enumerate(ASK_AFTER_MS)
    )
    query = sa.select(gap.c.id, gap.c.device, gap.c.generation, gap.c.first, gap.c.last)
    query = query.where(sa.or_(*waits)).order_by(gap.c.id).limit(ASK_AT_ONCE)
    return [Missing(*row) for row in connection.execute(query)]


def note_asked(connection: Connection, missing: Iterable[Missing], now_ms: int) -> None:
    ids = [each.id for each in missing]
    asked = gap.update().where(gap.c.id.in_(ids))
    connection.execute(asked.values(asked=gap.c.asked + 1, asked_ms=now_ms))


def _fill(connection: Connection, late: Sequence[tuple[int, int, int]]) -> None:
    """Take numbers (device, generation, number) out of the gaps that they are in, if in any."""
    come: dict[tuple[int, int], list[int]] = defaultdict(list)
    for device, generation, number in late:
        come[device, generation].append(number)
    filled: list[int] = []
    remains: list[dict[str, Any]] = []
    for row in lookups.gaps_before(connection, late):
        parts = list(_parts(row.first, row.last, come[row.device, row.generation]))
        if parts != [(row.first, row.last)]:
            filled.append(row.id)
            remains += [row._asdict() | {"first": first, "last": last} for first, last in parts]
    if filled:
        connection.execute(gap.delete().where(gap.c.id.in_(filled)))
    for kept in remains:
        del kept["id"]
    if remains:
        connection.execute(gap.insert(), remains)


def _parts(first: int, last: int, come: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of what remains of a gap when numbers have come."""
    for number in sorted(come):
        if first <= number <= last:
            if first < number:
                yield first, number - 1
            first = number + 1
    if first <= last:
        yield first, last


def _gap(device: int, generation: int, first: int, last: int, now_ms: int) -> dict[str, int]:
    sender = {"device": device, "generation": generation}
    return sender | {"first": first, "last": last, "noticed_ms": now_ms, "asked": 0}


def _reached(device: int, generation: int, highest: int) -> dict[str, int]:
    return {"device": device, "generation": generation, "highest": highest}
