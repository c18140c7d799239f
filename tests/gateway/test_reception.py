"""From the air into the store and back: who is acknowledged, when, and who is not."""

import contextlib
import random
import sqlite3
from pathlib import Path

from tests.gateway.field import (
    EPOCH_S,
    POSITION,
    SOS,
    FakeRadio,
    Field,
    Handset,
    is_authentic,
    mission,
)
from turna_gateway.ports import PacketHeard
from turna_protocol import packet
from turna_protocol.acknowledgement import ACKNOWLEDGEMENTS_PER_PACKET
from turna_protocol.regions import SubBand

ONE, TWO = Handset(1), Handset(2)


def test_a_report_is_stored_then_acknowledged(field: Field) -> None:
    field.radio_up()
    field.hear(ONE.seal(10))

    field.pass_time(1_000)

    assert field.acknowledgements(ONE) == [{10}]
    assert field.gateway.counters["stored"] == 1
    assert field.radio.taken_up_to == 1


class Witness(FakeRadio):
    """Looks, before anything goes on the air, which numbers another reader finds on the disk."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self.committed: list[set[int]] = []

    def transmit(self, packet: bytes, *, priority: int) -> int:
        with contextlib.closing(sqlite3.connect(self._path)) as db:
            self.committed.append({seq for (seq,) in db.execute("SELECT seq FROM report")})
        return super().transmit(packet, priority=priority)


def test_what_is_acknowledged_is_committed_by_then(field: Field) -> None:
    field.radio = witness = Witness(field.path)
    field.restart()
    field.radio_up()
    for start in range(0, 60, 20):
        field.hear(*(ONE.seal(seq) for seq in range(start, start + 20)))
        field.pass_time(1_000)

    acknowledged = [ONE.acknowledged(packet) for packet in witness.said]
    assert set().union(*acknowledged) == set(range(60))
    assert all(
        numbers <= committed
        for numbers, committed in zip(acknowledged, witness.committed, strict=True)
    )


def test_a_report_among_others_is_acknowledged_only_after_the_grouping_time(field: Field) -> None:
    field.radio_up()
    field.hear(TWO.seal(1))
    field.pass_time(100)
    field.hear(ONE.seal(10))

    field.pass_time(499)
    assert field.acknowledgements(ONE) == []
    field.pass_time(1)
    assert field.acknowledgements(ONE) == [{10}]


def test_a_lone_report_waits_for_no_company(field: Field) -> None:
    field.radio_up()
    field.pass_time(5_000)
    field.hear(ONE.seal(10))

    field.pass_time(20)

    assert field.acknowledgements(ONE) == [{10}]


def test_an_sos_is_acknowledged_almost_at_once(field: Field) -> None:
    field.radio_up()
    field.pass_time(100)
    field.hear(ONE.seal(10, SOS))

    field.pass_time(50)

    assert field.acknowledgements(ONE) == [{10}]


def test_several_handsets_share_one_acknowledgement_packet(field: Field) -> None:
    field.radio_up()
    field.hear(ONE.seal(10), ONE.seal(11), TWO.seal(500))

    field.pass_time(1_000)

    assert [said for said in field.radio.said if ONE.acknowledged(said)] == [
        said for said in field.radio.said if TWO.acknowledged(said)
    ]
    assert field.acknowledgements(ONE) == [{10, 11}]
    assert field.acknowledgements(TWO) == [{500}]


def test_more_handsets_than_fit_one_packet_are_acknowledged_in_several(field: Field) -> None:
    field.radio_up()
    handsets = [Handset(device) for device in range(1, ACKNOWLEDGEMENTS_PER_PACKET + 2)]
    field.hear(*[handset.seal(7) for handset in handsets])

    field.pass_time(2_000)

    assert all(field.acknowledgements(handset) == [{7}] for handset in handsets)


def test_a_lost_acknowledgement_is_made_good_by_the_next(field: Field) -> None:
    field.radio_up()
    field.hear(ONE.seal(10))
    field.pass_time(1_000)
    field.hear(ONE.seal(12))
    field.pass_time(1_000)

    assert field.acknowledgements(ONE) == [{10}, {10, 12}]


def test_a_duplicate_report_is_acknowledged_again_but_not_stored_twice(field: Field) -> None:
    field.radio_up()
    field.hear(ONE.seal(10))
    field.pass_time(2_000)
    field.hear(ONE.seal(10))
    field.pass_time(2_000)

    assert field.acknowledgements(ONE) == [{10}, {10}]
    assert (field.gateway.counters["stored"], field.gateway.counters["duplicate"]) == (1, 1)


def test_a_report_that_came_through_a_relay_is_the_same_report(field: Field) -> None:
    sealed = ONE.seal(10)
    relayed = bytes([sealed[0] | 2]) + sealed[1:]
    field.hear(sealed, relayed)

    assert (field.gateway.counters["stored"], field.gateway.counters["duplicate"]) == (1, 1)


def test_a_storm_of_replays_is_not_answered_one_by_one(field: Field) -> None:
    field.radio_up()
    replay = ONE.seal(10)
    for _ in range(200):
        field.hear(replay)
        field.pass_time(10)
    field.pass_time(2_000)

    assert len(field.acknowledgements(ONE)) <= 3
    assert field.gateway.counters["acknowledgements_spared"] > 100


def test_two_reports_under_one_number_are_both_kept_and_raise_a_clone_alarm(field: Field) -> None:
    field.radio_up()
    field.hear(ONE.seal(10), ONE.seal(10, POSITION))
    field.pass_time(1_000)
    field.connect()

    assert len({envelope.digest for envelope in field.reports()}) == 2
    assert field.gateway.counters["clone"] == 1
    assert field.gateway.handsets.clones() == {1: 1}
    assert field.acknowledgements(ONE) == [{10}]


def test_authentic_content_that_nobody_understands_is_kept_and_forwarded(field: Field) -> None:
    field.radio_up()
    field.hear(ONE.seal_content(10, b"\xff\xff future"))
    field.pass_time(1_000)
    field.connect()

    (envelope,) = field.reports()
    assert (envelope.quarantined, envelope.content) == (True, b"\xff\xff future")
    assert is_authentic(envelope, ONE)
    assert field.acknowledgements(ONE) == [{10}]


def test_a_report_reaches_the_backbone_with_its_end_to_end_proof_unchanged(field: Field) -> None:
    field.clock.advance(5_000)
    field.hear(ONE.seal(10))
    field.connect()

    (envelope,) = field.reports()
    assert is_authentic(envelope, ONE)
    assert not envelope.quarantined
    assert (envelope.device, envelope.generation, envelope.seq) == (1, 1, 10)
    assert (envelope.rssi_dbm, envelope.snr_db_x4, envelope.heard_at_s) == (-110, -20, EPOCH_S + 5)


def test_an_acknowledgement_goes_through_relays_to_whom_our_own_word_does_not_reach(
    field: Field,
) -> None:
    field.mission = mission(hops=1)
    field.restart()
    field.radio_up()
    near, far = ONE.seal(10, hops_left=1), TWO.seal(10, hops_left=0)

    for heard in (near, far, near):
        field.hear(heard)
        field.pass_time(60_000)

    said = [one for one in field.radio.said if packet.packet_kind(one) == packet.ACKNOWLEDGEMENT]
    assert [one[0] & packet.HOP_MASK for one in said] == [0, 1, 1]


def test_a_report_that_waited_in_the_modem_says_when_it_was_on_the_air(field: Field) -> None:
    field.clock.advance(90_000)
    field.gateway.process([PacketHeard(ONE.seal(10), -110, -20, heard_at_ms=30_000, number=1)])
    field.connect()

    (envelope,) = field.reports()
    assert envelope.heard_at_s == EPOCH_S + 30


def test_a_handset_of_another_deployment_is_refused_and_counted(field: Field) -> None:
    field.radio_up()
    field.hear(Handset(1, master=bytes(32)).seal(10))
    field.pass_time(2_000)

    assert field.gateway.counters.refused() == {"not_authentic": 1}
    assert field.gateway.handsets.strangers() == {1: 1}
    assert field.acknowledgements(ONE) == []


def test_an_unknown_device_is_refused_and_counted(field: Field) -> None:
    field.hear(Handset(99).seal(10))

    assert field.gateway.counters.refused() == {"unknown_device": 1}


def test_what_other_gateways_say_is_not_for_us(field: Field) -> None:
    field.radio_up()
    field.pass_time(10)
    field.hear(field.radio.said[0])  # our own beacon, as another would send it

    assert field.gateway.counters.refused() == {"not_for_gateways": 1}


def test_any_flipped_bit_is_refused(field: Field) -> None:
    sealed = ONE.seal(10)
    for bit in range(8 * len(sealed)):
        if bit in (0, 1):  # the hop bits belong to the relays
            continue
        flipped = bytearray(sealed)
        flipped[bit // 8] ^= 1 << bit % 8
        field.hear(bytes(flipped))

    assert field.gateway.counters["stored"] == 0
    assert sum(field.gateway.counters.refused().values()) == 8 * len(sealed) - 2


def test_every_truncation_and_every_longer_packet_is_refused(field: Field) -> None:
    sealed = ONE.seal(10)
    field.hear(*[sealed[:length] for length in range(len(sealed))])
    field.hear(*[sealed + bytes(extra) for extra in range(1, 300)])

    assert field.gateway.counters["stored"] == 0


def test_random_bytes_from_the_air_crash_nothing_and_are_counted(field: Field) -> None:
    seeded = random.Random(7)
    garbage = [seeded.randbytes(seeded.randrange(0, 256)) for _ in range(3_000)]
    field.hear(*garbage)
    field.hear(ONE.seal(10))

    assert field.gateway.counters["heard"] == 3_001
    assert sum(field.gateway.counters.refused().values()) == 3_000
    assert field.gateway.counters["stored"] == 1
    assert len(field.gateway.handsets.strangers()) <= 64


def test_nothing_is_said_while_there_is_no_modem_and_all_of_it_when_there_is(field: Field) -> None:
    field.hear(ONE.seal(10))
    field.pass_time(5_000)
    assert field.radio.said == []

    field.radio_up()
    field.pass_time(100)

    assert field.acknowledgements(ONE) == [{10}]


def test_a_transmission_that_failed_is_tried_again(field: Field) -> None:
    field.radio_up()
    field.pass_time(0)
    field.hear(ONE.seal(10))
    field.clock.advance(600)
    field.gateway.tick()
    field.fail_transmission()

    field.pass_time(1_000)

    assert field.acknowledgements(ONE) == [{10}, {10}]
    assert field.gateway.counters["transmissions_failed"] == 1


def test_the_gateway_keeps_to_its_duty_budget_but_has_a_reserve_for_an_sos(field: Field) -> None:
    field.band = SubBand("H", 433_050_000, 434_790_000, 1215, duty_permille=10)
    field.restart()
    field.radio_up()
    handsets = [Handset(device) for device in range(1, 7)]
    for seq in range(200):  # more reports than the hour's budget can acknowledge
        field.hear(*[handset.seal(2 * seq) for handset in handsets])
        field.pass_time(2_000)
    used_ms = field.gateway.airwaves.used_ms(field.clock.now_ms())
    assert 28_000 < used_ms <= 28_800  # 80 % of 1 % of an hour
    assert field.gateway.counters["duty_waits"] > 0

    field.hear(Handset(8).seal(1, SOS))
    field.pass_time(3_000)

    assert field.acknowledgements(Handset(8)) == [{1}]


def test_a_restart_does_not_forget_what_was_transmitted(field: Field) -> None:
    field.radio_up()
    field.pass_time(130_000)
    used_ms = field.gateway.airwaves.used_ms(field.clock.now_ms())

    field.restart()

    assert used_ms > 0
    assert field.gateway.airwaves.used_ms(field.clock.now_ms()) == used_ms


def test_beacons_tell_the_time_each_under_a_new_number_also_after_a_restart(field: Field) -> None:
    field.radio_up()
    field.pass_time(130_000)
    field.restart()
    field.radio_up()
    field.pass_time(10)

    beacons = field.beacons()
    assert [beacon.number for beacon in beacons] == [0, 1, 2, 3]
    assert beacons[1].time_s == EPOCH_S + 60
    assert {beacon.gateway for beacon in beacons} == {1}


def test_packets_of_the_gateway_are_what_handsets_accept(field: Field) -> None:
    field.radio_up()
    field.hear(ONE.seal(10))
    field.pass_time(1_000)

    kinds = [packet.packet_kind(said) for said in field.radio.said]
    assert kinds == [packet.BEACON, packet.ACKNOWLEDGEMENT]


def test_the_same_words_sent_twice_by_hand_are_two_reports(field: Field) -> None:
    field.radio_up()
    field.connect()
    field.hear(ONE.seal(1), ONE.seal(2))
    field.pass_time(2_000)

    first, second = field.reports()
    assert (first.seq, second.seq) == (1, 2)
    assert first.content == second.content
    assert field.gateway.handsets.clones() == {}
