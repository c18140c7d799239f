"""A relay: passes on once, later than gateways and nearer relays, and keeps nothing."""

from turna_protocol import keys
from turna_protocol.acknowledgement import Acknowledgement, pack_acknowledgements
from turna_protocol.beacon import Beacon, pack_beacon
from turna_protocol.errors import MalformedError
from turna_protocol.packet import ALERT, HOP_MASK, Header, first_byte, relayed, with_hops
from turna_protocol.relay import (
    FULL,
    KNOWN,
    NO_GATEWAY,
    NO_HOPS,
    REMEMBERED_MAX,
    SENT_AGAIN_AFTER_MS,
    SPOKEN_FOR,
    STALE_MS,
    TAKEN,
    WAITING_MAX,
    Relay,
)
from turna_protocol.relay_timing import patience_ms, window_ms
from turna_protocol.sealing import seal_link

KEY = bytes(range(32))
DEVICE = 7
WAITS_MS = 60_000


def airtime_ms(length: int) -> int:
    return 50 + 3 * length


def report(seq: int, hops_left: int = 2, content: bytes = b"content") -> bytes:
    return seal_link(Header(1, hops_left, DEVICE, seq), content, b"tag!", KEY)


def beacon(number: int, start: int, hops_left: int) -> bytes:
    packet = pack_beacon(Beacon(gateway=1, number=number), keys.broadcast_key(KEY), start)
    while packet[0] & HOP_MASK > hops_left:
        onward = relayed(packet)
        assert onward is not None
        packet = onward
    return packet


def made(random: int = 0) -> Relay:
    return Relay(lambda limit: min(random, limit - 1), airtime_ms)


def passed_on(relay: Relay, from_ms: int) -> "tuple[int, bytes]":
    """Return when the next packet is due, and the packet."""
    due_ms = relay.deadline_ms()
    assert due_ms is not None and due_ms >= from_ms
    packet = relay.to_transmit(due_ms)
    assert packet is not None
    return due_ms, packet


def test_a_packet_goes_on_with_one_hop_fewer_and_nothing_else_changed() -> None:
    relay = made()
    packet = report(1, hops_left=2)
    assert relay.heard(packet, 0) == TAKEN
    _, onward = passed_on(relay, 0)
    assert onward[0] & HOP_MASK == 1
    assert with_hops(onward, 2) == packet
    relay.finished()
    assert relay.deadline_ms() is None


def test_without_hops_left_it_goes_no_further() -> None:
    relay = made()
    assert relay.heard(report(1, hops_left=0), 0) == NO_HOPS
    assert relay.deadline_ms() is None


def test_a_gateway_that_heard_the_handset_itself_has_the_first_word() -> None:
    relay = made()
    relay.heard(report(1), 0)
    assert relay.to_transmit(patience_ms(airtime_ms) - 1) is None
    due_ms, _ = passed_on(relay, 0)
    assert due_ms >= patience_ms(airtime_ms)


def test_what_a_gateway_acknowledges_is_dropped() -> None:
    relay = made()
    for seq in (8, 9, 12):
        relay.heard(report(seq), seq)
    held = pack_acknowledgements(3, [(Acknowledgement(DEVICE, 9, 1), KEY)])
    relay.heard(held, 100)
    assert relay.acknowledged == 2
    _, onward = passed_on(relay, 100)
    assert with_hops(onward, 2) == report(12)


def test_it_keeps_silent_when_another_relay_spoke_first() -> None:
    relay = made()
    packet = report(1, hops_left=2)
    relay.heard(packet, 0)
    other = relayed(packet)
    assert other is not None
    assert relay.heard(other, 300) == SPOKEN_FOR
    assert relay.deadline_ms() is None
    assert relay.heard(other, 400) == KNOWN


def test_its_own_packet_coming_back_is_not_passed_on_again() -> None:
    relay = made()
    packet = report(1, hops_left=3)
    relay.heard(packet, 0)
    passed_on(relay, 0)
    relay.finished()
    for hops_left in (2, 1, 0):
        assert relay.heard(with_hops(packet, hops_left), 5_000) == KNOWN
    assert relay.deadline_ms() is None


