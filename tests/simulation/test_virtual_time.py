"""Virtual time on a board: clocks, sleeping, tasks, busy loops, and histories that repeat."""

from functools import partial
from pathlib import Path

import pytest

from tests.simulation.bench import board_with, said
from turna_simulation.world import World, find_micropython

BUSY_FIRMWARE = """
    import asyncio, machine, os, random, sys, time

    button = machine.Pin(0, machine.Pin.IN)
    pressed = asyncio.ThreadSafeFlag()
    button.irq(lambda pin: pressed.set(), machine.Pin.IRQ_FALLING)

    async def report_presses():
        while True:
            await pressed.wait()
            print("pressed", time.ticks_ms(), os.urandom(4).hex(), random.getrandbits(16))

    async def write_files():
        for number in range(4):
            with open("/%d.txt" % number, "w") as file:
                file.write("x" * 300)
            await asyncio.sleep_ms(150)
            print("written", number, time.ticks_ms())

    async def main():
        asyncio.create_task(report_presses())
        await write_files()
        await asyncio.sleep(60)

    asyncio.run(main())
"""


@pytest.mark.timeout(60)  # were it real, an hour would not fit
def test_sleeping_takes_virtual_time_and_no_other() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import time
            start = time.ticks_ms()
            time.sleep(3600)
            print(time.ticks_diff(time.ticks_ms(), start))
            """,
        )
        world.run_for(3_700_000)

        assert said(board) == ["3600000"]


def test_the_clocks_are_those_of_an_esp32_that_was_just_switched_on() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import machine, time
            print(time.gmtime(0)[:6], time.time(), time.ticks_ms())
            machine.RTC().datetime((2026, 8, 1, 0, 12, 30, 0, 0))
            time.sleep(90)
            print(machine.RTC().datetime()[:7])
            print(time.mktime((2026, 8, 1, 12, 31, 30, 0, 0)) == time.time())
            """,
        )
        world.run_for(100_000)

        assert said(board) == [
            "(2000, 1, 1, 0, 0, 0) 0 300",
            "(2026, 8, 1, 5, 12, 31, 30)",
            "True",
        ]


def test_a_loop_that_only_watches_the_clock_ends() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import time
            start = time.ticks_us()
            while time.ticks_diff(time.ticks_us(), start) < 20_000:
                pass
            print("over")
            """,
        )
        world.run_for(400)

        assert said(board) == ["over"]


def test_an_interrupt_reaches_a_loop_that_only_watches_the_clock() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import machine, time
            seen = []
            button = machine.Pin(0, machine.Pin.IN)
            button.irq(lambda pin: seen.append(pin.value()), machine.Pin.IRQ_FALLING)
            start = time.ticks_ms()
            while not seen and time.ticks_diff(time.ticks_ms(), start) < 5000:
                pass
            print(seen[0], time.ticks_ms() // 10)
            """,
        )
        world.at(1000, lambda: board.press("user"))
        world.run_for(6000)

        assert said(board) == ["0 100"]


def test_tasks_sleep_wait_for_each_other_and_are_cancelled() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import asyncio, time

            async def work(number):
                try:
                    await asyncio.sleep_ms(number * 100)
                    return number
                finally:
                    print("end", number, time.ticks_ms() // 10)

            async def main():
                print(await asyncio.gather(work(2), work(1)))
                try:
                    await asyncio.wait_for_ms(work(50), 300)
                except asyncio.TimeoutError:
                    print("timeout", time.ticks_ms() // 10)
                task = asyncio.create_task(work(40))
                await asyncio.sleep_ms(10)
                task.cancel()
                try:
                    await task
                except asyncio.CancelledError:
                    print("cancelled", task.done())
                lock, event = asyncio.Lock(), asyncio.Event()
                async def waits():
                    async with lock:
                        await event.wait()
                        return "event"
                other = asyncio.create_task(waits())
                await asyncio.sleep_ms(5)
                event.set()
                print(await other)

            asyncio.run(main())
            """,
        )
        world.run_for(3000)

        assert said(board) == [
            "end 1 40",
            "end 2 50",
            "[2, 1]",
            "end 50 80",
            "timeout 80",
            "end 40 81",
            "cancelled True",
            "event",
        ]


def test_boards_run_at_the_same_time_and_see_each_moment_in_order() -> None:
    firmware = """
        import time
        while time.ticks_ms() < 1000:
            time.sleep_ms(%d)
            print(time.ticks_ms())
    """
    with World() as world:
        first = board_with(world, firmware % 70, name="first")
        second = board_with(world, firmware % 110, name="second")
        world.run_for(1500)

        instants = [entry.at_us for entry in world.log.entries(what="serial")]
        assert instants == sorted(instants)
        assert len(said(first)) == 10
        assert len(said(second)) == 7


@pytest.mark.parametrize("seed", [1, 7])
def test_one_seed_gives_one_history(seed: int) -> None:
    assert history(seed) == history(seed)


def test_another_seed_gives_another_history() -> None:
    assert history(1) != history(2)


def test_a_history_does_not_depend_on_the_word_size_of_the_interpreter() -> None:
    try:
        narrow = find_micropython(32)
    except FileNotFoundError as reason:
        pytest.skip(str(reason))
    assert history(5, narrow, heap="150K") == history(5)


def test_a_history_does_not_depend_on_the_pace() -> None:
    assert history(5, speed=20.0) == history(5)


def history(
    seed: int,
    micropython: Path | None = None,
    heap: str | None = None,
    speed: float | None = None,
) -> tuple[list[str], str]:
    with World(seed) as world:
        for name in ("a", "b"):
            board = board_with(world, BUSY_FIRMWARE, name=name, micropython=micropython, heap=heap)
            world.at(900 + len(name), partial(board.press, "user", 70))
        if speed is None:
            world.run_for(2500)
        else:
            world.run_paced(speed, for_ms=2500)
        return world.history(), world.log.frames_digest()
