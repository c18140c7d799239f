"""Headers: five bytes in front of an addressed packet, one of them shared with the hop count."""

from turna_protocol import packet
from turna_protocol.errors import MalformedError, MisuseError
from turna_protocol.packet import Header


def refused(data: bytes) -> bool:
    try:
        packet.unpack_header(data)
    except MalformedError:
        return True
    return False


def test_a_header_is_five_bytes_and_comes_back_as_it_was() -> None:
    for device in (1, 2, 255, 256, packet.DEVICE_MAX):
        for seq in (0, 1, 0xFFFF, packet.SEQUENCE_MAX):
            for hops in range(packet.HOPS_MAX + 1):
                header = Header(packet.REPORT, hops, device, seq)
                data = packet.pack_header(header)
                assert len(data) == packet.HEADER_BYTES
                assert packet.unpack_header(data) == header


def test_the_worked_example_of_the_specification() -> None:
    assert packet.pack_header(Header(packet.REPORT, 2, 7, 9)).hex() == "0600700009"


def test_a_header_that_no_handset_sends_is_refused() -> None:
    good = packet.pack_header(Header(packet.REPORT, 0, 7, 9))
    for size in range(len(good)):
        assert refused(good[:size]), size
    assert refused(bytes([good[0] | 0x40]) + good[1:])  # another version
    assert refused(bytes([0]) + good[1:])  # no kind
    assert refused(bytes([15 << 2]) + good[1:])  # a kind nobody defined
    assert refused(bytes([packet.BEACON << 2]) + good[1:])  # a kind without an address
    assert refused(good[:1] + bytes(4))  # device 0
    assert refused(good[:1] + b"\xff\xff\xff\xff")  # device 4095
    assert refused(good + bytes(packet.PACKET_BYTES_MAX))


def test_only_the_first_byte_changes_on_the_way() -> None:
    data = packet.pack_header(Header(packet.REPORT, 3, 7, 9)) + b"body"
    seen = [data]
    while True:
        further = packet.relayed(seen[-1])
        if further is None:
            break
        seen.append(further)
    assert len(seen) == 4
    assert [packet.unpack_header(one).hops_left for one in seen] == [3, 2, 1, 0]
    assert {packet.immutable(one) for one in seen} == {packet.immutable(data)}


def test_our_own_mistakes_are_not_sent() -> None:
    for header in (
        Header(packet.REPORT, 4, 7, 9),
        Header(packet.REPORT, -1, 7, 9),
        Header(packet.REPORT, 0, 0, 9),
        Header(packet.REPORT, 0, packet.DEVICE_MAX + 1, 9),
        Header(packet.REPORT, 0, 7, -1),
        Header(packet.REPORT, 0, 7, packet.SEQUENCE_MAX + 1),
        Header(packet.BEACON, 0, 7, 9),
    ):
        try:
            packet.pack_header(header)
        except MisuseError:
            continue
        raise AssertionError(header)
