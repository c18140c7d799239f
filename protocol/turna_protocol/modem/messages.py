"""Messages that any board and its host exchange: who are you, what time is it, what went wrong.

Each message packs to the body of one frame and unpacks from it, little-endian.
"""

import struct

from ..errors import MalformedError, MisuseError
from ..record import Record
from .framing import encode_frame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Message(Protocol):
        """What a frame carries."""

        @property
        def KIND(self) -> int: ...  # noqa: N802 - a class constant in every message

        def pack(self) -> bytes: ...


PROTOCOL = 1

# Commands of the host count 1..254; frames that nobody repeats by number carry this.  Never zero:
# COBS would then write the byte 3, which a REPL takes for Ctrl-C.
UNSEQUENCED = 0xFF
MAX_SEQUENCE = 0xFE

UNIQUE_ID_BYTES = 8
BOOT_ID_BYTES = 4
MAX_NAME_BYTES = 24
MAX_TEXT_BYTES = 200

ROLES = ("unknown", "modem", "handset", "relay")
MODEM, HANDSET, RELAY = 1, 2, 3

# What a board offers, one bit each, in HELLO.
CAN_TRANSMIT, HAS_JOURNAL, HAS_COUNTERS = 1, 2, 4

ERROR_CODES = (
    "none",
    "unsupported message",
    "malformed message",
    "not configured",
    "region unset",
    "queue full",
    "radio failed",
    "setting refused",
)
UNSUPPORTED, MALFORMED, NOT_CONFIGURED, REGION_UNSET = 1, 2, 3, 4
QUEUE_FULL, RADIO_FAILED, SETTING_REFUSED = 5, 6, 7

LOG_LEVELS = ("debug", "info", "warning", "error")
DEBUG, INFO, WARNING, FAILURE = 0, 1, 2, 3


def encode(message: "Message", sequence: int = UNSEQUENCED) -> bytes:
    """Return the frame that carries `message`."""
    return encode_frame(message.KIND, sequence, message.pack())


def unpack_fixed(layout: str, body: bytes) -> tuple[int, ...]:
    """Unpack a body of exactly the layout's length."""
    if len(body) != struct.calcsize(layout):
        raise MalformedError("message of wrong length")
    return struct.unpack(layout, body)


def split_head(layout: str, body: bytes) -> tuple[bytes, bytes]:
    """Return the part of a body that the layout covers, and the rest."""
    size = struct.calcsize(layout)
    if len(body) < size:
        raise MalformedError("message too short")
    return body[:size], body[size:]


def unpack_head(layout: str, body: bytes) -> tuple[tuple[int, ...], bytes]:
    """Unpack the numbers at the front of a body, and return the rest too."""
    head, rest = split_head(layout, body)
    return struct.unpack(layout, head), rest


def pack_text(text: str, limit: int) -> bytes:
    """Return the text as UTF-8, cut to the limit at a whole character."""
    raw = text.encode()
    while len(raw) > limit:
        text = text[:-1]
        raw = text.encode()
    return raw


def unpack_text(raw: bytes, limit: int) -> str:
    """Return the text of a field that fills the rest of a body."""
    if len(raw) > limit:
        raise MalformedError("text too long")
    try:
        return str(raw, "utf-8")
    except UnicodeError:
        raise MalformedError("text is not UTF-8") from None


class HelloRequest(Record):
    """The host asks who is there; a new session number says that a new host process asks."""

    KIND = 0x3F  # "?": sent to a board that may be at its prompt, where 1 to 5 are commands
    FIELDS = ("session",)

    def __init__(self, session: int) -> None:
        self.session = session

    def pack(self) -> bytes:
        return struct.pack("<I", self.session)

    @staticmethod
    def unpack(body: bytes) -> "HelloRequest":
        return HelloRequest(*unpack_fixed("<I", body))


