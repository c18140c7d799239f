"""The newest word of each handset, by its own numbers, in whatever order and however late it comes.

After an outage a gateway brings the old beside the new: what is older changes nothing here.
"""

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from turna_secretariat.schema import contact, report

if TYPE_CHECKING:
    from turna_secretariat.transaction import NewReport

_Number = tuple[int, int]  # generation and sequence
_Whose = tuple[int, str]  # device and mode
_NONE: _Number = (-1, -1)

# Both databases know this form of "insert, or change what is there".
_HEAR = sa.text("""
    INSERT INTO contact (device, mode, last_id, placed_id, battery_pct)
    VALUES (:device, :mode, :last_id, :placed_id, :battery_pct)
    ON CONFLICT (device, mode) DO UPDATE SET last_id = excluded.last_id,
        placed_id = excluded.placed_id, battery_pct = excluded.battery_pct
""")


class Contacts:
    """What one transaction changes of them."""

    def __init__(self) -> None:
        # By what is known: of which number it is, and what it says.
        self._said: dict[_Whose, dict[str, tuple[_Number, int]]] = {}

    def said(self, report_id: int, new: "NewReport", battery_pct: int | None) -> None:
        """Note what a proved report tells of its handset."""
        said = self._said.setdefault((new.device, new.mode), {})
        number = new.generation, new.seq
        _note(said, "last_id", number, report_id)
        if new.lat_e5 is not None:
            _note(said, "placed_id", number, report_id)
        if battery_pct is not None:
            _note(said, "battery_pct", number, battery_pct)

    def write(self, connection: Connection) -> None:
        """Keep what is newer than what is kept; the reports themselves are stored already."""
        if not self._said:
            return
        kept = _kept(connection, {device for device, _ in self._said})
        rows = []
        for whose, said in self._said.items():
            newest = kept.get(whose, {})
            before = dict(newest)
            for name, (number, value) in said.items():
                _note(newest, name, number, value)
            if newest != before:
                device, mode = whose
                values = {name: value for name, (_, value) in newest.items()}
                nothing = {"placed_id": None, "battery_pct": None}
                rows.append(nothing | values | {"device": device, "mode": mode})
        if rows:
            connection.execute(_HEAR, rows)


def _note(said: dict[str, tuple[_Number, int]], name: str, number: _Number, value: int) -> None:
    if number >= said.get(name, (_NONE, 0))[0]:
        said[name] = number, value


def _kept(
    connection: Connection, devices: set[int]
) -> dict[_Whose, dict[str, tuple[_Number, int]]]:
    """Return what is kept of handsets; a battery's state counts as of the last report."""
    last, placed = report.alias("last_report"), report.alias("placed_report")
    query = (
        sa.select(
            *contact.c,
            *(last.c[name].label(f"last_{name}") for name in ("generation", "seq")),
            *(placed.c[name].label(f"placed_{name}") for name in ("generation", "seq")),
        )
        .join_from(contact, last, last.c.id == contact.c.last_id)
        .outerjoin(placed, placed.c.id == contact.c.placed_id)
        .where(contact.c.device.in_(devices))
    )
    kept: dict[_Whose, dict[str, tuple[_Number, int]]] = {}
    for row in connection.execute(query):
        last_number = row.last_generation, row.last_seq
        found: dict[str, Any] = {"last_id": (last_number, row.last_id)}
        if row.placed_id is not None:
            found["placed_id"] = (row.placed_generation, row.placed_seq), row.placed_id
        if row.battery_pct is not None:
            found["battery_pct"] = last_number, row.battery_pct
        kept[row.device, row.mode] = found
    return kept
