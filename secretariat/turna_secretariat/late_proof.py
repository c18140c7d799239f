"""Proves what came of a handset before this Secretariat's kit knew it; at the start, once.

Until then it was kept and marked unknown, and told to nobody as stored; an SOS among it alarms now.
"""

import json
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from turna_protocol.delivery import AT_SECRETARIAT
from turna_protocol.packet import REPORT
from turna_protocol.sealing import verify_end_to_end
from turna_secretariat import alarms
from turna_secretariat.down_desk import ANSWERS, DownDesk
from turna_secretariat.judging import ANSWERED, UNKNOWN, Judge
from turna_secretariat.registry import Registry
from turna_secretariat.schema import report, tally
from turna_secretariat.transaction import Key, NewReport, Transaction


def unproved(transaction: Transaction, registry: Registry) -> list[int]:
    """Return which reports are marked as of an unknown handset that is in the kit by now."""
    query = sa.select(tally.c.device).where((tally.c.standing == UNKNOWN) & (tally.c.reports > 0))
    marked = transaction.execute(query.distinct()).scalars()
    devices = [device for device in marked if registry.handset(device) is not None]
    of_them = report.c.device.in_(devices) & (report.c.standing == UNKNOWN)
    reports = sa.select(report.c.id).where(of_them).order_by(report.c.id)
    return list(transaction.execute(reports).scalars())


def prove(
    transaction: Transaction, judge: Judge, down: DownDesk, report_ids: Sequence[int], now_ms: int
) -> int:
    """Take up which of the reports can be proved by now; return how many that were."""
    query = sa.select(report).where(report.c.id.in_(report_ids)).order_by(report.c.id)
    genuine = [row for row in transaction.execute(query).mappings() if _is_genuine(judge, row)]
    for row in genuine:
        _take_up(transaction, judge, down, row, now_ms)
    return len(genuine)


def _take_up(
    transaction: Transaction, judge: Judge, down: DownDesk, row: RowMapping, now_ms: int
) -> None:
    """File a genuine report as if it had come now, and owe its receipt to who carried it."""
    report_id = int(row["id"])
    after = _proved(transaction, row)
    transaction.change_standing(report_id, _as_filed(row), after, now_ms)
    alarms.raise_for(transaction, judge.registry, report_id, after, now_ms)
    if after.standing in ANSWERED:
        for gateway in transaction.digests_by_gateway(report_id):
            if judge.registry.gateway_country(gateway) is not None:
                transaction.owe(report_id, gateway, AT_SECRETARIAT)
    if after.standing == "authentic" and after.type in ANSWERS:
        said = json.loads(after.body)
        down.answered(transaction, _key(after), report_id, said, now_ms)


def _is_genuine(judge: Judge, row: RowMapping) -> bool:
    sender = (row["device"], row["generation"])
    key = judge.registry.authentication_key(*sender)
    if key is None or judge.is_revoked(*sender):
        return False
    sealed = (row["content"], row["end_to_end_tag"])
    return verify_end_to_end(row["device"], row["seq"], *sealed, key, REPORT)


def _proved(transaction: Transaction, row: RowMapping) -> NewReport:
    standing = "undecodable" if row["type"] == "unknown" else "authentic"
    if alarms.is_proved(transaction, *_key(_as_filed(row))):
        standing = "clone"
    return _as_filed(row)._replace(standing=standing)


def _key(proved: NewReport) -> Key:
    return proved.device, proved.generation, proved.seq


def _as_filed(row: RowMapping) -> NewReport:
    return NewReport(**{name: row[name] for name in NewReport._fields})
