"""Old archives come up to the present schema in one transaction; newer ones are left alone."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.secretariat.field import EPOCH_S, Field
from turna_protocol import codes, delivery
from turna_protocol.reports import Fix, Position
from turna_secretariat import emt, queries, schema, versions
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.emt_items import NAMES
from turna_secretariat.engines import ArchiveError
from turna_secretariat.registry import Registry

NOW_S = EPOCH_S + 60
HERE = Fix(3_620_000, 3_616_000, 5, 0)
_BACK_TO_3 = (
    "DROP TABLE track",
    "DROP TABLE form",
    "DROP TABLE counted",
    "DROP TABLE emt_daily",
    "ALTER TABLE revocation DROP COLUMN reason",
    "ALTER TABLE action DROP COLUMN reason",
    "DROP INDEX report_by_mode",
    "CREATE INDEX of_another_time ON report (priority)",
    "UPDATE schema_version SET version = 3",
)
ARCHIVES = Path(__file__).parent / "archives"


def _old(path: Path, version: int = 1) -> Archive:
    """Return an archive that an earlier Turna has left behind."""
    with closing(sqlite3.connect(path)) as older:
        older.executescript((ARCHIVES / f"v{version}.sql").read_text())
    return Archive.in_file(path)


def _seen(at_s: int) -> Position:
    return Position(
        mode=codes.EXERCISE, time_s=at_s, time_quality=codes.TIME_GNSS, fix=HERE, battery_pct=80
    )


def _shape(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return what each table and index consists of."""
    with closing(sqlite3.connect(path)) as db:
        names = db.execute("SELECT type, name FROM sqlite_master ORDER BY name").fetchall()
        return {
            name: db.execute(
                f"SELECT * FROM pragma_{'table' if kind == 'table' else 'index'}_info(?)", (name,)
            ).fetchall()
            for kind, name in names
        }


def test_every_version_since_the_first_has_a_step_and_an_archive_to_try_it_on() -> None:
    assert max(versions.STEPS) <= schema.SCHEMA_VERSION
    assert (ARCHIVES / "v1.sql").exists()


def test_an_old_archive_keeps_what_it_holds_and_is_counted(
    tmp_path: Path, registry: Registry
) -> None:
    archive = _old(tmp_path / "old.db")
    archive.open()
    with archive.reader() as connection:
        newest, sos, oldest = queries.reports(connection, registry)
        (alarm,) = queries.open_alarms(connection, registry)
        tallies = connection.execute(sa.select(schema.tally)).all()
        contacts = connection.execute(sa.select(schema.contact)).all()
    archive.close()

    assert (sos["type"], sos["person"], sos["state"]) == ("sos", "Aylin Demir", delivery.READ)
    assert (newest["standing"], alarm["kind"]) == ("not_authentic", "not_authentic")
    assert oldest["report"]["battery_pct"] == 80
    assert sorted(tuple(row) for row in tallies) == [
        (1, "exercise", "authentic", "position", 1, 0),
        (1, "exercise", "authentic", "sos", 1, 1),
        (2, "exercise", "not_authentic", "position", 1, 0),
    ]
    assert [tuple(row) for row in contacts] == [(1, "exercise", 2, None, 80)]


def test_an_old_archive_ends_in_the_same_shape_as_a_new_one(tmp_path: Path) -> None:
    for archive in (_old(tmp_path / "old.db"), Archive.in_file(tmp_path / "new.db")):
        archive.open()
        archive.close()

    assert _without_types(_shape(tmp_path / "old.db")) == _without_types(
        _shape(tmp_path / "new.db")
    )


