"""What is counted while reports are filed, so that nobody has to count ten million rows.

By handset, mode, standing and type; the last contact of a handset; the numbers that are missing
among its own.  Kept for one transaction and written at its end.
"""

import json
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from turna_secretariat import gaps
from turna_secretariat.schema import contact, report, tally

if TYPE_CHECKING:
    from turna_secretariat.transaction import NewReport

_Key = tuple[int, str, str, str]


class Totals:
    """Changes of the counts that one transaction makes."""

    def __init__(self) -> None:
        self._filed: Counter[_Key] = Counter()
        self._repeated: Counter[int] = Counter()
        self._contacts: dict[tuple[int, str], dict[str, int]] = {}
        self._numbers: dict[tuple[int, int], list[int]] = {}
        self._at_ms = 0

    def filed(self, report_id: int, new: "NewReport") -> None:
        """Count a report that is new."""
        self._filed[new.device, new.mode, new.standing, new.type] += 1
        self._at_ms = new.arrived_ms
        if new.standing == "authentic":
            said = self._contacts.setdefault((new.device, new.mode), {})
            said["last_id"] = report_id
            if new.lat_e5 is not None:
                said["placed_id"] = report_id
            battery_pct = json.loads(new.body).get("battery_pct")
            if battery_pct is not None:
                said["battery_pct"] = battery_pct
        if new.standing in ("authentic", "undecodable"):
            self.numbered(new.device, new.generation, new.seq, new.arrived_ms)

    def numbered(self, device: int, generation: int, seq: int, at_ms: int) -> None:
        """Note that a proved packet has brought one of its handset's numbers."""
        self._numbers.setdefault((device, generation), []).append(seq)
        self._at_ms = at_ms

    def repeated(self, report_id: int) -> None:
        """Count a report that the same gateway brought once more."""
        self._repeated[report_id] += 1

    def write(self, connection: Connection) -> None:
        if self._repeated:
            self._write_copies(connection)
        for key, number in self._filed.items():
            _add(connection, key, "reports", number)
        for (device, mode), said in self._contacts.items():
            mine = (contact.c.device == device) & (contact.c.mode == mode)
            updated = connection.execute(contact.update().where(mine).values(**said))
            if updated.rowcount == 0:
                connection.execute(contact.insert().values(device=device, mode=mode, **said))
        for (device, generation), numbers in self._numbers.items():
            gaps.note(connection, device, generation, numbers, self._at_ms)

    def _write_copies(self, connection: Connection) -> None:
        key = (report.c.device, report.c.mode, report.c.standing, report.c.type)
        query = sa.select(report.c.id, *key).where(report.c.id.in_(self._repeated))
        copies: Counter[_Key] = Counter()
        for row in connection.execute(query):
            copies[row.device, row.mode, row.standing, row.type] += self._repeated[row.id]
        for each, number in copies.items():
            _add(connection, each, "copies", number)


def _add(connection: Connection, key: _Key, column: str, number: int) -> None:
    columns: Sequence[sa.Column[Any]] = (
        tally.c.device,
        tally.c.mode,
        tally.c.standing,
        tally.c.type,
    )
    mine = sa.and_(*(each == value for each, value in zip(columns, key, strict=True)))
    counted = tally.update().where(mine).values({column: tally.c[column] + number})
    if connection.execute(counted).rowcount == 0:
        device, mode, standing, kind = key
        fresh = {"reports": 0, "copies": 0} | {column: number}
        values = {"device": device, "mode": mode, "standing": standing, "type": kind} | fresh
        connection.execute(tally.insert().values(**values))
