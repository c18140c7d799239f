"""What the archive promises before anything is acknowledged: it is on the disk, and it is whole."""

from pathlib import Path

import pytest

from turna_secretariat.archive import Archive
from turna_secretariat.engines import ArchiveError

PAGE_BYTES = 4096


def test_the_writer_waits_for_the_disk_with_each_commit(archive: Archive) -> None:
    with archive.transaction() as transaction:
        ask = transaction.connection.exec_driver_sql
        if transaction.connection.dialect.name == "sqlite":
            settings = [ask(f"PRAGMA {name}").scalar() for name in ("synchronous", "journal_mode")]
            assert settings == [2, "wal"]  # FULL: sqlite.org/pragma.html#pragma_synchronous
        else:
            settings = [ask(f"SHOW {name}").scalar() for name in ("synchronous_commit", "fsync")]
            assert settings == ["on", "on"]


def test_one_damaged_page_that_nothing_else_reads_is_found_after_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    archive = Archive.in_file(path)
    archive.open()
    with archive.transaction() as transaction:
        for number in range(300):
            transaction.count_refusal(f"reason {number}", "topic", bytes(1000), 1)
    archive.close()
    whole = bytearray(path.read_bytes())
    middle = len(whole) // 2 // PAGE_BYTES * PAGE_BYTES
    whole[middle : middle + PAGE_BYTES] = b"\xa5" * PAGE_BYTES
    path.write_bytes(whole)
    path.with_name("archive.db-wal").touch()

    with pytest.raises(ArchiveError, match="damaged"):
        Archive.in_file(path).open()
