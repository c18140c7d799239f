"""Beacons: a gateway's word about time, load and turns, true only for members and only once."""

from turna_protocol import beacon
from turna_protocol.beacon import Beacon, BeaconMemory
from turna_protocol.errors import MalformedError, MisuseError, NotAuthenticError
from turna_protocol.packet import relayed

KEY = b"k" * 32


def full(number: int = 5) -> Beacon:
    return Beacon(
        gateway=200,
        number=number,
        time_s=1_763_800_000,
        time_quality=beacon.TIME_GNSS,
        load_pct=37,
        admitted_priority=2,
        degraded=True,
        grouping_ms=4_000,
        slots=101,
        slot_ms=240,
        turns=b"\x01\0\x80",
    )


def test_a_beacon_is_eighteen_bytes_and_its_turns_and_comes_back_as_it_was() -> None:
    for one in (full(), Beacon(gateway=1, number=0), full(beacon.NUMBER_MAX)):
        packet = beacon.pack_beacon(one, KEY, hops_left=2)
        assert len(packet) == 18 + len(one.turns)
        assert beacon.unpack_beacon(packet, KEY) == one


def test_a_beacon_tells_how_many_relays_it_came_through() -> None:
    packet = beacon.pack_beacon(full(), KEY, hops_left=3)
    hops = []
    further: bytes | None = packet
    while further is not None:
        hops.append(beacon.unpack_beacon(further, KEY).hops)
        further = relayed(further)
    assert hops == [0, 1, 2, 3]


def test_every_flipped_bit_but_the_hop_count_is_refused() -> None:
    packet = beacon.pack_beacon(full(), KEY, hops_left=3)
    for i in range(len(packet)):
        for bit in range(8):
            if i == 0 and bit < 2:
                continue
            wrong = packet[:i] + bytes([packet[i] ^ 1 << bit]) + packet[i + 1 :]
            try:
                beacon.unpack_beacon(wrong, KEY)
            except (MalformedError, NotAuthenticError):
                continue
            raise AssertionError((i, bit))


def test_every_truncation_and_a_foreign_key_are_refused() -> None:
    packet = beacon.pack_beacon(full(), KEY)
    for wrong, key in [(packet[:size], KEY) for size in range(len(packet))] + [
        (packet + b"\0", KEY),
        (packet, b"f" * 32),
    ]:
        try:
            beacon.unpack_beacon(wrong, key)
        except (MalformedError, NotAuthenticError):
            continue
        raise AssertionError(wrong.hex())


def test_more_hops_left_than_it_started_with_is_refused() -> None:
    packet = beacon.pack_beacon(full(), KEY, hops_left=1)
    try:
        beacon.unpack_beacon(bytes([packet[0] | 3]) + packet[1:], KEY)
    except MalformedError:
        return
    raise AssertionError("hops out of nothing")


def test_a_beacon_replayed_sets_no_clock() -> None:
    memory = BeaconMemory()
    assert memory.is_fresh(full(5), 0)
    assert not memory.is_fresh(full(5), 1)
    assert not memory.is_fresh(full(4), beacon.NUMBER_LAPSES_MS - 1)
    assert memory.is_fresh(full(6), beacon.NUMBER_LAPSES_MS)


def test_a_captured_handset_that_uses_up_a_gateways_numbers_silences_it_for_minutes_only() -> None:
    memory = BeaconMemory()
    assert memory.is_fresh(full(5), 0)
    assert memory.is_fresh(full(beacon.NUMBER_MAX), 1_000)
    assert not memory.is_fresh(full(6), 60_000)
    # Heard again, the forged one is old itself and prolongs nothing.
    assert not memory.is_fresh(full(beacon.NUMBER_MAX), 300_000)
    assert memory.is_fresh(full(7), 1_000 + beacon.NUMBER_LAPSES_MS)


def test_each_gateway_counts_for_itself_and_the_memory_is_bounded() -> None:
    memory = BeaconMemory()
    for gateway in range(1, beacon.GATEWAYS_REMEMBERED + 1):
        assert memory.is_fresh(Beacon(gateway=gateway, number=1), gateway)
    assert memory.is_fresh(Beacon(gateway=1, number=2), 100)
    # One gateway more takes the place of the one longest unheard.
    assert memory.is_fresh(Beacon(gateway=99, number=1), 101)
    assert not memory.is_fresh(Beacon(gateway=1, number=2), 102)
    assert not memory.is_fresh(Beacon(gateway=3, number=1), 102)
    assert memory.is_fresh(Beacon(gateway=2, number=1), 102)


def planned(heard: list[int], number: int = 1) -> Beacon:
    turns, slots = beacon.plan_turns(heard)
    return Beacon(gateway=1, number=number, turns=turns, slots=slots, slot_ms=240)


def start_of(one: Beacon, device: int) -> int:
    found = beacon.turn(one, device)
    assert found is not None
    return found[1]


def test_handsets_that_a_gateway_hears_get_different_turns() -> None:
    heard = [3, 17, 18, 45, 230, 231, 512]
    one = planned(heard)
    assert [start_of(one, device) for device in heard] == [240 * i for i in range(7)]
    assert beacon.unpack_beacon(beacon.pack_beacon(one, KEY), KEY) == one
    assert planned(list(range(1, 101))).slots == 113
    assert len(planned(list(range(1, 101))).turns) == 13


def test_handsets_without_a_turn_share_the_slots_after_and_meet_seldom() -> None:
    heard = list(range(1, 65))
    meetings = 0
    for number in range(100):
        one = planned(heard, number)
        assert one.slots == 73
        first, second = start_of(one, 400), start_of(one, 77)
        assert 64 * 240 <= first < 73 * 240 and 64 * 240 <= second < 73 * 240
        meetings += first == second
    assert meetings < 30


def test_a_crowd_larger_than_the_slots_goes_at_random() -> None:
    assert beacon.plan_turns(list(range(1, 300))) == (b"", 0)
    assert beacon.turn(planned(list(range(1, 300))), 7) is None
    assert beacon.turn(planned([]), 7) == (240, 0, 240), "one shared slot, all the time"


def test_a_relayed_beacon_gives_no_turn_because_its_end_was_elsewhere() -> None:
    one = planned([5, 7])
    assert beacon.turn(one, 7) == (3 * 240, 240, 240)
    packet = beacon.pack_beacon(one, KEY, hops_left=1)
    further = relayed(packet)
    assert further is not None
    assert beacon.turn(beacon.unpack_beacon(further, KEY), 7) is None


def test_a_beacon_that_could_not_be_true_is_our_mistake() -> None:
    for wrong in (
        Beacon(gateway=0, number=1),
        Beacon(gateway=256, number=1),
        Beacon(gateway=1, number=1 << 24),
        Beacon(gateway=1, number=1, load_pct=101),
        Beacon(gateway=1, number=1, time_s=5),
        Beacon(gateway=1, number=1, slots=10, slot_ms=241),
        Beacon(gateway=1, number=1, grouping_ms=550),
        Beacon(gateway=1, number=1, slots=9, turns=b"\x01\0"),
        Beacon(gateway=1, number=1, slots=9, turns=b"\x01" * 65),
        Beacon(gateway=1, number=1, slots=7, turns=b"\xff"),
    ):
        try:
            beacon.pack_beacon(wrong, KEY)
        except MisuseError:
            continue
        raise AssertionError(wrong)
