"""Where the targets start from: the published vectors, a mission, frames of the serial line."""

import json
from typing import Any

from tools.places import ROOT
from turna_protocol import mission
from turna_protocol.frame import Frame
from turna_protocol.mission import Mission
from turna_protocol.modem import journal_messages, messages, radio_messages
from turna_protocol.regions import USUAL_CHANNEL

_FOLDER = ROOT / "protocol" / "vectors"
_PACKETS: dict[str, Any] = json.loads((_FOLDER / "packets.json").read_text())
_REPORTS: list[dict[str, Any]] = json.loads((_FOLDER / "reports.json").read_text())["vectors"]
FRAME = Frame(**_REPORTS[0]["frame"])

_KEYS = _PACKETS["keys"]
DEVICE: int = _KEYS["device"]
LINK_KEY = bytes.fromhex(_KEYS["link_key"])
AUTHENTICATION_KEY = bytes.fromhex(_KEYS["authentication_key"])
BROADCAST_KEY = bytes.fromhex(_KEYS["broadcast_key"])
PUBLIC_KEY = bytes.fromhex(_KEYS["public_key"])
ANCHORS = (bytes(10), bytes(range(10)), bytes(range(10, 20)))


def report_contents() -> list[bytes]:
    return [bytes.fromhex(vector["content"]) for vector in _REPORTS]


def report_forms() -> list[dict[str, Any]]:
    return [vector["report"] for vector in _REPORTS]


def packets() -> list[bytes]:
    """Return the packets of the vectors, the right ones and the malformed ones."""
    malformed = json.loads((_FOLDER / "malformed_packets.json").read_text())["vectors"]
    found: list[bytes] = []
    for vector in [*_PACKETS["vectors"], *malformed]:
        packet = vector.get("packet") or vector.get("packets") or ""
        each = packet if isinstance(packet, list) else [packet]
        found += [bytes.fromhex(one) for one in each]
    return found


_MISSION = Mission(
    name="Exercise",
    mode="exercise",
    frame=FRAME,
    region="OTS433",
    channel=USUAL_CHANNEL,
    devices=(
        mission.Device(
            device=DEVICE,
            hardware_id=_KEYS["hardware_id"],
            generation=1,
            call_sign="TUR01-1",
            team="TUR01",
            country="TUR",
        ),
    ),
    gateways=(mission.Gateway(index=1, name="alpha", country="TUR"),),
    public_key=_KEYS["public_key"],
    alert_anchors=tuple(anchor.hex() for anchor in ANCHORS),
)
MISSION = mission.mission_to_json(_MISSION)
HANDSET = {
    **MISSION,
    "role": "handset",
    "board": "heltec_v3",
    "device": DEVICE,
    "call_sign": "TUR01-1",
    "link_key": LINK_KEY.hex(),
    "authentication_key": AUTHENTICATION_KEY.hex(),
    "broadcast_key": BROADCAST_KEY.hex(),
    "position_interval_s": 120,
}
SETTING = radio_messages.RadioSetting("UNSET", USUAL_CHANNEL)
HELLO = messages.Hello(
    role=messages.MODEM,
    unique_id=bytes(8),
    boot_id=bytes(4),
    reset_cause=1,
    capabilities=1,
    board="heltec_v3",
    firmware="0.1.0",
)
_ENTRY = journal_messages.JournalEntry(seq=9, report_type=1, state=2, saved_s=60, attempts=1)
_MESSAGES: "tuple[messages.Message, ...]" = (
    HELLO,
    messages.HelloRequest(1),
    messages.Accepted(),
    messages.Refused(1, 2, "why"),
    messages.Log(1, "said"),
    messages.TimeRequest(5),
    messages.Time(5, 6),
    messages.Reboot(),
    radio_messages.Configure(SETTING),
    journal_messages.JournalRequest(0),
    journal_messages.Journal((_ENTRY,), more=False),
    journal_messages.Counters((("heard", 3),), more=False),
)
FRAMES = [messages.encode(message, sequence) for sequence, message in enumerate(_MESSAGES, start=1)]
