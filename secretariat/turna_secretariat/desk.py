"""Files what gateways bring and say, each time as one commit, and answers it.

No broker, no threads, no clock of its own: envelopes and `now_ms` in, receipts out.  All of one
call is one commit; its receipts may be sent because the commit has happened.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from turna_backbone.envelope import GivenOut, ReportEnvelope
from turna_protocol.frame import Frame
from turna_secretariat import alarms, late_proof
from turna_secretariat.archive import Archive
from turna_secretariat.down_desk import DownDesk
from turna_secretariat.filing import Filing
from turna_secretariat.judging import Judge, fingerprint_of
from turna_secretariat.officers_desk import OfficersDesk
from turna_secretariat.receipts import Answer, Outgoing, Receipts
from turna_secretariat.registry import Registry
from turna_secretariat.resending import Resending
from turna_secretariat.transaction import Transaction
from turna_secretariat.understanding import GatewayPresence, Heartbeat, Refusal, Word

# Tried anew at a start; whoever has put aside more has other worries.
QUARANTINED_AT_ONCE = 1_000


class Desk:
    """Files what gateways bring and answers them; beside it sit officers, and what goes down."""

    def __init__(self, archive: Archive, registry: Registry, frame: Frame) -> None:
        self._archive = archive
        self._receipts = Receipts(registry)
        self.officers = OfficersDesk(archive, registry)
        self.down = DownDesk(archive, registry)
        self._judge = Judge(registry, frame, self.down.is_revoked)
        self.resending = Resending(archive, registry)

    def file(self, envelopes: Sequence[ReportEnvelope], now_ms: int) -> list[Outgoing]:
        """Commit all reports, new or repeated, and return the receipts that are due."""
        with self._filing() as transaction:
            answers = Filing(transaction, self._judge, self.down, now_ms).file(envelopes)
            return self._receipts.answer(transaction, answers)

    def unproved(self) -> list[int]:
        """Return which reports came of handsets before the kit knew them."""
        with self._archive.transaction() as transaction:
            return late_proof.unproved(transaction, self._judge.registry)

    def prove_late(self, report_ids: Sequence[int], now_ms: int) -> int:
        """Take up which of these can be proved by now, and return how many that were."""
        with self._filing() as transaction:
            return late_proof.prove(transaction, self._judge, self.down, report_ids, now_ms)

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
        with self._filing() as transaction:
            answers = Filing(transaction, self._judge, self.down, now_ms).file([envelope])
            transaction.take_up(number)
            return self._receipts.answer(transaction, answers)

    def note(self, words: Iterable[Word], now_ms: int) -> None:
        """Count messages that are no reports, keep what gateways say of themselves: one commit."""
        with self._archive.transaction() as transaction:
            for word in words:
                match word:
                    case Refusal(reason, topic, payload):
                        transaction.count_refusal(reason, topic, payload, now_ms)
                    case GatewayPresence(name, country, connected):
                        transaction.note_gateway(name, country, now_ms, connected=connected)
                    case Heartbeat():
                        self._note_heartbeat(transaction, word, now_ms)

    def heard_of_run(self, said: GivenOut, now_ms: int) -> None:
        """Alarm a person if a run has numbered what is not in here, and number on above it.

        A handset takes what has the number of an older thing for that, and says that it holds it.
        """
        with self._archive.transaction() as transaction:
            if not self.down.skip_ahead(transaction, said):
                return
            if not transaction.is_alarmed(alarms.UNKNOWN_ORDER, alarms.OTHER_RUN):
                transaction.raise_alarm(alarms.UNKNOWN_ORDER, None, alarms.OTHER_RUN, now_ms)

    def alarm_once(self, kind: str, detail: str, now_ms: int) -> None:
        """Raise an alarm about no report, unless an open one says the same."""
        with self._archive.transaction() as transaction:
            if not transaction.is_alarmed(kind, detail):
                transaction.raise_alarm(kind, None, detail, now_ms)

    @contextmanager
    def _filing(self) -> Iterator[Transaction]:
        """Commit reports; what was noted of their handsets is doubted if that fails."""
        try:
            with self._archive.transaction() as transaction:
                yield transaction
        except Exception:
            self.down.rolled_back()
            raise

    def _note_heartbeat(self, transaction: Transaction, said: Heartbeat, now_ms: int) -> None:
        self._note_revoked(transaction, said, now_ms)
        health = json.dumps(said.health)
        transaction.note_gateway(said.name, said.country, now_ms, connected=True, health=health)

    def _note_revoked(self, transaction: Transaction, said: Heartbeat, now_ms: int) -> None:
        """Raise an alarm for each handset that a gateway refused anew because it is revoked.

        Of others a gateway is not believed: it is in wrong hands, or this archive is an older copy.
        """
        before = dict(transaction.gateway_health(said.name).get("revoked_heard", ()))
        for device, times in said.health.get("revoked_heard", ()):
            is_revoked = self.down.is_revoked(device, 0)
            detail = alarms.detail_of(device) if is_revoked else alarms.refused_by(said.name)
            if times != before.get(device) and not transaction.is_alarmed("revoked", detail):
                transaction.raise_alarm("revoked", None, detail, now_ms)
