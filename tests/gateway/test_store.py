"""The database: one owner, all or nothing, old and damaged files."""

import sqlite3
from pathlib import Path

import pytest

from turna_gateway.store import CLONE, DUPLICATE, STORED, NewReport, Store, StoreError

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
            store.put(REPORT)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        put_and_fail()

    assert store.next_waiting(1, 0, 10) == []
    store.close()


def test_what_was_committed_is_there_after_opening_again(path: Path) -> None:
    store = opened(path)
    with store.transaction():
        assert store.put(REPORT) == STORED
        store.remember("ledger", b"\x01")
    store.close()

    store = opened(path)
    (kept,) = store.next_waiting(1, 0, 10)
    assert (kept.seq, kept.content, kept.quarantined) == (10, b"content", False)
    assert store.recall("ledger") == b"\x01"
    assert store.count_waiting(1) == 1
    with store.transaction():
        assert store.put(REPORT) == DUPLICATE
    store.close()


def test_the_same_number_with_another_digest_is_a_clone(path: Path) -> None:
    store = opened(path)
    other = NewReport(**{**_fields(REPORT), "digest": b"digest-2"})  # type: ignore[arg-type]
    with store.transaction():
        assert [store.put(REPORT), store.put(other)] == [STORED, CLONE]
    store.close()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    opened(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()

    with pytest.raises(StoreError, match="newer Turna"):
        Store(path).open()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="cannot be opened"):
        Store(tmp_path / "file" / "gateway.db").open()


def test_retired_reports_are_forgotten_after_a_week_and_waiting_ones_never(path: Path) -> None:
    store = opened(path)
    waiting = NewReport(**{**_fields(REPORT), "seq": 11})  # type: ignore[arg-type]
    with store.transaction():
        store.put(REPORT)
        store.put(waiting)
        store.advance(1, 1, 10, b"digest-1", 2, now_s=2_000)
    with store.transaction():
        assert store.prune(2_000 + 7 * 24 * 3600) == 0
        assert store.prune(2_001 + 7 * 24 * 3600) == 1
        assert store.prune(1 << 40) == 0
    assert store.has_number(1, 1, 11)
    store.close()


def test_every_commit_is_on_disk_before_it_returns(path: Path) -> None:
    store = opened(path)
    (synchronous,) = store._connection.execute("PRAGMA synchronous").fetchone()
    (journal_mode,) = store._connection.execute("PRAGMA journal_mode").fetchone()

    assert (synchronous, journal_mode) == (2, "wal")  # FULL
    store.close()


def _fields(report: NewReport) -> dict[str, object]:
    return {name: getattr(report, name) for name in NewReport._fields}
