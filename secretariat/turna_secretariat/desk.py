"""What the Secretariat decides: what a carried report is worth, what is answered, who is alarmed.

No broker, no threads, no clock of its own: envelopes and `now_ms` in, receipts out.  All of one
call is one commit; its receipts may be sent because the commit has happened.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from turna_backbone.envelope import Receipt, ReceiptEnvelope, ReportEnvelope
from turna_protocol import acknowledgement, delivery
from turna_protocol.errors import MalformedError
from turna_protocol.frame import Frame
from turna_protocol.json_form import report_to_json
from turna_protocol.reports import decode_report, priority, report_type
from turna_protocol.sealing import verify_end_to_end
from turna_secretariat.archive import Archive, Carriage, NewReport, Transaction
from turna_secretariat.registry import Registry

FINGERPRINT_BYTES = 8

# What a report is worth: proved to be its sender's; proved, but of no form we know; of a sender we
# do not know; not its sender's; proved, but a second one under a number that another one has.
STANDINGS = ("authentic", "undecodable", "unknown_device", "not_authentic", "clone")

# What a person does with a report, and the state that every holder of it then learns.
STATE_AFTER = {
    "read": delivery.READ,
    "accepted": delivery.READ,
    "acted": delivery.ACTED,
    "refused": delivery.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Receipts for one gateway."""

    gateway: str
    envelope: ReceiptEnvelope


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one carried report is answered with; `state` None means: retire it, say nothing."""

    envelope: ReportEnvelope
    state: int | None


class Desk:
    """Files what gateways bring and answers them; files what officers do and tells the field."""

    def __init__(self, archive: Archive, registry: Registry, frame: Frame) -> None:
        self._archive = archive
        self._registry = registry
        self._frame = frame

    def file(self, envelopes: Sequence[ReportEnvelope], now_ms: int) -> list[Outgoing]:
        """Commit all reports, new or repeated, and return the receipts that are due."""
        with self._archive.transaction() as transaction:
            answers = [self._file_one(transaction, e, now_ms) for e in envelopes]
            return self._receipts(transaction, answers)

    def act(self, report_id: int, did: str, person: str, now_ms: int) -> list[Outgoing]:
        """File what a person did with a report and return the receipts that tell the field.

        KeyError for a report or a deed that does not exist.
        """
        state = STATE_AFTER[did]
        with self._archive.transaction() as transaction:
            row = transaction.report_by_id(report_id)
            if row is None:
                raise KeyError(report_id)
            transaction.record_action(report_id, person, did, now_ms)
            reached = delivery.advance(row["state"], state)
            if reached != row["state"] or row["person"] != person:
                transaction.set_state(report_id, reached, person, now_ms)
            transaction.close_alarms(report_id, "sos", person, now_ms)
            if row["standing"] != "authentic":
                return []
            return self._tell(transaction, report_id, row["device"], row["seq"], reached)

    def refuse(self, reason: str, topic: str, payload: bytes, now_ms: int) -> None:
        """Count a message that is no report, and keep the last of its kind for a look."""
        with self._archive.transaction() as transaction:
            transaction.count_refusal(reason, topic, payload, now_ms)

    def note_gateway(
        self,
        name: str,
        country: str,
        now_ms: int,
        *,
        connected: bool,
        health: dict[str, object] | None,
    ) -> None:
        """Keep a gateway's presence or heartbeat for the page."""
        known: dict[str, object] = {"connected": connected}
        if health is not None:
            known["health"] = json.dumps(health)
        with self._archive.transaction() as transaction:
            transaction.note_gateway(name, country, now_ms, **known)

    def _file_one(self, transaction: Transaction, carried: ReportEnvelope, now_ms: int) -> _Answer:
        fingerprint = _fingerprint(carried)
        known = transaction.report_named(carried.device, carried.generation, carried.seq)
        row = next((r for r in known if r["fingerprint"] == fingerprint), None)
        if row is None:
            others = any(r["standing"] in ("authentic", "clone") for r in known)
            new = self._judge(carried, fingerprint, others, now_ms)
            report_id = transaction.insert_report(new, now_ms)
            self._alarm(transaction, report_id, new, now_ms)
            standing, state = new.standing, new.state
        else:
            report_id, standing, state = row["id"], row["standing"], row["state"]
        transaction.note_carriage(
            report_id,
            Carriage(
                gateway=carried.gateway,
                boot_id=carried.boot_id,
                heard_ms=carried.heard_at_s * 1000,
                arrived_ms=now_ms,
                rssi_dbm=carried.rssi_dbm,
                snr_db_x4=carried.snr_db_x4,
                hops=carried.hops,
            ),
        )
        # A report that is not proved to be its sender's is kept, and never confirmed to the field.
        return _Answer(carried, state if standing in ("authentic", "undecodable") else None)

    def _judge(
        self, carried: ReportEnvelope, fingerprint: bytes, is_second: bool, now_ms: int
    ) -> NewReport:
        standing = self._standing(carried, is_second)
        fields: dict[str, object] = {}
        mode, kind, urgency, observed_s, fix = "unknown", "unknown", 0, None, None
        try:
            report = decode_report(carried.content, self._frame)
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
        genuine = verify_end_to_end(
            carried.device, carried.seq, carried.content, carried.end_to_end_tag, key
        )
        if not genuine:
            return "not_authentic"
        return "clone" if is_second else "authentic"

    def _alarm(self, transaction: Transaction, report_id: int, new: NewReport, now_ms: int) -> None:
        if new.standing not in ("authentic", "undecodable"):
            detail = f"device {new.device} sequence {new.seq}"
            transaction.raise_alarm(new.standing, report_id, detail, now_ms)
        elif new.standing == "undecodable":
            detail = f"device {new.device} sequence {new.seq}: genuine, but of no known form"
            transaction.raise_alarm("undecodable", report_id, detail, now_ms)
        elif new.type == "sos" and json.loads(new.body).get("phase") != "cancel":
            transaction.raise_alarm("sos", report_id, self._registry.call_sign(new.device), now_ms)

    def _receipts(self, transaction: Transaction, answers: Iterable[_Answer]) -> list[Outgoing]:
        """Group answers by gateway; one sealed entry speaks for several reports of a handset."""
        by_gateway: dict[str, list[_Answer]] = defaultdict(list)
        for answer in answers:
            by_gateway[answer.envelope.gateway].append(answer)
        return [
            Outgoing(name, ReceiptEnvelope(tuple(self._entries(transaction, mine))))
            for name, mine in by_gateway.items()
        ]

    def _entries(self, transaction: Transaction, answers: list[_Answer]) -> list[Receipt]:
        spoken_for: dict[tuple[int, int, int], list[int]] = defaultdict(list)
        for answer in answers:
            if answer.state is not None:
                carried = answer.envelope
                spoken_for[carried.device, carried.generation, answer.state].append(carried.seq)
        sealed: dict[tuple[int, int, int], bytes] = {}
        for (device, generation, state), numbers in spoken_for.items():
            for newest, _ in acknowledgement.group(numbers, acknowledgement.RECEIPT_BITS):
                sealed[device, newest, state] = self._seal(
                    transaction, device, generation, newest, state
                )
        return [
            Receipt(
                device=a.envelope.device,
                generation=a.envelope.generation,
                seq=a.envelope.seq,
                digest=a.envelope.digest,
                state=delivery.AT_SECRETARIAT if a.state is None else a.state,
                sealed=b""
                if a.state is None
                else sealed.pop((a.envelope.device, a.envelope.seq, a.state), b""),
            )
            for a in answers
        ]

    def _tell(
        self, transaction: Transaction, report_id: int, device: int, seq: int, state: int
    ) -> list[Outgoing]:
        """Return a person's word about one report, for every gateway that carried it."""
        row = transaction.report_by_id(report_id)
        assert row is not None  # read in the same transaction
        sealed = self._seal(transaction, device, row["generation"], seq, state)
        receipt = Receipt(
            device=device,
            generation=row["generation"],
            seq=seq,
            digest=bytes(FINGERPRINT_BYTES),
            state=state,
            sealed=sealed,
        )
        return [
            Outgoing(name, ReceiptEnvelope((receipt,)))
            for name in transaction.gateways_of(report_id)
        ]

    def _seal(
        self, transaction: Transaction, device: int, generation: int, newest: int, state: int
    ) -> bytes:
        key = self._registry.authentication_key(device, generation)
        assert key is not None  # only authentic reports are answered
        held = transaction.held_in_window(
            device, generation, newest, acknowledgement.RECEIPT_BITS, state
        )
        bitmap = sum(1 << newest - 1 - seq for seq in held)
        return acknowledgement.seal_receipt(
            acknowledgement.Receipt(device, newest, bitmap, state), key
        )


def _fingerprint(carried: ReportEnvelope) -> bytes:
    protected = len(carried.content).to_bytes(2, "big") + carried.content + carried.end_to_end_tag
    return hashlib.sha256(protected).digest()[:FINGERPRINT_BYTES]
