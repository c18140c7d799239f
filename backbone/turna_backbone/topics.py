"""The MQTT topics of the backbone, made and taken apart in one place.

Every variable segment is `[a-z0-9_-]{1,32}`; the breaking version is the segment `v1`.
"""

import re
from dataclasses import dataclass

from turna_protocol.errors import MalformedError

ROOT = "ots/v1"
SEGMENT_LIMIT = 32

# What the Secretariat subscribes to: every country's units and gateways.
REPORT_FILTERS = (f"{ROOT}/+/u/+/sos", f"{ROOT}/+/u/+/report", f"{ROOT}/+/g/+/report")
GATEWAY_CONNECTION_FILTER = f"{ROOT}/+/g/+/conn"
GATEWAY_HEALTH_FILTER = f"{ROOT}/+/g/+/health"
GATEWAY_DOWN_STATE_FILTER = f"{ROOT}/+/g/+/down-ack"

SECRETARIAT_CONNECTION = f"{ROOT}/sys/sec/conn"
SECRETARIAT_NUMBERS = f"{ROOT}/sys/sec/numbers"

_SEGMENT = re.compile(r"[a-z0-9_-]{1,32}")
_UNIT_LEAVES = ("report", "sos")
_GATEWAY_LEAVES = ("conn", "health", "report", "receipt", "resend", "down", "down-ack")


def segment(name: str) -> str:
    """Return `name` as a topic segment: "TR-AFAD 1" becomes "tr-afad_1"."""
    spelled = re.sub(r"[^a-z0-9_-]", "_", name.lower())[:SEGMENT_LIMIT]
    return spelled or "_"


def report(country: str, unit: str) -> str:
    return _unit(country, unit, "report")


def sos(country: str, unit: str) -> str:
    return _unit(country, unit, "sos")


def decoded(country: str, unit: str, *, actual: bool) -> str:
    """Return where others hear a report as JSON; one of an exercise or a test elsewhere."""
    return _unit(country, unit, "json" if actual else "json-exercise")


def gateway_reports(country: str, gateway: str) -> str:
    """Return where a gateway publishes several reports at once."""
    return _gateway(country, gateway, "report")


def gateway_connection(country: str, gateway: str) -> str:
    return _gateway(country, gateway, "conn")


def gateway_health(country: str, gateway: str) -> str:
    return _gateway(country, gateway, "health")


def receipt(country: str, gateway: str) -> str:
    return _gateway(country, gateway, "receipt")


def resend(country: str, gateway: str) -> str:
    """Return where a gateway is told what the archive may lack; retained."""
    return _gateway(country, gateway, "resend")


def down(country: str, gateway: str) -> str:
    return _gateway(country, gateway, "down")


def down_state(country: str, gateway: str) -> str:
    return _gateway(country, gateway, "down-ack")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic taken apart; `side` is "u" (a unit) or "g" (a gateway)."""

    country: str
    side: str
    name: str
    leaf: str


def parse(topic: str) -> Topic:
    """Take a unit's or a gateway's topic apart; anything else is a MalformedError."""
    parts = topic.split("/")
    if len(parts) != 6 or "/".join(parts[:2]) != ROOT:
        raise MalformedError("not a topic of this version")
    country, side, name, leaf = parts[2:]
    leaves = {"u": _UNIT_LEAVES, "g": _GATEWAY_LEAVES}.get(side, ())
    if leaf not in leaves or not _SEGMENT.fullmatch(country) or not _SEGMENT.fullmatch(name):
        raise MalformedError("not a unit's or a gateway's topic")
    return Topic(country, side, name, leaf)


def _unit(country: str, unit: str, leaf: str) -> str:
    return f"{ROOT}/{segment(country)}/u/{segment(unit)}/{leaf}"


def _gateway(country: str, gateway: str, leaf: str) -> str:
    return f"{ROOT}/{segment(country)}/g/{segment(gateway)}/{leaf}"
