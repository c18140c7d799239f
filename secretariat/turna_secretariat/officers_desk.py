"""What officers do, each time as one commit, and their words: owed until the broker has them.

No broker, no threads, no clock of its own: deeds and `now_ms` in, receipts out, which may be sent
because the commit has happened.
"""

import json
from collections.abc import Sequence

from sqlalchemy.engine import RowMapping

from turna_protocol import delivery
from turna_secretariat import alarms, emt
from turna_secretariat.archive import Archive
from turna_secretariat.judging import ANSWERED, PROVED
from turna_secretariat.notices import read_notice
from turna_secretariat.receipts import TOLD_AGAIN_MS, Outgoing, Receipts
from turna_secretariat.registry import Registry

# What a person does with a report, and the state that every holder of it then learns.
STATE_AFTER = {
    "read": delivery.READ,
    "accepted": delivery.READ,
    "acted": delivery.ACTED,
    "refused": delivery.REFUSED,
    "false_alarm": delivery.FALSE_ALARM,
}


class NotPossibleError(Exception):
    """What a person wants to do cannot be done (any more); the message says why."""


class OfficersDesk:
    """Files what officers do and tells the field."""

    def __init__(self, archive: Archive, registry: Registry) -> None:
        self._archive = archive
        self._registry = registry
        self._receipts = Receipts(registry)

    def act(
        self, report_id: int, did: str, person: str, now_ms: int, reason: str | None = None
    ) -> list[Outgoing]:
        """File what a person did with a report, and why; return the receipts that tell the field.

        KeyError for a report or a deed that does not exist, NotPossibleError if another's word
        stands already.
        """
        state = STATE_AFTER[did]
        with self._archive.transaction() as transaction:
            row = transaction.report_by_id(report_id)
            if row is None:
                raise KeyError(report_id)
            alarm = transaction.alarm_about(report_id, alarms.SOS)
            _require_possible(row, alarm, did, person)
            transaction.record_action(report_id, person, did, now_ms, reason)
            reached = delivery.advance(row["state"], state)
            transaction.set_state(report_id, reached, person, now_ms)
            if alarm is not None and alarm["closed_ms"] is None and did != "read":
                transaction.close_alarm(alarm["id"], person, now_ms)
            if row["standing"] not in ANSWERED:
                return []
            return [
                self._receipts.tell(
                    transaction, report_id, name, reached, transaction.owe(report_id, name, reached)
                )
                for name in transaction.digests_by_gateway(report_id)
                if self._registry.gateway_country(name) is not None
            ]

    def close_alarm(self, alarm_id: int, person: str, now_ms: int) -> None:
        """End an alarm that is no SOS; an SOS is answered through its report."""
        with self._archive.transaction() as transaction:
            alarm = transaction.alarm_by_id(alarm_id)
            if alarm is None:
                raise KeyError(alarm_id)
            if alarm["kind"] == alarms.SOS:
                raise NotPossibleError("an SOS is ended by accepting its report")
            if alarm["closed_ms"] is not None:
                raise NotPossibleError(f"{alarm['closed_by']} has closed it already")
            transaction.close_alarm(alarm_id, person, now_ms)

    def keep_notice(self, content: bytes, person: str, now_ms: int) -> None:
        """Keep an official alert that a person brought. MalformedError if it is none."""
        read = read_notice(content)
        with self._archive.transaction() as transaction:
            is_new = transaction.insert_notice(
                sender=read.sender,
                identifier=read.identifier,
                sent_s=read.sent_s,
                mode=read.mode,
                arrived_ms=now_ms,
                person=person,
                body=json.dumps(read.body, ensure_ascii=False),
                content=content,
            )
        if not is_new:
            raise NotPossibleError("this alert is kept already")

    def keep_emt_day(self, daily: emt.Daily, person: str, now_ms: int) -> None:
        """Keep what a person entered of a medical team's day."""
        with self._archive.transaction() as transaction:
            emt.keep(transaction.connection, daily, person, now_ms)
            transaction.note_change("emt", None, now_ms)

    def owed(self) -> list[Outgoing]:
        """Return again every word of a person that no broker has confirmed yet."""
        with self._archive.transaction() as transaction:
            return [
                self._receipts.tell(
                    transaction, row["report_id"], row["gateway"], row["state"], row["id"]
                )
                for row in transaction.owed()
                if self._registry.gateway_country(row["gateway"]) is not None
            ]

    def tell_again(self, gateway: str, now_ms: int) -> list[Outgoing]:
        """Return what people said of late, for a gateway that has connected anew.

        The broker may have lost its session, and with it what was on its way.
        """
        with self._archive.transaction() as transaction:
            return self._receipts.tell_again(transaction, gateway, now_ms - TOLD_AGAIN_MS)

    def settle(self, owed_ids: Sequence[int]) -> None:
        with self._archive.transaction() as transaction:
            transaction.settle(owed_ids)


def _require_possible(row: RowMapping, alarm: RowMapping | None, did: str, person: str) -> None:
    """NotPossibleError if it may not be done with a report; `alarm` is its SOS's, if it has one."""
    if row["standing"] not in PROVED:
        raise NotPossibleError("it is not proved to be its sender's; close its alarm instead")
    if did == "false_alarm" and row["type"] != alarms.SOS:
        raise NotPossibleError("only an SOS can be a false alarm")
    if did == "accepted":
        if alarm is not None and alarm["closed_by"] not in (None, person):
            raise NotPossibleError(f"{alarm['closed_by']} has accepted it already")
    elif STATE_AFTER[did] >= delivery.ACTED and row["state"] not in (
        *range(delivery.ACTED),
        STATE_AFTER[did],
    ):
        raise NotPossibleError(
            f"{row['person']} has said already: {delivery.STATE_NAMES[row['state']]}"
        )
