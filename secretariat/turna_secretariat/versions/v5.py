"""Version 5 gives medical teams' days the numbers of WHO's form; they had those of Japan's."""

import json

import sqlalchemy as sa
from sqlalchemy.engine import Connection

# J-SPEED's number of each item from 19 on, and WHO's: 19 to 22 are the country's own there, the
# procedures 27 and 28 and the outcomes 34 to 36 stand in another order.
_WHO = {
    **{number: number for number in range(1, 19)},
    **{number: number + 4 for number in range(19, 47)},
    27: 32,
    28: 31,
    34: 40,
    36: 38,
}
_DAYS = sa.table("emt_daily", sa.column("id"), sa.column("counts"))


def fill(connection: Connection) -> None:
    """Give the counts of each day their new numbers."""
    for row in connection.execute(sa.select(_DAYS.c.id, _DAYS.c.counts)).all():
        counts = {_WHO[int(number)]: ages for number, ages in json.loads(row.counts).items()}
        known = json.dumps(dict(sorted(counts.items())))
        connection.execute(_DAYS.update().where(_DAYS.c.id == row.id).values(counts=known))
