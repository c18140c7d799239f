"""The desk files each report once, answers only what is proved, and alarms a person."""

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.secretariat.field import EPOCH_S, Field, position, sos
from turna_protocol import acknowledgement, codes, delivery
from turna_secretariat import queries
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.engines import ArchiveError
from turna_secretariat.officers_desk import NotPossibleError
from turna_secretariat.receipts import Outgoing
from turna_secretariat.registry import Registry
from turna_secretariat.understanding import Refusal

NOW_MS = (EPOCH_S + 10) * 1000


def _sealed(outgoing: list[Outgoing]) -> list[bytes]:
    return [receipt.sealed for one in outgoing for receipt in one.envelope.receipts]


def test_a_report_is_stored_and_its_handset_is_told_so(
    desk: Desk, field: Field, archive: Archive, registry: Registry
) -> None:
    outgoing = desk.file([field.carried(position(), seq=7)], NOW_MS)

    assert [one.gateway for one in outgoing] == ["hatay-1"]
    (receipt,) = field.hears(_sealed(outgoing))
    assert (receipt.seq, receipt.state) == (7, delivery.AT_SECRETARIAT)
    with archive.reader() as connection:
        (stored,) = queries.reports(connection, registry)
    assert stored["call_sign"] == "TUR01-1"
    assert stored["mode"] == "exercise"
    assert stored["standing"] == "authentic"
    assert stored["report"]["battery_pct"] == 80


def test_a_repeated_report_is_receipted_again_and_not_stored_twice(
    desk: Desk, field: Field, archive: Archive
) -> None:
    carried = field.carried(position())
    desk.file([carried], NOW_MS)
    outgoing = desk.file([replace(carried, attempt=2)], NOW_MS + 1000)

    assert [r.seq for r in field.hears(_sealed(outgoing))] == [0]
    with archive.reader() as connection:
        counted = queries.counts(connection, "exercise")
        assert queries.stored_twice(connection) == 0
    assert counted["by_standing"] == {"authentic": 1}
    assert counted["copies"] == 1


def test_every_gateway_that_carried_a_report_is_kept(
    desk: Desk, field: Field, archive: Archive, registry: Registry
) -> None:
    desk.file([field.carried(position())], NOW_MS)
    desk.file([field.carried(position(), gateway="hatay-2")], NOW_MS + 1)

    with archive.reader() as connection:
        found = queries.one_report(connection, registry, 1)
    assert found is not None
    assert [way["gateway"] for way in found["carried_by"]] == ["hatay-1", "hatay-2"]


def test_one_sealed_receipt_speaks_for_several_reports_of_a_handset(
    desk: Desk, field: Field
) -> None:
    batch = [field.carried(position(), seq=seq) for seq in (3, 4, 6)]
    outgoing = desk.file(batch, NOW_MS)

    entries = [entry for entry in _sealed(outgoing) if entry]
    assert len(entries) == 1
    (receipt,) = field.hears(entries)
    assert (receipt.seq, receipt.bitmap) == (6, 0b110)


def test_fault_79_a_report_under_a_foreign_key_is_kept_marked_alarmed_and_not_confirmed(
    desk: Desk, field: Field, archive: Archive, registry: Registry
) -> None:
    outgoing = desk.file([field.carried(sos(), key=bytes(32))], NOW_MS)

    assert _sealed(outgoing) == [b""]
    with archive.reader() as connection:
        (stored,) = queries.reports(connection, registry)
        (alarm,) = queries.open_alarms(connection, registry)
    assert stored["standing"] == alarm["kind"] == "not_authentic"


def test_a_forged_report_that_came_first_does_not_keep_the_true_one_out(
    desk: Desk, field: Field, archive: Archive
) -> None:
    desk.file([field.carried(sos(), key=bytes(32))], NOW_MS)
    outgoing = desk.file([field.carried(position())], NOW_MS + 1)

    assert [r.seq for r in field.hears(_sealed(outgoing))] == [0]
    with archive.reader() as connection:
        assert queries.counts(connection, "exercise")["by_standing"] == {
            "authentic": 1,
            "not_authentic": 1,
        }


