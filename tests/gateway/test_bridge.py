"""The outbox: nothing leaves it but by a receipt, and nothing in it blocks the rest."""

import random
from itertools import pairwise

from tests.gateway.field import POSITION, SITREP, SOS, Field, Handset, carried, receipt_for
from turna_gateway.bridge import FIRST_PATIENCE_MS, SOS_WINDOW, WINDOW
from turna_gateway.pace import PACKET_BYTES
from turna_gateway.report_rows import ReportRows

ONE, TWO = Handset(1), Handset(2)


def test_a_report_waits_until_there_is_a_backbone(field: Field) -> None:
    field.hear(ONE.seal(1))
    assert field.reports() == []
    assert field.gateway.waiting == [0, 1, 0]

    field.connect()

    assert [envelope.seq for envelope in field.reports()] == [1]


def test_the_urgent_lane_goes_first_and_the_oldest_within_a_lane(field: Field) -> None:
    field.hear(ONE.seal(1, POSITION), ONE.seal(2), TWO.seal(9), ONE.seal(3, SOS))
    field.connect()

    assert [(e.device, e.seq) for e in field.reports()] == [(1, 3), (1, 2), (2, 9), (1, 1)]


def test_an_sos_of_now_goes_before_one_of_hours_ago(field: Field) -> None:
    field.connect(space=0)
    for seq in range(5):
        field.hear(ONE.seal(seq, SOS))
        field.pass_time(3_600_000)
    field.broker_confirms = False
    field.uplink.space = 2
    field.gateway.tick()
    field.hear(ONE.seal(9, SOS))

    assert [envelope.seq for envelope in field.reports()] == [4, 3, 2, 1, 0, 9]
    field.uplink.published.clear()
    field.connect()  # none was confirmed: again, and again the newest first
    assert [envelope.seq for envelope in field.reports()] == [9, 4, 3, 2, 1, 0]


def test_reports_that_wait_go_together_and_one_alone_goes_to_its_units_topic(field: Field) -> None:
    field.hear(*(ONE.seal(seq) for seq in range(40)), TWO.seal(1, SOS), TWO.seal(2, SOS))
    field.connect()
    field.hear(TWO.seal(3))

    sent = [(topic, len(carried(topic, payload))) for topic, payload in field.uplink.published[1:]]
    assert sent[:2] == [("ots/v1/tr/u/afad-2/sos", 1)] * 2
    together = [number for topic, number in sent if topic == "ots/v1/tr/g/hatay-1/report"]
    assert sum(together) == 40
    assert max(together) > 12
    assert sent[-1] == ("ots/v1/tr/u/afad-2/report", 1)
    assert all(len(payload) <= PACKET_BYTES for _, payload in field.uplink.published)


def test_a_report_that_the_secretariat_does_not_take_is_sent_again_alone(field: Field) -> None:
    field.hear(*(ONE.seal(seq) for seq in range(10)))
    field.connect()
    for envelope in field.reports()[:-3]:
        field.receipt(receipt_for(envelope, ONE))
    field.uplink.published.clear()

    field.pass_time(FIRST_PATIENCE_MS + 1)

    sent = [(topic, len(carried(topic, payload))) for topic, payload in field.uplink.published]
    assert sent.count(("ots/v1/tr/u/afad-1/report", 1)) == 3


def test_an_id_that_was_pruned_is_not_given_to_another_report(field: Field) -> None:
    field.connect()
    field.hear(ONE.seal(1))
    field.receipt(receipt_for(field.reports()[0], ONE))
    field.pass_time(1_000)
    with field.store.transaction():
        ReportRows(field.store).prune(field.clock.unix_s() + 1, keep_s=0)

    field.hear(ONE.seal(2))

    assert [envelope.seq for envelope in field.reports()] == [1, 2]


def test_the_brokers_word_retires_nothing(field: Field) -> None:
    field.hear(ONE.seal(1))
    field.connect()

    assert field.gateway.waiting == [0, 1, 0]
    field.pass_time(FIRST_PATIENCE_MS + 1)
    assert [envelope.attempt for envelope in field.reports()] == [0, 1]


def test_a_receipt_retires_a_report_for_good(field: Field) -> None:
    field.hear(ONE.seal(1))
    field.connect()
    token = field.receipt(receipt_for(field.reports()[0], ONE))

    field.pass_time(10 * FIRST_PATIENCE_MS)
    field.restart()
    field.connect()

    assert len(field.reports()) == 1
    assert field.gateway.waiting == [0, 0, 0]
    assert token in field.uplink.acknowledged