def test_an_archive_of_the_version_before_gets_its_tracks_and_columns_in_both_databases(
    archive: Archive, desk: Desk, field: Field
) -> None:
    # The second one's clock is ahead; the third one is in the same place in the same second.
    for seq, at_s in enumerate((EPOCH_S + 5, NOW_S + 3_600, EPOCH_S + 5)):
        desk.file([field.carried(_seen(at_s), seq=seq)], NOW_S * 1000)
    with archive.transaction() as transaction:
        for change in _BACK_TO_3:
            transaction.execute(sa.text(change))
    archive.close()
    archive.open()

    with archive.reader() as connection:
        tracks = connection.execute(sa.select(schema.track)).all()
        assert connection.execute(sa.text("SELECT reason FROM revocation")).all() == []
        indices = {index["name"] for index in sa.inspect(connection).get_indexes("report")}
    assert [tuple(row) for row in tracks] == [
        ("exercise", 1, at_s, HERE.lat_e5, HERE.lon_e5) for at_s in (EPOCH_S + 5, NOW_S)
    ]
    assert {"report_by_mode", "report_by_arrival"} <= indices
    assert "of_another_time" not in indices


def test_days_entered_by_the_numbers_of_japans_form_get_those_of_whos(archive: Archive) -> None:
    old = {"1": {"all": 1}, "18": {"all": 2}, "19": {"all": 3}, "25": {"all": 4}}
    old |= {str(n): {"all": n} for n in (26, 27, 28, 33, 34, 35, 36, 37, 46)}
    with archive.transaction() as transaction:
        named = {"mode": "exercise", "country": "tr", "team": "EMT1", "day": "2026-01-01"}
        said = {"counts": json.dumps(old), "remark": "", "at_ms": 1, "person": "Aylin Demir"}
        transaction.execute(schema.emt_daily.insert().values(**named, **said))
        transaction.execute(sa.text("UPDATE schema_version SET version = 4"))
    archive.close()
    archive.open()

    with archive.reader() as connection:
        (day,) = emt.days(connection, mode="exercise")
    found = {NAMES[int(number)][1]: ages["all"] for number, ages in day["counts"].items()}
    assert found == {
        "Male": 1,
        "Fever of unknown origin": 2,
        "Surgical emergency (non-trauma)": 3,
        "Other diagnosis, not specified above": 4,
        "Major procedure (excluding 31)": 26,
        "Minor surgical procedure": 27,
        "Limb amputation excluding digits": 28,
        "Discharge with medical follow-up": 33,
        "Admission": 34,
        "Referral": 35,
        "Discharge against medical advice": 36,
        "Dead on arrival": 37,
        "Violence (non-SGBV)": 46,
    }


def test_a_step_that_breaks_off_leaves_the_old_archive_as_it_was(tmp_path: Path) -> None:
    archive = _old(tmp_path / "old.db")
    with closing(sqlite3.connect(tmp_path / "old.db")) as older:
        older.execute("CREATE TABLE run_mark (in_the_way)")
    before = _shape(tmp_path / "old.db")

    with pytest.raises(ArchiveError, match="run_mark"):
        archive.open()

    assert _shape(tmp_path / "old.db") == before


def test_a_reader_does_not_bring_an_archive_up(tmp_path: Path) -> None:
    archive = _old(tmp_path / "old.db")
    with pytest.raises(ArchiveError, match="start the Secretariat once"):
        archive.open_to_read()


def test_an_archive_from_before_there_were_notices_gets_their_table(tmp_path: Path) -> None:
    archive = _old(tmp_path / "old.db")
    with closing(sqlite3.connect(tmp_path / "old.db")) as older:
        older.execute("DROP TABLE notice")
    archive.open()
    with archive.reader() as connection:
        assert queries.notices(connection, "exercise") == []
    archive.close()


def test_an_archive_of_a_newer_turna_is_refused_and_left_alone(archive: Archive) -> None:
    with archive.transaction() as transaction:
        transaction._connection.execute(sa.text("UPDATE schema_version SET version = 99"))
    archive.close()
    for opening in (archive.open, archive.open_to_read):
        with pytest.raises(ArchiveError, match="99"):
            opening()


def _without_types(shape: dict[str, list[tuple[object, ...]]]) -> dict[str, list[object]]:
    """SQLite's column types are words to people: leave them out, and an index's own name."""
    return {
        name: [tuple(column[1:2]) + tuple(column[3:]) for column in columns]
        for name, columns in shape.items()
    }