def test_two_proved_reports_under_one_number_are_both_kept_and_alarmed_as_a_clone(
    desk: Desk, field: Field, archive: Archive, registry: Registry
) -> None:
    desk.file([field.carried(position())], NOW_MS)
    desk.file([field.carried(sos())], NOW_MS + 1)

    with archive.reader() as connection:
        standings = {r["type"]: r["standing"] for r in queries.reports(connection, registry)}
        kinds = [alarm["kind"] for alarm in queries.open_alarms(connection, registry)]
    assert standings == {"position": "authentic", "sos": "clone"}
    assert kinds == ["sos", "clone"]


def test_an_sos_under_a_number_used_before_is_accepted_without_speaking_for_the_other_report(
    desk: Desk, field: Field, archive: Archive, registry: Registry
) -> None:
    desk.file([field.carried(position()), field.carried(sos())], NOW_MS)
    with archive.reader() as connection:
        (alarm, _) = queries.open_alarms(connection, registry)

    assert desk.officers.act(alarm["report_id"], "accepted", "Aylin Demir", NOW_MS + 1) == []
    with archive.reader() as connection:
        assert [a["kind"] for a in queries.open_alarms(connection, registry)] == ["clone"]


def test_a_flood_of_forgeries_is_one_alarm_and_never_hides_an_sos(
    desk: Desk, field: Field, archive: Archive, registry: Registry
) -> None:
    desk.file([field.carried(sos(), device=2)], NOW_MS)
    forged = [field.carried(position(), seq=seq, key=bytes(32)) for seq in range(150)]
    desk.file(forged, NOW_MS)

    with archive.reader() as connection:
        alarms = queries.open_alarms(connection, registry)
        counts = queries.counts(connection, "exercise")
    assert [alarm["kind"] for alarm in alarms] == ["sos", "not_authentic"]
    assert counts["by_standing"]["not_authentic"] == 150


def test_a_handset_that_calls_a_hundred_times_does_not_hide_another_that_called_before(
    desk: Desk, field: Field, archive: Archive, registry: Registry
) -> None:
    desk.file([field.carried(sos(), device=2)], NOW_MS)
    desk.file([field.carried(sos(seq), seq=seq) for seq in range(130)], NOW_MS)

    with archive.reader() as connection:
        alarms = queries.open_alarms(connection, registry)
        assert queries.open_alarm_count(connection) == 131
    assert len(alarms) == 100
    assert alarms[-1]["call_sign"] == "AZE01-1"
    assert [alarm["id"] for alarm in alarms] == sorted((a["id"] for a in alarms), reverse=True)


def test_a_genuine_report_of_no_known_form_is_kept_raw_and_receipted(
    desk: Desk, field: Field, archive: Archive, registry: Registry
) -> None:
    outgoing = desk.file([field.carried_content(b"\xff\xff")], NOW_MS)

    assert [r.seq for r in field.hears(_sealed(outgoing))] == [0]
    with archive.reader() as connection:
        found = queries.one_report(connection, registry, 1)
    assert found is not None
    assert (found["standing"], found["content_hex"]) == ("undecodable", "ffff")


def test_a_report_of_a_device_that_nobody_registered_is_kept_and_alarmed(
    desk: Desk, field: Field, archive: Archive, registry: Registry
) -> None:
    outgoing = desk.file([replace(field.carried(position()), device=99)], NOW_MS)

    assert _sealed(outgoing) == [b""]
    with archive.reader() as connection:
        assert queries.open_alarms(connection, registry)[0]["kind"] == "unknown_device"


