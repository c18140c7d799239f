"""A program that stores reports and says after each commit what it would now acknowledge."""

import os
import sys
from pathlib import Path

from turna_gateway.report_rows import NewReport, ReportRows
from turna_gateway.store import Store

COMMITS = 40


def main(folder: Path) -> None:
    """Store a growing number of reports a commit, until the log is copied into the database."""
    store = Store(folder / "gateway.db")
    store.open()
    rows = ReportRows(store)
    seq = 0
    for commit in range(COMMITS):
        with store.transaction():
            for _ in range(1 + commit % 7):
                seq += 1
                rows.put([report(seq)])
            if commit % 5 == 4:
                rows.advance(1, 1, seq - 2, digest(seq - 2), 2, now_s=commit)
        os.write(1, f"{seq}\n".encode())
        if commit % 15 == 14:
            checkpoint(store)


def checkpoint(store: Store) -> None:
    """Copy the write-ahead log into the database, as SQLite does by itself now and then."""
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def report(seq: int) -> NewReport:
    return NewReport(
        1, 1, seq, b"header", bytes(100), b"tag!", digest(seq), False, 1_000, -100, 8, 0, 1
    )


def digest(seq: int) -> bytes:
    return seq.to_bytes(8, "big")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
