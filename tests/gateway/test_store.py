"""The database: one owner, all or nothing, old and damaged files."""

import sqlite3
from pathlib import Path

import pytest

from tests.faults.storing import checkpoint
from turna_gateway.report_rows import CLONE, DUPLICATE, STORED, NewReport, ReportRows
from turna_gateway.store import NewerStoreError, Store, StoreError, StoreUnavailableError
from turna_protocol import delivery

REPORT = NewReport(
    device=1,
    generation=1,
    seq=10,
    digest=b"digest-1",
    header=b"hdr",
    content=b"content",
    end_to_end_tag=b"tag!",
    lane=1,
    quarantined=False,
    heard_at_s=1_000,
    rssi_dbm=-100,
    snr_db_x4=8,
    hops=0,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gateway.db"


def opened(path: Path) -> Store:
    store = Store(path)
    store.open()
    return store


def outcomes(store: Store, *reports: NewReport) -> list[str]:
    return [outcome for outcome, _ in ReportRows(store).put(reports)]


def test_a_second_gateway_on_the_same_database_is_refused(path: Path) -> None:
    first = opened(path)
    with pytest.raises(StoreError, match="another gateway process"):
        Store(path).open()
    first.close()

    opened(path).close()


def test_a_transaction_that_fails_leaves_nothing_behind(path: Path) -> None:
    store = opened(path)

    def put_and_fail() -> None:
        with store.transaction():
            ReportRows(store).put([REPORT])
            raise InterruptedError

    with pytest.raises(InterruptedError):
        put_and_fail()

    assert ReportRows(store).next_waiting(1, 0, 10) == []
    store.close()


def test_what_was_committed_is_there_after_opening_again(path: Path) -> None:
    store = opened(path)
    with store.transaction():
        assert outcomes(store, REPORT) == [STORED]
        store.remember("ledger", b"\x01")
    store.close()

    store = opened(path)
    (kept,) = ReportRows(store).next_waiting(1, 0, 10)
    assert kept[:-1] == REPORT
    assert store.recall("ledger") == b"\x01"
    assert ReportRows(store).count_waiting(1) == 1
    with store.transaction():
        assert outcomes(store, REPORT) == [DUPLICATE]
    store.close()


def test_the_same_number_with_another_digest_is_a_clone(path: Path) -> None:
    store = opened(path)
    other = REPORT._replace(digest=b"digest-2")
    with store.transaction():
        assert outcomes(store, REPORT, other, REPORT) == [STORED, CLONE, DUPLICATE]
    store.close()


def test_a_report_that_comes_late_is_stored_and_its_row_is_what_was_told(path: Path) -> None:
    store = opened(path)
    rows = ReportRows(store)
    reports = [REPORT._replace(seq=seq, digest=b"digest-%d" % seq) for seq in (7, 5, 9, 5, 6)]
    with store.transaction():
        kept = rows.put(reports)

    assert [outcome for outcome, _ in kept] == [STORED, STORED, STORED, DUPLICATE, STORED]
    stored = [row for outcome, row in kept if outcome == STORED]
    assert rows.next_waiting(1, 0, 10) == stored
    assert [row.seq for row in stored] == [7, 5, 9, 6]
    store.close()


def of_version_99(path: Path, change: str = "") -> bytes:
    """Make a database of a later version, with a report; return what is in the file."""
    store = opened(path)
    with store.transaction():
        ReportRows(store).put([REPORT])
    checkpoint(store)
    store.close()
    with sqlite3.connect(path) as db:
        db.executescript(f"{change}; PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return path.read_bytes()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    before = of_version_99(path)

    with pytest.raises(NewerStoreError, match="newer Turna"):
        Store(path).open()

    assert path.read_bytes() == before


@pytest.mark.parametrize("change", ["", "ALTER TABLE report ADD COLUMN mood INTEGER"])
def test_a_database_of_a_newer_version_can_be_read_but_not_written(path: Path, change: str) -> None:
    before = of_version_99(path, change)
    store = Store(path)
    with pytest.raises(NewerStoreError):
        store.open()

    store.open_to_read()

    rows = ReportRows(store)
    assert [row.seq for row in rows.next_waiting(1, 0, 10)] == [REPORT.seq]
    with pytest.raises(sqlite3.OperationalError, match="readonly"), store.transaction():
        rows.put([REPORT._replace(seq=REPORT.seq + 1)])
    store.close()
    assert path.read_bytes() == before


def test_what_cannot_be_read_of_a_newer_version_looks_empty(path: Path) -> None:
    of_version_99(path, "ALTER TABLE report RENAME COLUMN lane TO urgency")
    store = Store(path)
    with pytest.raises(NewerStoreError):
        store.open()

    store.open_to_read()

    assert ReportRows(store).count_waiting(1) == 0
    store.close()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="cannot be opened"):
        Store(tmp_path / "file" / "gateway.db").open()


def test_a_missing_folder_is_refused_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError, match=r"there is no folder .*nodir; make it"):
        Store(tmp_path / "nodir" / "gateway.db").open()

    assert not (tmp_path / "nodir").exists()


