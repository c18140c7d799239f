"""The power goes at every single write to flash, on real littlefs, and nothing is lost for it."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.simulation.cuts import cut_at_each_write
from tests.simulation.handset_bench import LONG_MS, PRESS_MS, Field, Host
from turna_protocol import delivery
from turna_protocol.reports import Sitrep
from turna_simulation.world import World

DAY_S = 86_400


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    with World(seed=5) as world:
        yield Field(world, tmp_path, position_interval_s=DAY_S, health_interval_s=DAY_S)


def journal(field: Field) -> dict[int, int]:
    """Return the state of each report by its number."""
    return {entry.seq: entry.state for entry in Host(field).journal()}


def test_while_a_report_is_saved_it_is_there_whole_or_not_at_all(field: Field) -> None:
    field.world.ether.block("handset")
    held: set[int] = set()
    for _ in cut_at_each_write(field, lambda: field.press(LONG_MS, LONG_MS, LONG_MS)):
        now = set(journal(field))
        assert held <= now
        assert len(now - held) <= 1
        held = now
        counters = Host(field).counters()
        assert counters["records damaged"] == counters["flash errors"] == 0
    field.world.ether.unblock("handset")
    field.gateway.beacon(1, field.world.unix_s)
    for _ in range(3 * len(held)):
        field.world.run_for(4_000)
        for seq, _ in field.gateway.reports():  # one number, one report: it would have said so
            field.gateway.receipt(seq, delivery.AT_SECRETARIAT)
    assert {seq for seq, _ in field.gateway.of_kind(Sitrep)} == held


def test_while_it_is_told_what_became_of_reports_no_state_goes_back(field: Field) -> None:
    seqs = [field.send_sitrep() for _ in range(3)]
    states = dict.fromkeys(seqs, delivery.SAVED)

    def hear() -> None:
        for seq in seqs:
            field.gateway.receipt(seq, delivery.READ if states[seq] else delivery.AT_SECRETARIAT)
        field.world.run_for(500)

    for _ in cut_at_each_write(field, hear):
        now = journal(field)
        assert set(now) == set(seqs)
        assert all(now[seq] >= states[seq] for seq in seqs)
        states = now
    assert min(states.values()) >= delivery.AT_SECRETARIAT


def test_numbers_and_air_time_survive_a_cut_at_any_write_of_half_a_minute(field: Field) -> None:
    def report_and_wait() -> None:
        field.press(LONG_MS, LONG_MS, LONG_MS)
        for _ in range(16):
            if field.handset.running:
                field.world.run_for(2_000)  # until the ledger is written

    seen: list[int] = []
    for _ in cut_at_each_write(field, report_and_wait):
        seen += [seq for seq in journal(field) if seq not in seen]
        assert Host(field).counters()["ledger failures"] == 0
    assert len(seen) == len(set(seen)) == len(field.gateway.of_kind(Sitrep))


def test_a_boot_loop_of_whatever_rhythm_burns_no_sequence_numbers(field: Field) -> None:
    field.world.ether.block("handset")
    for life_ms in range(100, 7_000, 300):
        field.handset.power_cut()
        field.world.run_for(50)
        field.handset.power_on()
        for press_ms in (2_300, 3_700, 5_100):  # somebody types a report meanwhile
            press = partial(field.handset.press, "user", LONG_MS)
            field.world.at(field.world.now_ms + press_ms, press)
        field.world.run_for(life_ms)
    field.restart()
    field.world.run_for(7_000)
    seqs = sorted(journal(field))
    assert len(seqs) > 2
    assert seqs == list(range(len(seqs)))


def test_language_and_power_mode_are_the_old_or_the_new_one_whenever_it_is_cut(
    field: Field,
) -> None:
    """The file may be new and empty, which is no choice; a handset starts with any of them."""
    chosen: dict[str, list[bytes | None]] = {"/language": [], "/power": []}

    def choose() -> None:
        for name in ("language", "power"):
            if field.handset.running:
                field.menu(name)
            if field.handset.running:
                field.press(PRESS_MS, LONG_MS)

    for _ in cut_at_each_write(field, choose):
        for path, found in chosen.items():
            found.append(field.handset.read_file(path))
        assert Host(field).counters()["uptime s"] < 60
    for found in chosen.values():
        assert found[-1]
        assert set(found) <= {None, b"", *found[-2:]}
