"""Faults of the disk: power cuts at every write and sync, a full disk, errors, bit rot."""

import random
import resource
import sqlite3
import time
from pathlib import Path

import pytest

from tests.faults import salvaging, storing, traced
from tests.gateway.field import POSITION, SITREP, SOS, Field, Handset
from turna_gateway.gateway import ROOM_PERIOD_MS
from turna_gateway.report_rows import DUPLICATE, STORED, ReportRows
from turna_gateway.status import StatusBoard
from turna_gateway.store import SALVAGED, Store, StoreError, StoreUnavailableError
from turna_protocol.link import RECEIPT_PATIENCE_MS, SOS_PRIORITY, Link

PROGRAM = Path(storing.__file__)
ONE = Handset(1)


class Poison(bytes):
    """A packet at which any code of ours breaks off."""

    def __getitem__(self, index: object) -> bytes:  # type: ignore[override]  # on purpose
        raise ArithmeticError(index)


def held(path: Path) -> set[int]:
    """Return the numbers of whole reports in a store, which is opened as at a start."""
    store = Store(path)
    store.open()
    assert store.recall(SALVAGED) is None, "a power cut is no damage"
    rows = ReportRows(store)
    numbers = {report.seq for report in rows.next_waiting(1, 0, 10_000)}
    numbers |= {seq for seq in range(1, 400) if rows.is_retired(1, 1, seq)}
    store.close()
    return numbers


@pytest.mark.slow
def test_fault_45_46_after_a_power_cut_at_any_write_or_sync_all_that_was_acknowledged_is_there(
    tmp_path: Path, seed: int
) -> None:
    seeded = random.Random(seed)
    (tmp_path / "live").mkdir()
    code, calls = traced.trace(PROGRAM, tmp_path / "live")
    assert code == 0
    assert sum(call.name == "fdatasync" for call in calls) >= storing.COMMITS

    disk, acknowledged, cuts = traced.Disk(), 0, 0
    for call in calls:
        if call.said:
            acknowledged = int(call.said)
            continue
        disk.take(call)
        if seeded.random() < 0.5:  # each run cuts at another half of them
            continue
        cut = tmp_path / f"cut-{cuts}"
        disk.after_power_cut(cut, seeded)
        numbers = held(cut / "gateway.db")
        cuts += 1

        assert set(range(1, acknowledged + 1)) <= numbers
        assert numbers == set(range(1, len(numbers) + 1)), "a commit is whole or not at all"
    assert cuts > storing.COMMITS


@pytest.mark.parametrize("when", [3, 11, 25])
def test_fault_47_an_error_of_fsync_acknowledges_nothing_more_and_ends_the_process(
    tmp_path: Path, when: int
) -> None:
    (tmp_path / "live").mkdir()

    code, calls = traced.trace(
        PROGRAM, tmp_path / "live", "-e", f"inject=fdatasync:error=EIO:when={when}+"
    )

    said = [int(call.said) for call in calls if call.said]
    assert code != 0
    assert len(said) < storing.COMMITS
    assert set(range(1, max(said, default=0) + 1)) <= held(tmp_path / "live" / "gateway.db")


@pytest.mark.parametrize(("call", "when"), [("pwrite64", 150), ("fdatasync", 20)])
def test_fault_49_a_disk_that_became_read_only_ends_the_process_and_loses_nothing(
    tmp_path: Path, call: str, when: int
) -> None:
    (tmp_path / "live").mkdir()

    # What the kernel answers once it has remounted a failing disk.
    code, calls = traced.trace(
        PROGRAM, tmp_path / "live", "-e", f"inject={call}:error=EROFS:when={when}+"
    )

    said = [int(call.said) for call in calls if call.said]
    assert code != 0
    assert 0 < len(said) < storing.COMMITS
    assert set(range(1, max(said) + 1)) <= held(tmp_path / "live" / "gateway.db")


