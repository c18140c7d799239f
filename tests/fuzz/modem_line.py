"""The serial line, in pieces: frames whole or broken, and every message that may be in one."""

from tests.fuzz._vectors import FRAMES
from turna_protocol.errors import MalformedError
from turna_protocol.modem import journal_messages, messages, radio_messages
from turna_protocol.modem.framing import Deframer, SerialFrame, encode_frame

MESSAGES = {
    kind.KIND: kind
    for module in (messages, radio_messages, journal_messages)
    for kind in vars(module).values()
    if isinstance(kind, type) and hasattr(kind, "KIND") and hasattr(kind, "unpack")
}
# The line as it is; and, after a byte that is no piece length, one message in a frame made right.
SEEDS = [
    *(b"\x07" + frame for frame in FRAMES),
    *(bytes([0, kind]) + bytes(12) for kind in MESSAGES),
]


def fuzz(data: bytes) -> None:
    if len(data) < 2:
        return
    if data[0] == 0:
        _take(SerialFrame(data[1], 1, data[2:238]))
        data = b"\x05" + encode_frame(data[1], 1, data[2:238])
    deframer = Deframer()
    for start in range(1, len(data), data[0]):
        for frame in deframer.feed(data[start : start + data[0]]):
            assert encode_frame(frame.kind, frame.sequence, frame.body)
            _take(frame)
        deframer.at_prompt()
    while deframer.next_text() is not None:
        pass


def _take(frame: SerialFrame) -> None:
    message = MESSAGES.get(frame.kind)
    if message is None:
        return
    try:
        taken = message.unpack(frame.body)
    except MalformedError:
        return
    assert taken.pack() == frame.body
    assert repr(taken)