def test_an_sos_alarms_until_a_named_person_accepts_it_and_the_field_is_told(
    desk: Desk, field: Field, archive: Archive, registry: Registry
) -> None:
    desk.file([field.carried(sos(), seq=5)], NOW_MS)
    with archive.reader() as connection:
        (alarm,) = queries.open_alarms(connection, registry)
    assert (alarm["kind"], alarm["call_sign"]) == ("sos", "TUR01-1")

    outgoing = desk.officers.act(1, "accepted", "Aylin Demir", NOW_MS + 1)

    (receipt,) = field.hears(_sealed(outgoing))
    assert (receipt.seq, receipt.state) == (5, delivery.READ)
    with archive.reader() as connection:
        assert queries.open_alarms(connection, registry) == []
        found = queries.one_report(connection, registry, 1)
    assert found is not None
    assert found["person"] == "Aylin Demir"
    assert [deed["did"] for deed in found["actions"]] == ["accepted"]


def test_a_later_state_is_told_again_when_a_report_is_repeated(desk: Desk, field: Field) -> None:
    carried = field.carried(position(), seq=2)
    desk.file([carried], NOW_MS)
    desk.officers.act(1, "acted", "Aylin Demir", NOW_MS + 1)

    (receipt,) = field.hears(_sealed(desk.file([carried], NOW_MS + 2)))

    assert receipt.state == delivery.ACTED


def test_nothing_can_be_done_with_a_report_that_does_not_exist(desk: Desk) -> None:
    with pytest.raises(KeyError):
        desk.officers.act(1, "read", "Aylin Demir", NOW_MS)


def test_a_batch_is_all_or_nothing(desk: Desk, field: Field, archive: Archive) -> None:
    good = field.carried(position())
    broken = replace(good, seq=1, content="not bytes")  # type: ignore[arg-type]  # on purpose
    with pytest.raises((TypeError, sa.exc.StatementError)):
        desk.file([good, broken], NOW_MS)

    with archive.reader() as connection:
        assert queries.counts(connection, "exercise")["by_standing"] == {}


def test_a_batch_larger_than_one_envelope_is_answered_in_several(desk: Desk, field: Field) -> None:
    batch = [field.carried(position(), seq=seq) for seq in range(150)]
    outgoing = desk.file(batch, NOW_MS)

    assert [len(one.envelope.receipts) for one in outgoing] == [100, 50]
    assert all(one.envelope.pack() for one in outgoing)


def test_a_cancel_marks_the_sos_it_means_and_leaves_it_open(
    desk: Desk, field: Field, archive: Archive, registry: Registry
) -> None:
    desk.file([field.carried(sos(1), seq=1), field.carried(sos(2), seq=2)], NOW_MS)
    cancel = sos(3, phase=codes.CANCEL, reference=1)
    desk.file([field.carried(cancel, seq=3)], NOW_MS + 1)

    with archive.reader() as connection:
        alarms = queries.open_alarms(connection, registry)
    assert [alarm["cancelled_ms"] for alarm in alarms] == [None, NOW_MS + 1]


def test_a_cancel_without_a_reference_means_every_earlier_sos_of_its_handset(
    desk: Desk, field: Field, archive: Archive, registry: Registry
) -> None:
    desk.file([field.carried(sos(1), seq=1), field.carried(sos(2), seq=2)], NOW_MS)
    desk.file([field.carried(sos(2), device=2, seq=1)], NOW_MS)
    desk.file([field.carried(sos(3, phase=codes.CANCEL), seq=3)], NOW_MS + 1)

    with archive.reader() as connection:
        alarms = queries.open_alarms(connection, registry)
    cancelled = {alarm["call_sign"] for alarm in alarms if alarm["cancelled_ms"]}
    assert (len(alarms), cancelled) == (3, {"TUR01-1"})


def test_a_cancel_that_overtook_its_sos_is_not_forgotten(
    desk: Desk, field: Field, archive: Archive, registry: Registry
) -> None:
    desk.file([field.carried(sos(3, phase=codes.CANCEL, reference=1), seq=3)], NOW_MS)
    desk.file([field.carried(sos(1), seq=1)], NOW_MS + 1)

    with archive.reader() as connection:
        (alarm,) = queries.open_alarms(connection, registry)
    assert alarm["cancelled_ms"] == NOW_MS + 1


