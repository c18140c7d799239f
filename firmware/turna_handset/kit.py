"""Reads what the mission kit tells one handset: understood as a whole, or refused by the field.

Needed once, at the start; then forgotten, with the mission's and the regions' rules.
"""

from turna_protocol import codes
from turna_protocol.errors import MalformedError
from turna_protocol.key_parts import KEY_BYTES
from turna_protocol.mission import integer_of, mission_from_json, text_of
from turna_protocol.packet import DEVICE_MAX
from turna_protocol.phone_network import CODE_BYTES
from turna_protocol.regions import refusal, sub_band

from . import power
from .provisioning import Provisioning

POSITION_INTERVAL_S = 120
HEALTH_INTERVAL_S = 600
FIX_INTERVAL_S = 600
ENGLISH = "en"
INTERVAL_MIN_S = 10
INTERVAL_MAX_S = 86400


def read_provisioning(data: dict[str, object]) -> Provisioning:
    """Take the object of `handset-<device>.json`; raise MalformedError naming the field."""
    if data.get("role") != "handset":
        raise MalformedError("role")
    public = dict(data)
    public["devices"] = []  # the registry of others is not for handsets
    mission = mission_from_json(public)
    band = sub_band(mission.region, mission.channel)
    return Provisioning(
        board=text_of(data, "board"),
        device=integer_of(data, "device", 1, DEVICE_MAX),
        call_sign=text_of(data, "call_sign"),
        mode=codes.MODES.index(mission.mode),
        frame=mission.frame,
        region=mission.region,
        channel=mission.channel,
        hops=mission.hops,
        band="" if band is None else band.name,
        duty_permille=None if band is None else band.duty_permille,
        refusal=refusal(mission.region, mission.channel),
        link_key=_key(data, "link_key"),
        authentication_key=_key(data, "authentication_key"),
        broadcast_key=_key(data, "broadcast_key"),
        public_key=bytes.fromhex(mission.public_key),
        alert_anchors=tuple([bytes.fromhex(one) for one in mission.alert_anchors]),
        position_interval_s=_interval(data, "position_interval_s", POSITION_INTERVAL_S),
        health_interval_s=_interval(data, "health_interval_s", HEALTH_INTERVAL_S),
        fix_interval_s=_interval(data, "fix_interval_s", FIX_INTERVAL_S),
        power=_power(data),
        language=text_of(data, "language") if "language" in data else ENGLISH,
        watchdog=data.get("watchdog") is not False,
        phone_code=_code(data),
    )


def _interval(data: dict[str, object], name: str, usual_s: int) -> int:
    if name not in data:
        return usual_s
    return integer_of(data, name, INTERVAL_MIN_S, INTERVAL_MAX_S)


def _power(data: dict[str, object]) -> str:
    """Return the mode of power to start in; a handset that started switched off would be lost."""
    mode = data.get("power", power.LIVE)
    if mode not in power.MODES or mode == power.OFF:
        raise MalformedError("power")
    return str(mode)


def _code(data: dict[str, object]) -> bytes:
    value = data.get("phone_code", "")
    try:
        code = bytes.fromhex(str(value))
    except ValueError:
        raise MalformedError("phone_code") from None
    if len(code) not in (0, CODE_BYTES):
        raise MalformedError("phone_code")
    return code


def _key(data: dict[str, object], name: str) -> bytes:
    value = data.get(name)
    if not isinstance(value, str) or len(value) != 2 * KEY_BYTES:
        raise MalformedError(name)
    try:
        return bytes.fromhex(value)
    except ValueError:
        raise MalformedError(name) from None
