"""Faults of backbone and broker, in virtual time; those of certificates are with mosquitto."""

import queue
import random
import socket
import threading

from tests.gateway.field import RECEIPT_TOPIC, SITREP, SOS, Field, Handset, receipt_for
from turna_backbone import topics
from turna_backbone.clock import SystemClock
from turna_backbone.mqtt import Address, Connected, MqttEvent, MqttSession

ONE = Handset(1)
TIMEOUT_S = 10.0


def answer_all(field: Field, lose: float = 0.0, seeded: random.Random | None = None) -> None:
    """Let a Secretariat receipt what was published since the last time, except what is lost."""
    reports = field.reports()
    field.uplink.published.clear()
    for envelope in reports:
        if seeded is None or seeded.random() >= lose:
            field.receipt(receipt_for(envelope, ONE))


def test_fault_56_76_a_day_without_backbone_or_secretariat_is_made_up_for_sos_first(
    field: Field,
) -> None:
    field.radio_up()
    for seq in range(500):
        field.hear(ONE.seal(seq, SOS if seq % 100 == 99 else SITREP))
        field.pass_time(172_800)
    assert field.gateway.waiting == [5, 495, 0]
    assert field.gateway.oldest_waiting_s() > 23 * 3600

    field.connect()
    lanes = [topic.rsplit("/", 1)[1] for topic, _ in field.uplink.published[1:]]
    assert lanes[:5] == ["sos"] * 5
    for _ in range(200):
        answer_all(field)
        field.pass_time(1_000)
        if field.gateway.waiting == [0, 0, 0]:
            break

    assert field.gateway.waiting == [0, 0, 0]
    assert field.gateway.counters["published_again"] == 0


def test_fault_58_a_link_that_is_there_for_one_message_at_a_time_makes_progress(
    field: Field,
) -> None:
    for seq in range(20):
        field.hear(ONE.seal(seq))
    for _ in range(40):
        field.connect(space=1)
        field.uplink.space = 1
        field.gateway.tick()
        field.uplink.space = 0
        answer_all(field)
        field.disconnect()
        field.pass_time(5_000)

    assert field.gateway.waiting == [0, 0, 0]


def test_fault_60_what_a_broker_confirmed_and_forgot_is_sent_again(field: Field) -> None:
    field.connect()
    field.hear(*(ONE.seal(seq) for seq in range(10)))
    field.disconnect()
    field.uplink.published.clear()

    field.connect()
    field.pass_time(60_000)

    assert {report.seq for report in field.reports()} == set(range(10))


def test_fault_61_a_broker_that_silently_drops_a_third_loses_nothing_for_good(
    field: Field,
) -> None:
    seeded = random.Random(61)
    field.connect()
    for seq in range(300):
        field.hear(ONE.seal(seq))
    for _ in range(400):
        answer_all(field, lose=1 / 3, seeded=seeded)
        field.pass_time(5_000)

    assert field.gateway.waiting == [0, 0, 0]
    assert field.gateway.counters["receipted"] == 300


def test_fault_64_no_more_is_under_way_than_the_broker_can_take() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            # MQTT 5, 3.2: CONNACK, success, one property: Receive Maximum 2.
            connection.sendall(bytes.fromhex("2006 0000 03 21 0002"))
            while connection.recv(4096):
                pass

    threading.Thread(target=serve, daemon=True).start()
    inbox: queue.Queue[MqttEvent] = queue.Queue()
    session = MqttSession(
        addresses=[Address("127.0.0.1", listener.getsockname()[1])],
        client_id="thin",
        inbox=inbox,
        clock=SystemClock(),
    )
    session.start()
    assert isinstance(inbox.get(timeout=TIMEOUT_S), Connected)

    tokens = [session.publish("a", b"x") for _ in range(5)]

    assert [token is not None for token in tokens] == [True, True, False, False, False]
    session.stop()
    listener.close()


def test_fault_67_whatever_is_said_on_its_topics_the_gateway_lives_and_counts_it(
    field: Field, seed: int
) -> None:
    seeded = random.Random(seed)
    field.connect()
    field.hear(ONE.seal(1))
    (envelope,) = field.reports()
    sound = receipt_for(envelope, ONE)
    for _ in range(300):
        topic = seeded.choice((RECEIPT_TOPIC, topics.SECRETARIAT_CONNECTION, "ots/v1/tr/#", ""))
        field.message(topic, seeded.randbytes(seeded.randrange(300)))
    field.message(RECEIPT_TOPIC, bytes(1_000_000))

    assert field.gateway.counters["messages_refused"] >= 290
    assert field.gateway.waiting == [0, 1, 0]
    field.receipt(sound)
    assert field.gateway.waiting == [0, 0, 0]


def test_fault_77_a_receipt_that_is_lost_repeated_or_about_nothing_changes_nothing(
    field: Field,
) -> None:
    field.connect()
    field.hear(ONE.seal(1))
    (envelope,) = field.reports()
    field.receipt(receipt_for(envelope, ONE)._replace(seq=99))
    assert field.gateway.counters["receipts_unknown"] == 1
    sound = receipt_for(envelope, ONE)
    for _ in range(3):
        field.receipt(sound)

    assert field.gateway.counters["receipted"] == 1
    assert field.gateway.waiting == [0, 0, 0]
