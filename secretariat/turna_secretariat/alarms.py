"""Which report alarms a person, and what its sender's later word changes about that.

An SOS stays open until a named person answers it.  A cancelled one stays too, marked: whoever took
it back may have been made to, or has only put the handset away.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import RowMapping

from turna_secretariat.registry import Registry
from turna_secretariat.transaction import NewReport, Transaction

SOS = "sos"


def detail_of(device: int) -> str:
    """Return what an alarm about a handset that is no SOS says of whom it is about."""
    return f"device {device}"


def raise_for(
    transaction: Transaction, registry: Registry, report_id: int, new: NewReport, now_ms: int
) -> None:
    """Open, mark or leave alone the alarms that a report just stored is about."""
    detail = detail_of(new.device)
    # One open alarm a sender and kind: a flood of forgeries must not bury what else is open.
    if new.standing != "authentic" and not transaction.is_alarmed(new.standing, detail):
        transaction.raise_alarm(new.standing, report_id, detail, now_ms)
    # A clone is proved too: a handset whose flash was put back counts anew, and may be in distress.
    if new.type == SOS and new.standing in ("authentic", "clone"):
        _sos(transaction, report_id, new, registry.call_sign(new.device), now_ms)


def _sos(
    transaction: Transaction, report_id: int, new: NewReport, call_sign: str, now_ms: int
) -> None:
    said = json.loads(new.body)
    # Of the same mode: what takes back a drill leaves a call in earnest as it is.
    known = transaction.sos_of(new.device, new.generation, new.mode)
    # Of those that came before it: a group is stored before the first of it alarms anybody.
    others = [row for row in known if row["report_id"] < report_id]
    meant = [row for row in others if row["alarm_id"] and _is_about(said, new.seq, row["seq"])]
    if said["phase"] == "cancel":
        for row in meant:
            transaction.cancel_alarm(row["alarm_id"], now_ms)
    elif said["phase"] == "declare" or not meant:
        transaction.raise_alarm(SOS, report_id, call_sign, now_ms)
        if _was_cancelled(others, new.seq):
            raised = transaction.alarm_about(report_id, SOS)
            assert raised is not None  # just now
            transaction.cancel_alarm(raised["id"], now_ms)


def _was_cancelled(others: Sequence[RowMapping], seq: int) -> bool:
    """Tell whether a cancel overtook what it cancels on its way here."""
    for row in others:
        said = json.loads(row["body"])
        if said["phase"] == "cancel" and _is_about(said, row["seq"], seq):
            return True
    return False


def _is_about(said: dict[str, Any], own_seq: int, seq: int) -> bool:
    """Tell whether an update or cancel means the SOS `seq`; without a reference, every earlier."""
    reference = said.get("sos_reference")
    return seq < own_seq if reference is None else seq == int(reference)