def test_fault_48_a_full_disk_refuses_positions_first_and_recovers_by_itself(
    field: Field,
) -> None:
    field.radio_up()
    field.store._connection.execute("PRAGMA max_page_count = 60")
    seq = 0
    while field.gateway.disk_pct < 90:
        seq += 10
        field.hear(*(ONE.seal(seq + i) for i in range(10)))
        field.pass_time(ROOM_PERIOD_MS)
        assert seq < 5_000

    field.hear(ONE.seal(9_000, POSITION), ONE.seal(9_001, SOS), ONE.seal(9_002, SITREP))
    field.pass_time(2_000)

    acknowledged = set().union(*field.acknowledgements(ONE))
    assert {9_001, 9_002} <= acknowledged
    assert 9_000 not in acknowledged
    assert field.gateway.counters.refused()["no_room"] == 1

    field.store._connection.execute("PRAGMA max_page_count = 100000")
    field.pass_time(ROOM_PERIOD_MS)
    field.hear(ONE.seal(9_000, POSITION))
    field.pass_time(2_000)
    assert 9_000 in set().union(*field.acknowledgements(ONE))


def test_fault_48_what_no_longer_fits_is_not_acknowledged_and_the_gateway_lives_on(
    field: Field,
) -> None:
    field.radio_up()
    field.hear(ONE.seal(1))
    field.pass_time(2_000)
    (pages,) = field.store._connection.execute("PRAGMA page_count").fetchone()
    field.store._connection.execute(f"PRAGMA max_page_count = {pages}")

    for seq in range(2, 200):
        field.hear(ONE.seal(seq))
    field.pass_time(5_000)

    assert field.gateway.counters["disk_full"] > 0
    acknowledged = set().union(*field.acknowledgements(ONE))
    rows = ReportRows(field.store)
    stored = {r.seq for lane in range(3) for r in rows.next_waiting(lane, 0, 1_000)}
    assert acknowledged <= stored
    assert len(stored) < 199


def damaged(path: Path) -> bytes:
    """Make a store in which two pages are broken; return what is in its file."""
    store = Store(path)
    store.open()
    with store.transaction():
        ReportRows(store).put([storing.report(seq) for seq in range(1, 400)])
    storing.checkpoint(store)
    store.close()
    content = bytearray(path.read_bytes())
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
    store = Store(path)
    store.open()
    with store.transaction():
        ReportRows(store).put([storing.report(seq) for seq in range(1, 100)])
    storing.checkpoint(store)
    store.close()
    sound = path.read_bytes()
    for _ in range(40):
        rotten = bytearray(sound)
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


def test_fault_44_a_packet_at_which_the_process_broke_off_three_times_is_put_aside(
    field: Field,
) -> None:
    poison = ONE.seal(66)
    for _ in range(3):
        with pytest.raises(ArithmeticError):
            field.hear(ONE.seal(65), Poison(poison))
        field.gateway.broke_off()
        field.restart()

    field.radio_up()
    field.hear(poison, ONE.seal(67))
    field.pass_time(2_000)

    assert field.gateway.counters["put_aside"] == 1
    assert field.acknowledgements(ONE) == [{67}]
    assert field.store.suspects() == {poison}


BAD, WORSE = 66, 67
# Two ways in which the database itself refuses a row: at once, or only at the commit.
AT_ONCE = f"""CREATE TRIGGER bad BEFORE INSERT ON report WHEN new.seq IN ({BAD}, {WORSE})
    BEGIN SELECT RAISE(ABORT, 'this one is too much'); END"""
AT_COMMIT = f"""CREATE TABLE one (id INTEGER PRIMARY KEY);
    CREATE TABLE other (one INTEGER REFERENCES one (id) DEFERRABLE INITIALLY DEFERRED);
    CREATE TRIGGER bad AFTER INSERT ON report WHEN new.seq IN ({BAD}, {WORSE})
    BEGIN INSERT INTO other VALUES (1); END"""


