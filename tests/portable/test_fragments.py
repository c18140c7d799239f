"""Long messages: in parts, in any order, only what is missing again, in bounded memory."""

from turna_protocol import fragments
from turna_protocol.errors import MalformedError, MisuseError
from turna_protocol.fragments import Assembly

MESSAGE = bytes([i * 7 & 0xFF for i in range(1_000)])


def refused(assembly: Assembly, number: int, content: bytes) -> bool:
    try:
        assembly.add(number, content)
    except MalformedError:
        return True
    return False


def test_a_message_comes_together_in_any_order_and_with_repeats() -> None:
    parts = fragments.split(MESSAGE, 100)
    for order in (range(10), reversed(range(10)), (3, 3, 9, 0, 1, 9, 2, 4, 6, 5, 8, 7)):
        assembly = Assembly()
        whole = [assembly.add(50 + i, parts[i]) for i in order]
        assert whole[-1] == MESSAGE
        assert whole[:-1] == [None] * (len(whole) - 1)


def test_a_part_carries_two_bytes_more() -> None:
    assert [len(part) for part in fragments.split(bytes(250), 100)] == [102, 102, 52]
    assert fragments.split(b"short") == [b"\0\0short"]
    assert Assembly().add(9, b"\0\0short") == b"short"


def test_only_what_is_missing_is_asked_for_again() -> None:
    parts = fragments.split(MESSAGE, 100)
    assembly = Assembly()
    for i in (0, 1, 4, 9):
        assembly.add(50 + i, parts[i])
    wanted = fragments.missing(assembly.held(50), len(parts))
    assert wanted == [2, 3, 5, 6, 7, 8]
    assert [assembly.add(50 + i, parts[i]) for i in wanted][-1] == MESSAGE
    assert assembly.held(50) == 0


def test_messages_of_one_sender_do_not_mix() -> None:
    one, two = fragments.split(b"a" * 300, 100), fragments.split(b"b" * 300, 100)
    assembly = Assembly()
    for i in (0, 1):
        assert assembly.add(10 + i, one[i]) is None
        assert assembly.add(13 + i, two[i]) is None
    assert assembly.add(15, two[2]) == b"b" * 300
    assert assembly.add(12, one[2]) == b"a" * 300


def test_memory_is_bounded_whatever_arrives() -> None:
    assembly = Assembly()
    for first in range(0, 6_400, 64):
        for i in range(20):
            assembly.add(first + i, bytes([i, 63]) + bytes(fragments.PART_BYTES_MAX))
    assert len(assembly._messages) == fragments.MESSAGES_AT_ONCE
    assert assembly.abandoned == 100 - fragments.MESSAGES_AT_ONCE
    too_long = Assembly()
    taken = 0
    while not refused(too_long, taken, bytes([taken, 63]) + bytes(fragments.PART_BYTES_MAX)):
        taken += 1
    assert taken * fragments.PART_BYTES_MAX <= fragments.MESSAGE_BYTES_MAX
    assert too_long.held(0) == 0


def test_a_part_that_nobody_cuts_is_refused() -> None:
    assembly = Assembly()
    for number, content in (
        (5, b""),
        (5, b"\0"),
        (5, b"\0\0"),
        (5, b"\x02\x01x"),
        (5, b"\0\x40x"),
        (5, b"\x06\x07x"),  # it would have started before number 0
        (5, bytes(fragments.PART_BYTES_MAX + 3)),
    ):
        assert refused(assembly, number, content), content


def test_a_part_that_tells_another_count_starts_the_message_anew() -> None:
    assembly = Assembly()
    assembly.add(10, b"\x00\x02x")
    assert assembly.add(11, b"\x01\x03y") is None
    assert assembly.held(10) == 0b10
    assert assembly.abandoned == 1


def test_too_long_a_message_is_our_mistake() -> None:
    for message, size in ((b"", 100), (bytes(4_097), 192), (bytes(1_000), 10), (b"x", 193)):
        try:
            fragments.split(message, size)
        except MisuseError:
            continue
        raise AssertionError((len(message), size))
