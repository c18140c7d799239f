"""What is counted while reports are filed, so that nobody has to count ten million rows.

By handset, mode, standing and type; the last contact of a handset, its track, its forms, whom it
counts, and the numbers missing among its own.  Kept for one transaction and written at its end.
"""

import json
from collections import Counter
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from turna_secretariat import gaps
from turna_secretariat.contacts import Contacts
from turna_secretariat.schema import FORM_FIELDS, FORMS, counted, form, report
from turna_secretariat.sitrep_counts import counts_of

if TYPE_CHECKING:
    from turna_secretariat.transaction import NewReport

_Key = tuple[int, str, str, str]

# Both databases know this form of "insert, or change what is there".
_ADD = sa.text("""
    INSERT INTO tally (device, mode, standing, type, reports, copies)
    VALUES (:device, :mode, :standing, :type, :reports, :copies)
    ON CONFLICT (device, mode, standing, type) DO UPDATE
    SET reports = tally.reports + excluded.reports, copies = tally.copies + excluded.copies
""")
# A handset is in one place a second.
_TREAD = sa.text("""
    INSERT INTO track (mode, device, at_s, lat_e5, lon_e5)
    VALUES (:mode, :device, :at_s, :lat_e5, :lon_e5) ON CONFLICT DO NOTHING
""")


class Totals:
    """Changes of the counts that one transaction makes."""

    def __init__(self) -> None:
        self._filed: Counter[_Key] = Counter()
        self._repeated: Counter[int] = Counter()
        self._contacts = Contacts()
        self._track: list[dict[str, int | str | None]] = []
        self._forms: list[dict[str, int | str | None]] = []
        self._counted: list[dict[str, int | str | None]] = []
        self._numbers: dict[tuple[int, int], list[int]] = {}
        self._at_ms = 0

    def filed(self, report_id: int, new: "NewReport") -> None:
        """Count a report that is new."""
        self._filed[new.device, new.mode, new.standing, new.type] += 1
        self._at_ms = new.arrived_ms
        if new.standing == "authentic":
            if new.lat_e5 is not None:
                self._track.append(_step(new))
            if new.type in FORMS:
                self._forms.append(_form(report_id, new))
            body = json.loads(new.body)
            self._contacts.said(report_id, new, body.get("battery_pct"))
            if new.type == "sitrep" and (counts := counts_of(body)) is not None:
                self._counted.append({**_count(report_id, new), **counts})
        if new.standing in ("authentic", "undecodable"):
            self.numbered(new.device, new.generation, new.seq, new.arrived_ms)

    def changed(self, report_id: int, before: "NewReport", after: "NewReport") -> None:
        """Count a report as what it is worth now, no longer as what it was."""
        self._filed[before.device, before.mode, before.standing, before.type] -= 1
        self.filed(report_id, after)

    def numbered(self, device: int, generation: int, seq: int, at_ms: int) -> None:
        """Note that a proved packet has brought one of its handset's numbers."""
        self._numbers.setdefault((device, generation), []).append(seq)
        self._at_ms = at_ms

    def repeated(self, report_id: int) -> None:
        """Count a report that the same gateway brought once more."""
        self._repeated[report_id] += 1

    def write(self, connection: Connection) -> None:
        sums_of = {key: [number, 0] for key, number in self._filed.items()}
        for key, copies in self._copies(connection).items():
            sums_of.setdefault(key, [0, 0])[1] = copies
        names = ("device", "mode", "standing", "type", "reports", "copies")
        rows = [dict(zip(names, (*key, *sums), strict=True)) for key, sums in sums_of.items()]
        if rows:
            connection.execute(_ADD, rows)
        self._contacts.write(connection)
        if self._track:
            connection.execute(_TREAD, self._track)
        if self._forms:
            connection.execute(form.insert(), self._forms)
        if self._counted:
            connection.execute(counted.insert(), self._counted)
        if self._numbers:
            gaps.note(connection, self._numbers, self._at_ms)

    def _copies(self, connection: Connection) -> Counter[_Key]:
        copies: Counter[_Key] = Counter()
        if self._repeated:
            key = (report.c.device, report.c.mode, report.c.standing, report.c.type)
            query = sa.select(report.c.id, *key).where(report.c.id.in_(self._repeated))
            for row in connection.execute(query):
                repeated = self._repeated[row.id]
                copies[row.device, row.mode, row.standing, row.type] += repeated
        return copies


def _step(new: "NewReport") -> dict[str, int | str | None]:
    """Return where a handset was when: never later than its report came."""
    came_s = new.arrived_ms // 1000
    at_s = came_s if new.observed_s is None else min(new.observed_s, came_s)
    names = ("mode", "device", "at_s", "lat_e5", "lon_e5")
    values = (new.mode, new.device, at_s, new.lat_e5, new.lon_e5)
    return dict(zip(names, values, strict=True))


def _count(report_id: int, new: "NewReport") -> dict[str, int | str | None]:
    came_ms = new.arrived_ms
    at_ms = came_ms if new.observed_s is None else min(new.observed_s * 1000, came_ms)
    row = {name: getattr(new, name) for name in ("mode", "device", "lat_e5", "lon_e5")}
    return row | {"report_id": report_id, "at_ms": at_ms}


def form_body(body: str) -> str:
    """Return of a form's body what a situation report asks for."""
    fields = json.loads(body)
    return json.dumps({n: fields[n] for n in fields if n in FORM_FIELDS}, ensure_ascii=False)


def _form(report_id: int, new: "NewReport") -> dict[str, int | str | None]:
    said_ms = new.arrived_ms if new.observed_s is None else new.observed_s * 1000
    row = {name: getattr(new, name) for name in ("mode", "device", "type", "lat_e5", "lon_e5")}
    return row | {"report_id": report_id, "at_ms": said_ms, "body": form_body(new.body)}