def test_a_new_database_is_told_of_and_its_owners_alone(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = opened(path)
    with store.transaction():
        outcomes(store, REPORT)
    modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    store.close()

    names = ("gateway.db", "gateway.db-wal", "gateway.db-shm", "gateway.db.lock")
    assert modes == dict.fromkeys(names, 0o600)
    assert [str(path) in record.getMessage() for record in caplog.records] == [True]


def test_a_database_that_everybody_could_read_is_closed_to_them(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    opened(path).close()
    path.chmod(0o644)
    caplog.clear()

    opened(path).close()

    assert path.stat().st_mode & 0o777 == 0o600
    assert not caplog.records


def test_retired_reports_are_forgotten_after_a_week_and_waiting_ones_never(path: Path) -> None:
    store = opened(path)
    rows = ReportRows(store)
    with store.transaction():
        rows.put([REPORT, REPORT._replace(seq=11)])
        rows.advance(1, 1, 10, b"digest-1", 2, now_s=2_000)
    with store.transaction():
        assert rows.prune(2_000 + 7 * 24 * 3600) == 0
        assert rows.prune(2_001 + 7 * 24 * 3600) == 1
        assert rows.prune(1 << 40) == 0
    assert rows.has_number(1, 1, 11)
    store.close()


def test_a_receipt_takes_a_state_as_far_as_the_rule_says(path: Path) -> None:
    store = opened(path)
    rows = ReportRows(store)
    states = range(delivery.AT_GATEWAY, len(delivery.STATE_NAMES))
    pairs = [(old, new) for old in states for new in states if new > delivery.AT_GATEWAY]
    with store.transaction():
        for seq, (old, new) in enumerate(pairs):
            ((_, row),) = rows.put([REPORT._replace(seq=seq)])
            rows.advance_number(1, 1, seq, old)
            rows.retire([row.id], new, 2_000)
    found = store.execute("SELECT state FROM report ORDER BY seq").fetchall()

    assert [state for (state,) in found] == [delivery.advance(old, new) for old, new in pairs]
    store.close()


def test_after_a_restart_a_new_report_gets_an_id_above_all_others(path: Path) -> None:
    store = opened(path)
    with store.transaction():
        ((_, first),) = ReportRows(store).put([REPORT])
    store.close()

    store = opened(path)
    with store.transaction():
        ((_, second),) = ReportRows(store).put([REPORT._replace(seq=3)])
    assert second.id > first.id
    store.close()


def test_every_commit_is_on_disk_before_it_returns(path: Path) -> None:
    store = opened(path)
    (synchronous,) = store._connection.execute("PRAGMA synchronous").fetchone()
    (journal_mode,) = store._connection.execute("PRAGMA journal_mode").fetchone()

    assert (synchronous, journal_mode) == (2, "wal")  # FULL
    store.close()
