"""Writes protocol/vectors/packets.json and malformed_packets.json: python3 -m tools.packet_vectors.

Language-neutral: every value another implementation needs is in the file, in hex. `--check` writes
nothing and fails if the files are not what the code makes.
"""

import json
import sys
from collections.abc import Sequence
from typing import Any

from tools.malformed_packets import malformed
from tools.places import ROOT
from tools.vector_keys import (
    ALL,
    DEVICE,
    END,
    ENDS,
    GATEWAY,
    GENERATION,
    HARDWARE_ID,
    LINK,
    LINKS,
    MASTER,
    PUBLIC,
    SIGNING,
)
from tools.vector_reports import REPORTS
from tools.vectors import FRAME
from turna_protocol import acknowledgement as acks
from turna_protocol import (
    alerts,
    beacon,
    codes,
    downlink,
    fragments,
    json_form,
    keys,
    long_text,
    notices,
    orders,
    packet,
    revocation,
    sealing,
)
from turna_protocol.reports import encode_report

FOLDER = ROOT / "protocol" / "vectors"
_LONG_TEXT = long_text.LongText(
    codes.EXERCISE,
    1_770_455_130,
    "Meet at the stadium's north gate at six. Bring cutting tools, two stretchers, water for a day "
    "and lamps; leave the lorry at the bridge, which bears four tonnes. The guide speaks Turkish "
    "and Kazakh, and wears white.",
)
_ALERT = downlink.alert_name(codes.EXERCISE, alerts.CEASE_WORK, 2)
Vector = dict[str, Any]


def main(arguments: Sequence[str]) -> int:
    """Write the files, or with `--check` say whether they are up to date."""
    stale = 0
    good = packets()
    files = {"packets": good, "malformed_packets": {"vectors": malformed(_one_of_each(good))}}
    for name, content in files.items():
        path = FOLDER / f"{name}.json"
        text = json.dumps(content, indent=1) + "\n"
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale += 1
    return 1 if stale else 0


def _one_of_each(good: Vector) -> dict[int, bytes]:
    """Return the first packet of each kind."""
    found: dict[int, bytes] = {}
    for vector in good["vectors"]:
        packed = vector.get("packet") or vector["packets"][0]
        found.setdefault(vector["kind"], bytes.fromhex(packed))
    return found


def packets() -> Vector:
    """Return the keys and a packet of every kind, with what it says."""
    return {
        "keys": {
            "master": MASTER.hex(),
            "hardware_id": HARDWARE_ID.hex(),
            "device": DEVICE,
            "generation": GENERATION,
            "link_branch": LINKS.hex(),
            "authentication_branch": ENDS.hex(),
            "link_key": LINK.hex(),
            "authentication_key": END.hex(),
            "broadcast_key": ALL.hex(),
            "signing_seed": keys.signing_seed(ENDS).hex(),
            "public_key": PUBLIC.hex(),
            "alert_anchors": [anchor.hex() for anchor in alerts.anchors(ENDS)],
        },
        "frame": {name: getattr(FRAME, name) for name in FRAME.FIELDS},
        "vectors": [
            *_sealed(),
            *_ordered(),
            *_acknowledged(),
            *_receipted(),
            *_beacons(),
            *_alerts(),
            *_notices(),
        ],
    }


def _content(name: str) -> bytes:
    """Return the content of a published report."""
    return encode_report(json_form.report_from_json(dict(REPORTS)[name]), FRAME)


def _sealed() -> list[Vector]:
    parts = fragments.split(long_text.pack_long_text(_LONG_TEXT))
    cases = (
        (packet.REPORT, 9, 2, _content("sos_declared")),
        (packet.REPORT, 0, 0, _content("sitrep_nothing_known")),
        (packet.REPORT, packet.SEQUENCE_MAX, 3, _content("sitrep_every_field_at_its_end")),
        *((packet.FRAGMENT, 10 + index, 0, part) for index, part in enumerate(parts)),
        (packet.HOLDING, 12, 0, orders.pack_holding(orders.Holding(orders.ORDERS, 3, 0b11))),
        (packet.HOLDING, 13, 0, orders.pack_holding(orders.Holding(orders.ALERTS, _ALERT, 0))),
    )
    return [
        {
            "name": f"{packet.KIND_NAMES[kind]} {seq}",
            "kind": kind,
            "device": DEVICE,
            "seq": seq,
            "hops_left": hops,
            "content": content.hex(),
            "end_to_end_tag": sealing.end_to_end_tag(kind, DEVICE, seq, content, END).hex(),
            "digest": sealing.packet_digest(data).hex(),
            "packet": data.hex(),
        }
        for kind, seq, hops, content in cases
        for data in (
            sealing.seal_report(
                content,
                device=DEVICE,
                seq=seq,
                link_key=LINK,
                authentication_key=END,
                hops_left=hops,
                kind=kind,
            ),
        )
    ]


