"""What the Secretariat gives gateways to say by radio, and what gateways tell of it.

`Down` travels on `.../down`, `DownState` on `.../down-ack`.  Each is repeated until the other end
says, after its commit, that it has it: a `DownState` answers a `Down`, a NOTED answers a
`DownState`.  Known by `id` at both ends, so nothing happens twice.  docs/protocol.md, "The way
down", says what becomes of it on the air.
"""

from dataclasses import dataclass

from turna_backbone.envelope import VERSION, take_items
from turna_protocol import cbor
from turna_protocol.errors import MalformedError, MisuseError
from turna_protocol.fragments import MESSAGE_BYTES_MAX, PARTS_MAX
from turna_protocol.key_parts import SIGNATURE_BYTES
from turna_protocol.keys import GENERATION_MAX
from turna_protocol.notices import BODY_BYTES_MAX
from turna_protocol.packet import DEVICE_MAX, PACKET_BYTES_MAX, SEQUENCE_MAX

ID_BYTES = 8
PRIORITIES = 4  # as of reports; 3 is for alerts
REASON_LIMIT = 80

# What a Down is about.
ORDER = 0  # one order, or all parts of a long one, for one handset
ALERT = 1  # the ready packet
NOTICE = 2  # subject and body, and their signature; a revocation list is not for the air
WITHDRAW = 3  # say it no more
NOTED = 4  # the Secretariat has committed this state of it: tell no more
KINDS = ("order", "alert", "notice", "withdraw", "noted")

# What became of it, as a gateway tells.
QUEUED = 0
SENT = 1  # at least once on the air, an order in all its parts
DELIVERED = 2  # the handset said that it holds it, proved under its link key
EXPIRED = 3
REFUSED = 4  # never queued; the reason says why
WITHDRAWN = 5
STATE_NAMES = ("queued", "sent", "delivered", "expired", "refused", "withdrawn")
FINAL = (DELIVERED, EXPIRED, REFUSED, WITHDRAWN)

_TIME_LIMIT = 1 << 40
_TAG_BYTES_MAX = SIGNATURE_BYTES
_CONTENT_BYTES_MAX = max(1 + BODY_BYTES_MAX, PACKET_BYTES_MAX)
_PARTS_BYTES_MAX = MESSAGE_BYTES_MAX + 16 * PARTS_MAX


@dataclass(frozen=True, slots=True)
class Part:
    """One order or part of it with its tag; a notice with its signature; an alert's packet."""

    content: bytes
    tag: bytes = b""


@dataclass(frozen=True, slots=True)
class Down:
    """One thing to be said by radio, or a word about one.

    `device` and `generation` are 0 where it is for all.  `number` is the order's (the first part's,
    the others follow), the notice's, or the alert's name (`turna_protocol.downlink`); of NOTED it
    is the state noted.  `wire_kind` is the kind of packet of an order.
    """

    id: bytes
    what: int
    priority: int = 0
    not_after_s: int = 0
    device: int = 0
    generation: int = 0
    number: int = 0
    wire_kind: int = 0
    parts: tuple[Part, ...] = ()

    def pack(self) -> bytes:
        problem = _problem(self)
        if problem:
            raise MisuseError(problem)
        parts: cbor.Value = [[part.content, part.tag] for part in self.parts]
        return cbor.encode([VERSION, *[getattr(self, name) for name in _NAMES], parts])

    @classmethod
    def unpack(cls, payload: bytes) -> "Down":
        items = take_items(payload, 2 + len(_NAMES))
        values = [*items[1:-1], _parts(items[-1])]
        down = cls(*values)  # type: ignore[arg-type]  # `_problem` looks at the types
        problem = _problem(down)
        if problem:
            raise MalformedError(f"down: {problem}")
        return down


@dataclass(frozen=True, slots=True)
class DownState:
    """What became of one Down at one gateway; `device` as there, `at_s` 0 without a clock."""

    id: bytes
    device: int
    state: int
    at_s: int
    reason: str = ""

    def pack(self) -> bytes:
        problem = _state_problem(self)
        if problem:
            raise MisuseError(problem)
        return cbor.encode([VERSION, self.id, self.device, self.state, self.at_s, self.reason])

    @classmethod
    def unpack(cls, payload: bytes) -> "DownState":
        state = cls(*take_items(payload, 6)[1:])  # type: ignore[arg-type]  # `_state_problem` looks
        problem = _state_problem(state)
        if problem:
            raise MalformedError(f"down state: {problem}")
        return state


def withdraw(down_id: bytes) -> Down:
    return Down(down_id, WITHDRAW)


def noted(state: DownState) -> Down:
    return Down(state.id, NOTED, number=state.state)


_NAMES = (
    "id",
    "what",
    "priority",
    "not_after_s",
    "device",
    "generation",
    "number",
    "wire_kind",
)
_LIMITS = {
    "what": len(KINDS),
    "priority": PRIORITIES,
    "not_after_s": _TIME_LIMIT,
    "device": DEVICE_MAX + 1,
    "generation": GENERATION_MAX + 1,
    "number": SEQUENCE_MAX + 1,
    "wire_kind": 16,
}
_PARTS_OF = {ORDER: (1, PARTS_MAX), ALERT: (1, 1), NOTICE: (1, 1), WITHDRAW: (0, 0), NOTED: (0, 0)}


def _problem(down: Down) -> str:
    """Return what nobody sends, empty if there is nothing."""
    if not _is_id(down.id):
        return "id"
    for name, limit in _LIMITS.items():
        if not _is_number(getattr(down, name), limit):
            return name
    low, high = _PARTS_OF[down.what]
    if not low <= len(down.parts) <= high:
        return "parts"
    if sum(len(part.content) for part in down.parts) > _PARTS_BYTES_MAX:
        return "parts too long"
    return "device" if (down.what == ORDER) != (down.device > 0) else ""


def _parts(value: object) -> tuple[Part, ...]:
    if not isinstance(value, list) or len(value) > PARTS_MAX:
        raise MalformedError("down: parts")
    return tuple(_part(item) for item in value)


def _part(value: object) -> Part:
    if not isinstance(value, list) or len(value) != 2:
        raise MalformedError("down: part")
    content, tag = value
    if not isinstance(content, bytes) or not 0 < len(content) <= _CONTENT_BYTES_MAX:
        raise MalformedError("down: part's content")
    if not isinstance(tag, bytes) or len(tag) > _TAG_BYTES_MAX:
        raise MalformedError("down: part's tag")
    return Part(content, tag)


def _state_problem(state: DownState) -> str:
    if not _is_id(state.id):
        return "id"
    if not _is_number(state.device, DEVICE_MAX + 1):
        return "device"
    if not _is_number(state.state, len(STATE_NAMES)) or not _is_number(state.at_s, _TIME_LIMIT):
        return "state or time"
    return "" if _is_reason(state.reason) else "reason"


def _is_id(value: object) -> bool:
    return isinstance(value, bytes) and len(value) == ID_BYTES


def _is_reason(value: object) -> bool:
    return isinstance(value, str) and len(value) <= REASON_LIMIT


def _is_number(value: object, limit: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < limit