@pytest.mark.parametrize("refusal", [AT_ONCE, AT_COMMIT], ids=["at once", "at the commit"])
def test_fault_44_a_packet_that_breaks_the_writing_is_put_aside_and_the_others_are_written(
    field: Field, refusal: str
) -> None:
    field.radio_up()
    field.connect()
    field.store._connection.executescript(refusal)
    poison = {ONE.seal(BAD), ONE.seal(WORSE, POSITION)}

    field.hear(*(ONE.seal(seq) for seq in (1, 2, 3)), *poison, b"noise", ONE.seal(4, SOS))
    field.hear(*poison, ONE.seal(5))
    field.pass_time(2_000)

    assert field.store.suspects() == poison
    assert set().union(*field.acknowledgements(ONE)) == {1, 2, 3, 4, 5}
    assert sorted(report.seq for report in field.reports()) == [1, 2, 3, 4, 5]
    counters = field.gateway.counters
    assert (counters["heard"], counters["stored"], counters["put_aside"]) == (8, 5, 4)
    assert counters.refused() == {"malformed": 1}
    assert field.gateway.put_aside() == 2
    assert field.radio.taken_up_to == 10  # the modem need not bring it again


def test_fault_44_what_was_put_aside_stays_so_and_alarms_after_a_restart(field: Field) -> None:
    field.store._connection.executescript(AT_ONCE)
    field.hear(ONE.seal(BAD))
    field.store._connection.execute("DROP TRIGGER bad")
    field.restart()
    field.radio_up()
    field.hear(ONE.seal(BAD))
    field.pass_time(2_000)

    assert field.acknowledgements(ONE) == []
    board = StatusBoard(field.gateway, field.mission, field.clock)
    board.refresh()
    assert b"put_aside" in board.snapshot


def test_fault_44_a_store_that_takes_no_report_at_all_puts_none_aside(field: Field) -> None:
    field.store._connection.executescript(AT_ONCE.replace(f"new.seq IN ({BAD}, {WORSE})", "1"))

    with pytest.raises(sqlite3.IntegrityError):
        field.hear(ONE.seal(1), ONE.seal(2))

    assert field.store.suspects() == set()
    assert field.radio.taken_up_to == 0


def test_fault_44_49_no_packet_is_put_aside_for_a_disk_that_lets_nobody_write(
    field: Field,
) -> None:
    field.store._connection.execute("PRAGMA query_only = ON")

    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        field.hear(ONE.seal(1), ONE.seal(BAD))

    field.store._connection.execute("PRAGMA query_only = OFF")
    assert field.store.suspects() == set()
    assert field.gateway.put_aside() == 0
    assert field.radio.taken_up_to == 0


def test_fault_44_48_no_packet_is_put_aside_for_a_full_disk(field: Field) -> None:
    field.radio_up()
    field.store._connection.executescript(AT_ONCE)
    (pages,) = field.store._connection.execute("PRAGMA page_count").fetchone()
    field.store._connection.execute(f"PRAGMA max_page_count = {pages}")

    while not field.gateway.counters["disk_full"]:
        seq = 100 + field._number
        field.hear(*(ONE.seal(seq + i) for i in range(20)), ONE.seal(BAD))

    aside = field.store.suspects()
    assert aside <= {ONE.seal(BAD)}
    field.store._connection.execute("PRAGMA max_page_count = 100000")
    field.hear(*(ONE.seal(seq + i) for i in range(20)))
    field.pass_time(2_000)
    assert seq + 19 in set().union(*field.acknowledgements(ONE))


def test_fault_51_what_a_card_that_lies_about_sync_lost_the_handset_brings_again(
    tmp_path: Path,
) -> None:
    field = Field(tmp_path)
    field.store.close()
    before = field.path.read_bytes()
    field.start()
    field.radio_up()
    handset = Link(1, lambda _: 0, lambda size: 3 * size)
    report = ONE.seal(7, SOS)
    handset.offer(7, report, SOS_PRIORITY, now_ms=0)
    handset.transmitted(7, 0)
    field.hear(report)
    field.pass_time(1_000)
    assert field.acknowledgements(ONE) == [{7}]
    handset.acknowledged(7, 1_000)

    # The power goes; what the card said it had written never was.
    field.store.close()
    for file in tmp_path.glob("gateway.db*"):
        file.unlink()
    field.path.write_bytes(before)
    field.start()
    field.radio_up()
    field.connect()
    field.pass_time(60_000)
    assert field.reports() == []

    assert handset.deadline_ms() == 1_000 + RECEIPT_PATIENCE_MS
    assert handset.to_transmit(1_000 + RECEIPT_PATIENCE_MS) == (7, report)
    field.hear(report)
    assert [report.seq for report in field.reports()] == [7]
