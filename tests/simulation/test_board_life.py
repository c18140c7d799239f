"""The life of a board: resets, sleep, watchdog, flash, power cuts, crashes, and its end."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from tests.simulation.bench import board_with, said
from turna_simulation.world import World, find_micropython


def test_each_way_to_start_has_its_cause_and_keeps_what_it_should() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import machine, time
            rtc = machine.RTC()
            held = rtc.memory()
            print(machine.reset_cause(), held, time.ticks_ms() == 300)
            rtc.memory(held + b"x")
            if machine.reset_cause() == machine.PWRON_RESET:
                machine.reset()
            if machine.reset_cause() == machine.HARD_RESET:
                machine.soft_reset()
            if machine.reset_cause() == machine.SOFT_RESET:
                machine.deepsleep(5000)
            """,
        )
        world.run_for(10_000)
        assert said(board) == ["1 b'' True", "2 b'x' True", "5 b'xx' False", "4 b'xxx' True"]

        board.power_cut()
        board.power_on()
        world.run_for(500)
        assert said(board)[0] == "1 b'' True"


def test_deep_sleep_ends_at_a_pin() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import esp32, machine
            if machine.reset_cause() == machine.DEEPSLEEP_RESET:
                print("woken by", machine.wake_reason())
            else:
                esp32.wake_on_ext0(machine.Pin(0), esp32.WAKEUP_ALL_LOW)
                machine.deepsleep()
            """,
        )
        world.run_for(60_000)
        assert not board.running
        board.press("user")
        world.run_for(1000)

        assert said(board) == ["woken by 2"]


def test_light_sleep_keeps_the_program_and_ends_at_a_pin_or_in_time() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import esp32, machine, time
            esp32.wake_on_ext0(machine.Pin(0), esp32.WAKEUP_ALL_LOW)
            for _ in range(2):
                machine.lightsleep(5000)
                print(machine.wake_reason(), time.ticks_ms() // 100)
                time.sleep_ms(500)
            """,
        )
        world.at(1000, lambda: board.press("user"))
        world.run_for(8000)

        assert said(board) == ["2 10", "4 65"]


def test_a_watchdog_ends_a_program_that_hangs() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import machine
            print(machine.reset_cause())
            if machine.reset_cause() == machine.PWRON_RESET:
                machine.WDT(timeout=8000)
                while True:
                    pass
            """,
        )
        world.run_for(10_000)

        assert said(board) == ["1", "3"]
        starts = world.log.entries("bench", "start")
        assert starts[1].at_us == pytest.approx(8_300_000, abs=1000)
        assert world.log.entries("bench", "hung")


def test_a_program_that_feeds_its_watchdog_lives() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import machine, time
            watchdog = machine.WDT(timeout=2000)
            for _ in range(10):
                time.sleep_ms(1500)
                watchdog.feed()
            print("alive")
            """,
        )
        world.run_for(16_000)

        assert said(board) == ["alive"]
        assert board.boots == 1


def test_one_board_that_hangs_does_not_stop_the_others() -> None:
    with World() as world:
        board_with(world, "while True: pass", name="stuck")
        board = board_with(world, "import time; time.sleep(5); print('fine')", name="other")
        world.run_for(6000)

        assert said(board) == ["fine"]


def test_a_board_whose_program_ended_stands_at_its_prompt() -> None:
    with World() as world:
        board = board_with(world, "raise ValueError('no settings')")
        world.run_for(500)
        assert b"ValueError: no settings\r\n" in board.serial.output
        assert board.serial.output.endswith(b">>> ")

        board.serial.read()
        board.serial.write(b"\x03\x02\x04")
        world.run_for(500)
        assert b"soft reboot" in board.serial.output
        assert b"ValueError" in board.serial.output


FLASH_FIRMWARE = """
    import os, time
    try:
        with open("/count") as file:
            count = int(file.read())
    except OSError:
        count = 0
    print("start", count)
    for count in range(count + 1, count + 30):
        with open("/count.new", "w") as file:
            file.write(str(count))
        os.rename("/count.new", "/count")
        print("stored", count)
"""


