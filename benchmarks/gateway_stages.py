"""What each stage of the gateway costs a report, beside the least that its library asks for.

Each stage is run by itself, in groups as in the whole; the floor is the library alone, in the same
process and on the same disk: what is left between the two is ours to save.
"""

import queue
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import cbor2
import paho.mqtt.client as paho
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.gateway_bench import IDENTITY, TIMEOUT_S, Sealed, keyring, session
from turna_backbone.mqtt import Connected
from turna_gateway.intake import Accepted, Intake
from turna_gateway.parcels import Parcels
from turna_gateway.ports import Event
from turna_gateway.report_rows import NewReport, ReportRows, StoredReport
from turna_gateway.store import Store
from turna_protocol.key_parts import cipher_part
from turna_protocol.packet import HEADER_BYTES
from turna_protocol.sealing import LINK_TAG_BYTES

ROUNDS = 3
MESSAGES = 200
# Messages of a burst, as when groups follow each other.
BURST = 4
TOPIC = "ots/v1/tr/g/bench-1/report"
_NONCE_BYTES = 13


class Stage(NamedTuple):
    """CPU per report, by us and by the library alone."""

    name: str
    ours_us: float
    floor_us: float


def stages(sealed: Sequence[Sealed], group: int, message: int, port: int) -> list[Stage]:
    """Measure each; `group` reports to a commit, `message` reports to a message."""
    intake = Intake(keyring(), lambda device, generation: False)
    judged = [intake.judge(one.packet) for one in sealed]
    accepted = [each for each in judged if isinstance(each, Accepted)]
    rows = [_row(each) for each in accepted]
    stored = [StoredReport(*row, number) for number, row in enumerate(rows)]
    payloads = [bytes(1_300)] * MESSAGES
    return [
        Stage("open and judge: AES-CCM, SHA-256", _judge_us(sealed), _ciphers_us(sealed, accepted)),
        Stage("commit: SQLite, fsync", _commit_us(rows, group), _insert_us(rows, group)),
        Stage("pack: CBOR", _pack_us(stored, message), _cbor_us(stored, message)),
        Stage(
            "publish to PUBACK: paho, threads",
            _session_us(payloads, port) / message,
            _paho_us(payloads, port) / message,
        ),
    ]


def _judge_us(sealed: Sequence[Sealed]) -> float:
    intake = Intake(keyring(), lambda device, generation: False)
    return _us(len(sealed), lambda: [intake.judge(one.packet) for one in sealed])


def _ciphers_us(sealed: Sequence[Sealed], accepted: Sequence[Accepted]) -> float:
    ciphers = {
        one.device: AESCCM(cipher_part(one.link_key), LINK_TAG_BYTES)
        for one in keyring().handsets()
    }
    prepared = []
    for one, each in zip(sealed, accepted, strict=True):
        body = HEADER_BYTES + len(each.end_to_end_tag)
        nonce = one.packet[:body].ljust(_NONCE_BYTES, b"\0")
        cipher = ciphers[each.handset.device]
        prepared.append((cipher, nonce, one.packet, one.packet[body:], each.header))

    def run() -> None:
        for cipher, nonce, packet, ciphertext, header in prepared:
            cipher.decrypt(nonce, ciphertext, header)
            sha256(packet).digest()

    return _us(len(prepared), run)


def _commit_us(rows: Sequence[NewReport], group: int) -> float:
    def run(store: Store) -> None:
        reports = ReportRows(store)
        for start in range(0, len(rows), group):
            with store.transaction():
                reports.put(rows[start : start + group])

    return _with_stores(len(rows), run)


def _insert_us(rows: Sequence[NewReport], group: int) -> float:
    columns = ", ".join((*NewReport._fields, "state"))
    statement = f"INSERT INTO report ({columns}) VALUES ({', '.join('?' * 14)})"
    values = [(*row, 1) for row in rows]

    def run(store: Store) -> None:
        for start in range(0, len(values), group):
            store.execute("BEGIN")
            store.execute_many(statement, values[start : start + group])
            store.execute("COMMIT")

    return _with_stores(len(rows), run)


def _pack_us(stored: Sequence[StoredReport], message: int) -> float:
    parcels = Parcels(IDENTITY, keyring())
    starts = range(0, len(stored), message)
    groups = [stored[start : start + message] for start in starts]
    return _us(len(stored), lambda: [parcels.pack(each, 0) for each in groups])


def _cbor_us(stored: Sequence[StoredReport], message: int) -> float:
    starts = range(0, len(stored), message)
    groups = [[row[:12] for row in stored[start : start + message]] for start in starts]
    return _us(len(stored), lambda: [cbor2.dumps([1, bytes(8), each]) for each in groups])


def _session_us(payloads: Sequence[bytes], port: int) -> float:
    """Return what a message costs by our session."""
    inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
    ours = session(port, inbox, "bench-stage")
    ours.start()
    assert isinstance(inbox.get(timeout=TIMEOUT_S), Connected)

    def run() -> None:
        for start in range(0, len(payloads), BURST):
            burst = payloads[start : start + BURST]
            for payload in burst:
                ours.publish(TOPIC, payload)
            for _ in burst:
                inbox.get(timeout=TIMEOUT_S)

    measured = _us(len(payloads), run, time.process_time)
    ours.stop()
    return measured


def _paho_us(payloads: Sequence[bytes], port: int) -> float:
    """Return what a message costs by paho and its own loop."""
    confirmed = threading.Semaphore(0)
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="paho-stage")
    client.on_connect = client.on_publish = lambda *_: confirmed.release()
    client.connect("127.0.0.1", port)
    client.loop_start()
    assert confirmed.acquire(timeout=TIMEOUT_S)

    def run() -> None:
        for start in range(0, len(payloads), BURST):
            burst = payloads[start : start + BURST]
            for payload in burst:
                client.publish(TOPIC, payload, qos=1)
            for _ in burst:
                assert confirmed.acquire(timeout=TIMEOUT_S)

    measured = _us(len(payloads), run, time.process_time)
    client.disconnect()
    client.loop_stop()
    return measured


def _with_stores(count: int, run: Callable[[Store], None]) -> float:
    """Return the CPU of a run on a new database, the median of several."""
    measured = []
    for _ in range(ROUNDS):
        with TemporaryDirectory() as folder:
            store = Store(Path(folder) / "gateway.db")
            store.open()
            began = time.thread_time()
            run(store)
            measured.append((time.thread_time() - began) / count * 1e6)
            store.close()
    return statistics.median(measured)


def _us(
    count: int, run: Callable[[], object], clock: Callable[[], float] = time.thread_time
) -> float:
    measured = []
    for _ in range(ROUNDS):
        began = clock()
        run()
        measured.append((clock() - began) / count * 1e6)
    return statistics.median(measured)


def _row(each: Accepted) -> NewReport:
    return NewReport(
        device=each.handset.device,
        generation=each.handset.generation,
        seq=each.seq,
        header=each.header,
        content=each.content,
        end_to_end_tag=each.end_to_end_tag,
        digest=each.digest,
        quarantined=False,
        heard_at_s=1_790_000_000,
        rssi_dbm=-100,
        snr_db_x4=20,
        hops=each.hops,
        lane=each.lane,
    )
