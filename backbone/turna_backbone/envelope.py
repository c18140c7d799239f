"""What travels between gateway and Secretariat: reports up, receipts down, presence and health.

Deterministic CBOR arrays whose first item is the envelope's version.  Strict: what `pack` cannot
make, `unpack` refuses with a MalformedError; every length and count has a limit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import cbor2

from turna_protocol import cbor, delivery
from turna_protocol.errors import MalformedError, MisuseError

VERSION = 1

# A LoRa payload is at most 255 bytes, so nothing that came by radio can be longer.
CONTENT_LIMIT = 255
TAG_LIMIT = 32
HEADER_LIMIT = 16
DIGEST_LENGTH = 8
BOOT_ID_LENGTH = 8
# One receipt message stays far below a broker's usual limits and a thin link's patience.
RECEIPTS_LIMIT = 100
RECEIPT_ENTRY_LIMIT = 64
NAME_LIMIT = 32
ENVELOPE_LIMIT = 16_384
REVOKED_HEARD_LIMIT = 500  # of the handsets of a mission; what is lost is a handful

_U16 = 0xFFFF
_U32 = 0xFFFF_FFFF
_TIME_LIMIT = 1 << 40
_GIVEN_OUT_MAX = (1 << 31) - 1

_PLAIN = {int, bool, bytes, str, list, type(None)}

_Check = Callable[[object], bool]


@dataclass(frozen=True, slots=True)
class ReportEnvelope:
    """One report as one gateway holds it, with what only that gateway knows.

    `header` is the packet's immutable header (hop bits masked), `content` the end-to-end
    protected content and `end_to_end_tag` its tag, all unchanged.  `quarantined` says that the
    gateway could authenticate the content but not understand it; `hops` is what the header had
    left when it was heard.
    """

    device: int
    generation: int
    seq: int
    header: bytes
    content: bytes
    end_to_end_tag: bytes
    digest: bytes
    quarantined: bool
    gateway: str
    boot_id: bytes
    heard_at_s: int
    rssi_dbm: int
    snr_db_x4: int
    hops: int
    attempt: int

    def pack(self) -> bytes:
        return pack_report(_checked([getattr(self, name) for name in _REPORT], _REPORT))

    @classmethod
    def unpack(cls, payload: bytes) -> "ReportEnvelope":
        return cls.of(take_items(payload, 1 + len(_REPORT))[1:])

    @classmethod
    def of(cls, values: list[object]) -> "ReportEnvelope":
        """Return the envelope of these values, in the fields' order; each is checked."""
        return cls(*_allowed(values, _REPORT))  # type: ignore[arg-type]  # each item was checked


def pack_report(values: Sequence[object]) -> bytes:
    """Return the payload of a ReportEnvelope from its fields' values, in their order.

    For a gateway under load: cbor2 encodes a flat array as `turna_protocol.cbor` does, in a quarter
    of the time.  The values are not checked again: they were when the report was taken in.
    """
    return cbor2.dumps([VERSION, *values])


class Receipt(NamedTuple):
    """The Secretariat's word about one report; `sealed` is the entry for the radio, opaque here."""

    device: int
    generation: int
    seq: int
    digest: bytes
    state: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class ReceiptEnvelope:
    """Receipts for one gateway.

    One sealed entry may speak for several reports of a handset; it then comes once, and `sealed` is
    empty in the other rows.
    """

    receipts: tuple[Receipt, ...]

    def pack(self) -> bytes:
        if len(self.receipts) > RECEIPTS_LIMIT:
            raise MisuseError(f"{len(self.receipts)} receipts in one envelope")
        for receipt in self.receipts:
            _checked(receipt, _RECEIPT)
        return cbor2.dumps([VERSION, self.receipts])

    @classmethod
    def unpack(cls, payload: bytes) -> "ReceiptEnvelope":
        items = take_items(payload, 2)
        rows = items[1]
        if not isinstance(rows, list | tuple) or len(rows) > RECEIPTS_LIMIT:
            raise MalformedError("receipts: not a list within its limit")
        return cls(tuple(_receipt(row) for row in rows))


