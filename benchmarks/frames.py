"""Whole authenticated packets: what each protocol puts on the air for one report.

Codings without a packet of their own travel in Turna's. Meshtastic, Reticulum and COSE are their
own packages' bytes; where a package leaves the radio's own header to firmware, that firmware is
cited. Every choice a peer leaves open is made in the peer's favour.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import LXMF
import RNS
from meshtastic.protobuf import mesh_pb2, portnums_pb2
from pycose.algorithms import AESCCM1664128, HMAC25664
from pycose.headers import KID, Algorithm, PartialIV
from pycose.keys import SymmetricKey
from pycose.keys.keyparam import KpBaseIV
from pycose.messages import Enc0Message, Mac0Message

from benchmarks.codings import CODINGS, Coding, turna
from benchmarks.plain import plain
from turna_protocol import airtime, fragments, sealing
from turna_protocol.frame import Frame
from turna_protocol.reports import Report

# What cli/turna/deployment.py gives every deployment.
TURNA_PREAMBLE = 12
# LoRaWAN L2 1.0.4, 4.1: MHDR 1, FHDR 7, FPort 1, MIC 4.
LORAWAN_OVERHEAD_BYTES = 13
# meshtastic/firmware src/mesh/RadioInterface.h: header, key exchange's tag and nonce, preamble.
MESHTASTIC_HEADER_BYTES = 16
MESHTASTIC_PKC_BYTES = 12
MESHTASTIC_PREAMBLE = 16
# markqvist/RNode_Firmware Config.h: a byte before each frame of at most 255, a long preamble.
RNODE_HEADER_BYTES = 1
RNODE_FRAME_BYTES_MAX = 255
RNODE_PREAMBLE_MIN = 18
RNODE_PREAMBLE_US = 24_000

SENDER = 117  # of 200 handsets
NUMBER = 2_000  # of 4,000 reports


@dataclass(frozen=True)
class Packets:
    """How one protocol sends a report: the lengths of its packets, and the preamble before each."""

    name: str
    note: str
    lengths: Callable[[Report, Frame], list[int]]
    preamble: Callable[[int], int]


def _always(symbols: int) -> Callable[[int], int]:
    return lambda _sf: symbols


def _in_turna(coding: Coding) -> Callable[[Report, Frame], list[int]]:
    """Return the lengths of sealed packets; what is too long for one goes in parts."""

    def lengths(report: Report, frame: Frame) -> list[int]:
        content = coding(report, frame)
        if len(content) <= sealing.REPORT_CONTENT_BYTES_MAX:
            return [len(content) + sealing.REPORT_OVERHEAD_BYTES]
        parts = fragments.split(content)
        return [len(part) + sealing.REPORT_OVERHEAD_BYTES for part in parts]

    return lengths


def _lorawan(report: Report, frame: Frame) -> list[int]:
    return [len(turna(report, frame)) + LORAWAN_OVERHEAD_BYTES]


def _cose_encrypt0(report: Report, frame: Frame) -> list[int]:
    """Send it alone in a packet: sender as key id, number as partial IV, 64-bit tag."""
    message = Enc0Message(
        phdr={Algorithm: AESCCM1664128},
        uhdr={KID: bytes([SENDER]), PartialIV: NUMBER.to_bytes(2, "big")},
        payload=turna(report, frame),
    )
    message.key = SymmetricKey(k=bytes(16), optional_params={KpBaseIV: b"\x01" + bytes(12)})
    return [len(message.encode(tag=False))]


def _cose_mac0(report: Report, frame: Frame) -> list[int]:
    """Send the same in clear, with a 64-bit HMAC."""
    message = Mac0Message(
        phdr={Algorithm: HMAC25664},
        uhdr={KID: bytes([SENDER]), PartialIV: NUMBER.to_bytes(2, "big")},
        payload=turna(report, frame),
    )
    message.key = SymmetricKey(k=bytes(32))
    return [len(message.encode(tag=False))]


def _coded_text(report: Report, frame: Frame) -> str:
    """Return what a skilled operator would type: two letters a field, nothing that is unknown."""
    words = []
    for name, value in plain(report, frame).items():
        if name in _IN_POSITION or value is None:
            continue
        if name == "text":
            words.append(str(value))
        elif isinstance(value, list):
            needs = [f"{item}:{'' if quantity is None else quantity}" for item, quantity in value]
            words.append("N" + ",".join(needs))
        else:
            words.append(f"{name[:2].upper()}{value}")
    return " ".join(words)


_IN_POSITION = ("time", "north", "east", "altitude", "quality", "accuracy")


def _data(port: int, payload: bytes) -> int:
    return len(mesh_pb2.Data(portnum=port, payload=payload).SerializeToString())


def _meshtastic_text(report: Report, frame: Frame) -> list[int]:
    """Send position and text, or one waypoint that describes the rest: whichever is less."""
    text = _coded_text(report, frame).encode()
    in_two = [_data(portnums_pb2.TEXT_MESSAGE_APP, text)] if text else []
    if report.fix is None:
        return [MESHTASTIC_HEADER_BYTES + length for length in in_two]
    place = {
        "latitude_i": report.fix.lat_e5 * 100,
        "longitude_i": report.fix.lon_e5 * 100,
    }
    position = mesh_pb2.Position(**place, time=report.time_s)
    altitude_m = getattr(report, "altitude_m", None)
    if altitude_m is not None:
        position.altitude = altitude_m
    in_two.insert(0, _data(portnums_pb2.POSITION_APP, position.SerializeToString()))
    ways = [in_two]
    if len(text) <= _WAYPOINT_TEXT_BYTES:
        waypoint = mesh_pb2.Waypoint(**place, id=NUMBER, description=text.decode())
        ways.append([_data(portnums_pb2.WAYPOINT_APP, waypoint.SerializeToString())])
    return min(
        ([MESHTASTIC_HEADER_BYTES + length for length in way] for way in ways),
        key=sum,
    )


_WAYPOINT_TEXT_BYTES = 99  # meshtastic/protobufs mesh.options: description max_size 100


def _meshtastic_private(report: Report, frame: Frame) -> list[int]:
    """Send Turna's content as a private application's, sealed to the gateway's public key."""
    data = _data(portnums_pb2.PRIVATE_APP, turna(report, frame))
    return [MESHTASTIC_HEADER_BYTES + data + MESHTASTIC_PKC_BYTES]


