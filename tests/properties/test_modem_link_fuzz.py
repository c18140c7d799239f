"""The serial link's parsers against an oracle, and against whatever may stand on the line."""

from cobs import cobs
from hypothesis import given
from hypothesis import strategies as st

from turna_protocol.errors import MalformedError
from turna_protocol.modem import journal_messages, messages, radio_messages
from turna_protocol.modem.device_client import DeviceClient
from turna_protocol.modem.framing import (
    MAX_BODY_BYTES,
    Deframer,
    SerialFrame,
    cobs_decode,
    cobs_encode,
    encode_frame,
)
from turna_protocol.modem.host_link import HostLink
from turna_protocol.modem.modem_link import ModemLink
from turna_protocol.regions import USUAL_CHANNEL

MESSAGES = [
    kind
    for module in (messages, radio_messages, journal_messages)
    for kind in vars(module).values()
    if isinstance(kind, type) and hasattr(kind, "KIND") and hasattr(kind, "unpack")
]
frames = st.builds(
    SerialFrame,
    st.integers(0, 255),
    st.integers(0, 255),
    st.binary(max_size=MAX_BODY_BYTES),
)
known_frames = st.builds(
    SerialFrame,
    st.sampled_from([message.KIND for message in MESSAGES]),
    st.integers(0, 255),
    st.binary(max_size=40),
)
line = st.lists(
    st.one_of(
        st.binary(max_size=300),
        st.one_of(frames, known_frames).map(lambda f: encode_frame(f.kind, f.sequence, f.body)),
    ),
    max_size=12,
)


@given(st.binary(max_size=253))
def test_cobs_is_what_the_reference_implementation_writes(raw: bytes) -> None:
    assert cobs_encode(raw) == cobs.encode(raw)
    assert cobs_decode(cobs.encode(raw)) == raw


@given(st.binary(max_size=254))
def test_cobs_refuses_what_the_reference_implementation_refuses(encoded: bytes) -> None:
    try:
        expected: bytes | None = cobs.decode(encoded) if encoded[:1] != b"\xff" else None
    except cobs.DecodeError:
        expected = None
    try:
        decoded: bytes | None = cobs_decode(encoded)
    except MalformedError:
        decoded = None
    if 0xFF not in encoded:
        assert decoded == expected


@given(st.lists(frames, max_size=5), st.integers(1, 50))
def test_any_frames_in_any_pieces_arrive_whole(sent: list[SerialFrame], size: int) -> None:
    stream = b"".join(encode_frame(f.kind, f.sequence, f.body) for f in sent)
    deframer = Deframer()
    arrived = [
        frame
        for at in range(0, len(stream), size)
        for frame in deframer.feed(stream[at : at + size])
    ]
    assert arrived == sent


@given(st.sampled_from(MESSAGES), st.binary(max_size=MAX_BODY_BYTES))
def test_any_body_is_refused_or_packs_to_itself(message: type, body: bytes) -> None:
    try:
        unpacked = message.unpack(body)  # type: ignore[attr-defined]
    except MalformedError:
        return
    assert unpacked.pack() == body


@given(line)
def test_whatever_the_host_writes_the_modem_lives_and_answers_within_bounds(
    pieces: list[bytes],
) -> None:
    modem = ModemLink(
        messages.Hello(
            role=messages.MODEM,
            unique_id=bytes(8),
            boot_id=bytes(4),
            reset_cause=1,
            capabilities=1,
            board="b",
            firmware="f",
        )
    )
    for now_ms, piece in enumerate(pieces):
        modem.receive(piece, now_ms)
        assert len(modem.to_send(now_ms)) < 20_000
        while modem.next_event() is not None:
            pass


@given(line)
def test_whatever_the_modem_writes_the_host_lives(pieces: list[bytes]) -> None:
    setting = radio_messages.RadioSetting("UNSET", USUAL_CHANNEL)
    for end in (HostLink(session=1, setting=setting), DeviceClient(session=1)):
        end.opened(0)
        hello = messages.Hello(
            session=int.from_bytes(cobs_decode(end.to_send(0)[1:-1])[3:7], "little"),
            role=messages.MODEM,
            unique_id=bytes(8),
            boot_id=bytes(4),
            reset_cause=1,
            capabilities=1,
            board="b",
            firmware="f",
        )
        end.receive(messages.encode(hello), 0)
        for now_ms, piece in enumerate(pieces):
            end.receive(piece, now_ms)
            end.to_send(now_ms)
            while end.next_event() is not None:
                pass
