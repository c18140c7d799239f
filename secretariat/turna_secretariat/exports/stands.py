"""Where a call for help stands: in hand, ended by a person, and whether its handset calls on."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from turna_protocol import delivery
from turna_secretariat.schema import action, alarm, is_sos, report

# A person's word that ends a call, and the deed by which it was said.
_DEEDS = {
    delivery.ACTED: "acted",
    delivery.REFUSED: "refused",
    delivery.FALSE_ALARM: "false_alarm",
}
_IS_CALL = alarm.c.kind == "sos"


@dataclass(frozen=True, slots=True)
class Ended:
    """What a person said at the end of a call, and when."""

    state: int  # turna_protocol.delivery
    at_ms: int

    @property
    def is_false_alarm(self) -> bool:
        return self.state == delivery.FALSE_ALARM

    @property
    def state_name(self) -> str:
        return delivery.STATE_NAMES[self.state]


@dataclass(frozen=True, slots=True)
class Stands:
    """Where a call stands. `calls_on`: it is ended, and another of the same handset is not."""

    ended: Ended | None = None
    is_in_hand: bool = False
    calls_on: bool = False

    @property
    def words(self) -> str | None:
        """Return it in words, or None for a call that nobody has taken yet."""
        if self.ended is None:
            return "in hand" if self.is_in_hand else None
        if self.ended.is_false_alarm:
            return self.ended.state_name
        return f"ended: {self.ended.state_name}"


CALLING = Stands()


def read_stands(connection: Connection, row: RowMapping, calls: Sequence[RowMapping]) -> Stands:
    """Return where an SOS stands; an update stands where the `calls` do that it refers to.

    One that came after their end, or that alarmed people by itself, stands for itself: whoever
    calls after somebody ended it may be in distress.
    """
    if json.loads(row["body"])["phase"] == "cancel":
        return CALLING
    rows = [row, *calls]
    accepted = _accepted(connection, rows)
    ends = _ends(connection, rows)
    ended = ends.get(row["id"])
    is_in_hand = ended is None and accepted.get(row["id"]) is True
    if ended is None and row["id"] not in accepted and calls:
        open_calls = [call["id"] for call in calls if call["id"] not in ends]
        is_in_hand = bool(open_calls) and all(accepted.get(number) for number in open_calls)
        if not open_calls:
            last = max((ends[call["id"]] for call in calls), key=lambda end: end.at_ms)
            ended = last if last.at_ms >= row["arrived_ms"] else None
    return Stands(ended, is_in_hand, ended is not None and _calls_on(connection, row))


def _accepted(connection: Connection, rows: Sequence[RowMapping]) -> Mapping[int, bool]:
    """Tell of each report that alarmed people as an SOS whether somebody has taken it."""
    where = _IS_CALL & alarm.c.report_id.in_([row["id"] for row in rows])
    query = sa.select(alarm.c.report_id, alarm.c.closed_ms).where(where)
    return {row.report_id: row.closed_ms is not None for row in connection.execute(query)}


def _ends(connection: Connection, rows: Sequence[RowMapping]) -> Mapping[int, Ended]:
    """Return the end of each report that a person has ended."""
    ended = {row["id"]: row for row in rows if row["state"] in _DEEDS}
    if not ended:
        return {}
    query = sa.select(action.c.report_id, action.c.did, sa.func.min(action.c.at_ms).label("at_ms"))
    query = query.where(action.c.report_id.in_(list(ended)))
    deeds = connection.execute(query.group_by(action.c.report_id, action.c.did)).all()
    said = {(deed.report_id, deed.did): deed.at_ms for deed in deeds}
    return {
        number: Ended(row["state"], said.get((number, _DEEDS[row["state"]]), row["arrived_ms"]))
        for number, row in ended.items()
    }


def _calls_on(connection: Connection, row: RowMapping) -> bool:
    """Tell whether a call of the same handset is open, neither ended nor taken back."""
    query = (
        sa.select(report.c.id)
        .join_from(report, alarm, report.c.id == alarm.c.report_id)
        .where(
            (report.c.device == row["device"])
            & (report.c.generation == row["generation"])
            & (report.c.mode == row["mode"])
            & (report.c.standing == "authentic")
            & is_sos
            & report.c.state.not_in(list(_DEEDS))
            & _IS_CALL
            & alarm.c.cancelled_ms.is_(None)
        )
    )
    return connection.execute(query.limit(1)).first() is not None