def test_an_update_of_a_known_sos_raises_no_second_alarm_an_unknown_one_does(
    desk: Desk, field: Field, archive: Archive, registry: Registry
) -> None:
    update = sos(3, phase=codes.UPDATE, reference=1)
    desk.file([field.carried(sos(1), seq=1), field.carried(update, seq=2)], NOW_MS)
    desk.file([field.carried(update, device=2, seq=2)], NOW_MS)

    with archive.reader() as connection:
        alarms = queries.open_alarms(connection, registry)
    assert sorted(alarm["call_sign"] for alarm in alarms) == ["AZE01-1", "TUR01-1"]


def test_a_forged_cancel_cancels_nothing(
    desk: Desk, field: Field, archive: Archive, registry: Registry
) -> None:
    desk.file([field.carried(sos(1), seq=1)], NOW_MS)
    desk.file([field.carried(sos(2, phase=codes.CANCEL), seq=2, key=bytes(32))], NOW_MS)

    with archive.reader() as connection:
        (genuine, forged) = queries.open_alarms(connection, registry)
    assert (genuine["kind"], forged["kind"]) == ("sos", "not_authentic")
    assert genuine["cancelled_ms"] is None


def test_the_first_final_word_about_a_report_stands(desk: Desk, field: Field) -> None:
    desk.file([field.carried(position())], NOW_MS)
    desk.officers.act(1, "acted", "Aylin Demir", NOW_MS + 1)

    with pytest.raises(NotPossibleError, match="Aylin Demir has said already: acted on"):
        desk.officers.act(1, "refused", "Bekzat Omarov", NOW_MS + 2)


def test_what_is_not_proved_cannot_be_accepted(desk: Desk, field: Field) -> None:
    desk.file([field.carried(sos(), key=bytes(32))], NOW_MS)

    with pytest.raises(NotPossibleError, match="not proved"):
        desk.officers.act(1, "accepted", "Aylin Demir", NOW_MS + 1)


def test_a_persons_word_is_owed_until_it_is_settled_and_names_the_gateways_packet(
    desk: Desk, field: Field
) -> None:
    carried = field.carried(position())
    desk.file([carried], NOW_MS)
    (said,) = desk.officers.act(1, "acted", "Aylin Demir", NOW_MS + 1)
    assert said.envelope.receipts[0].digest == carried.digest

    assert desk.officers.owed() == [said]
    assert said.owed_id is not None
    desk.officers.settle([said.owed_id])
    assert desk.officers.owed() == []


def test_many_refusals_are_one_commit(desk: Desk, archive: Archive) -> None:
    before = archive.commits
    desk.note([Refusal("malformed", "topic", b"x")] * 500, NOW_MS)

    assert archive.commits == before + 1
    with archive.reader() as connection:
        assert queries.counts(connection, "exercise")["refused"] == {"malformed": 500}


def test_a_file_that_is_no_archive_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"something else entirely" * 200)
    with pytest.raises(ArchiveError, match="not a database"):
        Archive.in_file(tmp_path / "a.db").open()


def test_a_false_alarm_is_told_to_the_handset_in_its_own_word(desk: Desk, field: Field) -> None:
    desk.file([field.carried(sos(1), seq=1)], NOW_MS)

    outgoing = desk.officers.act(1, "false_alarm", "Aylin Demir", NOW_MS)
    assert all(one.envelope.pack() for one in outgoing)
    (told,) = field.hears(_sealed(outgoing))
    assert (told.seq, told.state) == (1, delivery.FALSE_ALARM)
    with pytest.raises(NotPossibleError, match="Aylin Demir has said already: false alarm"):
        desk.officers.act(1, "acted", "Bekzat", NOW_MS)


def test_a_final_word_speaks_of_no_report_that_was_given_another(desk: Desk, field: Field) -> None:
    desk.file([field.carried(position(), seq=seq) for seq in range(4)], NOW_MS)
    for report_id, did in ((1, "refused"), (2, "acted"), (3, "read")):
        desk.officers.act(report_id, did, "Aylin Demir", NOW_MS)

    (told,) = field.hears(_sealed(desk.officers.act(4, "acted", "Aylin Demir", NOW_MS)))
    assert (told.state, acknowledgement.sequences(told)) == (delivery.ACTED, [3, 1])
