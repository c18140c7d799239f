"""Acknowledgements and receipts: many handsets in a packet, each entry proved to its own alone."""

from turna_protocol import acknowledgement as acks
from turna_protocol import delivery, keys
from turna_protocol.acknowledgement import Acknowledgement, Receipt
from turna_protocol.errors import MalformedError, MisuseError, NotAuthenticError
from turna_protocol.regions import USUAL_CHANNEL

MASTER = bytes(range(32))
LINKS = keys.link_branch(MASTER)
ENDS = keys.authentication_branch(MASTER)
LINK = {n: keys.link_key(LINKS, b"board", n, 1) for n in range(1, 9)}
END = {n: keys.authentication_key(ENDS, b"board", n, 1) for n in range(1, 9)}


def acknowledged(packet: bytes, device: int) -> list[Acknowledgement]:
    return acks.unpack_acknowledgements(packet, device, LINK[device])


def receipted(packet: bytes, device: int) -> list[Receipt]:
    return acks.unpack_receipts(packet, device, END[device])


def test_one_packet_acknowledges_several_handsets_and_each_finds_its_own() -> None:
    entries = [Acknowledgement(n, 100 + n, n) for n in range(1, 7)]
    packet = acks.pack_acknowledgements(3, [(entry, LINK[entry.device]) for entry in entries])

    assert len(packet) == 2 + 9 * 6
    for entry in entries:
        assert acknowledged(packet, entry.device) == [entry]
    assert acknowledged(packet, 8) == []


def test_the_bitmap_counts_back_from_the_highest_number() -> None:
    assert acks.sequences(Acknowledgement(7, 20, 0b101)) == [20, 19, 17]
    assert acks.sequences(Acknowledgement(7, 1, 0xFF)) == [1, 0]
    assert acks.sequences(Receipt(7, 20, 1 << 12, delivery.READ)) == [20, 7]


def test_grouping_covers_exactly_the_given_numbers() -> None:
    for numbers in ([5], [5, 4, 3], [1, 50, 2, 49, 51], list(range(0, 60, 3)), [9, 9, 9]):
        pairs = acks.group(numbers, acks.ACKNOWLEDGEMENT_BITS)
        covered = [n for seq, bits in pairs for n in acks.sequences(Acknowledgement(1, seq, bits))]
        assert sorted(covered) == sorted(set(numbers))
        assert len(covered) == len(set(covered))
        assert all(bits < 256 for _, bits in pairs)
    assert acks.group(list(range(9)), acks.ACKNOWLEDGEMENT_BITS) == [(8, 0xFF)]


def test_a_captured_handset_cannot_acknowledge_for_another() -> None:
    # It knows only its own link key, and everything on the air.
    forged = acks.pack_acknowledgements(3, [(Acknowledgement(7, 9, 0), LINK[8])])
    try:
        acknowledged(forged, 7)
    except NotAuthenticError:
        pass
    else:
        raise AssertionError("forged acknowledgement accepted")

    own = acks.pack_acknowledgements(3, [(Acknowledgement(8, 9, 0), LINK[8])])
    readdressed = own[:2] + (7 << 20 | 9).to_bytes(4, "big") + own[6:]
    try:
        acknowledged(readdressed, 7)
    except NotAuthenticError:
        return
    raise AssertionError("readdressed acknowledgement accepted")


def test_a_true_entry_counts_even_beside_a_forged_one() -> None:
    true = acks.pack_acknowledgements(3, [(Acknowledgement(7, 9, 0), LINK[7])])
    forged = acks.pack_acknowledgements(3, [(Acknowledgement(7, 10, 0), LINK[8])])
    assert acknowledged(true + forged[2:], 7) == [Acknowledgement(7, 9, 0)]


def test_an_acknowledgement_cannot_be_put_into_another_gateways_mouth() -> None:
    packet = acks.pack_acknowledgements(3, [(Acknowledgement(7, 9, 0), LINK[7])])
    try:
        acknowledged(packet[:1] + b"\x04" + packet[2:], 7)
    except NotAuthenticError:
        return
    raise AssertionError("gateway index changed unnoticed")


def test_a_captured_gateway_cannot_say_stored_at_secretariat() -> None:
    # It holds every link key; it has no authentication key.
    for guess in (LINK[7], LINKS, keys.broadcast_key(LINKS), bytes(32)):
        entry = acks.seal_receipt(Receipt(7, 9, 0, delivery.AT_SECRETARIAT), guess)
        try:
            receipted(acks.pack_receipts([entry]), 7)
        except NotAuthenticError:
            continue
        raise AssertionError("forged receipt accepted")