def test_an_unreceipted_report_is_sent_again_ever_more_rarely(field: Field) -> None:
    field.hear(ONE.seal(1))
    field.connect()
    times = []
    for _ in range(2_000):
        before = len(field.reports())
        field.pass_time(1_000)
        if len(field.reports()) > before:
            times.append(field.clock.now_ms() // 1000)

    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps == sorted(gaps)
    assert times[0] == 15
    assert 5 <= len(times) <= 10


def test_after_an_outage_what_no_broker_confirmed_is_sent_again_at_once(field: Field) -> None:
    field.broker_confirms = False
    field.hear(ONE.seal(1))
    field.connect()
    field.disconnect()
    field.pass_time(1_000)
    assert len(field.reports()) == 1

    field.connect()

    assert len(field.reports()) == 2


def test_after_an_outage_what_a_broker_confirmed_is_not_hurried(field: Field) -> None:
    field.hear(ONE.seal(1))
    field.connect()
    field.disconnect()
    field.connect()

    assert len(field.reports()) == 1


def test_reports_under_way_are_bounded_and_an_sos_still_gets_through(field: Field) -> None:
    field.connect()
    for seq in range(WINDOW + 100):
        field.hear(ONE.seal(seq))
    assert len(field.reports()) == WINDOW

    field.hear(*[TWO.seal(seq, SOS) for seq in range(SOS_WINDOW + 5)])

    urgent = [envelope for envelope in field.reports() if envelope.device == 2]
    assert len(urgent) == SOS_WINDOW


def test_reports_that_are_never_receipted_do_not_block_those_behind_them(field: Field) -> None:
    field.connect()
    for seq in range(WINDOW + 100):
        field.hear(ONE.seal(seq))

    field.pass_time(200_000)

    assert {envelope.seq for envelope in field.reports()} == set(range(WINDOW + 100))


def test_a_backlog_drains_with_receipts_and_nothing_is_left(field: Field) -> None:
    for seq in range(300):
        field.hear(ONE.seal(seq))
    field.connect()
    answered = 0
    while field.gateway.waiting != [0, 0, 0]:
        reports = field.reports()
        assert len(reports) > answered
        for envelope in reports[answered:]:
            field.receipt(receipt_for(envelope, ONE))
        answered = len(reports)

    assert len(field.reports()) == 300


def test_a_connection_without_room_takes_nothing_and_loses_nothing(field: Field) -> None:
    field.hear(*[ONE.seal(seq) for seq in range(5)])
    field.connect(space=0)
    assert field.reports() == []

    field.uplink.space = 10
    field.pass_time(1_000)

    assert [envelope.seq for envelope in field.reports()] == [0, 1, 2, 3, 4]


def test_a_restart_loses_nothing_and_sends_again_what_was_not_receipted(field: Field) -> None:
    field.hear(ONE.seal(1), ONE.seal(2))
    field.connect()
    field.receipt(receipt_for(field.reports()[0], ONE))
    field.uplink.published.clear()

    field.restart()
    field.connect()

    assert [envelope.seq for envelope in field.reports()] == [2]


def test_a_secretariat_that_comes_back_gets_the_waiting_reports_soon(field: Field) -> None:
    field.hear(ONE.seal(1))
    field.connect()
    field.pass_time(3_600_000)
    before = len(field.reports())

    field.secretariat_starts(b"newstart")
    field.pass_time(FIRST_PATIENCE_MS + 1)

    assert len(field.reports()) == before + 1


def test_any_order_of_outages_confirmations_and_receipts_ends_with_nothing_waiting(
    field: Field,
) -> None:
    seeded = random.Random(11)
    reports = [SITREP, POSITION, SOS]
    answered = 0
    for seq in range(120):
        field.hear(ONE.seal(seq, seeded.choice(reports)))
        chance = seeded.random()
        if chance < 0.1:
            field.disconnect()
        elif chance < 0.3:
            field.connect(space=seeded.randrange(1, 50))
        elif chance < 0.5:
            for envelope in field.reports()[answered:]:
                if seeded.random() < 0.7:
                    field.receipt(receipt_for(envelope, ONE))
            answered = len(field.reports())
        elif chance < 0.55:
            field.restart()
        field.pass_time(seeded.randrange(0, 20_000))
    field.connect()
    for _ in range(60):
        for envelope in field.reports()[answered:]:
            field.receipt(receipt_for(envelope, ONE))
        answered = len(field.reports())
        field.pass_time(60_000)

    assert field.gateway.waiting == [0, 0, 0]
    assert {envelope.seq for envelope in field.reports()} == set(range(120))
