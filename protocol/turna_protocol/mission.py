"""The mission: what every part of one deployment knows, as the public half of the mission kit.

Holds no key.  Parsed strictly from the JSON of `mission.json`, the same on both interpreters.
"""

from .channel import Channel
from .errors import MalformedError
from .frame import Frame
from .packet import DEVICE_MAX, GATEWAY_MAX, HOPS_MAX
from .record import Record

FORMAT = 1
MODES = ("exercise", "actual")
DEVICES_MAX = 512
GATEWAYS_MAX = 16
NAME_LENGTH_MAX = 32
PUBLIC_KEY_HEX = 64
ALERT_ANCHORS_MAX = 9  # of turna_protocol.alerts: three codes for each mode; actual first
_CODES = 3
ALERT_ANCHOR_HEX = 20


class Device(Record):
    """One handset in the registry."""

    FIELDS = ("device", "hardware_id", "generation", "call_sign", "team", "country")

    def __init__(
        self,
        *,
        device: int,
        hardware_id: str,
        generation: int,
        call_sign: str,
        team: str,
        country: str,
    ) -> None:
        self.device = device
        self.hardware_id = hardware_id
        self.generation = generation
        self.call_sign = call_sign
        self.team = team
        self.country = country


class Gateway(Record):
    """One gateway in the registry."""

    FIELDS = ("index", "name", "country")

    def __init__(self, *, index: int, name: str, country: str) -> None:
        self.index = index
        self.name = name
        self.country = country