def _lxmf(report: Report, frame: Frame) -> list[int]:
    """Send Turna's content in an opportunistic LXMF message: one packet, no link set up."""
    source, destination = _lxmf_ends()
    message = LXMF.LXMessage(
        destination,
        source,
        turna(report, frame),
        desired_method=LXMF.LXMessage.OPPORTUNISTIC,
    )
    message.timestamp = float(report.time_s or 0)
    message.pack()
    assert message.method == LXMF.LXMessage.OPPORTUNISTIC
    packet = message._LXMessage__as_packet()
    packet.pack()
    return rnode_frames(len(packet.raw))


def rnode_frames(length: int) -> list[int]:
    """Return what an RNode sends for a packet: two frames where one is too short."""
    room = RNODE_FRAME_BYTES_MAX - RNODE_HEADER_BYTES
    lengths = [min(room, length - start) for start in range(0, length, room)]
    return [RNODE_HEADER_BYTES + each for each in lengths]


def _rnode_preamble(sf: int) -> int:
    return max(RNODE_PREAMBLE_MIN, -(-RNODE_PREAMBLE_US // airtime.symbol_us(sf, 125_000)))


@functools.cache
def _lxmf_ends() -> tuple[Any, Any]:
    RNS.loglevel = RNS.LOG_CRITICAL
    ends = [
        RNS.Destination(RNS.Identity(), RNS.Destination.OUT, RNS.Destination.SINGLE, *name)
        for name in [("lxmf", "delivery")] * 2
    ]
    return ends[0], ends[1]


def all_packets() -> Sequence[Packets]:
    """Return every protocol, ours first."""
    carried = [
        Packets(f"{name} in Turna's packet", "header, both tags: 13 bytes", lengths, preamble)
        for name, coding in CODINGS.items()
        if name != "Turna"
        for lengths, preamble in [(_in_turna(coding), _always(TURNA_PREAMBLE))]
    ]
    return (
        Packets("Turna", "end-to-end and link tag", _in_turna(turna), _always(TURNA_PREAMBLE)),
        Packets("Turna's content in LoRaWAN", "no end-to-end tag", _lorawan, _always(8)),
        *carried,
        Packets("COSE_Mac0, Turna's content", "in clear", _cose_mac0, _always(TURNA_PREAMBLE)),
        Packets("COSE_Encrypt0, Turna's content", "", _cose_encrypt0, _always(TURNA_PREAMBLE)),
        Packets(
            "Meshtastic, its own messages",
            "channel key only: not authenticated",
            _meshtastic_text,
            _always(MESHTASTIC_PREAMBLE),
        ),
        Packets(
            "Meshtastic, Turna's content",
            "sealed to the gateway",
            _meshtastic_private,
            _always(MESHTASTIC_PREAMBLE),
        ),
        Packets("Reticulum LXMF, Turna's content", "signed", _lxmf, _rnode_preamble),
    )
