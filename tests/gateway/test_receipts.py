"""Receipts on their last stretch, and messages of the backbone that make no sense."""

import random

import pytest

from tests.gateway.field import RECEIPT_TOPIC, Field, Handset, receipt_for
from turna_backbone import topics
from turna_backbone.envelope import Receipt, ReceiptEnvelope
from turna_backbone.mqtt import Message
from turna_protocol import acknowledgement, delivery
from turna_protocol.acknowledgement import RECEIPTS_PER_PACKET
from turna_protocol.sealing import packet_digest

ONE, TWO = Handset(1), Handset(2)


@pytest.fixture
def delivered(field: Field) -> Field:
    """Return a field where report 10 of handset 1 is acknowledged and published."""
    field.radio_up()
    field.hear(ONE.seal(10))
    field.pass_time(1_000)
    field.connect()
    return field


def test_a_receipt_is_said_by_radio_and_its_handset_can_prove_it(delivered: Field) -> None:
    delivered.receipt(receipt_for(delivered.reports()[0], ONE))

    delivered.pass_time(2_000)

    assert delivered.receipts(ONE) == [{10: delivery.AT_SECRETARIAT}]


def test_receipts_of_several_handsets_share_a_packet(field: Field) -> None:
    field.radio_up()
    handsets = [Handset(device) for device in range(1, RECEIPTS_PER_PACKET + 1)]
    field.hear(*[handset.seal(5) for handset in handsets])
    field.pass_time(1_000)
    field.connect()
    spoken = len(field.radio.said)

    answers = [receipt_for(envelope, handsets[envelope.device - 1]) for envelope in field.reports()]
    field.receipt(*answers)
    field.pass_time(2_000)

    assert len(field.radio.said) == spoken + 1
    assert all(field.receipts(handset) == [{5: 2}] for handset in handsets)


def test_a_receipt_is_said_once_more_at_the_next_sign_of_life_and_then_no_more(
    delivered: Field,
) -> None:
    delivered.receipt(receipt_for(delivered.reports()[0], ONE))
    delivered.pass_time(60_000)
    assert len(delivered.receipts(ONE)) == 1

    for seq in (11, 12, 13):
        delivered.hear(ONE.seal(seq))
        delivered.pass_time(30_000)

    assert len(delivered.receipts(ONE)) == 2


def test_a_handset_that_missed_its_receipt_gets_it_again_when_it_repeats_the_report(
    delivered: Field,
) -> None:
    delivered.receipt(receipt_for(delivered.reports()[0], ONE))
    delivered.pass_time(60_000)
    for _ in range(3):
        delivered.hear(ONE.seal(10))
        delivered.pass_time(60_000)

    assert len(delivered.receipts(ONE)) == 4
    assert len(delivered.acknowledgements(ONE)) == 4


def test_a_report_that_is_repeated_in_haste_gets_its_receipt_no_oftener(delivered: Field) -> None:
    delivered.receipt(receipt_for(delivered.reports()[0], ONE))
    delivered.pass_time(60_000)
    delivered.hear(ONE.seal(10))
    delivered.pass_time(60_000)
    said = len(delivered.receipts(ONE))
    for _ in range(4):
        delivered.hear(ONE.seal(10))
        delivered.pass_time(1_200)
    delivered.pass_time(10_000)

    assert len(delivered.receipts(ONE)) == said + 2, "and once more at a sign of life"


def test_a_newer_receipt_that_says_the_same_spares_the_older_one(delivered: Field) -> None:
    delivered.hear(ONE.seal(11))
    first, second = delivered.reports()
    older = receipt_for(first, ONE)
    both = acknowledgement.seal_receipt(
        acknowledgement.Receipt(1, 11, 0b1, delivery.AT_SECRETARIAT), ONE.authentication_key
    )
    delivered.receipt(older)
    delivered.receipt(receipt_for(second, ONE)._replace(sealed=both))
    delivered.pass_time(5_000)

    assert delivered.receipts(ONE) == [{11: 2, 10: 2}]


def test_a_persons_word_follows_the_stored_state(delivered: Field) -> None:
    envelope = delivered.reports()[0]
    delivered.receipt(receipt_for(envelope, ONE))
    delivered.pass_time(5_000)
    delivered.receipt(receipt_for(envelope, ONE, delivery.READ))
    delivered.pass_time(5_000)

    assert delivered.receipts(ONE) == [{10: 2}, {10: delivery.READ}]


def test_a_persons_word_is_forwarded_even_if_it_names_no_digest(delivered: Field) -> None:
    answer = receipt_for(delivered.reports()[0], ONE, delivery.ACTED)
    delivered.receipt(answer._replace(digest=bytes(8)))
    delivered.pass_time(5_000)

    assert delivered.receipts(ONE) == [{10: delivery.ACTED}]
    assert delivered.gateway.waiting == [0, 1, 0]


