"""What breaks the filing itself is put aside, counted and alarmed; it neither blocks nor lies."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from tests.secretariat.bench import Bench
from tests.secretariat.field import EPOCH_S, Field, position, sos
from turna_backbone import topics
from turna_backbone.bundle import pack_bundle
from turna_backbone.envelope import Presence, ReceiptEnvelope, ReportEnvelope
from turna_protocol.acknowledgement import sequences
from turna_protocol.mission import Mission
from turna_secretariat import queries
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.registry import Registry
from turna_secretariat.waiting import BATCH_BYTES

NOW_MS = (EPOCH_S + 10) * 1000
REPORT_TOPIC = topics.report("tr", "tur01")
SOS_TOPIC = topics.sos("tr", "tur01")
BUNDLE_TOPIC = topics.gateway_reports("tr", "hatay-1")


@pytest.fixture
def bench(desk: Desk, registry: Registry) -> Bench:
    return Bench(desk, registry)


@contextmanager
def refusing(archive: Archive, twice: str) -> Iterator[None]:
    """Let the database itself refuse what it has already once."""
    with archive.transaction() as transaction:
        transaction.execute(sa.text(f"CREATE UNIQUE INDEX culprit ON {twice}"))
    yield
    with archive.transaction() as transaction:
        transaction.execute(sa.text("DROP INDEX culprit"))


def _bundle(reports: list[ReportEnvelope]) -> bytes:
    names = ("device", "generation", "seq", "header", "content", "end_to_end_tag", "digest")
    heard = ("quarantined", "heard_at_s", "rssi_dbm", "snr_db_x4", "hops")
    rows = [[getattr(one, name) for name in (*names, *heard)] for one in reports]
    return pack_bundle(b"boot-id1", rows)


def test_a_report_that_the_database_refuses_does_not_stop_the_others_and_its_handset_hears_nothing(
    bench: Bench, field: Field, archive: Archive, registry: Registry
) -> None:
    bench.arrives(REPORT_TOPIC, field.carried(position(), device=2, seq=3).pack())
    bench.step()
    before = len(bench.session.published)
    some = [field.carried(position(), seq=seq) for seq in (1, 2, 3, 4, 5)]
    with refusing(archive, "report (seq)"):
        for _ in range(2):  # it comes again, as it would
            bench.arrives(BUNDLE_TOPIC, _bundle(some))
            bench.step()

    sealed = [
        receipt.sealed
        for _, payload in bench.session.published[before:]
        for receipt in ReceiptEnvelope.unpack(payload).receipts
    ]
    told = {number for receipt in field.hears(sealed) for number in sequences(receipt)}
    with archive.reader() as connection:
        counts = queries.counts(connection, "exercise")
        (alarm,) = queries.open_alarms(connection, registry)
        held = {r["seq"] for r in queries.reports(connection, registry) if r["device"] == 1}
    assert told == held == {1, 2, 4, 5}
    assert (counts["put_aside"], counts["by_standing"]) == (1, {"authentic": 5})
    assert (alarm["kind"], "sequence 3" in alarm["detail"]) == ("quarantined", True)
    assert bench.subscriber.counts["reports put aside"] == 2
    assert len(bench.session.acknowledged) == 3


class BrittleRegistry(Registry):
    """Fails for one handset, as if a defect of ours hit what it sends."""

    def authentication_key(self, device: int, generation: int) -> bytes | None:
        if device == 2:
            raise ZeroDivisionError
        return super().authentication_key(device, generation)


def test_a_defect_that_one_handset_hits_leaves_the_others_as_quick_as_a_group(
    registry: Registry, field: Field, archive: Archive
) -> None:
    brittle = BrittleRegistry(registry.mission, registry.authentication_branch)
    bench = Bench(Desk(archive, brittle, field.mission.frame), brittle)
    some = [field.carried(position(), seq=seq) for seq in range(64)]
    some[40] = field.carried(sos(), device=2)
    before = archive.commits
    bench.arrives(BUNDLE_TOPIC, _bundle(some))
    bench.step()

    with archive.reader() as connection:
        counts = queries.counts(connection, "exercise")
    assert (counts["put_aside"], counts["by_standing"]) == (1, {"authentic": 63})
    assert archive.commits - before < 10


def test_what_was_put_aside_is_filed_by_the_first_start_that_can_and_its_handset_is_told(
    registry: Registry, field: Field, archive: Archive
) -> None:
    brittle = BrittleRegistry(registry.mission, registry.authentication_branch)
    bench = Bench(Desk(archive, brittle, field.mission.frame), brittle)
    bench.arrives(SOS_TOPIC, field.carried(sos(), device=2, seq=7).pack())
    bench.step()
    bench.subscriber.load()
    with archive.reader() as connection:
        assert queries.counts(connection, "exercise")["put_aside"] == 1

    mended = Bench(Desk(archive, registry, field.mission.frame), registry)
    mended.subscriber.load()
    mended.step()
    with archive.reader() as connection:
        counts = queries.counts(connection, "exercise")
        kinds = [alarm["kind"] for alarm in queries.open_alarms(connection, registry)]
    assert (counts["put_aside"], counts["by_standing"]) == (0, {"authentic": 1})
    assert kinds == ["sos", "quarantined"]
    ((_, payload),) = mended.session.published
    (receipt,) = ReceiptEnvelope.unpack(payload).receipts
    assert [told.seq for told in field.hears([receipt.sealed], device=2)] == [7]


def test_what_breaks_its_late_proof_is_alarmed_and_stops_neither_the_others_nor_the_start(
    registry: Registry, field: Field, archive: Archive
) -> None:
    known = {name: getattr(field.mission, name) for name in Mission.FIELDS} | {"devices": ()}
    older = Registry(Mission(**known), registry.authentication_branch)
    before = Desk(archive, older, field.mission.frame)
    before.file([field.carried(sos(), device=2, seq=7)], NOW_MS)
    before.file([field.carried(position(), seq=seq) for seq in range(64)], NOW_MS)

    brittle = BrittleRegistry(registry.mission, registry.authentication_branch)
    bench = Bench(Desk(archive, brittle, field.mission.frame), brittle)
    commits = archive.commits
    for _ in range(2):
        bench.subscriber.load()

    with archive.reader() as connection:
        counts = queries.counts(connection, "exercise")
        alarms = [alarm["kind"] for alarm in queries.open_alarms(connection, registry)]
    assert counts["by_standing"] == {"authentic": 64, "unknown_device": 1}
    assert alarms.count("quarantined") == 1
    assert bench.subscriber.counts["reports proved late"] == 64
    assert bench.subscriber.counts["reports that cannot be proved late"] == 2
    assert archive.commits - commits < 30

    mended = Bench(Desk(archive, registry, field.mission.frame), registry)
    mended.subscriber.load()
    assert mended.subscriber.counts["reports proved late"] == 1


def test_a_gateways_word_that_the_database_refuses_is_alarmed_and_does_not_end_the_subscriber(
    bench: Bench, archive: Archive, registry: Registry, field: Field
) -> None:
    started = Presence(True, b"boot-id1").pack()
    with refusing(archive, "change (kind) WHERE kind = 'gateway'"):
        for seq in range(2):
            bench.arrives(topics.gateway_connection("tr", "hatay-1"), started)
            bench.arrives(REPORT_TOPIC, field.carried(position(), seq=seq).pack())
            bench.arrives(REPORT_TOPIC, b"garbage")
            bench.step()

    with archive.reader() as connection:
        counts = queries.counts(connection, "exercise")
        kinds = [alarm["kind"] for alarm in queries.open_alarms(connection, registry)]
    assert (counts["by_standing"], counts["refused"]) == ({"authentic": 2}, {"malformed": 2})
    assert kinds == ["quarantined"]
    assert bench.subscriber.counts["words that cannot be kept"] == 1


def test_a_call_for_help_is_filed_before_a_backlog_and_acknowledged_in_its_turn(
    bench: Bench, field: Field, archive: Archive, registry: Registry
) -> None:
    one = _bundle([field.carried(position(), seq=seq) for seq in range(100)])
    backlog = 2 * BATCH_BYTES // len(one) + 2
    tokens = [bench.arrives(BUNDLE_TOPIC, one) for _ in range(backlog)]
    tokens.append(bench.arrives(SOS_TOPIC, field.carried(sos(), device=2).pack()))
    bench.step()

    with archive.reader() as connection:
        (alarm,) = queries.open_alarms(connection, registry)
    assert alarm["kind"] == "sos"
    assert len(bench.session.acknowledged) < backlog
    while bench.subscriber.deadline_ms() is not None or len(bench.session.acknowledged) < backlog:
        bench.step()
    assert bench.session.acknowledged == tokens
    with archive.reader() as connection:
        assert queries.counts(connection, "exercise")["by_standing"] == {"authentic": 101}
