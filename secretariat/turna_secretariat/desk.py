"""What the Secretariat does, each as one commit: files reports, keeps people's deeds, answers.

No broker, no threads, no clock of its own: envelopes and `now_ms` in, receipts out.  All of one
call is one commit; its receipts may be sent because the commit has happened.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import RowMapping

from turna_backbone.envelope import GivenOut, ReportEnvelope
from turna_protocol import delivery
from turna_protocol.frame import Frame
from turna_secretariat import alarms, emt, late_proof
from turna_secretariat.archive import Archive
from turna_secretariat.down_desk import DownDesk
from turna_secretariat.filing import Filing
from turna_secretariat.judging import ANSWERED, PROVED, Judge, fingerprint_of
from turna_secretariat.notices import read_notice
from turna_secretariat.receipts import TOLD_AGAIN_MS, Answer, Outgoing, Receipts
from turna_secretariat.registry import Registry
from turna_secretariat.resending import Resending
from turna_secretariat.transaction import Transaction

log = logging.getLogger(__name__)

# What a person does with a report, and the state that every holder of it then learns.
STATE_AFTER = {
    "read": delivery.READ,
    "accepted": delivery.READ,
    "acted": delivery.ACTED,
    "refused": delivery.REFUSED,
    "false_alarm": delivery.FALSE_ALARM,
}
# Tried anew at a start; whoever has put aside more has other worries.
QUARANTINED_AT_ONCE = 1_000


class NotPossibleError(Exception):
    """What a person wants to do cannot be done (any more); the message says why."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message that is no report, and why."""

    reason: str
    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class GatewayNews:
    """A gateway's presence, or its heartbeat if it has `health`."""

    name: str
    country: str
    connected: bool
    health: dict[str, Any] | None = None