class Mission(Record):
    """One deployment: frame, region, channel, handsets, gateways."""

    FIELDS = (
        "name",
        "mode",
        "frame",
        "region",
        "channel",
        "hops",
        "devices",
        "gateways",
        "public_key",
        "alert_anchors",
    )

    def __init__(
        self,
        *,
        name: str,
        mode: str,
        frame: Frame,
        region: str,
        channel: Channel,
        devices: tuple[Device, ...],
        gateways: tuple[Gateway, ...],
        hops: int = 0,
        public_key: str = "",
        alert_anchors: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.mode = mode
        self.frame = frame
        self.region = region
        self.channel = channel
        self.hops = hops  # by how many relays a packet may be passed on
        self.devices = devices
        self.gateways = gateways
        self.public_key = public_key  # the Secretariat's, in hex; empty: nothing signed counts
        self.alert_anchors = alert_anchors  # in hex, by mode and code; empty: no alert counts

    def device(self, number: int) -> Device | None:
        """Return the handset of that number, or None."""
        for device in self.devices:
            if device.device == number:
                return device
        return None

    def gateway(self, name: str) -> Gateway | None:
        """Return the gateway of that name, or None."""
        for gateway in self.gateways:
            if gateway.name == name:
                return gateway
        return None


def mission_to_json(mission: Mission) -> dict[str, object]:
    """Return the JSON object of `mission.json`."""
    radio = _fields(mission.channel)
    radio["hops"] = mission.hops
    return {
        "format": FORMAT,
        "name": mission.name,
        "mode": mission.mode,
        "origin_lat_e5": mission.frame.origin_lat_e5,
        "origin_lon_e5": mission.frame.origin_lon_e5,
        "epoch_s": mission.frame.epoch_s,
        "region": mission.region,
        "radio": radio,
        "devices": [_fields(device) for device in mission.devices],
        "gateways": [_fields(gateway) for gateway in mission.gateways],
        "public_key": mission.public_key,
        "alert_anchors": list(mission.alert_anchors),
    }


def mission_from_json(data: object) -> Mission:
    """Return the mission of a parsed `mission.json`, or raise MalformedError naming the field."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise MalformedError("format")
    if data.get("mode") not in MODES:
        raise MalformedError("mode")
    mission = Mission(
        name=text_of(data, "name"),
        mode=data["mode"],
        frame=Frame(
            integer_of(data, "origin_lat_e5", -9_000_000, 9_000_000),
            integer_of(data, "origin_lon_e5", -18_000_000, 18_000_000),
            integer_of(data, "epoch_s", 0, 0xFFFFFFFF),
        ),
        region=text_of(data, "region"),
        channel=channel_from_json(data.get("radio")),
        hops=_hops(data.get("radio")),
        devices=tuple([_device(item) for item in _list(data, "devices", DEVICES_MAX)]),
        gateways=tuple([_gateway(item) for item in _list(data, "gateways", GATEWAYS_MAX)]),
        public_key=_optional_hex(data.get("public_key", ""), "public_key", PUBLIC_KEY_HEX),
        alert_anchors=_anchors(_list(data, "alert_anchors", ALERT_ANCHORS_MAX)),
    )
    _require_unique("devices", [device.device for device in mission.devices])
    # As bytes: what derives keys is no other for being written in capitals.
    _require_unique(
        "hardware_id", [bytes.fromhex(device.hardware_id) for device in mission.devices]
    )
    _require_unique("gateways", [gateway.index for gateway in mission.gateways])
    _require_unique("gateway names", [gateway.name for gateway in mission.gateways])
    return mission


def require_successor(older: Mission, newer: Mission) -> None:
    """Raise MalformedError if a handset of `newer` would use numbers of one in `older` again.

    Numbers start at 0 with a generation, and (device, generation, number) names a report for good:
    another board under a handset's number needs a higher generation, and none goes back.
    """
    for device in newer.devices:
        before = older.device(device.device)
        if before is None:
            continue
        same = bytes.fromhex(before.hardware_id) == bytes.fromhex(device.hardware_id)
        if device.generation < before.generation + (0 if same else 1):
            raise MalformedError(f"generation of device {device.device} not raised")


def channel_from_json(data: object) -> Channel:
    """Return the channel of a parsed JSON object, or raise MalformedError naming the field."""
    item = _object(data, "radio")
    return Channel(
        freq_hz=integer_of(item, "freq_hz", 137_000_000, 1_020_000_000),  # SX1261/2 DS, SX1276 DS
        bandwidth_hz=integer_of(item, "bandwidth_hz", 7_800, 500_000),
        sf=integer_of(item, "sf", 5, 12),
        coding_rate=integer_of(item, "coding_rate", 5, 8),
        preamble_symbols=integer_of(item, "preamble_symbols", 6, 0xFFFF),
        sync_word=integer_of(item, "sync_word", 0, 0xFF),
        power_dbm=integer_of(item, "power_dbm", -9, 22),
    )


def integer_of(data: dict[str, object], name: str, low: int, high: int) -> int:
    """Return a member that is a whole number within limits, or raise MalformedError."""
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise MalformedError(name)
    return value


def text_of(data: dict[str, object], name: str) -> str:
    """Return a member that is a name of a usual length, or raise MalformedError."""
    value = data.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= NAME_LENGTH_MAX:
        raise MalformedError(name)
    return value


def _hops(radio: object) -> int:
    item = _object(radio, "radio")
    return integer_of(item, "hops", 0, HOPS_MAX) if "hops" in item else 0


def _device(data: object) -> Device:
    item = _object(data, "devices")
    return Device(
        device=integer_of(item, "device", 1, DEVICE_MAX),
        hardware_id=_hex(item, "hardware_id"),
        generation=integer_of(item, "generation", 0, 0xFFFF),
        call_sign=text_of(item, "call_sign"),
        team=text_of(item, "team"),
        country=text_of(item, "country"),
    )


def _gateway(data: object) -> Gateway:
    item = _object(data, "gateways")
    return Gateway(
        index=integer_of(item, "index", 1, GATEWAY_MAX),
        name=text_of(item, "name"),
        country=text_of(item, "country"),
    )


def _fields(record: Record) -> dict[str, object]:
    return {name: getattr(record, name) for name in record.FIELDS}


def _object(data: object, name: str) -> dict[str, object]:
    if not isinstance(data, dict):
        raise MalformedError(name)
    return data


def _list(data: dict[str, object], name: str, limit: int) -> list[object]:
    value = data.get(name)
    if not isinstance(value, list) or len(value) > limit:
        raise MalformedError(name)
    return value


def _anchors(items: list[object]) -> tuple[str, ...]:
    if len(items) % _CODES:
        raise MalformedError("alert_anchors")
    return tuple([_optional_hex(item, "alert_anchors", ALERT_ANCHOR_HEX) for item in items])


def _optional_hex(value: object, name: str, length: int) -> str:
    if not isinstance(value, str) or len(value) not in (0, length):
        raise MalformedError(name)
    try:
        bytes.fromhex(value)
    except ValueError:
        raise MalformedError(name) from None
    return value


def _hex(data: dict[str, object], name: str) -> str:
    value = text_of(data, name)
    try:
        bytes.fromhex(value)
    except ValueError:
        raise MalformedError(name) from None
    return value


def _require_unique(name: str, values: list[int] | list[str] | list[bytes]) -> None:
    if len(set(values)) != len(values):
        raise MalformedError(f"{name} not unique")
