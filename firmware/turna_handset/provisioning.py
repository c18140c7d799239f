"""What the mission kit tells one handset: who it is, its mission, its keys, its rhythm."""

from turna_protocol import codes
from turna_protocol.errors import MalformedError
from turna_protocol.keys import KEY_BYTES
from turna_protocol.mission import Mission, mission_from_json
from turna_protocol.packet import DEVICE_MAX
from turna_protocol.regions import refusal

POSITION_INTERVAL_S = 120
HEALTH_INTERVAL_S = 600
ENGLISH = "en"
INTERVAL_MIN_S = 10
INTERVAL_MAX_S = 86400
CALL_SIGN_LENGTH_MAX = 32


class Provisioning:
    """A handset's settings, checked; the keys stay out of every representation."""

    def __init__(self, data: dict[str, object]) -> None:
        """Take the object of `handset-<device>.json`; raise MalformedError naming the field."""
        if data.get("role") != "handset":
            raise MalformedError("role")
        public = dict(data)
        public["devices"] = []  # the registry of others is not for handsets
        self.mission: Mission = mission_from_json(public)
        self.board = _text(data, "board")
        self.device = _integer(data, "device", 1, DEVICE_MAX)
        self.call_sign = _text(data, "call_sign")
        self.link_key = _key(data, "link_key")
        self.authentication_key = _key(data, "authentication_key")
        self.broadcast_key = _key(data, "broadcast_key")
        self.position_interval_s = _interval(data, "position_interval_s", POSITION_INTERVAL_S)
        self.health_interval_s = _interval(data, "health_interval_s", HEALTH_INTERVAL_S)
        self.language = _language(data)
        self.watchdog = data.get("watchdog") is not False

    @property
    def mode(self) -> int:
        """Return the wire number of the mission's mode."""
        return codes.MODES.index(self.mission.mode)

    def refusal(self) -> str | None:
        """Return why this handset must not transmit, or None."""
        radio = self.mission.radio
        return refusal(self.mission.region, radio.freq_hz, radio.bandwidth_hz, radio.power_dbm)


def _text(data: dict[str, object], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= CALL_SIGN_LENGTH_MAX:
        raise MalformedError(name)
    return value


def _integer(data: dict[str, object], name: str, low: int, high: int) -> int:
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise MalformedError(name)
    return value


def _language(data: dict[str, object]) -> str:
    """Return the code of a language; whether this firmware speaks it is for `labels`."""
    return _text(data, "language") if "language" in data else ENGLISH


def _interval(data: dict[str, object], name: str, usual_s: int) -> int:
    if name not in data:
        return usual_s
    return _integer(data, name, INTERVAL_MIN_S, INTERVAL_MAX_S)


def _key(data: dict[str, object], name: str) -> bytes:
    value = data.get(name)
    if not isinstance(value, str) or len(value) != 2 * KEY_BYTES:
        raise MalformedError(name)
    try:
        return bytes.fromhex(value)
    except ValueError:
        raise MalformedError(name) from None