class Desk:
    """Files what gateways bring and answers them; files what officers do and tells the field."""

    def __init__(self, archive: Archive, registry: Registry, frame: Frame) -> None:
        self._archive = archive
        self._registry = registry
        self._receipts = Receipts(registry)
        self.down = DownDesk(archive, registry)
        self._judge = Judge(registry, frame, self.down.is_revoked)
        self.resending = Resending(archive, registry)

    def file(self, envelopes: Sequence[ReportEnvelope], now_ms: int) -> list[Outgoing]:
        """Commit all reports, new or repeated, and return the receipts that are due."""
        try:
            with self._archive.transaction() as transaction:
                answers = Filing(transaction, self._judge, self.down, now_ms).file(envelopes)
                return self._receipts.answer(transaction, answers)
        except Exception:
            self.down.rolled_back()
            raise

    def prove_late(self, now_ms: int) -> None:
        """Prove, at the start, what came of handsets before the kit knew them."""
        try:
            with self._archive.transaction() as transaction:
                proved = late_proof.prove(transaction, self._judge, self.down, now_ms)
        except Exception:
            self.down.rolled_back()
            raise
        if proved:
            log.warning("reports of handsets that are new in the kit proved=%d", proved)

    def heard_of_run(self, said: GivenOut, now_ms: int) -> None:
        """Alarm a person if a run has numbered what is not in here, and number on above it.

        A handset takes what has the number of an older thing for that, and says that it holds it.
        """
        with self._archive.transaction() as transaction:
            if not self.down.skip_ahead(transaction, said):
                return
            if not transaction.is_alarmed(alarms.UNKNOWN_ORDER, alarms.OTHER_RUN):
                transaction.raise_alarm(alarms.UNKNOWN_ORDER, None, alarms.OTHER_RUN, now_ms)

    def quarantine(self, envelope: ReportEnvelope, reason: str, now_ms: int) -> list[Outgoing]:
        """Keep a report raw that cannot be filed, alarm a person, and let its gateway go on."""
        name = f"{envelope.device} {envelope.generation} {envelope.seq} ".encode()
        fingerprint = hashlib.sha256(name + fingerprint_of(envelope)).digest()
        with self._archive.transaction() as transaction:
            if transaction.put_aside(fingerprint, envelope.pack(), reason, now_ms):
                detail = f"device {envelope.device} sequence {envelope.seq}: kept raw, {reason}"
                transaction.raise_alarm("quarantined", None, detail, now_ms)
            return self._receipts.answer(transaction, [Answer(envelope, None)])

    def quarantined(self) -> list[tuple[int, bytes]]:
        """Return what is kept raw: its number there, and its envelope, packed."""
        with self._archive.transaction() as transaction:
            return transaction.put_aside_before(QUARANTINED_AT_ONCE)

    def file_again(self, number: int, envelope: ReportEnvelope, now_ms: int) -> list[Outgoing]:
        """File what was kept raw, and keep it raw no longer: one commit."""
        try:
            with self._archive.transaction() as transaction:
                answers = Filing(transaction, self._judge, self.down, now_ms).file([envelope])
                transaction.take_up(number)
                return self._receipts.answer(transaction, answers)
        except Exception:
            self.down.rolled_back()
            raise

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
            self._require_possible(transaction, row, did, person)
            transaction.record_action(report_id, person, did, now_ms, reason)
            reached = delivery.advance(row["state"], state)
            transaction.set_state(report_id, reached, person, now_ms)
            alarm = transaction.alarm_about(report_id, alarms.SOS)
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

    def note(self, refusals: Iterable[Refusal], news: Iterable[GatewayNews], now_ms: int) -> None:
        """Count messages that are no reports, keep what gateways say of themselves: one commit."""
        with self._archive.transaction() as transaction:
            for refusal in refusals:
                transaction.count_refusal(refusal.reason, refusal.topic, refusal.payload, now_ms)
            for one in news:
                known: dict[str, object] = {"connected": one.connected}
                if one.health is not None:
                    known["health"] = json.dumps(one.health)
                    self._note_revoked(transaction, one.name, one.health, now_ms)
                transaction.note_gateway(one.name, one.country, now_ms, **known)

    def _note_revoked(
        self, transaction: Transaction, name: str, health: dict[str, Any], now_ms: int
    ) -> None:
        """Raise an alarm for each handset that a gateway refused anew because it is revoked.

        Of others a gateway is not believed: it is in wrong hands, or this archive is an older copy.
        """
        before = dict(transaction.gateway_health(name).get("revoked_heard", ()))
        for device, times in health.get("revoked_heard", ()):
            is_revoked = self.down.is_revoked(device, 0)
            detail = alarms.detail_of(device) if is_revoked else alarms.refused_by(name)
            if times != before.get(device) and not transaction.is_alarmed("revoked", detail):
                transaction.raise_alarm("revoked", None, detail, now_ms)

    def alarm_once(self, kind: str, detail: str, now_ms: int) -> None:
        """Raise an alarm about no report, unless an open one says the same."""
        with self._archive.transaction() as transaction:
            if not transaction.is_alarmed(kind, detail):
                transaction.raise_alarm(kind, None, detail, now_ms)

    def _require_possible(
        self, transaction: Transaction, row: RowMapping, did: str, person: str
    ) -> None:
        if row["standing"] not in PROVED:
            raise NotPossibleError("it is not proved to be its sender's; close its alarm instead")
        if did == "false_alarm" and row["type"] != alarms.SOS:
            raise NotPossibleError("only an SOS can be a false alarm")
        if did == "accepted":
            alarm = transaction.alarm_about(row["id"], alarms.SOS)
            if alarm is not None and alarm["closed_by"] not in (None, person):
                raise NotPossibleError(f"{alarm['closed_by']} has accepted it already")
        elif STATE_AFTER[did] >= delivery.ACTED and row["state"] not in (
            *range(delivery.ACTED),
            STATE_AFTER[did],
        ):
            raise NotPossibleError(
                f"{row['person']} has said already: {delivery.STATE_NAMES[row['state']]}"
            )