@dataclass(frozen=True, slots=True)
class Presence:
    """Birth (`online`) or last will of a gateway or the Secretariat; `boot_id` tells runs apart."""

    online: bool
    boot_id: bytes

    def pack(self) -> bytes:
        return _pack(self, _PRESENCE)

    @classmethod
    def unpack(cls, payload: bytes) -> "Presence":
        return cls(*_unpack(payload, _PRESENCE))  # type: ignore[arg-type]  # each item was checked


@dataclass(frozen=True, slots=True)
class GivenOut:
    """How far one run of the Secretariat has numbered what goes down; for the runs after it."""

    boot_id: bytes
    count: int

    def pack(self) -> bytes:
        return _pack(self, _GIVEN_OUT)

    @classmethod
    def unpack(cls, payload: bytes) -> "GivenOut":
        return cls(*_unpack(payload, _GIVEN_OUT))  # type: ignore[arg-type]  # each was checked


@dataclass(frozen=True, slots=True)
class GatewayHealth:
    """A gateway's heartbeat; `boot_id` and `time_s`, not the last will, decide its liveness.

    `revoked_heard` has pairs of a device whose keys are revoked and how often this run refused it;
    it is left out on the wire while there are none.
    """

    boot_id: bytes
    time_s: int
    uptime_s: int
    modem_up: bool
    heard: int
    stored: int
    acknowledged: int
    receipted: int
    refused: int
    waiting_sos: int
    waiting_report: int
    waiting_health: int
    oldest_waiting_s: int
    revoked_heard: tuple[tuple[int, int], ...] = ()

    def pack(self) -> bytes:
        values = [getattr(self, name) for name in _HEALTH]
        items = [VERSION, *_checked(values, _HEALTH)]
        if self.revoked_heard:
            pairs = [list(pair) for pair in self.revoked_heard]
            items += _checked([pairs], _HEALTH_MORE)
        return cbor.encode(items)

    @classmethod
    def unpack(cls, payload: bytes) -> "GatewayHealth":
        value = _decoded_within_limit(payload)
        is_longer = isinstance(value, list) and len(value) == 2 + len(_HEALTH)
        checks = _HEALTH | _HEALTH_MORE if is_longer else _HEALTH
        values = list(_unpack(payload, checks))
        if is_longer:
            values[-1] = tuple((device, times) for device, times in values[-1])  # type: ignore[attr-defined]  # pairs, as checked
        return cls(*values)  # type: ignore[arg-type]  # each item was checked


def _integer(low: int, high: int) -> _Check:
    return lambda value: type(value) is int and low <= value <= high  # no bool, which is an int


def _octets(low: int, high: int) -> _Check:
    return lambda value: isinstance(value, bytes) and low <= len(value) <= high


def _boolean(value: object) -> bool:
    return isinstance(value, bool)


def _pairs(value: object) -> bool:
    """Tell whether it is a list of devices, each with how often it was heard."""
    device, times = _integer(1, 4094), _integer(1, _TIME_LIMIT)
    return (
        isinstance(value, list)
        and 0 < len(value) <= REVOKED_HEARD_LIMIT
        and all(
            isinstance(pair, list) and len(pair) == 2 and device(pair[0]) and times(pair[1])
            for pair in value
        )
    )


def _name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= NAME_LIMIT


