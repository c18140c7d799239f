"""Packets that must be refused, each with the reason: protocol/vectors/malformed_packets.json.

Most are a true packet with something changed. Where a tag would give the change away before it is
looked at, the tag is made anew: "tag true".
"""

from collections.abc import Callable

from tools.vector_keys import ALL, DEVICE, END, ENDS, GATEWAY, LINK, PUBLIC, SIGNING
from turna_protocol import acknowledgement as acks
from turna_protocol import alerts, beacon, ciphers, fragments, notices, orders, packet, sealing
from turna_protocol.errors import MalformedError, NotAuthenticError


def malformed(good: dict[int, bytes]) -> list[dict[str, str]]:
    """Return what a receiver with all keys refuses, given one true packet of each kind."""
    cases = {
        **_no_reports(good[packet.REPORT]),
        **_no_answers(good[packet.ACKNOWLEDGEMENT], good[packet.RECEIPT]),
        **_no_beacons(good[packet.BEACON]),
        **_no_alerts(good[packet.ALERT]),
        **_no_words_from_the_secretariat(good[packet.ORDER], good[packet.NOTICE]),
    }
    return [
        {"name": name, "packet": data.hex(), "reason": refusal(data)}
        for name, data in cases.items()
    ]


def refusal(data: bytes) -> str:
    """Return the reason for which a packet is refused, empty if it is not."""
    try:
        _open(data)
    except (MalformedError, NotAuthenticError) as error:
        return str(error)
    return ""


def _open(data: bytes) -> None:
    openers: dict[int, Callable[[], object]] = {
        packet.ACKNOWLEDGEMENT: lambda: acks.unpack_acknowledgements(data, DEVICE, LINK),
        packet.RECEIPT: lambda: acks.unpack_receipts(data, DEVICE, END),
        packet.BEACON: lambda: beacon.unpack_beacon(data, ALL),
        packet.ALERT: lambda: alerts.AlertWatch(tuple(alerts.anchors(ENDS)), PUBLIC).hear(data),
        packet.ORDER: lambda: orders.open_order(data, LINK, END),
        packet.FRAGMENT: lambda: _open_part(data),
        packet.HOLDING: lambda: orders.unpack_holding(sealing.open_link(data, LINK).content),
        packet.NOTICE: lambda: notices.NoticeBoard(ALL).hear(data),
    }
    openers.get(packet.packet_kind(data), lambda: sealing.open_link(data, LINK))()


def _open_part(data: bytes) -> None:
    opened = sealing.open_link(data, LINK)
    fragments.Assembly().add(opened.header.seq, opened.content)


def _no_reports(report: bytes) -> dict[str, bytes]:
    return {
        "empty": b"",
        "version 1": bytes([report[0] | 0x40]) + report[1:],
        "kind 0": bytes(18),
        "kind 15": bytes([15 << 2]) + report[1:],
        "header cut": report[:4],
        "no content": report[:13],
        "device 0": report[:1] + bytes(4) + report[5:],
        "device 4095": report[:1] + b"\xff" * 4 + report[5:],
        "link tag": _flipped(report, -1),
        "end-to-end tag": _flipped(report, 5),
        "another number": _flipped(report, 4),
        "report said to be a fragment": bytes([packet.FRAGMENT << 2]) + report[1:],
        "over 222 bytes": report + bytes(205),
        "part beyond the last": _sealed_as(packet.FRAGMENT, b"\x02\x01data"),
        "part without data": _sealed_as(packet.FRAGMENT, b"\x00\x01"),
        "part of more than 64": _sealed_as(packet.FRAGMENT, b"\x00\x40data"),
        "part before number 0": _sealed_as(packet.FRAGMENT, b"\x09\x0adata"),
        "holding of an unknown stream": _sealed_as(packet.HOLDING, b"\x40\x00\x03"),
        "holding with leading zeros": _sealed_as(packet.HOLDING, b"\x00\x00\x03\x00\x03"),
        "holding cut": _sealed_as(packet.HOLDING, b"\x00\x00"),
    }