def test_files_outlive_resets_and_power_cuts() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            with open("/a.txt", "w") as file:
                file.write("kept")
            print("written")
            """,
        )
        board.power_cut()
        board.write_files({"/settings.json": b"{}", "/deep/in/it": b"\x00\xff"})
        board.power_on()
        world.run_for(1000)
        assert said(board) == ["written"]

        board.power_cut()
        assert board.read_file("/a.txt") == b"kept"
        assert board.read_file("/deep/in/it") == b"\x00\xff"
        assert board.read_file("/nothing") is None
        assert board.list_files() == ["a.txt", "deep", "main.py", "settings.json"]


@pytest.mark.parametrize("write", [1, 2, 3, 5, 8, 13, 21, 34, 55])
def test_a_power_cut_at_any_write_loses_nothing_that_was_stored(write: int) -> None:
    with World() as world:
        board = board_with(world, FLASH_FIRMWARE)
        board.cut_power_at_write(write)
        world.run_for(20_000)
        assert not board.running
        stored = [int(line.split()[1]) for line in said(board) if line.startswith("stored")]

        board.power_on()
        world.run_for(20_000)
        started = int(said(board)[0].split()[1])
        # what was said may be behind what was stored: the line is slower than the cut
        assert started >= (stored[-1] if stored else 0)


def test_writing_flash_takes_its_time() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import time
            start = time.ticks_ms()
            with open("/a", "w") as file:
                file.write("x" * 8192)
            print(time.ticks_diff(time.ticks_ms(), start))
            """,
        )
        world.run_for(5000)

        assert 100 < int(said(board)[0]) < 400
        assert board.flash.erases >= 2


def test_storage_keeps_what_was_committed() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import esp32, time
            storage = esp32.NVS("turna")
            try:
                print(storage.get_i32("next"))
            except OSError as error:
                print(error.args)
            storage.set_i32("next", -32)
            storage.set_blob("key", b"\\x01\\x02")
            storage.commit()
            storage.set_i32("next", 5)
            buffer = bytearray(8)
            print(storage.get_blob("key", buffer), buffer[:2])
            """,
        )
        world.run_for(500)
        board.power_cut()
        assert board.storage.value("turna", "next") == -32
        assert board.storage.value("turna", "key") == b"\x01\x02"
        board.power_on()
        world.run_for(500)

        told = said(board)
        assert told[0] == "(-4354, 'ESP_ERR_NVS_NOT_FOUND')"
        assert told[2] == "-32"


def test_an_interpreter_that_is_killed_counts_as_a_panic() -> None:
    with World() as world:
        board = board_with(
            world, "import machine, time; print(machine.reset_cause()); time.sleep(9)"
        )
        world.run_for(1000)
        assert board.pid is not None
        os.kill(board.pid, signal.SIGKILL)
        world.run_for(9000)

        assert said(board) == ["1", "2"]


@pytest.mark.parametrize("firmware", ["import time; time.sleep(1e6)", "while True: pass"])
def test_boards_do_not_outlive_a_world_that_is_killed(firmware: str, tmp_path: Path) -> None:
    script = f"""
        import sys
        from pathlib import Path
        from tests.simulation.bench import board_with
        from turna_simulation.world import World, find_micropython
        world = World(directory=Path({str(tmp_path)!r}))
        board = board_with(world, {firmware!r})
        world.run_for(350)
        print(board.pid, flush=True)
        sys.stdin.read()
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        assert is_alive(pid)
        owner.kill()
        owner.wait()
        deadline_s = time.monotonic() + 5
        while is_alive(pid) and time.monotonic() < deadline_s:
            os.sched_yield()
        assert not is_alive(pid)


@pytest.mark.parametrize("word_bits", [64, 32])
def test_the_heap_is_what_the_firmware_has_beside_the_overlay(word_bits: int) -> None:
    try:
        micropython = find_micropython(word_bits)
    except FileNotFoundError as reason:
        pytest.skip(str(reason))
    with World() as world:
        board = board_with(
            world,
            """
            import asyncio, esp32, gc, machine, select, time
            gc.collect()
            print(gc.mem_free())
            """,
            micropython=micropython,
            heap="110K",
        )
        world.run_for(1000)

        assert int(said(board)[0]) == pytest.approx(110 * 1024, rel=0.06)


def test_firmware_in_rom_takes_less_heap_than_firmware_in_files(tmp_path: Path) -> None:
    (tmp_path / "big.py").write_text(
        "\n".join(f"def f{n}(a, b):\n    return (a + b) * {n} - a" for n in range(200))
    )
    (tmp_path / "main.py").write_text(
        "import gc; gc.collect(); before = gc.mem_alloc(); import big; gc.collect()\n"
        "print(big.f7(1, 2), gc.mem_alloc() - before)\n"
    )
    with World() as world:
        boards = [
            world.add_board(name, firmware=[tmp_path], rom=name == "rom")
            for name in ("files", "rom")
        ]
        for board in boards:
            board.power_on()
        world.run_for(1000)
        (in_files, in_rom) = (said(board)[0].split() for board in boards)

        assert in_files[0] == in_rom[0] == "20"
        assert int(in_rom[1]) < int(in_files[1]) * 0.8


def test_boards_end_with_the_world() -> None:
    with World() as world:
        board = board_with(world, "import time; time.sleep(1000)")
        world.run_for(1000)
        pid = board.pid
    assert pid is not None
    assert not is_alive(pid)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