_KEY: dict[str, _Check] = {
    "device": _integer(1, 4094),
    "generation": _integer(0, _U16),
    "seq": _integer(0, (1 << 20) - 1),
}
_REPORT: dict[str, _Check] = _KEY | {
    "header": _octets(1, HEADER_LIMIT),
    "content": _octets(0, CONTENT_LIMIT),
    "end_to_end_tag": _octets(0, TAG_LIMIT),
    "digest": _octets(DIGEST_LENGTH, DIGEST_LENGTH),
    "quarantined": _boolean,
    "gateway": _name,
    "boot_id": _octets(BOOT_ID_LENGTH, BOOT_ID_LENGTH),
    "heard_at_s": _integer(0, _TIME_LIMIT),
    "rssi_dbm": _integer(-300, 100),
    "snr_db_x4": _integer(-1000, 1000),
    "hops": _integer(0, 255),
    "attempt": _integer(0, _U32),
}
_RECEIPT: dict[str, _Check] = _KEY | {
    "digest": _octets(DIGEST_LENGTH, DIGEST_LENGTH),
    "state": _integer(0, len(delivery.STATE_NAMES) - 1),
    "sealed": _octets(0, RECEIPT_ENTRY_LIMIT),
}
_PRESENCE: dict[str, _Check] = {
    "online": _boolean,
    "boot_id": _octets(BOOT_ID_LENGTH, BOOT_ID_LENGTH),
}
_GIVEN_OUT: dict[str, _Check] = {
    "boot_id": _octets(BOOT_ID_LENGTH, BOOT_ID_LENGTH),
    "count": _integer(0, _GIVEN_OUT_MAX),
}
_HEALTH: dict[str, _Check] = {
    "boot_id": _octets(BOOT_ID_LENGTH, BOOT_ID_LENGTH),
    "time_s": _integer(0, _TIME_LIMIT),
    "uptime_s": _integer(0, _TIME_LIMIT),
    "modem_up": _boolean,
} | {
    name: _integer(0, _TIME_LIMIT)
    for name in (
        "heard",
        "stored",
        "acknowledged",
        "receipted",
        "refused",
        "waiting_sos",
        "waiting_report",
        "waiting_health",
        "oldest_waiting_s",
    )
}
# What a heartbeat has only while there is something to tell of it.
_HEALTH_MORE: dict[str, _Check] = {"revoked_heard": _pairs}


def _pack(envelope: Presence | GivenOut, checks: dict[str, _Check]) -> bytes:
    values = [getattr(envelope, field.name) for field in fields(envelope)]
    return cbor.encode([VERSION, *_checked(values, checks)])


def _checked(values: Sequence[Any], checks: dict[str, _Check]) -> "list[cbor.Value]":
    for value, (name, is_allowed) in zip(values, checks.items(), strict=True):
        if not is_allowed(value):
            raise MisuseError(f"{name} is out of range")
    return list(values)


def _unpack(payload: bytes, checks: dict[str, _Check]) -> Sequence[object]:
    return _allowed(take_items(payload, 1 + len(checks))[1:], checks)


def _receipt(row: object) -> Receipt:
    if not isinstance(row, list | tuple) or len(row) != len(_RECEIPT):
        raise MalformedError("receipt: wrong number of items")
    return Receipt(*_allowed(row, _RECEIPT))  # type: ignore[arg-type]  # each was checked


def _allowed(values: Sequence[object], checks: dict[str, _Check]) -> Sequence[object]:
    for value, (name, is_allowed) in zip(values, checks.items(), strict=True):
        if not is_allowed(value):
            raise MalformedError(f"{name} is not what it may be")
    return values


def take_items(payload: bytes, count: int) -> list[object]:
    """Return the items of an envelope of this version, or raise MalformedError."""
    value = _decoded_within_limit(payload)
    if not isinstance(value, list) or len(value) != count:
        raise MalformedError("envelope: wrong number of items")
    if not _integer(VERSION, VERSION)(value[0]):
        raise MalformedError("envelope of another version")
    return value


def _decoded_within_limit(payload: bytes) -> object:
    if len(payload) > ENVELOPE_LIMIT:
        raise MalformedError("envelope too long")
    return _decoded(payload)


def _decoded(payload: bytes) -> object:
    """Do what `turna_protocol.cbor.decode` does, in a tenth of its time; no envelope has maps.

    What does not encode to the same bytes again was not deterministic.
    """
    try:
        value: object = cbor2.loads(payload, max_depth=cbor.MAX_DEPTH, allow_indefinite=False)
        # In this order: cbor2 refuses to write a list that holds itself.
        is_deterministic = cbor2.dumps(value) == payload and _is_plain([value])
    except cbor2.CBORError:
        raise MalformedError("no CBOR") from None
    if not is_deterministic:
        raise MalformedError("no deterministic CBOR")
    return value


def _is_plain(values: list[object]) -> bool:
    """Tell whether none is a float, a tag or a map, which cbor2 knows, too."""
    kinds = set(map(type, values))
    inner = (value for value in values if isinstance(value, list)) if list in kinds else ()
    return kinds <= _PLAIN and all(_is_plain(value) for value in inner)
