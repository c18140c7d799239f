"""Which report alarms a person, and what its sender's later word changes about that.

An SOS stays open until a named person answers it.  A cancelled one stays too, marked: whoever took
it back may have been made to, or has only put the handset away.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.engine import RowMapping

from turna_protocol.delivery import ACTED, FALSE_ALARM, REFUSED
from turna_secretariat.judging import PROVED
from turna_secretariat.registry import Registry
from turna_secretariat.transaction import NewReport, Transaction

SOS, CLONE, UNKNOWN_ORDER = "sos", "clone", "unknown_order"
UNPROVED_SOS = ": SOS"
_ENDED = (ACTED, REFUSED, FALSE_ALARM)


def for_people(detail: str) -> str:
    """Return it as it is: what passes here is found by the page's catalogues and translated."""
    return detail


OTHER_RUN = for_people("a Secretariat with a newer or another archive was on the backbone")


def detail_of(device: int) -> str:
    """Return what an alarm about a handset that is no SOS says of whom it is about."""
    return for_people(f"device {device}")


def device_in(detail: str) -> int | None:
    """Return the handset that an alarm's words begin with; scope.py reads the same in SQL."""
    named = re.match(r"device ([0-9]+)\b", detail)
    return None if named is None else int(named[1])


def refused_by(gateway: str) -> str:
    """Return what an alarm says of a gateway whose list of revoked keys is another than ours."""
    return for_people(f"{gateway} refuses a handset whose keys are not revoked here")


def clone(transaction: Transaction, device: int, now_ms: int) -> None:
    """Raise an alarm about a handset that has used a number for no report twice."""
    if not transaction.is_alarmed(CLONE, detail_of(device)):
        transaction.raise_alarm(CLONE, None, detail_of(device), now_ms)


def is_proved(transaction: Transaction, device: int, generation: int, seq: int) -> bool:
    """Tell whether a proved report has this number."""
    known = transaction.reports_named([(device, generation, seq)])
    return any(row.standing in PROVED for row in known)


def raise_for(
    transaction: Transaction, registry: Registry, report_id: int, new: NewReport, now_ms: int
) -> None:
    """Open, mark or leave alone the alarms that a report just stored is about."""
    detail = detail_of(new.device)
    # One open alarm a sender and kind: a flood of forgeries must not bury what else is open, nor
    # may it bury a call for help, which may be true although nothing proves it.
    if new.type == SOS and new.standing not in ("authentic", "clone"):
        detail += UNPROVED_SOS
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
    meant = [row for row in others if row["alarm_id"] and _is_about(said, new.seq, row)]
    if said["phase"] == "cancel":
        for row in meant:
            transaction.cancel_alarm(row["alarm_id"], now_ms)
    elif said["phase"] == "declare" or _is_over(transaction, meant):
        transaction.raise_alarm(SOS, report_id, call_sign, now_ms)
        if _was_cancelled(others, {"seq": new.seq, "body": new.body}):
            raised = transaction.alarm_about(report_id, SOS)
            assert raised is not None  # just now
            transaction.cancel_alarm(raised["id"], now_ms)


def _is_over(transaction: Transaction, calls: Sequence[RowMapping]) -> bool:
    """Tell whether no call is left to which an update could belong.

    Who goes on calling after somebody here ended the call is alarming anew.
    """
    rows = (transaction.report_by_id(call["report_id"]) for call in calls)
    return all(row is not None and row["state"] in _ENDED for row in rows)


def _was_cancelled(others: Sequence[RowMapping], call: Mapping[Any, Any]) -> bool:
    """Tell whether a cancel overtook what it cancels on its way here."""
    for row in others:
        said = json.loads(row["body"])
        if said["phase"] == "cancel" and _is_about(said, row["seq"], call):
            return True
    return False


def _is_about(said: dict[str, Any], own_seq: int, call: Mapping[Any, Any]) -> bool:
    """Tell whether an update or cancel means a call; without a reference, every earlier one.

    What is known of a call may be an update only, whose declaration has not come yet.
    """
    reference = said.get("sos_reference")
    if reference is None:
        return bool(call["seq"] < own_seq)
    return reference in (call["seq"], json.loads(call["body"]).get("sos_reference"))