def _no_answers(ack: bytes, receipts: bytes) -> dict[str, bytes]:
    return {
        "acknowledgement of gateway 0": ack[:1] + b"\0" + ack[2:],
        "acknowledgement of another gateway": ack[:1] + b"\4" + ack[2:],
        "half an entry": ack[:-1],
        "no entry": ack[:2],
        "seven entries": ack[:2] + ack[2:11] * 7,
        "acknowledgement tag": _flipped(ack, -1),
        "half a receipt": receipts[:-1],
        "six receipts": receipts[:1] + receipts[1:11] * 6,
        "receipt tag": _flipped(receipts[:11], -1),
        "receipt improved": _flipped(receipts[:11], 5, 0x80),
        "receipt of state 1, tag true": receipts[:1] + _receipt_of_state_1(),
    }


def _no_beacons(one: bytes) -> dict[str, bytes]:
    bare = beacon.pack_beacon(beacon.Beacon(gateway=GATEWAY, number=1), ALL)[: -beacon.TAG_BYTES]
    return {
        "beacon cut": one[:-1],
        "beacon tag": _flipped(one, -1),
        "beacon with more hops left than at the start": bytes([one[0] | 3]) + one[1:],
        "beacon of gateway 0, tag true": _tagged_for_all(bare[:1] + b"\0" + bare[2:]),
        "beacon with a time of unknown quality, tag true": _tagged_for_all(
            bare[:5] + b"\1" + bare[6:]
        ),
        "beacon with a load of 101 percent, tag true": _tagged_for_all(
            bare[:10] + b"\x65" + bare[11:]
        ),
        "beacon with turns and a zero after them, tag true": _tagged_for_all(
            bare[:12] + b"\x05" + bare[13:] + b"\1\0"
        ),
        "beacon with more turns than slots, tag true": _tagged_for_all(bare + b"\1"),
    }


def _no_alerts(alarm: bytes) -> dict[str, bytes]:
    body = alerts.alert_body(
        alerts.Alert(alerts.RESUME, 1, 1, 0), alerts.token(ENDS, alerts.RESUME, 1)
    )
    clear = alerts.pack_alert(body, SIGNING.sign(alerts.signed_message(body)))
    far = alerts.SKIPS_MAX + 1
    return {
        "alert of code 3": alarm[:1] + b"\x03" + alarm[2:],
        "alert of mode 3": alarm[:1] + b"\x30" + alarm[2:],
        "alert number 0": alarm[:2] + bytes(2) + alarm[4:],
        "alert cut": alarm[:-1],
        "alert token": _flipped(alarm, -1),
        "alarm said to be a drill": alarm[:1] + b"\x10" + alarm[2:],
        "alert 65 numbers ahead": alerts.pack_alert(
            alerts.alert_body(
                alerts.Alert(alerts.EVACUATE, far), alerts.token(ENDS, alerts.EVACUATE, far)
            )
        ),
        "all-clear without signature": clear[:18],
        "all-clear signature": _flipped(clear, -1),
        "all-clear of other alarms": _flipped(clear, 17),
    }


def _no_words_from_the_secretariat(order: bytes, notice: bytes) -> dict[str, bytes]:
    content = sealing.open_link(order, LINK).content
    forged = orders.SealedOrder(DEVICE, 3, content, bytes(8))
    return {
        "order link tag": _flipped(order, -1),
        "order forged by a gateway": orders.wrap_order(forged, LINK),
        "notice part tag": _flipped(notice, -1),
        "notice without data": notice[:9],
    }


def _flipped(data: bytes, at: int, bits: int = 1) -> bytes:
    spoilt = bytearray(data)
    spoilt[at] ^= bits
    return bytes(spoilt)


def _sealed_as(kind: int, content: bytes) -> bytes:
    return sealing.seal_report(
        content, device=DEVICE, seq=8, link_key=LINK, authentication_key=END, kind=kind
    )


def _tagged_for_all(body: bytes) -> bytes:
    """Return a beacon that its sender's own code would not make, with a true tag."""
    return body + ciphers.hmac_sha256(ALL, b"turna beacon 0" + body)[: beacon.TAG_BYTES]


def _receipt_of_state_1() -> bytes:
    body = packet.pack_address(DEVICE, 9) + b"\x20\x00"
    return body + ciphers.hmac_sha256(END, b"turna receipt 0" + body)[: acks.TAG_BYTES]
