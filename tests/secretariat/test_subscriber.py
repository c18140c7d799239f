"""The subscriber acknowledges after the commit, and survives whatever a topic carries."""

import random
import sqlite3
from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from tests.secretariat.bench import BIRTH, REPORT_TOPIC, Bench
from tests.secretariat.field import EPOCH_S, Field, position
from turna_backbone import topics
from turna_backbone.envelope import GatewayHealth, Presence, ReceiptEnvelope, ReportEnvelope
from turna_backbone.mqtt import Connected, Disconnected, Published
from turna_protocol import delivery
from turna_secretariat import queries
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.down_desk import DownDeed, Revocation
from turna_secretariat.inbox import AlarmDeed, Deed
from turna_secretariat.receipts import Outgoing
from turna_secretariat.registry import Registry


class BrittleDesk(Desk):
    """Cannot file one number, as if a defect of ours hit it; or nothing, as if the disk failed."""

    poison: int | None = None
    broken = False

    def file(self, envelopes: Sequence[ReportEnvelope], now_ms: int) -> list[Outgoing]:
        if self.broken:
            raise sa.exc.OperationalError("COMMIT", None, sqlite3.OperationalError("disk I/O"))
        if any(envelope.seq == self.poison for envelope in envelopes):
            raise ZeroDivisionError
        return super().file(envelopes, now_ms)


@pytest.fixture
def brittle(archive: Archive, registry: Registry, field: Field) -> BrittleDesk:
    return BrittleDesk(archive, registry, field.mission.frame)


@pytest.fixture
def bench(desk: Desk, registry: Registry) -> Bench:
    return Bench(desk, registry)


def test_a_report_is_filed_acknowledged_and_receipted_to_its_gateway(
    bench: Bench, field: Field
) -> None:
    token = bench.arrives(REPORT_TOPIC, field.carried(position(), seq=4).pack())
    bench.step()

    assert bench.session.acknowledged == [token]
    ((topic, payload),) = bench.session.published
    assert topic == topics.receipt("tr", "hatay-1")
    (receipt,) = ReceiptEnvelope.unpack(payload).receipts
    assert (receipt.device, receipt.seq, receipt.state) == (1, 4, delivery.AT_SECRETARIAT)


def test_a_whole_batch_is_one_message_of_receipts(bench: Bench, field: Field) -> None:
    for seq in range(10):
        bench.arrives(REPORT_TOPIC, field.carried(position(), seq=seq).pack())
    bench.step()

    ((_, payload),) = bench.session.published
    assert len(ReceiptEnvelope.unpack(payload).receipts) == 10


def test_receipts_wait_for_the_connection_instead_of_getting_lost(
    bench: Bench, field: Field
) -> None:
    bench.session.full = True
    bench.arrives(REPORT_TOPIC, field.carried(position()).pack())
    bench.step()
    assert bench.session.published == []

    bench.session.full = False
    bench.step()
    assert len(bench.session.published) == 1


def test_a_persons_word_is_kept_although_too_many_receipts_wait(
    desk: Desk, registry: Registry, field: Field
) -> None:
    bench = Bench(desk, registry, unsent_max=1)
    bench.session.full = True
    for seq in (1, 2):
        bench.arrives(REPORT_TOPIC, field.carried(position(), seq=seq).pack())
        bench.step()
    bench.inbox.put(Deed(report_id=1, did="read", person="Aylin Demir"))
    bench.step()

    bench.session.full = False
    bench.step()

    assert bench.told() == [(1, delivery.AT_SECRETARIAT), (1, delivery.READ)]
    assert bench.subscriber.counts["receipts dropped, to be asked for again"] == 1


def test_a_persons_word_that_the_broker_refuses_is_said_again_until_it_is_taken(
    bench: Bench, field: Field
) -> None:
    bench.subscriber.load()
    bench.inbox.put(Connected(session_present=True))
    bench.arrives(REPORT_TOPIC, field.carried(position()).pack())
    bench.step()

    def said() -> int:
        bench.step()
        return bench.told().count((0, delivery.READ))

    bench.inbox.put(Deed(report_id=1, did="read", person="Aylin Demir"))
    assert said() == 1
    for times, accepted in ((2, False), (3, False), (3, True)):
        bench.inbox.put(Published(token=len(bench.session.published), accepted=accepted))
        assert said() == times - (not accepted), "not at once: the broker has its reasons"
        bench.clock.advance(61_000)
        assert said() == times
    bench.clock.advance(61_000)
    assert said() == 3


