"""The board's half of the line, whatever its role: HELLO, each command once, never silence.

The owner gets the commands, answers them, now or later, and takes out the bytes to write.
"""

from ..errors import MalformedError
from .framing import Deframer, SerialFrame
from .messages import (
    MALFORMED,
    UNSEQUENCED,
    UNSUPPORTED,
    Hello,
    HelloRequest,
    Refused,
    Time,
    TimeRequest,
    encode,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .messages import Message

# A host asks for the time every few seconds; after this silence nobody listens.
HOST_GONE_MS = 30_000

_CLOCK_MASK = 0xFFFFFFFF


class DeviceEnd:
    """Bytes from the host in, commands out; answers in, bytes to the host out."""

    def __init__(self, hello: Hello) -> None:
        self.hello = hello
        self.malformed = 0
        self._deframer = Deframer()
        self._session = 0
        self._heard_ms: int | None = None
        self._last_sequence = UNSEQUENCED
        self._last_answer = b""
        self._out = bytearray(encode(hello))

    @property
    def undecodable(self) -> int:
        """Count of chunks on the line that were neither frame nor text."""
        return self._deframer.undecodable

    def receive(self, data: bytes, now_ms: int) -> list[SerialFrame]:
        """Take what the host sent; return what the owner has to answer, each command once."""
        fresh: list[SerialFrame] = []
        for frame in self._deframer.feed(data):
            self._heard_ms = now_ms
            try:
                if self._is_for_owner(frame, now_ms):
                    fresh.append(frame)
            except MalformedError as error:
                self.malformed_command(frame, error)
        while self._deframer.next_text() is not None:
            pass  # what a host's terminal types is not for us
        return fresh

    def host_present(self, now_ms: int) -> bool:
        """Say whether a host has been heard lately."""
        return self._heard_ms is not None and now_ms - self._heard_ms < HOST_GONE_MS

    def answer(self, sequence: int, message: "Message") -> None:
        """Send the answer to a command, and again should the host repeat the command."""
        frame = encode(message, sequence)
        if sequence == self._last_sequence:
            self._last_answer = frame
        self._out.extend(frame)

    def refuse(self, frame: SerialFrame, code: int, text: str = "") -> None:
        """Answer that the command cannot be done."""
        self.answer(frame.sequence, Refused(code, frame.kind, text))

    def unsupported(self, frame: SerialFrame) -> None:
        """Answer that this board does not know such a message."""
        self.refuse(frame, UNSUPPORTED)

    def malformed_command(self, frame: SerialFrame, error: MalformedError) -> None:
        """Count and answer a command whose body cannot be understood."""
        self.malformed += 1
        self.refuse(frame, MALFORMED, str(error))

    def post(self, message: "Message") -> None:
        """Send a message that nobody asked for and nobody acknowledges."""
        self._out.extend(encode(message))

    def post_frames(self, frames: bytes) -> None:
        """Send frames that are encoded already."""
        self._out.extend(frames)

    def take(self) -> bytes:
        """Return the bytes to write to the host, and forget them."""
        out = bytes(self._out)
        self._out = bytearray()
        return out

    def _is_for_owner(self, frame: SerialFrame, now_ms: int) -> bool:
        if frame.kind == HelloRequest.KIND:
            self._greet(HelloRequest.unpack(frame.body).session, now_ms)
            return True  # the owner may have been waiting for a host
        if frame.kind == TimeRequest.KIND:
            request = TimeRequest.unpack(frame.body)
            self.post(Time(request.host_ms, now_ms & _CLOCK_MASK))
            return False
        if frame.sequence == UNSEQUENCED:
            return True
        if frame.sequence == self._last_sequence:
            self._out.extend(self._last_answer)
            return False
        self._last_sequence = frame.sequence
        self._last_answer = b""
        return True

    def _greet(self, session: int, now_ms: int) -> None:
        if session != self._session:
            self._session = session
            self._last_sequence = UNSEQUENCED
            self._last_answer = b""
        self.post(self.hello.answering(session, now_ms & _CLOCK_MASK))
