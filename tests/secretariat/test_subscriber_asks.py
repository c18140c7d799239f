"""What the subscriber does of its own accord: at the start, on a connection, in time."""

import pytest

from tests.secretariat.bench import BOOT_ID, REPORT_TOPIC, Bench
from tests.secretariat.field import EPOCH_S, Field, position, sos
from turna_backbone import topics
from turna_backbone.down import Down
from turna_backbone.envelope import Presence
from turna_backbone.mqtt import Connected
from turna_backbone.resend import Missing, Resend
from turna_protocol import delivery, downlink
from turna_protocol.mission import Mission
from turna_secretariat import queries
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.down_desk import DownDeed
from turna_secretariat.down_words import Audience, read_saying
from turna_secretariat.inbox import Deed
from turna_secretariat.registry import Registry


@pytest.fixture
def bench(desk: Desk, registry: Registry) -> Bench:
    return Bench(desk, registry)


def _resends(bench: Bench) -> list[Resend]:
    topic = topics.resend("tr", "hatay-1")
    return [Resend.unpack(payload) for at, payload in bench.session.published if at == topic]


def test_each_gateway_is_told_the_runs_of_the_archive_on_each_connection(
    bench: Bench, field: Field
) -> None:
    carried = field.carried(position(), seq=0)
    bench.arrives(REPORT_TOPIC, carried.pack())
    bench.step()
    bench.subscriber.load()
    for times in (1, 2):
        bench.inbox.put(Connected(session_present=True))
        bench.step()
        assert len(_resends(bench)) == times

    assert _resends(bench)[-1].runs[-1] == (BOOT_ID, carried.digest)


def test_what_is_missing_is_asked_of_each_gateway_when_it_is_time(
    bench: Bench, field: Field
) -> None:
    bench.subscriber.load()
    bench.inbox.put(Connected(session_present=True))
    bench.arrives(REPORT_TOPIC, field.carried(position(), seq=4).pack())
    bench.step()

    def asked() -> list[tuple[Missing, ...]]:
        return [one.missing for one in _resends(bench) if one.missing]

    bench.clock.advance(9 * 60_000)
    bench.step()
    assert asked() == []
    bench.clock.advance(2 * 60_000)
    bench.step()
    assert asked() == [(Missing(1, 1, 0, 3),)]


def test_at_the_start_what_came_before_the_kit_knew_its_handset_is_proved(
    bench: Bench, field: Field, archive: Archive, registry: Registry
) -> None:
    known = {name: getattr(field.mission, name) for name in Mission.FIELDS} | {"devices": ()}
    older = Registry(Mission(**known), registry.authentication_branch)
    Desk(archive, older, field.mission.frame).file([field.carried(sos())], EPOCH_S * 1000)
    bench.subscriber.load()

    with archive.reader() as connection:
        assert queries.open_alarms(connection, registry)[0]["kind"] == "sos"


def test_a_gateway_that_comes_anew_is_told_again_what_people_said_of_late(
    bench: Bench, field: Field
) -> None:
    """A broker that forgot the gateway's session forgot the word that was on its way to it."""
    bench.arrives(REPORT_TOPIC, field.carried(sos(), seq=5).pack())
    bench.step()
    bench.inbox.put(Deed(report_id=1, did="accepted", person="Aylin Demir"))
    bench.step()
    before = len(bench.told())

    bench.arrives(topics.gateway_connection("tr", "hatay-1"), Presence(True, b"boot-id1").pack())
    bench.step()

    assert bench.told()[before:] == [(5, delivery.READ)]


def test_an_archive_that_does_not_know_the_run_before_it_is_an_older_copy_and_numbers_above_it(
    bench: Bench, archive: Archive, registry: Registry
) -> None:
    def hears(boot_id: bytes) -> list[str]:
        token = bench.arrives(topics.SECRETARIAT_CONNECTION, Presence(False, boot_id).pack())
        bench.step()
        assert token in bench.session.acknowledged
        with archive.reader() as connection:
            return [one["kind"] for one in queries.open_alarms(connection, registry)]

    bench.subscriber.load()
    bench.inbox.put(Connected(session_present=True))
    assert hears(BOOT_ID) == []
    assert hears(b"unknown1") == ["unknown_order"]
    assert hears(b"unknown2") == ["unknown_order"]

    audience = Audience((1, 2), True)
    evacuate = read_saying(
        "alert",
        {"code": "evacuate"},
        mode="exercise",
        audience=audience,
        lasts_min=None,
        now_s=EPOCH_S,
        frame=registry.mission.frame,
    )
    bench.inbox.put(DownDeed((evacuate,), "Aylin Demir"))
    bench.step()
    topic = topics.down("tr", "hatay-1")
    (said,) = [Down.unpack(payload) for at, payload in bench.session.published if at == topic]
    assert downlink.read_alert_name(said.number)[2] == 1 + 2 * 16


def test_its_own_sign_is_acknowledged_after_what_came_before_it(bench: Bench) -> None:
    bench.subscriber.load()
    bench.inbox.put(Connected(session_present=True))
    said = Presence(True, b"boot-id1").pack()
    came = [bench.arrives(topics.gateway_connection("tr", "hatay-1"), said)]
    came.append(bench.arrives(topics.SECRETARIAT_CONNECTION, Presence(True, BOOT_ID).pack()))
    came.append(bench.arrives(topics.gateway_connection("az", "baku-1"), said))
    bench.step()

    assert bench.session.acknowledged == came


def test_signs_of_a_secretariat_that_make_no_sense_are_counted(bench: Bench) -> None:
    bench.arrives(topics.SECRETARIAT_CONNECTION, b"\xff")
    bench.step()

    assert bench.subscriber.counts["signs of a Secretariat that make no sense"] == 1