def test_a_sender_that_tries_again_is_passed_on_again_but_not_its_echo() -> None:
    relay = made()
    packet = report(1)
    relay.heard(packet, 0)
    assert relay.heard(packet, 10) == KNOWN
    passed_on(relay, 0)
    relay.finished()
    assert relay.heard(packet, SENT_AGAIN_AFTER_MS - 1) == KNOWN
    assert relay.heard(packet, SENT_AGAIN_AFTER_MS) == TAKEN


def test_nearer_a_gateway_it_speaks_sooner() -> None:
    waits = []
    for distance in (0, 1, 2):
        relay = made()
        relay.heard(beacon(1, 2, 2 - distance), 0)
        assert relay.distance(0) == distance
        while relay.deadline_ms() is not None:
            passed_on(relay, 0)
            relay.finished()
        relay.heard(report(5), 10_000)
        due_ms, _ = passed_on(relay, 10_000)
        waits.append(due_ms)
    window = window_ms(len(report(5)), airtime_ms)
    assert waits[1] - waits[0] == waits[2] - waits[1] == window


def test_the_nearest_gateway_counts_until_it_is_not_heard_any_more() -> None:
    relay = made()
    assert relay.distance(0) == NO_GATEWAY
    relay.heard(beacon(1, 2, 1), 0)
    relay.heard(beacon(2, 2, 2), 1_000)
    relay.heard(beacon(3, 2, 0), 2_000)
    assert relay.distance(2_000) == 0
    relay.heard(beacon(4, 2, 1), 400_000)
    assert relay.distance(400_000) == 1


def test_two_relays_draw_different_waits() -> None:
    early, late = made(0), made(90)
    for relay in (early, late):
        relay.heard(report(1), 0)
    assert passed_on(late, 0)[0] - passed_on(early, 0)[0] == 90


def test_a_busy_channel_delays_it_and_for_long_ends_it() -> None:
    relay = made()
    relay.heard(report(1), 0)
    due_ms, _ = passed_on(relay, 0)
    relay.channel_busy(due_ms)
    assert relay.to_transmit(due_ms) is None
    while relay.deadline_ms() is not None and due_ms < WAITS_MS:
        due_ms = relay.deadline_ms() or 0
        if relay.to_transmit(due_ms) is None:
            break
        relay.channel_busy(due_ms)
    assert relay.stale == 1
    assert due_ms < STALE_MS + 1_000


def test_memory_is_bounded_and_a_full_relay_says_so() -> None:
    relay = made()
    verdicts = [relay.heard(report(seq), 0) for seq in range(WAITING_MAX + 1)]
    assert verdicts == [TAKEN] * WAITING_MAX + [FULL]
    for seq in range(100, 100 + 3 * REMEMBERED_MAX):
        relay.heard(report(seq, hops_left=0), 0)
    assert len(relay._remembered) == REMEMBERED_MAX


def test_junk_under_the_next_number_does_not_keep_the_true_packet_back() -> None:
    relay = made()
    true = report(7)
    junk = true[:-1] + bytes([true[-1] ^ 1])
    assert relay.heard(junk, 0) == TAKEN  # it has no key: to a relay it is a packet like others
    assert relay.heard(true, 10) == TAKEN
    said = set()
    for _ in range(2):
        packet = passed_on(relay, 0)[1]
        relay.finished()
        said.add(packet)

    assert relayed(true) in said


def test_a_forged_acknowledgement_holds_a_packet_back_for_one_try_only() -> None:
    relay = made()
    forged = pack_acknowledgements(1, [(Acknowledgement(DEVICE, 7, 0), bytes(32))])
    assert relay.heard(report(7), 0) == TAKEN
    relay.heard(forged, 10)
    assert relay.deadline_ms() is None

    assert relay.heard(report(7), SENT_AGAIN_AFTER_MS) == TAKEN
    assert passed_on(relay, SENT_AGAIN_AFTER_MS)[1] == relayed(report(7))


def test_an_alarm_does_not_wait_for_an_answer() -> None:
    relay = made()
    alarm = bytes([first_byte(ALERT, 1)]) + bytes(13)
    relay.heard(alarm, 0)
    due_ms, _ = passed_on(relay, 0)
    assert due_ms < patience_ms(airtime_ms)


def test_noise_is_refused() -> None:
    state = 11
    for length in range(1, 120):
        noise = bytearray()
        for _ in range(length):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            noise.append(state >> 16 & 0xFF)
        noise[0] |= 0x80  # a version of the future
        try:
            made().heard(bytes(noise), 0)
        except MalformedError:
            continue
        raise AssertionError("passed on")
