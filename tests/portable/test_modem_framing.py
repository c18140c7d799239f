"""Frames survive whatever else is on the line."""

from turna_protocol.errors import MalformedError, MisuseError
from turna_protocol.modem.framing import (
    MAX_BODY_BYTES,
    MAX_WIRE_BYTES,
    Deframer,
    SerialFrame,
    cobs_decode,
    cobs_encode,
    decode_chunk,
    encode_frame,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

BOOT_TEXT = b"ets Jul 29 2019 12:21:46\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x17\r\n"
FRAMES = [
    SerialFrame(1, 255, b""),
    SerialFrame(2, 1, b"\x00"),
    SerialFrame(3, 7, b"\x00\x00\x01\x00"),
    SerialFrame(4, 0, bytes(range(MAX_BODY_BYTES))),
    SerialFrame(0, 0, bytes(MAX_BODY_BYTES)),
    SerialFrame(255, 254, b"\xff" * MAX_BODY_BYTES),
]


def on_the_wire(frame: SerialFrame) -> bytes:
    return encode_frame(frame.kind, frame.sequence, frame.body)


def refuses(function: "Callable[[bytes], object]", argument: bytes) -> bool:
    try:
        function(argument)
    except MalformedError:
        return True
    return False


def texts(deframer: Deframer) -> list[str]:
    found: list[str] = []
    text = deframer.next_text()
    while text is not None:
        found.append(text)
        text = deframer.next_text()
    return found


def test_cobs_writes_the_examples_of_its_paper() -> None:
    # Cheshire and Baker, "Consistent Overhead Byte Stuffing", 1999
    examples = ((b"", "01"), (b"\x00", "0101"), (b"\x11\x22\x00\x33", "0311220233"))
    for raw, encoded in examples:
        assert cobs_encode(raw).hex() == encoded
        assert cobs_decode(bytes.fromhex(encoded)) == raw


def test_cobs_input_beyond_one_group_is_our_mistake() -> None:
    assert len(cobs_encode(bytes([1]) * 253)) == 254
    try:
        cobs_encode(bytes(254))
    except MisuseError:
        return
    raise AssertionError("accepted")


def test_cobs_groups_that_reach_beyond_the_end_are_refused() -> None:
    for encoded in (b"\x02", b"\x03\x01", b"\x00", b"\x01\x00\x01", b"\xff" * 255):
        assert refuses(cobs_decode, encoded)


def test_a_frame_fits_in_the_input_ring_of_a_board() -> None:
    for frame in FRAMES:
        wire = on_the_wire(frame)
        assert len(wire) <= MAX_WIRE_BYTES
        assert wire[:1] == wire[-1:] == b"\x00"
        assert wire[1:-1].find(b"\x00") < 0


def test_a_body_longer_than_a_frame_is_our_mistake() -> None:
    try:
        encode_frame(1, 1, bytes(MAX_BODY_BYTES + 1))
    except MisuseError:
        return
    raise AssertionError("accepted")


def test_frames_arrive_one_byte_at_a_time() -> None:
    deframer = Deframer()
    arrived: list[SerialFrame] = []
    for byte in b"".join([on_the_wire(frame) for frame in FRAMES]):
        arrived.extend(deframer.feed(bytes([byte])))
    assert arrived == FRAMES
    assert deframer.undecodable == 0


def test_fault_34_frames_arrive_whole_from_any_split_of_the_stream() -> None:
    stream = b"".join([on_the_wire(frame) for frame in FRAMES[:4]])
    for at in range(len(stream)):
        deframer = Deframer()
        arrived = deframer.feed(stream[:at])
        arrived.extend(deframer.feed(stream[at:]))
        assert arrived == FRAMES[:4]


def test_the_delimiter_between_two_frames_may_be_shared() -> None:
    first, second = on_the_wire(FRAMES[1]), on_the_wire(FRAMES[2])
    assert Deframer().feed(first + second[1:]) == FRAMES[1:3]


def test_joining_mid_frame_loses_only_that_frame() -> None:
    wire = on_the_wire(FRAMES[3])
    for at in range(2, len(wire)):
        deframer = Deframer()
        assert deframer.feed(wire[at:] + on_the_wire(FRAMES[2])) == [FRAMES[2]]


def test_every_truncation_is_refused() -> None:
    chunk = on_the_wire(FRAMES[3])[1:-1]
    for length in range(len(chunk)):
        assert refuses(decode_chunk, chunk[:length])


def test_every_flipped_bit_is_refused() -> None:
    chunk = on_the_wire(SerialFrame(9, 3, b"\x00stretcher\x00"))[1:-1]
    for at in range(len(chunk)):
        for bit in range(8):
            damaged = bytearray(chunk)
            damaged[at] ^= 1 << bit
            assert refuses(decode_chunk, bytes(damaged))


def test_a_frame_of_another_format_is_refused() -> None:
    from binascii import crc32

    raw = b"\x20\x01\x01"
    assert refuses(decode_chunk, cobs_encode(raw + crc32(raw).to_bytes(4, "little")))


def test_fault_34_boot_text_before_a_frame_is_handed_out_and_costs_no_frame() -> None:
    deframer = Deframer()
    assert deframer.feed(BOOT_TEXT + on_the_wire(FRAMES[1])) == [FRAMES[1]]
    assert texts(deframer) == [BOOT_TEXT.decode()]
    assert deframer.undecodable == 0


def test_a_traceback_longer_than_a_frame_is_handed_out_in_pieces() -> None:
    deframer = Deframer()
    traceback = b"Traceback (most recent call last):\r\n" * 20
    assert deframer.feed(traceback + on_the_wire(FRAMES[2])) == [FRAMES[2]]
    assert "".join(texts(deframer)) == traceback.decode()


def test_console_text_that_nobody_reads_is_bounded_and_counted() -> None:
    deframer = Deframer()
    for _ in range(100):
        deframer.feed(b"\x00hello\x00")
    assert len(texts(deframer)) + deframer.texts_dropped == 100
    assert deframer.texts_dropped > 0


def test_garbage_without_end_is_counted_and_bounded() -> None:
    deframer = Deframer()
    for _ in range(50):
        assert deframer.feed(b"\xa5" * 100) == []
    assert deframer.undecodable > 0
    deframer.feed(b"\x00")
    assert deframer.feed(on_the_wire(FRAMES[0])) == [FRAMES[0]]


def test_a_waiting_prompt_is_noticed_although_no_delimiter_follows() -> None:
    deframer = Deframer()
    deframer.feed(b"MicroPython v1.25.0\r\n>>> ")
    assert deframer.at_prompt()
    deframer.forget()
    assert not deframer.at_prompt()


def test_a_prompt_inside_binary_bytes_is_none() -> None:
    deframer = Deframer()
    deframer.feed(b"\x80\x81>>> ")
    assert not deframer.at_prompt()
