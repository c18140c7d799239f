"""A database that is damaged, old or none: it is moved aside or taken over, its rows are saved."""

import random
import resource
import sqlite3
import time
from pathlib import Path

import pytest

from tests.faults import salvaging, storing, traced
from tests.gateway.field import Handset
from turna_gateway.report_rows import DUPLICATE, STORED, ReportRows
from turna_gateway.store import SALVAGED, Store, StoreError, StoreUnavailableError

PROGRAM = Path(storing.__file__)
ONE = Handset(1)


def sound(path: Path, reports: int) -> bytes:
    """Make a store of so many reports; return what is in its file."""
    store = Store(path)
    store.open()
    with store.transaction():
        ReportRows(store).put([storing.report(seq) for seq in range(1, reports + 1)])
    storing.checkpoint(store)
    store.close()
    return path.read_bytes()


def damaged(path: Path) -> bytes:
    """Make a store in which two pages are broken; return what is in its file."""
    content = bytearray(sound(path, 399))
    for page in (5, 9):  # of the table or of its index
        content[page * 4096 : (page + 1) * 4096] = random.Random(page).randbytes(4096)
    path.write_bytes(content)
    return bytes(content)


def test_fault_50_a_damaged_database_is_moved_aside_and_its_rows_are_saved(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    content = damaged(path)

    store = Store(path)
    store.open()

    (aside,) = tmp_path.glob("gateway.db.damaged-*[0-9]")
    assert aside.read_bytes() == content
    saved = store.recall(SALVAGED) or b""
    assert aside.name in saved.decode()
    assert ReportRows(store).count_waiting(1) > 200
    with store.transaction():
        assert ReportRows(store).put([storing.report(1_000)])[0][0] == STORED
    store.close()
    Store(path).open()  # the fresh one is sound


def test_fault_45_50_a_power_cut_at_any_step_of_the_salvage_loses_no_report_and_no_alarm(
    tmp_path: Path, seed: int
) -> None:
    live = tmp_path / "live"
    live.mkdir()
    content = damaged(live / "gateway.db")
    (live / "gateway.db.broken").touch()  # as where the damage was found in use
    disk = traced.Disk({file.name: bytearray(file.read_bytes()) for file in live.iterdir()})
    code, calls = traced.trace(Path(salvaging.__file__), live)
    assert code == 0
    assert sum(call.name == "rename" for call in calls) == 3

    seeded, saved = random.Random(seed), set()
    for number, call in enumerate(calls):
        disk.take(call)
        cut = tmp_path / f"cut-{number}"
        disk.after_power_cut(cut, seeded)
        store = Store(cut / "gateway.db")
        store.open()
        saved.add(ReportRows(store).count_waiting(1))
        (aside,) = cut.glob("gateway.db.damaged-*[0-9]")

        assert aside.read_bytes() == content
        assert aside.name in (store.recall(SALVAGED) or b"").decode()
        store.close()
        assert not [file.name for file in cut.iterdir() if "salvag" in file.name]
        assert not (cut / "gateway.db.broken").exists()
    assert len(saved) == 1, "each time all that can be read"
    assert min(saved) > 200


def test_fault_50_a_damaged_database_never_takes_the_name_of_an_earlier_one(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    now_s = int(time.time())  # which a gateway without a clock may see at each start
    earlier = [tmp_path / f"gateway.db.damaged-{now_s + i}{'-wal' * (i % 2)}" for i in range(60)]
    for file in earlier:
        file.write_bytes(b"an earlier one")
    path.write_bytes(b"not a database " * 1_000)

    Store(path).open()

    assert {file.read_bytes() for file in earlier} == {b"an earlier one"}
    (aside,) = set(tmp_path.glob("gateway.db.damaged-*")) - set(earlier)
    assert aside.read_bytes().startswith(b"not a database")


def test_fault_48_50_without_room_for_what_is_saved_nothing_is_moved_and_a_later_start_saves_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "gateway.db"
    content = damaged(path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(content) // 2, limits[1]))
    try:
        with pytest.raises(StoreUnavailableError):
            Store(path).open()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == content

    store = Store(path)
    store.open()

    assert ReportRows(store).count_waiting(1) > 200
    store.close()


def test_fault_50_bit_rot_anywhere_never_keeps_the_gateway_from_starting(
    tmp_path: Path, seed: int
) -> None:
    seeded = random.Random(seed)
    path = tmp_path / "gateway.db"
    whole = sound(path, 99)
    for _ in range(40):
        rotten = bytearray(whole)
        for _ in range(20):
            rotten[seeded.randrange(len(rotten))] ^= 1 << seeded.randrange(8)
        path.write_bytes(rotten)

        try:
            store = Store(path)
            store.open()
        except StoreError as error:
            # The version number may rot, too: then the file is left alone.
            assert "newer Turna" in str(error)  # noqa: PT017 - only sometimes
            continue
        store = used(store)
        with store.transaction():
            assert ReportRows(store).put([storing.report(5_000)])[0][0] in (STORED, DUPLICATE)
        store.close()


def used(store: Store) -> Store:
    """Write once; where that finds damage, return the store as the next start opens it."""
    try:
        with store.transaction():
            ReportRows(store).put([storing.report(4_999)])
    except sqlite3.DatabaseError as error:
        store.note_damage(error)  # as the process does before it ends
        store.close()
        store.open()
    return store


def test_fault_50_damage_that_is_found_only_in_use_is_salvaged_at_the_next_start(
    tmp_path: Path,
) -> None:
    path = tmp_path / "gateway.db"
    store = Store(path)
    store.open()
    with store.transaction():
        ReportRows(store).put([storing.report(seq) for seq in range(1, 300)])
    storing.checkpoint(store)
    (root,) = store.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_report_1'"
    ).fetchone()
    store.close()
    content = bytearray(path.read_bytes())
    page = memoryview(content)[(root - 1) * 4096 : root * 4096]
    assert page[0] == 2, "an inner page of an index (SQLite's file format, 1.6)"
    for cell in range(int.from_bytes(page[3:5], "big")):
        start = int.from_bytes(page[12 + 2 * cell : 14 + 2 * cell], "big")
        page[start + 5] = 0x7F  # behind a child's number and a length: the length of a header
    path.write_bytes(content)
    store.open()
    assert store.recall(SALVAGED) is None, "the look at a start does not see it"

    store = used(store)

    assert list(tmp_path.glob("gateway.db.damaged-*[0-9]"))
    assert not (tmp_path / "gateway.db.broken").exists()
    assert ReportRows(store).count_waiting(1) == 299
    store.close()


def test_fault_50_a_file_that_is_no_database_is_moved_aside(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    path.write_bytes(b"not a database " * 1_000)

    Store(path).open()

    (aside,) = tmp_path.glob("gateway.db.damaged-*")
    assert aside.read_bytes().startswith(b"not a database")


def test_fault_43_a_database_of_the_first_version_is_taken_over_with_its_reports(
    tmp_path: Path,
) -> None:
    path = tmp_path / "gateway.db"
    first = Path(__file__).parents[2] / "gateway/turna_gateway/schema/0001.sql"
    with sqlite3.connect(path) as db:
        db.executescript(first.read_text() + "PRAGMA user_version = 1;")
        db.execute(
            "INSERT INTO report (device, generation, seq, digest, header, content, end_to_end_tag,"
            " lane, quarantined, heard_at_s, rssi_dbm, snr_db_x4, hops, state)"
            " VALUES (1, 1, 7, x'0102030405060708', x'00', x'01', x'02', 1, 0, 5, -90, 4, 0, 1)"
        )
    db.close()

    store = Store(path)
    store.open()

    assert [report.seq for report in ReportRows(store).next_waiting(1, 0, 10)] == [7]
    assert store.suspects() == set()
    store.close()