class Hello(Record):
    """The board says who it is; also unasked, once, when it has booted (session 0)."""

    KIND = 0x02
    FIELDS = (
        "session",
        "board_ms",
        "role",
        "unique_id",
        "boot_id",
        "reset_cause",
        "capabilities",
        "board",
        "firmware",
        "protocol",
    )
    _LAYOUT = "<II8s4sBBBHB"

    def __init__(
        self,
        *,
        role: int,
        unique_id: bytes,
        boot_id: bytes,
        reset_cause: int,
        capabilities: int,
        board: str,
        firmware: str,
        session: int = 0,
        board_ms: int = 0,
        protocol: int = PROTOCOL,
    ) -> None:
        if len(unique_id) != UNIQUE_ID_BYTES or len(boot_id) != BOOT_ID_BYTES:
            raise MisuseError("a unique id has 8 bytes and a boot id 4")
        self.session = session
        self.board_ms = board_ms
        self.role = role
        self.unique_id = unique_id
        self.boot_id = boot_id
        self.reset_cause = reset_cause
        self.capabilities = capabilities
        self.board = board
        self.firmware = firmware
        self.protocol = protocol

    def answering(self, session: int, board_ms: int) -> "Hello":
        """Return the same identity as the answer to a host's session, at this time."""
        return Hello(
            session=session,
            board_ms=board_ms,
            role=self.role,
            unique_id=self.unique_id,
            boot_id=self.boot_id,
            reset_cause=self.reset_cause,
            capabilities=self.capabilities,
            board=self.board,
            firmware=self.firmware,
            protocol=self.protocol,
        )

    def pack(self) -> bytes:
        board = pack_text(self.board, MAX_NAME_BYTES)
        head = struct.pack(
            self._LAYOUT,
            self.session,
            self.board_ms,
            self.unique_id,
            self.boot_id,
            self.protocol,
            self.role,
            self.reset_cause,
            self.capabilities,
            len(board),
        )
        return head + board + pack_text(self.firmware, MAX_NAME_BYTES)

    @staticmethod
    def unpack(body: bytes) -> "Hello":
        head, names = split_head(Hello._LAYOUT, body)
        session, board_ms, unique_id, boot_id, protocol, role, cause, capabilities, board_bytes = (
            struct.unpack(Hello._LAYOUT, head)
        )
        if board_bytes > len(names):
            raise MalformedError("board name beyond the end")
        return Hello(
            session=session,
            board_ms=board_ms,
            role=role,
            unique_id=unique_id,
            boot_id=boot_id,
            reset_cause=cause,
            capabilities=capabilities,
            board=unpack_text(names[:board_bytes], MAX_NAME_BYTES),
            firmware=unpack_text(names[board_bytes:], MAX_NAME_BYTES),
            protocol=protocol,
        )


class Accepted(Record):
    """The board did what the command of this sequence number asked; nothing more is to be said."""

    KIND = 0x03
    FIELDS = ()

    def pack(self) -> bytes:
        return b""

    @staticmethod
    def unpack(body: bytes) -> "Accepted":
        unpack_fixed("<", body)
        return Accepted()


class Refused(Record):
    """The board cannot do what the message of kind `about` asked: the answer instead of silence."""

    KIND = 0x04
    FIELDS = ("code", "about", "text")

    def __init__(self, code: int, about: int, text: str = "") -> None:
        self.code = code
        self.about = about
        self.text = text

    def pack(self) -> bytes:
        return struct.pack("<BB", self.code, self.about) + pack_text(self.text, MAX_TEXT_BYTES)

    @staticmethod
    def unpack(body: bytes) -> "Refused":
        (code, about), text = unpack_head("<BB", body)
        return Refused(code, about, unpack_text(text, MAX_TEXT_BYTES))

    def reason(self) -> str:
        """Return what went wrong, in words."""
        name = ERROR_CODES[self.code] if self.code < len(ERROR_CODES) else f"error {self.code}"
        return f"{name}: {self.text}" if self.text else name


class Log(Record):
    """A line that the board wants a person to read."""

    KIND = 0x05
    FIELDS = ("level", "text")

    def __init__(self, level: int, text: str) -> None:
        self.level = level
        self.text = text

    def pack(self) -> bytes:
        return bytes((self.level,)) + pack_text(self.text, MAX_TEXT_BYTES)

    @staticmethod
    def unpack(body: bytes) -> "Log":
        (level,), text = unpack_head("<B", body)
        return Log(level, unpack_text(text, MAX_TEXT_BYTES))


class TimeRequest(Record):
    """The host's clock as it asks for the board's; it comes back unread in the answer."""

    KIND = 0x06
    FIELDS = ("host_ms",)

    def __init__(self, host_ms: int) -> None:
        self.host_ms = host_ms

    def pack(self) -> bytes:
        return struct.pack("<I", self.host_ms)

    @staticmethod
    def unpack(body: bytes) -> "TimeRequest":
        return TimeRequest(*unpack_fixed("<I", body))


class Time(Record):
    """The board's clock, milliseconds since it booted, modulo 2**32."""

    KIND = 0x07
    FIELDS = ("host_ms", "board_ms")

    def __init__(self, host_ms: int, board_ms: int) -> None:
        self.host_ms = host_ms
        self.board_ms = board_ms

    def pack(self) -> bytes:
        return struct.pack("<II", self.host_ms, self.board_ms)

    @staticmethod
    def unpack(body: bytes) -> "Time":
        return Time(*unpack_fixed("<II", body))


class Reboot(Record):
    """The host asks the board to start again; ACCEPTED goes out first."""

    KIND = 0x08
    FIELDS = ()

    def pack(self) -> bytes:
        return b""

    @staticmethod
    def unpack(body: bytes) -> "Reboot":
        unpack_fixed("<", body)
        return Reboot()


class EnterRepl(Record):
    """The host asks for the MicroPython prompt, to copy files; ACCEPTED goes out first."""

    KIND = 0x09
    FIELDS = ()

    def pack(self) -> bytes:
        return b""

    @staticmethod
    def unpack(body: bytes) -> "EnterRepl":
        unpack_fixed("<", body)
        return EnterRepl()
