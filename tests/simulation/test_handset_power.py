"""What a handset keeps when its power goes: reports, numbers, states, air time."""

from pathlib import Path

from tests.simulation.handset_bench import LONG_MS, Field, Host
from turna_protocol import delivery
from turna_protocol.reports import Sitrep
from turna_simulation.world import World


def test_a_report_is_sent_byte_for_byte_the_same_after_a_power_cut(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        field.send_sitrep()
        world.run_for(2000)
        before = field.packets_of(Sitrep)
        assert before
        field.restart()
        field.gateway.heard.clear()
        world.run_for(30_000)
        after = field.packets_of(Sitrep)
        assert after
        assert set(after) == set(before)


def test_a_state_survives_a_power_cut(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        seq = field.send_sitrep()
        field.gateway.receipt(seq, delivery.AT_SECRETARIAT)
        world.run_for(1000)
        field.restart()
        assert field.shows("stored at Secretariat")


def test_numbers_are_never_used_twice_over_power_cuts(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        seqs = []
        for _ in range(3):
            seqs.append(field.send_sitrep())
            world.run_for(1500)
            field.restart()
        assert len(set(seqs)) == 3
        assert len(set(field.packets_of(Sitrep))) == len(
            {seq for seq, _ in field.gateway.reports()}
        )


def test_a_handset_that_only_restarts_uses_up_no_numbers(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        for _ in range(4):
            field.restart()
        assert field.send_sitrep() == 0


def test_erased_nvs_does_not_start_the_numbers_again(tmp_path: Path) -> None:
    with World(seed=1, directory=tmp_path / "world") as world:
        field = Field(world, tmp_path)
        first = field.send_sitrep()
        (tmp_path / "world" / "handset" / "nvs.json").unlink()
        field.handset.power_cut()
        field.handset.power_on()
        world.run_for(2500)
        assert field.send_sitrep() > first


def test_power_cut_at_any_write_of_a_report_leaves_it_whole_or_absent(tmp_path: Path) -> None:
    for write in range(1, 12):
        directory = tmp_path / str(write)
        directory.mkdir()
        with World(seed=write) as world:
            field = Field(world, directory, position_interval_s=3600, health_interval_s=3600)
            field.press(LONG_MS, LONG_MS)
            field.handset.cut_power_at_write(write)
            field.press(LONG_MS)
            world.run_for(500)
            if field.handset.running:
                assert write > 5  # the report took fewer writes than this
                break
            field.handset.power_on()
            world.run_for(4000)
            counters = Host(field).counters()
            assert counters["records damaged"] == 0, write
            assert counters["flash errors"] == 0, write
            assert not [name for name in counters if name.startswith("failed")], write
            world.run_for(3000)
            packets = set(field.packets_of(Sitrep))
            assert len(packets) <= 1, write
            seq = field.send_sitrep()
            world.run_for(3000)
            assert seq in [number for number, _ in field.gateway.of_kind(Sitrep)], write