def test_garbage_on_any_topic_is_counted_kept_and_acknowledged(
    bench: Bench, field: Field, archive: Archive
) -> None:
    chance = random.Random(3)
    names = [REPORT_TOPIC, "ots/v1/tr/g/x/health", "ots/v1/tr/g/x/conn", "x", "", "ots/v1/sys/a"]
    for _ in range(200):
        bench.arrives(chance.choice(names), chance.randbytes(chance.randrange(60)))
    bench.arrives(REPORT_TOPIC, field.carried(position()).pack()[:-1])
    bench.step()
    bench.step()

    assert len(bench.session.acknowledged) == 201
    with archive.reader() as connection:
        refused = queries.counts(connection, "exercise")["refused"]
    assert sum(refused.values()) == 201
    assert refused["foreign_gateway"] > 0


@pytest.mark.parametrize("gateway", ["nobody", "ankara-1"])
def test_a_gateway_cannot_speak_under_another_name_but_the_report_it_carries_is_filed(
    bench: Bench, field: Field, archive: Archive, registry: Registry, gateway: str
) -> None:
    country = "tr" if gateway == "nobody" else "az"
    name = gateway if gateway == "nobody" else "hatay-1"
    topic = topics.report(country, "tur01")
    for attempt in (1, 2):
        bench.arrives(topic, field.carried(position(), seq=attempt, gateway=name).pack())
        bench.step()

    assert bench.session.published == []
    with archive.reader() as connection:
        found = queries.one_report(connection, registry, 1)
        kinds = [alarm["kind"] for alarm in queries.open_alarms(connection, registry)]
    assert found is not None
    assert found["standing"] == "authentic"
    assert [way["gateway"] for way in found["carried_by"]] == ["(unproved)"]
    assert kinds == ["foreign_gateway"]


def test_one_poison_report_is_put_aside_raw_and_does_not_stop_the_others(
    brittle: BrittleDesk, registry: Registry, field: Field, archive: Archive
) -> None:
    brittle.poison = 2
    bench = Bench(brittle, registry)
    for _ in range(2):
        for seq in (1, 2, 3):
            bench.arrives(REPORT_TOPIC, field.carried(position(), seq=seq).pack())
        bench.step()

    assert len(bench.session.acknowledged) == 6
    assert {seq for seq, _ in bench.told()} == {1, 2, 3}
    with archive.reader() as connection:
        counts = queries.counts(connection, "exercise")
        (alarm,) = queries.open_alarms(connection, registry)
    assert counts["by_standing"] == {"authentic": 2}
    assert counts["put_aside"] == 1
    assert (alarm["kind"], "ZeroDivisionError" in alarm["detail"]) == ("quarantined", True)


def test_a_failing_archive_stops_everything_and_nothing_is_acknowledged(
    brittle: BrittleDesk, registry: Registry, field: Field
) -> None:
    brittle.broken = True
    bench = Bench(brittle, registry)
    bench.arrives(REPORT_TOPIC, field.carried(position()).pack())

    with pytest.raises(sa.exc.OperationalError):
        bench.step()
    assert bench.session.acknowledged == []


def test_a_burst_of_garbage_costs_one_commit(bench: Bench, archive: Archive) -> None:
    before = archive.commits
    for _ in range(200):
        bench.arrives(REPORT_TOPIC, b"garbage")
    bench.step()

    assert archive.commits == before + 1


