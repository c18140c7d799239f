"""What can break on a board, and the handset that goes on: display, radio, flash, a hung task."""

from pathlib import Path

import pytest

from tests.simulation.handset_bench import LONG_MS, Field, Host
from turna_handset.font import SIGNS
from turna_protocol import delivery
from turna_protocol.reports import Sitrep
from turna_simulation.world import World

# Runs the real main.py, but one task stops for ever half a minute after the start.
HANGING_MAIN = b"""
import asyncio, sys
from turna_board.flash import Nvs
from turna_handset import journal
from turna_handset.courier import Courier

nvs = Nvs()
if not nvs.get("hung"):
    nvs.put("hung", 1)
    receive = Courier.receive_once

    async def hang(self):
        await asyncio.sleep_ms(30000)
        while True:
            await asyncio.sleep_ms(1000)

    Courier.receive_once = hang
for folder in sys.path:
    try:
        source = open(folder + "/main.py").read()
    except OSError:
        continue
    if folder:
        exec(source)
        break
"""


def test_a_display_that_fails_silences_nothing_and_comes_back(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        field.handset.parts.oled.power(False)
        seq = field.send_sitrep()
        world.run_for(2000)
        assert field.screen() == []
        assert [one for one, _ in field.gateway.of_kind(Sitrep)] == [seq]
        assert Host(field).counters()["display failures"] >= 1
        field.handset.parts.oled.power(True)
        field.gateway.acknowledge(seq)
        world.run_for(15_000)
        assert field.shows("stored at gateway")


def test_a_radio_that_fails_is_shown_and_the_report_goes_out_when_it_works_again(
    tmp_path: Path,
) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        field.handset.parts.radio.power(False)
        field.send_sitrep()
        world.run_for(15_000)
        assert field.shows("RADIO FAILED")
        assert field.shows(f"{SIGNS[delivery.SAVED]} SITREP")
        assert field.gateway.heard == []
        field.handset.parts.radio.power(True)
        world.run_for(60_000)
        assert field.gateway.of_kind(Sitrep)
        assert not field.shows("RADIO FAILED")


@pytest.mark.slow
@pytest.mark.timeout(240)  # 26 s alone: twenty files of 100 kB through littlefs on the flash
def test_full_flash_gives_up_positions_and_says_so_but_keeps_reports(tmp_path: Path) -> None:
    with World(seed=1) as world:
        logbooks = {f"/logbook{number}": bytes(100_000) for number in range(20)}
        logbooks["/logbook"] = bytes(28_000)  # now three blocks are free
        field = Field(world, tmp_path, position_interval_s=10, files=logbooks)
        world.ether.block("handset")
        first = field.send_sitrep()
        for _ in range(20):
            world.run_for(100_000)
            if Host(field).counters()["flash errors"]:
                break
        world.run_for(60_000)
        assert field.shows("MEMORY FULL")
        counters = Host(field).counters()
        assert counters["flash errors"] > 0
        assert counters["positions dropped"] > 0
        world.ether.unblock("handset")
        second = field.send_sitrep()
        field.gateway.beacon(1, world.unix_s)
        for _ in range(60):
            world.run_for(2000)
            for seq, _ in field.gateway.reports():
                field.gateway.acknowledge(seq)
        assert {first, second} <= {seq for seq, _ in field.gateway.of_kind(Sitrep)}


def test_flash_without_any_room_is_said_on_the_screen_and_on_usb(tmp_path: Path) -> None:
    with World(seed=1) as world:
        logbooks = {f"/logbook{number}": bytes(100_000) for number in range(20)}
        field = Field(world, tmp_path, files={**logbooks, "/logbook": bytes(32_000)})
        field.press(LONG_MS, LONG_MS, LONG_MS)
        assert field.shows("NOT SAVED: MEMORY") or field.shows("NOT SET UP")
        world.run_for(1000)
        assert field.gateway.heard == []


def test_a_report_that_flash_has_damaged_is_said_on_the_screen_and_spoils_no_other(
    tmp_path: Path,
) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        world.ether.block("handset")
        seqs = [field.send_sitrep() for _ in range(2)]
        field.handset.power_cut()
        name = f"/journal/{seqs[0]:07d}.r"
        content = field.handset.read_file(name) or b""
        field.handset.write_files({name: content[:-9] + bytes(9)})
        field.handset.power_on()
        world.run_for(3_000)
        assert field.shows("FAULT")
        counters = Host(field).counters()
        assert (counters["records damaged"], counters["flash errors"]) == (1, 0)
        assert seqs[1] in [entry.seq for entry in Host(field).journal()]


def test_a_hung_task_ends_in_the_watchdogs_reset_and_loses_nothing(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path, files={"/main.py": HANGING_MAIN})
        seq = field.send_sitrep()
        world.run_for(90_000)
        assert field.handset.boots == 2
        assert field.shows("saved here")
        assert Host(field).counters()["restarts"] == 1
        field.gateway.acknowledge(seq)
        world.run_for(3000)  # drawing waits a second for a host that may ask more
        assert field.shows("stored at gateway")


def test_power_cut_while_states_are_written_loses_no_report(tmp_path: Path) -> None:
    for write in range(1, 6):
        directory = tmp_path / str(write)
        directory.mkdir()
        with World(seed=write) as world:
            field = Field(world, directory)
            seqs = [field.send_sitrep() for _ in range(2)]
            field.handset.cut_power_at_write(write)
            for seq in seqs:
                field.gateway.receipt(seq, delivery.AT_SECRETARIAT)
            world.run_for(1000)
            if field.handset.running:
                assert write > 2
                break
            field.handset.power_on()
            world.run_for(4000)
            states = {one.seq: one.state for one in Host(field).journal()}
            assert set(seqs) <= set(states), write
            for seq in seqs * 3:  # the handset may be on the air itself
                field.gateway.receipt(seq, delivery.READ)
                world.run_for(1000)
            states = {one.seq: one.state for one in Host(field).journal()}
            assert [states[seq] for seq in seqs] == [delivery.READ] * 2, write