def test_a_receipt_that_was_not_said_before_a_restart_is_said_after_it(delivered: Field) -> None:
    delivered.receipt(receipt_for(delivered.reports()[0], ONE))
    delivered.restart()
    delivered.radio_up()
    delivered.pass_time(5_000)

    assert delivered.receipts(ONE) == [{10: 2}]


def test_the_same_receipt_twice_is_said_once(delivered: Field) -> None:
    answer = receipt_for(delivered.reports()[0], ONE)
    delivered.receipt(answer)
    delivered.pass_time(5_000)
    delivered.receipt(answer)
    delivered.pass_time(60_000)

    assert len(delivered.receipts(ONE)) == 1
    assert delivered.gateway.counters["receipted"] == 1


def test_a_receipt_without_a_sealed_entry_retires_its_report_silently(delivered: Field) -> None:
    delivered.receipt(receipt_for(delivered.reports()[0], ONE)._replace(sealed=b""))
    delivered.pass_time(5_000)

    assert delivered.gateway.waiting == [0, 0, 0]
    assert delivered.receipts(ONE) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"seq": 11},
        {"generation": 2},
        {"device": 2},
        {"state": delivery.AT_GATEWAY},
        {"digest": b"another!", "sealed": b""},
    ],
)
def test_a_receipt_for_what_this_gateway_does_not_hold_changes_nothing(
    delivered: Field, changes: dict[str, object]
) -> None:
    answer = receipt_for(delivered.reports()[0], ONE)
    token = delivered.receipt(answer._replace(**changes))  # type: ignore[arg-type]  # one field
    delivered.pass_time(5_000)

    assert delivered.gateway.waiting == [0, 1, 0]
    assert delivered.receipts(ONE) == []
    assert token in delivered.uplink.acknowledged


def test_a_sealed_entry_for_another_handset_is_not_said(delivered: Field) -> None:
    answer = receipt_for(delivered.reports()[0], ONE)
    for sealed in (b"short", bytes(64), receipt_for(delivered.reports()[0], TWO).sealed):
        delivered.receipt(answer._replace(device=2, sealed=sealed))
        delivered.receipt(answer._replace(digest=b"another!", sealed=sealed[:5]))
    delivered.pass_time(5_000)

    assert delivered.receipts(TWO) == []


def test_two_words_about_one_report_in_one_group_retire_it_once(delivered: Field) -> None:
    receipt = receipt_for(delivered.reports()[0], ONE)
    message = Message(RECEIPT_TOPIC, ReceiptEnvelope((receipt, receipt)).pack(), False, 1)

    delivered.gateway.process([message, message])

    assert delivered.gateway.waiting == [0, 0, 0]
    assert delivered.gateway.counters["receipted"] == 1


def test_a_report_that_is_receipted_before_it_was_sent_is_not_sent(field: Field) -> None:
    field.connect()
    field.uplink.space = 0
    field.hear(ONE.seal(10), ONE.seal(11))
    field.receipt(Receipt(1, 1, 10, packet_digest(ONE.seal(10)), delivery.AT_SECRETARIAT, b""))

    field.uplink.space = 100
    field.pass_time(1_000)

    assert [one.seq for one in field.reports()] == [11]
    assert field.gateway.waiting == [0, 1, 0]


def test_random_bytes_on_every_topic_crash_nothing_and_are_counted(delivered: Field) -> None:
    seeded = random.Random(3)
    for topic in (RECEIPT_TOPIC, topics.SECRETARIAT_CONNECTION, "", "ots/v1/tr/g/other/receipt"):
        for _ in range(500):
            token = delivered.message(topic, seeded.randbytes(seeded.randrange(0, 100)))
            assert token in delivered.uplink.acknowledged

    assert delivered.gateway.counters["messages_refused"] == 2_000
    assert delivered.gateway.waiting == [0, 1, 0]


def test_a_damaged_receipt_never_retires_a_report(delivered: Field) -> None:
    payload = ReceiptEnvelope((receipt_for(delivered.reports()[0], ONE),)).pack()
    for length in range(len(payload)):
        delivered.message(RECEIPT_TOPIC, payload[:length])

    assert delivered.gateway.waiting == [0, 1, 0]


def test_a_hundred_receipts_in_one_message_are_all_taken(field: Field) -> None:
    field.connect()
    field.hear(*[ONE.seal(seq) for seq in range(60)], *[TWO.seal(seq) for seq in range(40)])
    answers: list[Receipt] = [
        receipt_for(envelope, ONE if envelope.device == 1 else TWO) for envelope in field.reports()
    ]
    assert len(answers) == 100

    field.receipt(*answers)

    assert field.gateway.counters["receipted"] == 100


def test_a_persons_word_without_digest_is_kept_with_the_report_and_retires_nothing(
    field: Field,
) -> None:
    field.connect()
    field.hear(ONE.seal(1))
    (envelope,) = field.reports()

    field.receipt(receipt_for(envelope, ONE, state=3)._replace(digest=bytes(8)))

    (state,) = field.store._connection.execute("SELECT state FROM report").fetchone()
    assert state == 3
    assert field.gateway.waiting == [0, 1, 0]