def test_a_captured_gateway_cannot_improve_a_receipt() -> None:
    true = acks.seal_receipt(Receipt(7, 9, 0, delivery.AT_SECRETARIAT), END[7])
    for i in range(len(true)):
        for bit in range(8):
            wrong = true[:i] + bytes([true[i] ^ 1 << bit]) + true[i + 1 :]
            try:
                assert receipted(acks.pack_receipts([wrong]), 7) == [], (i, bit)
            except (NotAuthenticError, MalformedError):
                continue


def test_an_end_to_end_tag_is_no_receipt() -> None:
    # Both are made with the authentication key; their messages start differently.
    assert acks._RECEIPT_DOMAIN[:8] != b"turna en"


def test_receipts_go_through_the_gateway_unread_and_reach_their_handsets() -> None:
    said = ((1, 2), (2, 3), (3, 4), (4, 5), (5, 6))
    receipts = [Receipt(n, 40 + n, 5, state) for n, state in said]
    entries = [acks.seal_receipt(receipt, END[receipt.device]) for receipt in receipts]
    packet = acks.pack_receipts(entries)

    assert [acks.receipt_address(entry) for entry in entries] == [(n, 40 + n) for n in range(1, 6)]
    for receipt in receipts:
        assert receipted(packet, receipt.device) == [receipt]
    assert receipted(packet, 6) == []


def test_a_receipt_speaks_of_what_the_secretariat_did_and_of_nothing_less() -> None:
    for state in (delivery.SAVED, delivery.AT_GATEWAY, delivery.FALSE_ALARM + 1):
        try:
            acks.seal_receipt(Receipt(7, 9, 0, state), END[7])
        except MisuseError:
            continue
        raise AssertionError(state)


def test_every_truncation_and_every_excess_is_refused() -> None:
    ack = acks.pack_acknowledgements(3, [(Acknowledgement(n, 9, 0), LINK[n]) for n in (7, 8)])
    receipt = acks.pack_receipts(
        [acks.seal_receipt(Receipt(n, 9, 0, delivery.READ), END[n]) for n in (7, 8)]
    )
    for packet, unpack, whole in ((ack, acknowledged, 11), (receipt, receipted, 11)):
        for wrong in [packet[:size] for size in range(len(packet))] + [packet + b"\0", packet * 9]:
            if len(wrong) != whole:
                try:
                    unpack(wrong, 7)
                except MalformedError:
                    continue
                raise AssertionError(wrong.hex())


def test_an_entry_that_could_not_be_true_is_our_mistake() -> None:
    for entry in (
        Acknowledgement(0, 9, 0),
        Acknowledgement(7, 1 << 20, 0),
        Acknowledgement(7, 9, 256),
        Acknowledgement(7, 9, -1),
    ):
        try:
            acks.pack_acknowledgements(3, [(entry, LINK[7])])
        except MisuseError:
            continue
        raise AssertionError(entry)


def test_the_limit_per_packet_keeps_the_gateway_under_a_second_on_the_air() -> None:
    for size in (2 + 9 * acks.ACKNOWLEDGEMENTS_PER_PACKET, 1 + 10 * acks.RECEIPTS_PER_PACKET):
        for sf in range(7, 11):
            assert USUAL_CHANNEL.replace(sf=sf).airtime_us(size) < 1_000_000, (size, sf)


def test_a_report_only_goes_forward() -> None:
    assert delivery.advance(delivery.SAVED, delivery.AT_SECRETARIAT) == delivery.AT_SECRETARIAT
    assert delivery.advance(delivery.READ, delivery.AT_GATEWAY) == delivery.READ
    assert delivery.advance(delivery.READ, delivery.REFUSED) == delivery.REFUSED
    assert delivery.advance(delivery.ACTED, delivery.REFUSED) == delivery.ACTED
    assert delivery.advance(delivery.READ, delivery.FALSE_ALARM) == delivery.FALSE_ALARM
    assert delivery.advance(delivery.FALSE_ALARM, delivery.ACTED) == delivery.FALSE_ALARM
    assert len(delivery.STATE_NAMES) == delivery.FALSE_ALARM + 1
