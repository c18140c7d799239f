"""Messages between a host and its modem: set the radio, transmit, what was heard, how it goes."""

import struct

from ..channel import Channel
from ..record import Record
from .framing import MAX_BODY_BYTES
from .messages import MAX_NAME_BYTES, pack_text, unpack_fixed, unpack_head, unpack_text

_EVENT_LAYOUT = "<IB"
_RECEIVED_LAYOUT = "<Ihb"

# The longest radio packet that fits in RECEIVED behind its metadata.
MAX_PACKET_BYTES = (
    MAX_BODY_BYTES - struct.calcsize(_EVENT_LAYOUT) - struct.calcsize(_RECEIVED_LAYOUT)
)

REGION_NAME_UNSET = "UNSET"

LISTEN_FIRST = 1  # TRANSMIT flag: send only when channel activity detection finds the channel clear

RESULTS = ("sent", "channel busy", "radio failed", "refused", "dropped")
SENT, CHANNEL_BUSY, SEND_FAILED, NOT_ALLOWED, DROPPED = 0, 1, 2, 3, 4


class RadioSetting(Record):
    """How a modem's radio is set: the deployment's region and its one channel."""

    FIELDS = ("region", "channel")
    _LAYOUT = "<IIBBHBb"

    def __init__(self, region: str, channel: Channel) -> None:
        self.region = region
        self.channel = channel

    def pack(self) -> bytes:
        channel = self.channel
        numbers = struct.pack(
            self._LAYOUT,
            channel.freq_hz,
            channel.bandwidth_hz,
            channel.sf,
            channel.coding_rate,
            channel.preamble_symbols,
            channel.sync_word,
            channel.power_dbm,
        )
        return numbers + pack_text(self.region, MAX_NAME_BYTES)

    @staticmethod
    def unpack(body: bytes) -> "RadioSetting":
        numbers, region = unpack_head(RadioSetting._LAYOUT, body)
        channel = Channel(
            freq_hz=numbers[0],
            bandwidth_hz=numbers[1],
            sf=numbers[2],
            coding_rate=numbers[3],
            preamble_symbols=numbers[4],
            sync_word=numbers[5],
            power_dbm=numbers[6],
        )
        return RadioSetting(unpack_text(region, MAX_NAME_BYTES), channel)

    def differences(self, other: "RadioSetting") -> list[str]:
        """Return a sentence part for each field in which `other` differs."""
        found = _differences(("region",), self, other)
        return found + _differences(Channel.FIELDS, self.channel, other.channel)


def _differences(names: tuple[str, ...], asked: Record, actual: Record) -> list[str]:
    return [
        f"{name} {getattr(actual, name)} instead of {getattr(asked, name)}"
        for name in names
        if getattr(asked, name) != getattr(actual, name)
    ]


class Configure(Record):
    """The host sets the radio."""

    KIND = 0x10
    FIELDS = ("setting",)

    def __init__(self, setting: RadioSetting) -> None:
        self.setting = setting

    def pack(self) -> bytes:
        return self.setting.pack()

    @staticmethod
    def unpack(body: bytes) -> "Configure":
        return Configure(RadioSetting.unpack(body))


class Configured(Record):
    """The modem says how its radio is really set, and how many packets its queue holds."""

    KIND = 0x11
    FIELDS = ("setting", "queue_limit")

    def __init__(self, setting: RadioSetting, queue_limit: int) -> None:
        self.setting = setting
        self.queue_limit = queue_limit

    def pack(self) -> bytes:
        return bytes((self.queue_limit,)) + self.setting.pack()

    @staticmethod
    def unpack(body: bytes) -> "Configured":
        (queue_limit,), setting = unpack_head("<B", body)
        return Configured(RadioSetting.unpack(setting), queue_limit)


class Transmit(Record):
    """The host hands over a packet; `token` names it for good, so that asking twice sends once."""

    KIND = 0x12
    FIELDS = ("token", "priority", "flags", "payload")
    _LAYOUT = "<IBB"

    def __init__(self, token: int, priority: int, flags: int, payload: bytes) -> None:
        self.token = token
        self.priority = priority
        self.flags = flags
        self.payload = payload

    def pack(self) -> bytes:
        return struct.pack(self._LAYOUT, self.token, self.priority, self.flags) + self.payload

    @staticmethod
    def unpack(body: bytes) -> "Transmit":
        (token, priority, flags), payload = unpack_head(Transmit._LAYOUT, body)
        return Transmit(token, priority, flags, payload)


