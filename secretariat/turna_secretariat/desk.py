"""What the Secretariat decides: what a carried report is worth, what is answered, who is alarmed.

No broker, no threads, no clock of its own: envelopes and `now_ms` in, receipts out.  All of one
call is one commit; its receipts may be sent because the commit has happened.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import RowMapping

from turna_backbone.envelope import ReportEnvelope
from turna_protocol import delivery
from turna_protocol.errors import MalformedError
from turna_protocol.frame import Frame
from turna_protocol.json_form import report_to_json
from turna_protocol.packet import HOLDING, REPORT, UPLINK
from turna_protocol.reports import decode_report, priority, report_type
from turna_protocol.sealing import verify_end_to_end
from turna_secretariat import alarms, emt
from turna_secretariat.archive import Archive
from turna_secretariat.down_desk import ANSWERS, DownDesk
from turna_secretariat.notices import read_notice
from turna_secretariat.receipts import Answer, Outgoing, Receipts
from turna_secretariat.registry import Registry
from turna_secretariat.resending import Resending
from turna_secretariat.transaction import Carriage, NewReport, Transaction

FINGERPRINT_BYTES = 8

# What a report is worth: proved to be its sender's; proved, but of no form we know; of a sender we
# do not know; not its sender's; proved, but a second one under a number that another one has;
# proved, by keys that are revoked.
STANDINGS = ("authentic", "undecodable", "unknown_device", "not_authentic", "clone", "revoked")
_PROVED = ("authentic", "undecodable", "clone")
# A receipt names a number; for a clone it would speak of the other report under that number too.
_ANSWERED = ("authentic", "undecodable")

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
        self._frame = frame
        self._receipts = Receipts(registry)
        self.down = DownDesk(archive, registry)
        self.resending = Resending(archive, registry)

    def file(self, envelopes: Sequence[ReportEnvelope], now_ms: int) -> list[Outgoing]:
        """Commit all reports, new or repeated, and return the receipts that are due."""
        with self._archive.transaction() as transaction:
            answers = [self._file_one(transaction, e, now_ms) for e in envelopes]
            return self._receipts.answer(transaction, answers)

    def quarantine(self, envelope: ReportEnvelope, reason: str, now_ms: int) -> list[Outgoing]:
        """Keep a report raw that cannot be filed, alarm a person, and let its gateway go on."""
        name = f"{envelope.device} {envelope.generation} {envelope.seq} ".encode()
        fingerprint = hashlib.sha256(name + _fingerprint(envelope)).digest()
        with self._archive.transaction() as transaction:
            if transaction.put_aside(fingerprint, envelope.pack(), reason, now_ms):
                detail = f"device {envelope.device} sequence {envelope.seq}: kept raw, {reason}"
                transaction.raise_alarm("quarantined", None, detail, now_ms)
            return self._receipts.answer(transaction, [Answer(envelope, None)])

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
            if row["standing"] not in _ANSWERED:
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
            ]

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
        """Raise an alarm for each handset that a gateway refused anew because it is revoked."""
        before = dict(transaction.gateway_health(name).get("revoked_heard", ()))
        for device, times in health.get("revoked_heard", ()):
            detail = alarms.detail_of(device)
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
        if row["standing"] not in _PROVED:
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

    def _file_one(self, transaction: Transaction, carried: ReportEnvelope, now_ms: int) -> Answer:
        if _kind(carried) == HOLDING and self._standing(carried, is_second=False) == "authentic":
            transaction.note_number(carried.device, carried.generation, carried.seq, now_ms)
            self.down.heard(transaction, carried, now_ms)
            self.down.held(transaction, carried, now_ms)
            return Answer(carried, None)
        fingerprint = _fingerprint(carried)
        known = transaction.report_named(carried.device, carried.generation, carried.seq)
        row = next((r for r in known if r["fingerprint"] == fingerprint), None)
        if row is None:
            is_second = any(r["standing"] in ("authentic", "clone") for r in known)
            new = self._judge(carried, fingerprint, is_second, now_ms)
            report_id = transaction.insert_report(new, now_ms)
            alarms.raise_for(transaction, self._registry, report_id, new, now_ms)
            standing, state = new.standing, new.state
            if standing == "authentic" and new.type in ANSWERS:
                self.down.answered(transaction, carried, report_id, json.loads(new.body), now_ms)
        else:
            report_id, standing, state = row["id"], row["standing"], row["state"]
        transaction.note_carriage(report_id, _carriage(carried, now_ms))
        if standing in _ANSWERED:
            self.down.heard(transaction, carried, now_ms)
        # A report that is not proved to be its sender's is kept, and never confirmed to the field.
        return Answer(carried, state if standing in _ANSWERED else None)

    def _judge(
        self, carried: ReportEnvelope, fingerprint: bytes, is_second: bool, now_ms: int
    ) -> NewReport:
        standing = self._standing(carried, is_second)
        fields: dict[str, object] = {}
        mode, kind, urgency, observed_s, fix = "unknown", "unknown", 0, None, None
        try:
            report = decode_report(_report_content(carried), self._frame)
        except MalformedError:
            standing = "undecodable" if standing == "authentic" else standing
        else:
            fields = report_to_json(report)
            mode, kind = str(fields["mode"]), report_type(report)
            urgency, observed_s, fix = priority(report), report.time_s, report.fix
        return NewReport(
            device=carried.device,
            generation=carried.generation,
            seq=carried.seq,
            fingerprint=fingerprint,
            standing=standing,
            mode=mode,
            type=kind,
            priority=urgency,
            observed_s=observed_s,
            arrived_ms=now_ms,
            state=delivery.AT_SECRETARIAT,
            lat_e5=None if fix is None else fix.lat_e5,
            lon_e5=None if fix is None else fix.lon_e5,
            body=json.dumps(fields, ensure_ascii=False),
            content=carried.content,
            end_to_end_tag=carried.end_to_end_tag,
        )

    def _standing(self, carried: ReportEnvelope, is_second: bool) -> str:
        key = self._registry.authentication_key(carried.device, carried.generation)
        if key is None:
            return "unknown_device"
        genuine = _kind(carried) in UPLINK and verify_end_to_end(
            carried.device,
            carried.seq,
            carried.content,
            carried.end_to_end_tag,
            key,
            _kind(carried),
        )
        if not genuine:
            return "not_authentic"
        if self.down.is_revoked(carried.device, carried.generation):
            return "revoked"
        return "clone" if is_second else "authentic"


def _carriage(carried: ReportEnvelope, now_ms: int) -> Carriage:
    return Carriage(
        gateway=carried.gateway,
        boot_id=carried.boot_id,
        digest=carried.digest,
        heard_ms=carried.heard_at_s * 1000,
        arrived_ms=now_ms,
        rssi_dbm=carried.rssi_dbm,
        snr_db_x4=carried.snr_db_x4,
        hops=carried.hops,
    )


def _kind(carried: ReportEnvelope) -> int:
    """Return the kind of packet that its header says; the end-to-end tag proves it."""
    return carried.header[0] >> 2 & 0x0F


def _report_content(carried: ReportEnvelope) -> bytes:
    if _kind(carried) != REPORT:
        raise MalformedError("not a report")
    return carried.content


def _fingerprint(carried: ReportEnvelope) -> bytes:
    protected = len(carried.content).to_bytes(2, "big") + carried.content + carried.end_to_end_tag
    return hashlib.sha256(protected).digest()[:FINGERPRINT_BYTES]