def _ordered() -> list[Vector]:
    vectors = []
    for kind, number, content in (
        (packet.ORDER, 3, _content("task_to_a_worksite")),
        *(
            (packet.ORDER_FRAGMENT, 4 + index, part)
            for index, part in enumerate(fragments.split(long_text.pack_long_text(_LONG_TEXT)))
        ),
    ):
        order = orders.seal_order(
            content, device=DEVICE, number=number, authentication_key=END, kind=kind
        )
        vectors.append(
            {
                "name": f"{packet.KIND_NAMES[kind]} {number}",
                "kind": kind,
                "device": DEVICE,
                "seq": number,
                "hops_left": 0,
                "content": content.hex(),
                "end_to_end_tag": order.tag.hex(),
                "packet": orders.wrap_order(order, LINK).hex(),
            }
        )
    return vectors


def _acknowledged() -> list[Vector]:
    entry = acks.Acknowledgement(DEVICE, 9, 0b101)
    data = acks.pack_acknowledgements(GATEWAY, [(entry, LINK)])
    return [
        {
            "name": "acknowledgement of 9, 8 and 6",
            "kind": packet.ACKNOWLEDGEMENT,
            "gateway": GATEWAY,
            "entries": [{"device": DEVICE, "seq": 9, "bitmap": 0b101}],
            "packet": data.hex(),
        }
    ]


def _receipted() -> list[Vector]:
    entries = [acks.Receipt(DEVICE, 9, 0b101, 2), acks.Receipt(DEVICE, 30, 1 << 12, 5)]
    data = acks.pack_receipts([acks.seal_receipt(entry, END) for entry in entries])
    return [
        {
            "name": "receipts of two states",
            "kind": packet.RECEIPT,
            "entries": [
                {
                    "device": entry.device,
                    "seq": entry.seq,
                    "bitmap": entry.bitmap,
                    "state": entry.state,
                }
                for entry in entries
            ],
            "packet": data.hex(),
        }
    ]


def _beacons() -> list[Vector]:
    one = beacon.Beacon(
        gateway=GATEWAY,
        number=258,
        time_s=1_763_800_000,
        time_quality=beacon.TIME_GNSS,
        load_pct=12,
        slots=5,
        slot_ms=240,
        turns=b"\x41\x01",
    )
    fields = {name: getattr(one, name) for name in one.FIELDS if name != "hops"}
    fields["turns"] = one.turns.hex()
    data = beacon.pack_beacon(one, ALL, hops_left=2)
    return [{"name": "beacon", "kind": packet.BEACON, **fields, "packet": data.hex()}]


def _alerts() -> list[Vector]:
    vectors = []
    for alert in (
        alerts.Alert(alerts.EVACUATE, 1),
        alerts.Alert(alerts.RESUME, 1, 1, 0),
        alerts.Alert(alerts.CEASE_WORK, 2, mode=codes.EXERCISE),
    ):
        token = alerts.token(ENDS, alert.code, alert.number, alert.mode)
        body = alerts.alert_body(alert, token)
        clear = alert.code == alerts.RESUME
        signature = SIGNING.sign(alerts.signed_message(body)) if clear else b""
        vectors.append(
            {
                "name": f"{codes.MODES[alert.mode]} {alerts.CODE_NAMES[alert.code]}",
                "kind": packet.ALERT,
                "mode": alert.mode,
                "code": alert.code,
                "number": alert.number,
                "evacuations_ended": alert.evacuations_ended,
                "cessations_ended": alert.cessations_ended,
                "token": token.hex(),
                "signature": signature.hex(),
                "packet": alerts.pack_alert(body, signature).hex(),
            }
        )
    return vectors


def _notices() -> list[Vector]:
    revoked = revocation.pack_revocations(revocation.RevocationList(3, {7: 1, 9: 2}))
    vectors = []
    for notice in (
        notices.Notice(7, notices.ORDER_TO_ALL, _content("message_cyrillic")),
        notices.Notice(8, notices.REVOCATIONS, revoked),
    ):
        signature = SIGNING.sign(notices.signed_message(notice))
        vectors.append(
            {
                "name": f"notice {notice.number}",
                "kind": packet.NOTICE,
                "number": notice.number,
                "subject": notice.subject,
                "body": notice.body.hex(),
                "signature": signature.hex(),
                "packets": [data.hex() for data in notices.pack_notice(notice, signature, ALL)],
            }
        )
    return vectors


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
