"""Sealing: each promise is tried by the attacker it is made against."""

from turna_protocol import keys, sealing
from turna_protocol.errors import MalformedError, MisuseError, NotAuthenticError
from turna_protocol.packet import FRAGMENT, ORDER, REPORT, Header, relayed, unpack_header

MASTER = bytes(range(32))
LINKS = keys.link_branch(MASTER)
ENDS = keys.authentication_branch(MASTER)
LINK_7 = keys.link_key(LINKS, b"board7", 7, 1)
END_7 = keys.authentication_key(ENDS, b"board7", 7, 1)
LINK_8 = keys.link_key(LINKS, b"board8", 8, 1)
END_8 = keys.authentication_key(ENDS, b"board8", 8, 1)
CONTENT = b"nineteen bytes here"


def sealed(seq: int = 9, content: bytes = CONTENT, hops_left: int = 2) -> bytes:
    return sealing.seal_report(
        content,
        device=7,
        seq=seq,
        link_key=LINK_7,
        authentication_key=END_7,
        hops_left=hops_left,
    )


def authentic(opened: sealing.Opened, key: bytes = END_7) -> bool:
    header = opened.header
    return sealing.verify_end_to_end(
        header.device, header.seq, opened.content, opened.end_to_end_tag, key, header.kind
    )


def refusal(packet: bytes, link_key: bytes = LINK_7) -> str:
    try:
        sealing.open_link(packet, link_key)
    except MalformedError:
        return "malformed"
    except NotAuthenticError:
        return "not authentic"
    return ""


def test_a_report_costs_thirteen_bytes_more_than_its_content() -> None:
    assert sealing.REPORT_OVERHEAD_BYTES == 13
    for size in (1, 15, 16, 17, 100, sealing.REPORT_CONTENT_BYTES_MAX):
        packet = sealed(content=bytes(size))
        assert len(packet) == size + 13
        assert sealing.open_link(packet, LINK_7).content == bytes(size)


def test_the_worked_example_of_the_specification() -> None:
    packet = sealed(seq=9, content=bytes.fromhex("1b04898f350e32cf67185103"))
    assert packet.hex() == "0600700009830d793ed73dc03d66192952e11626c4f5fd098a"


def test_gateway_and_secretariat_each_verify_with_their_own_key() -> None:
    opened = sealing.open_link(sealed(), LINK_7)
    assert opened.header == Header(REPORT, 2, 7, 9)
    assert opened.content == CONTENT
    assert authentic(opened)


def test_the_content_is_not_readable_on_the_air() -> None:
    assert CONTENT[:4] not in sealed()


def test_every_flipped_bit_but_the_hop_count_is_refused() -> None:
    packet = sealed()
    for i in range(len(packet)):
        for bit in range(8):
            wrong = packet[:i] + bytes([packet[i] ^ 1 << bit]) + packet[i + 1 :]
            hop_bit = i == 0 and bit < 2
            assert bool(refusal(wrong)) != hop_bit, (i, bit)


def test_every_truncation_and_every_added_byte_is_refused() -> None:
    packet = sealed()
    for size in range(len(packet)):
        assert refusal(packet[:size]), size
    for extra in (b"\0", bytes(16), bytes(300)):
        assert refusal(packet + extra)


def test_a_relay_changes_the_hop_count_and_nothing_else_notices() -> None:
    packet = sealed()
    further = relayed(packet)
    assert further is not None and further != packet
    assert sealing.open_link(further, LINK_7).content == CONTENT
    assert sealing.packet_digest(further) == sealing.packet_digest(packet)


def test_a_captured_gateway_cannot_alter_a_report() -> None:
    opened = sealing.open_link(sealed(), LINK_7)
    forged = sealing.seal_link(
        opened.header, b"all is well, go home", opened.end_to_end_tag, LINK_7
    )
    arrived = sealing.open_link(forged, LINK_7)  # other gateways cannot tell
    assert not authentic(arrived)  # the Secretariat can


def test_a_captured_gateway_cannot_move_a_report_to_another_number_or_handset() -> None:
    opened = sealing.open_link(sealed(), LINK_7)
    for device, link_key, key in ((7, LINK_7, END_7), (8, LINK_8, END_8)):
        moved = sealing.seal_link(
            Header(REPORT, 0, device, 10), opened.content, opened.end_to_end_tag, link_key
        )
        assert not authentic(sealing.open_link(moved, link_key), key)


def test_a_captured_gateway_cannot_turn_a_report_into_another_kind() -> None:
    opened = sealing.open_link(sealed(), LINK_7)
    moved = sealing.seal_link(
        Header(FRAGMENT, 0, 7, 9), opened.content, opened.end_to_end_tag, LINK_7
    )
    assert not authentic(sealing.open_link(moved, LINK_7))


def test_a_captured_handset_is_only_itself() -> None:
    # It holds LINK_8 and END_8 and claims to be handset 7.
    forged = sealing.seal_report(
        b"send everybody south", device=7, seq=10, link_key=LINK_8, authentication_key=END_8
    )
    assert refusal(forged, LINK_7) == "not authentic"
    # Nor does it read what handset 7 says.
    assert refusal(sealed(), LINK_8) == "not authentic"


def test_an_order_carries_eight_bytes_and_no_field_can_shorten_them() -> None:
    tag = sealing.end_to_end_tag(ORDER, 7, 1, b"go", END_7)
    assert len(tag) == 8
    packet = sealing.seal_link(Header(ORDER, 0, 7, 1), b"go", tag, LINK_7)
    assert len(packet) == 5 + 8 + 2 + 4
    opened = sealing.open_link(packet, LINK_7)
    assert authentic(opened)
    # The first byte said to be a report's, the tag lengths follow the kind and nothing verifies.
    assert refusal(bytes([REPORT << 2]) + packet[1:]) == "not authentic"
    try:
        sealing.seal_link(Header(ORDER, 0, 7, 1), b"go", tag[:4], LINK_7)
    except MisuseError:
        return
    raise AssertionError("a short tag was sealed")


def test_a_number_used_twice_by_accident_does_not_repeat_the_key_stream() -> None:
    one, two = sealed(content=b"\0" * 16), sealed(content=b"\1" * 16)
    stream_one = one[9:25]
    stream_two = bytes([value ^ 1 for value in two[9:25]])
    assert stream_one != stream_two


def test_the_same_report_sealed_again_is_byte_identical() -> None:
    assert sealed() == sealed()
    assert sealing.packet_digest(sealed()) == sealing.packet_digest(sealed())
    assert sealing.packet_digest(sealed()) != sealing.packet_digest(sealed(content=b"other"))


def test_an_empty_or_oversized_content_is_our_mistake() -> None:
    for content in (b"", bytes(sealing.REPORT_CONTENT_BYTES_MAX + 1)):
        try:
            sealed(content=content)
        except MisuseError:
            continue
        raise AssertionError(len(content))


def test_random_bytes_are_refused_without_harm() -> None:
    state = 1
    for size in range(240):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        noise = bytes([(state >> (i % 23)) & 0xFF for i in range(size)])
        try:
            unpack_header(noise)
        except MalformedError:
            continue
        assert refusal(noise)