class Queued(Record):
    """The modem holds the packet of this token, and has room for so many more."""

    KIND = 0x13
    FIELDS = ("token", "room")

    def __init__(self, token: int, room: int) -> None:
        self.token = token
        self.room = room

    def pack(self) -> bytes:
        return struct.pack("<IB", self.token, self.room)

    @staticmethod
    def unpack(body: bytes) -> "Queued":
        return Queued(*unpack_fixed("<IB", body))


class Event(Record):
    """What stands before each event that the modem keeps until the host acknowledged it.

    `number` counts from 1 since boot; `behind` is how many older ones are still held, so that a
    host that misses one knows whether it is still to come or was dropped.
    """

    FIELDS = ("number", "behind")

    def __init__(self, number: int, behind: int) -> None:
        self.number = number
        self.behind = behind

    def pack(self) -> bytes:
        return struct.pack(_EVENT_LAYOUT, self.number, self.behind)

    @staticmethod
    def split(body: bytes) -> "tuple[Event, bytes]":
        (number, behind), rest = unpack_head(_EVENT_LAYOUT, body)
        return Event(number, behind), rest


class Transmitted(Record):
    """The packet of this token has left the modem's queue, and how; travels behind an Event."""

    KIND = 0x14
    FIELDS = ("token", "result", "airtime_us", "at_ms")
    _LAYOUT = "<IBII"

    def __init__(self, token: int, result: int, airtime_us: int, at_ms: int) -> None:
        self.token = token
        self.result = result
        self.airtime_us = airtime_us
        self.at_ms = at_ms

    def pack(self) -> bytes:
        return struct.pack(self._LAYOUT, self.token, self.result, self.airtime_us, self.at_ms)

    @staticmethod
    def unpack(body: bytes) -> "Transmitted":
        return Transmitted(*unpack_fixed(Transmitted._LAYOUT, body))


class Received(Record):
    """A packet that the modem heard, at its own clock; travels behind an Event."""

    KIND = 0x15
    FIELDS = ("at_ms", "rssi_dbm", "snr_db_x4", "payload")

    def __init__(self, *, at_ms: int, rssi_dbm: int, snr_db_x4: int, payload: bytes) -> None:
        self.at_ms = at_ms
        self.rssi_dbm = rssi_dbm
        self.snr_db_x4 = snr_db_x4
        self.payload = payload

    def pack(self) -> bytes:
        head = struct.pack(_RECEIVED_LAYOUT, self.at_ms, self.rssi_dbm, self.snr_db_x4)
        return head + self.payload

    @staticmethod
    def unpack(body: bytes) -> "Received":
        (at_ms, rssi_dbm, snr_db_x4), payload = unpack_head(_RECEIVED_LAYOUT, body)
        return Received(at_ms=at_ms, rssi_dbm=rssi_dbm, snr_db_x4=snr_db_x4, payload=payload)


class Acknowledge(Record):
    """The host has every event up to this number."""

    KIND = 0x16
    FIELDS = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number

    def pack(self) -> bytes:
        return struct.pack("<I", self.number)

    @staticmethod
    def unpack(body: bytes) -> "Acknowledge":
        return Acknowledge(*unpack_fixed("<I", body))


class Status(Record):
    """How the modem is; counters since boot."""

    KIND = 0x17
    FIELDS = (
        "uptime_s",
        "free_heap",
        "queued",
        "airtime_last_hour_ms",
        "heard",
        "heard_damaged",
        "sent",
        "send_failures",
        "events_dropped",
        "serial_undecodable",
        "noise_dbm",
    )
    _LAYOUT = "<IIBIIIIIIIh"

    def __init__(
        self,
        *,
        uptime_s: int,
        free_heap: int,
        queued: int,
        airtime_last_hour_ms: int,
        heard: int,
        heard_damaged: int,
        sent: int,
        send_failures: int,
        events_dropped: int,
        serial_undecodable: int,
        noise_dbm: int,
    ) -> None:
        self.uptime_s = uptime_s
        self.free_heap = free_heap
        self.queued = queued
        self.airtime_last_hour_ms = airtime_last_hour_ms
        self.heard = heard
        self.heard_damaged = heard_damaged
        self.sent = sent
        self.send_failures = send_failures
        self.events_dropped = events_dropped
        self.serial_undecodable = serial_undecodable
        self.noise_dbm = noise_dbm

    def pack(self) -> bytes:
        return struct.pack(self._LAYOUT, *[getattr(self, name) for name in self.FIELDS])

    @staticmethod
    def unpack(body: bytes) -> "Status":
        numbers = unpack_fixed(Status._LAYOUT, body)
        return Status(**dict(zip(Status.FIELDS, numbers)))
