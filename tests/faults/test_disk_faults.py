"""Faults of the disk: power cuts at every write and sync, a full disk, errors, lies."""

import random
from pathlib import Path

import pytest

from tests.faults import storing, traced
from tests.gateway.field import POSITION, SITREP, SOS, Field, Handset
from turna_gateway.gateway import ROOM_PERIOD_MS
from turna_gateway.report_rows import ReportRows
from turna_gateway.store import SALVAGED, Store
from turna_protocol.link import RECEIPT_PATIENCE_MS, SOS_PRIORITY, Link

PROGRAM = Path(storing.__file__)
ONE = Handset(1)


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
