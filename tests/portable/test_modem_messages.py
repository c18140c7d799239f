"""Each message packs to the bytes of docs/modem-link.md and back, and nothing else unpacks."""

from turna_protocol.errors import MalformedError
from turna_protocol.modem.journal_messages import (
    MAX_COUNTERS,
    MAX_ENTRIES,
    Counters,
    CountersRequest,
    Journal,
    JournalEntry,
    JournalRequest,
)
from turna_protocol.modem.messages import (
    HANDSET,
    MODEM,
    UNSUPPORTED,
    Accepted,
    EnterRepl,
    Hello,
    HelloRequest,
    Log,
    Reboot,
    Refused,
    Time,
    TimeRequest,
    encode,
    pack_text,
)
from turna_protocol.modem.radio_messages import (
    MAX_PACKET_BYTES,
    SENT,
    Acknowledge,
    Configure,
    Configured,
    Event,
    Queued,
    RadioSetting,
    Received,
    Status,
    Transmit,
    Transmitted,
)
from turna_protocol.regions import USUAL_CHANNEL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SETTING = RadioSetting("OTS433", USUAL_CHANNEL)
SETTING_HEX = "d8b9d11948e801000805" + "0c00" + "12" + "0a" + "4f5453343333"
HELLO = Hello(
    session=0x01020304,
    board_ms=5000,
    role=MODEM,
    unique_id=b"\x24\x0a\xc4\x00\x00\x00\x00\x01",
    boot_id=b"\xde\xad\xbe\xef",
    reset_cause=1,
    capabilities=1,
    board="heltec_v3",
    firmware="0.1.0",
)
ENTRY = JournalEntry(seq=70_000, report_type=1, state=2, saved_s=1_700_000_000, attempts=3)

TABLE: "list[tuple[Any, str]]" = [
    (HelloRequest(0x01020304), "04030201"),
    (
        HELLO,
        "0403020188130000240ac40000000001deadbeef"
        "010101010009" + "68656c7465635f7633" + "302e312e30",
    ),
    (Accepted(), ""),
    (Refused(UNSUPPORTED, 0x77, "no"), "01776e6f"),
    (Log(2, "ısı"), "02c4b173c4b1"),
    (TimeRequest(1), "01000000"),
    (Time(1, 0xFFFFFFFF), "01000000ffffffff"),
    (Reboot(), ""),
    (EnterRepl(), ""),
    (Configure(SETTING), SETTING_HEX),
    (Configured(SETTING, 8), "08" + SETTING_HEX),
    (Transmit(5, 3, 1, b"packet"), "0500000003017061636b6574"),
    (Queued(5, 7), "0500000007"),
    (Transmitted(5, SENT, 61_696, 9000), "050000000000f1000028230000"),
    (
        Received(at_ms=9000, rssi_dbm=-121, snr_db_x4=-30, payload=b"packet"),
        "2823000087ffe27061636b6574",
    ),
    (Acknowledge(12), "0c000000"),
    (
        Status(
            uptime_s=1,
            free_heap=2,
            queued=3,
            airtime_last_hour_ms=4,
            heard=5,
            heard_damaged=6,
            sent=7,
            send_failures=8,
            events_dropped=9,
            serial_undecodable=10,
            noise_dbm=-117,
        ),
        "010000000200000003" + "04000000050000000600000007000000080000000900000" + "00a0000008bff",
    ),
    (JournalRequest(70_000), "70110100"),
    (Journal((ENTRY,), more=True), "01" + "70110100010200f1536503000000"),
    (Journal((), more=False), "00"),
    (CountersRequest(8), "0800"),
    (
        Counters((("sent", 12), ("lost", 0)), more=False),
        "00" + "0473656e740c000000" + "046c6f737400000000",
    ),
]


def refuses(message: "Any", body: bytes) -> bool:
    try:
        type(message).unpack(body)
    except MalformedError:
        return True
    return False


def test_each_message_packs_to_its_specified_bytes() -> None:
    for message, packed in TABLE:
        assert message.pack() == bytes.fromhex(packed), (message, message.pack().hex())


def test_each_message_unpacks_to_what_was_packed() -> None:
    for message, packed in TABLE:
        assert type(message).unpack(bytes.fromhex(packed)) == message


def test_kinds_are_distinct() -> None:
    kinds: dict[int, type] = {}
    for message, _ in TABLE:
        assert kinds.setdefault(message.KIND, type(message)) is type(message)


def test_a_message_of_fixed_length_refuses_any_other_length() -> None:
    for message, packed in TABLE:
        if type(message) in (
            HelloRequest,
            Accepted,
            Time,
            Queued,
            Transmitted,
            Status,
            Acknowledge,
        ):
            body = bytes.fromhex(packed)
            assert refuses(message, body + b"\x00"), message
            for length in range(len(body)):
                assert refuses(message, body[:length]), message


def test_every_truncation_is_refused_or_a_shorter_message() -> None:
    for message, packed in TABLE:
        body = bytes.fromhex(packed)
        for length in range(len(body)):
            if not refuses(message, body[:length]):
                assert type(message).unpack(body[:length]).pack() == body[:length]


def test_a_board_name_that_reaches_beyond_the_end_is_refused() -> None:
    body = bytearray(HELLO.pack())
    body[25] = 200
    assert refuses(HELLO, bytes(body))


def test_text_that_is_not_utf_8_is_refused() -> None:
    assert refuses(Log(1, ""), b"\x01\xff\xfe")


def test_text_too_long_for_its_field_is_cut_at_a_whole_character() -> None:
    assert pack_text("ğğğ", 5) == "ğğ".encode()


def test_the_longest_packet_and_pages_fit_in_a_frame() -> None:
    packet = bytes(MAX_PACKET_BYTES)
    received = Received(at_ms=0, rssi_dbm=0, snr_db_x4=0, payload=packet)
    assert len(Event(1, 0).pack() + received.pack()) == 236
    encode(Transmit(1, 0, 0, packet))
    encode(Journal((ENTRY,) * MAX_ENTRIES, more=True))
    encode(Counters((("a" * 99, 0xFFFFFFFF),) * MAX_COUNTERS, more=True))


def test_an_event_is_split_from_what_follows_it() -> None:
    event, rest = Event.split(bytes.fromhex("0100000000") + b"rest")
    assert (event, rest) == (Event(1, 0), b"rest")


def test_a_setting_names_each_field_that_differs() -> None:
    other = RadioSetting.unpack(SETTING.pack())
    assert SETTING.differences(other) == []
    louder = RadioSetting.unpack(bytes.fromhex(SETTING_HEX.replace("120a", "1216")))
    assert SETTING.differences(louder) == ["power_dbm 22 instead of 10"]


def test_a_handset_says_hello_like_a_modem() -> None:
    hello = Hello(
        role=HANDSET,
        unique_id=bytes(8),
        boot_id=bytes(4),
        reset_cause=0,
        capabilities=6,
        board="tbeam",
        firmware="",
    )
    assert Hello.unpack(hello.pack()) == hello
