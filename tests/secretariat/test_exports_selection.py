"""What an export may hold: one mode, what was asked for, and nothing that is not proved."""

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.secretariat.exported import ANTAKYA, NOW_MS, Exported, sitrep, sos
from tests.secretariat.field import EPOCH_S
from turna_protocol import codes
from turna_secretariat.archive import Archive
from turna_secretariat.engines import ArchiveError
from turna_secretariat.exports.selection import SelectionError, read_selection, select
from turna_secretariat.registry import Registry
from turna_secretariat.schema import report
from turna_secretariat.scope import countries_in_view

HOUR_MS = 3_600_000


def _selected(exported: Exported, **asked: object) -> list[int]:
    selection = read_selection(exported.registry, NOW_MS // 1000, **asked)  # type: ignore[arg-type]
    with exported.archive.reader() as connection:
        return [entry.seq for entry in select(connection, exported.registry, selection).entries]


def test_exercise_and_actual_are_never_in_one_export(exported: Exported) -> None:
    exported.file(sitrep(), sitrep(mode=codes.ACTUAL), sitrep(mode=codes.TEST))

    assert {entry.mode for entry in exported.entries("exercise")} == {"exercise"}
    assert _selected(exported) == [0]  # the mission's own mode
    assert _selected(exported, mode="actual") == [1]
    assert _selected(exported, mode="test") == [2]


@pytest.mark.parametrize("mode", ["", "all", "unknown", "Actual", "actual,exercise"])
def test_no_mode_means_all_modes(registry: Registry, mode: str) -> None:
    with pytest.raises(SelectionError, match="never mixed"):
        read_selection(registry, 0, mode=mode)


def test_a_team_a_type_and_a_window_narrow_the_export(exported: Exported) -> None:
    exported.file(sitrep(), sos(), now_ms=NOW_MS - 2 * HOUR_MS)
    exported.file(sitrep(), now_ms=NOW_MS)
    exported.file(sitrep(), device=2, now_ms=NOW_MS)

    assert _selected(exported, types=["sos"]) == [1]
    assert _selected(exported, teams=["AZE01"]) == [3]
    assert _selected(exported, since="1h", teams=["TUR01"]) == [2]
    assert _selected(exported, until="2026-09-21T13:14:20Z") == [0, 1]


@pytest.mark.parametrize(
    "asked",
    [{"types": ["sitreps"]}, {"teams": ["NED01"]}, {"since": "yesterday"}, {"until": "2026"}],
)
def test_what_cannot_be_selected_is_refused_and_not_left_out(
    registry: Registry, asked: dict[str, object]
) -> None:
    with pytest.raises(SelectionError, match=next(iter(asked)).rstrip("s")):
        read_selection(registry, 0, **asked)  # type: ignore[arg-type]


def test_a_file_says_that_it_holds_only_what_somebody_of_some_countries_may_see(
    exported: Exported,
) -> None:
    exported.file(sitrep(), device=2)
    token = countries_in_view.set(frozenset({"az"}))
    try:
        assert exported.extract().chosen == "Only: country AZ."
    finally:
        countries_in_view.reset(token)
    assert exported.extract().chosen == ""


def test_what_is_not_proved_does_not_leave_the_house(exported: Exported) -> None:
    forged = exported.field.carried(sos(), seq=5, key=bytes(16))
    twice = [exported.field.carried(sitrep(text=text), seq=6) for text in ("one", "two")]
    exported.desk.file([forged, *twice], NOW_MS)

    assert [entry.body["text"] for entry in exported.entries()] == ["one"]


def test_a_cancellation_names_the_calls_it_takes_back(exported: Exported) -> None:
    exported.file(sos(), sos(), sos(phase=codes.CANCEL, reference=1), sos(phase=codes.CANCEL))

    one, every = exported.entries()[2:]
    assert [call.seq for call in one.refers_to] == [1]
    assert [call.seq for call in every.refers_to] == [1, 0]


def test_a_name_differs_by_mission_generation_day_and_number(exported: Exported) -> None:
    exported.file(sitrep())
    entry = exported.entries()[0]
    others = [
        replace(entry, mission="an other: one, <&>"),
        replace(entry, generation=2),
        replace(entry, observed_s=EPOCH_S + 86_400),
        replace(entry, seq=1),
    ]

    assert entry.urn == "urn:ots:TEST:TUR01:1.1:20717:0"
    assert len({entry.urn, *(other.urn for other in others)}) == 5
    assert not set(others[0].urn) & set(" ,<&")


def test_a_reader_sees_what_the_writer_commits_and_can_change_nothing(
    exported: Exported, archive_url: sa.URL
) -> None:
    beside = Archive(archive_url)
    beside.open_to_read()
    exported.file(sitrep(fix=ANTAKYA))

    with beside.reader() as connection:
        chosen = read_selection(exported.registry, 0)
        assert len(select(connection, exported.registry, chosen).entries) == 1
    with pytest.raises(ArchiveError), beside.transaction():
        pass
    with beside.reader() as connection, pytest.raises(sa.exc.DBAPIError, match=r"read-?only"):
        connection.execute(report.delete())
    beside.close()


def test_reading_an_archive_that_is_not_there_does_not_make_one(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no archive"):
        Archive.in_file(tmp_path / "none.db").open_to_read()

    assert not (tmp_path / "none.db").exists()