def test_a_broker_that_comes_and_goes_is_in_the_log_once_for_each_reason(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    for event in (Connected(True, "a:1"), *2 * (Disconnected("cut", "a:1"),)):
        bench.inbox.put(event)
    bench.step()

    assert [record.getMessage() for record in caplog.records] == [
        "broker up broker=a:1 session_present=True",
        "broker down broker=a:1 reason=cut",
    ]


def test_a_persons_word_is_sent_again_on_each_connection_until_the_broker_has_it(
    bench: Bench, field: Field
) -> None:
    bench.arrives(REPORT_TOPIC, field.carried(position(), seq=4).pack())
    bench.inbox.put(Connected(False))
    bench.step()
    bench.inbox.put(Deed(report_id=1, did="acted", person="Aylin Demir"))
    bench.step()
    assert bench.told().count((4, delivery.ACTED)) == 1

    for event in (Disconnected("cut"), Connected(True)):
        bench.inbox.put(event)
    bench.step()
    assert bench.told().count((4, delivery.ACTED)) == 2

    bench.inbox.put(Published(len(bench.session.published), accepted=True))
    bench.step()
    bench.inbox.put(Connected(True))
    bench.step()
    assert bench.told().count((4, delivery.ACTED)) == 2


def test_the_secretariat_says_that_it_is_there_on_each_connection(bench: Bench) -> None:
    for event in (Connected(False), Disconnected("cut"), Connected(True)):
        bench.inbox.put(event)
    bench.step()

    assert bench.session.published == [BIRTH, BIRTH]
    assert bench.subscriber.connected


def test_what_gateways_say_of_themselves_is_kept_for_the_page(
    bench: Bench, archive: Archive, registry: Registry
) -> None:
    health = GatewayHealth(
        boot_id=b"boot-id1",
        time_s=EPOCH_S,
        uptime_s=60,
        modem_up=True,
        heard=5,
        stored=4,
        acknowledged=4,
        receipted=3,
        refused=1,
        waiting_sos=0,
        waiting_report=1,
        waiting_health=0,
        oldest_waiting_s=2,
    )
    bench.arrives(topics.gateway_health("tr", "hatay-1"), health.pack())
    bench.step()
    bench.arrives(topics.gateway_connection("tr", "hatay-1"), Presence(False, b"boot-id1").pack())
    bench.step()

    with archive.reader() as connection:
        (known,) = queries.gateways(connection, registry)
    assert (known["name"], known["connected"], known["health"]["stored"]) == ("hatay-1", False, 4)


def test_a_revoked_handset_that_keeps_talking_to_a_gateway_raises_one_alarm_until_it_is_closed(
    bench: Bench, archive: Archive, registry: Registry
) -> None:
    device = registry.handsets()[0].device
    bench.inbox.put(DownDeed(Revocation((device,)), "Aylin Demir"))
    bench.step()

    def says(times: int) -> list[tuple[str, str | None]]:
        health = GatewayHealth(
            b"boot-id1", EPOCH_S, 60, True, 5, 4, 4, 3, times, 0, 0, 0, 0, ((device, times),)
        )
        bench.arrives(topics.gateway_health("tr", "hatay-1"), health.pack())
        bench.step()
        with archive.reader() as connection:
            found = queries.open_alarms(connection, registry)
        return [(alarm["kind"], alarm["call_sign"]) for alarm in found]

    alarm = ("revoked", registry.call_sign(device))
    assert says(1) == [alarm]
    assert says(2) == [alarm]
    bench.inbox.put(AlarmDeed(1, "Aylin Demir"))
    bench.step()
    assert says(2) == []
    assert says(3) == [alarm]


def test_a_persons_deed_is_filed_and_sent_to_the_field(bench: Bench, field: Field) -> None:
    bench.arrives(REPORT_TOPIC, field.carried(position()).pack())
    bench.step()
    deed = Deed(report_id=1, did="read", person="Aylin Demir")
    bench.inbox.put(deed)
    bench.step()

    assert deed.done.is_set()
    assert not deed.errors
    (receipt,) = ReceiptEnvelope.unpack(bench.session.published[-1][1]).receipts
    assert receipt.state == delivery.READ


def test_a_deed_about_no_report_is_answered_with_an_error(bench: Bench) -> None:
    deed = Deed(report_id=77, did="read", person="Aylin Demir")
    bench.inbox.put(deed)
    bench.step()

    assert deed.done.is_set()
    assert [type(error) for error in deed.errors] == [KeyError]
