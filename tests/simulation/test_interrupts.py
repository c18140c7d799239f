"""Soft interrupts: pins, timers and scheduled calls, as the ESP32 port serves them."""

from tests.simulation.bench import board_with, said
from turna_simulation.world import World


def test_a_timer_calls_again_and_again_or_once() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import machine, time
            calls = []
            again = machine.Timer(0, period=100, mode=machine.Timer.PERIODIC,
                                  callback=lambda timer: calls.append("again"))
            once = machine.Timer(1)
            once.init(period=250, mode=machine.Timer.ONE_SHOT,
                      callback=lambda timer: calls.append("once"))
            time.sleep_ms(550)
            again.deinit()
            time.sleep_ms(500)
            print(calls)
            """,
        )
        world.run_for(2000)

        assert said(board) == ["['again', 'again', 'once', 'again', 'again', 'again']"]


def test_what_an_interrupt_schedules_runs_after_it() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import machine, micropython, time
            order = []

            def later(argument):
                order.append(argument)

            def pressed(pin):
                micropython.schedule(later, "later")
                order.append("now")

            button = machine.Pin(0, machine.Pin.IN)
            button.irq(pressed, button.IRQ_FALLING)
            while "later" not in order:
                time.sleep_ms(10)
            print(order[:2])
            """,
        )
        world.at(500, lambda: board.press("user"))
        world.run_for(1000)

        assert said(board) == ["['now', 'later']"]


def test_interrupts_that_are_held_back_come_when_they_are_let_through() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import machine, time
            seen = []
            button = machine.Pin(0, machine.Pin.IN)
            button.irq(lambda pin: seen.append(1), button.IRQ_FALLING)
            state = machine.disable_irq()
            time.sleep_ms(1000)
            print(len(seen))
            machine.enable_irq(state)
            print(len(seen) > 0)
            """,
        )
        world.at(500, lambda: board.press("user"))
        world.run_for(2000)

        assert said(board) == ["0", "True"]


def test_more_interrupts_than_the_queue_holds_are_lost_silently() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import machine, time
            seen = []
            pin = machine.Pin(5, machine.Pin.IN, machine.Pin.PULL_UP)
            pin.irq(lambda pin: seen.append(1), pin.IRQ_FALLING)
            state = machine.disable_irq()
            time.sleep_ms(2000)
            machine.enable_irq(state)
            print(len(seen))
            """,
        )
        for number in range(30):
            world.at(500 + 20 * number, lambda: board.press("up", hold_ms=8))
        world.run_for(3000)

        assert said(board) == ["8"]


def test_an_interrupt_handler_that_fails_is_reported_and_the_program_goes_on() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import machine, time
            button = machine.Pin(0, machine.Pin.IN)
            button.irq(lambda pin: 1 // 0, button.IRQ_FALLING)
            time.sleep_ms(1500)
            print("goes on")
            """,
        )
        world.at(500, lambda: board.press("user"))
        world.run_for(3000)

        told = said(board)
        assert "ZeroDivisionError: divide by zero" in told
        assert told[-1] == "goes on"


def test_pins_that_interrupt_while_a_task_waits_wake_it_at_once() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import asyncio, machine, time
            pressed = asyncio.ThreadSafeFlag()
            button = machine.Pin(0, machine.Pin.IN)
            button.irq(lambda pin: pressed.set(), button.IRQ_FALLING)

            async def main():
                await pressed.wait()
                print(time.ticks_ms())

            asyncio.run(main())
            """,
        )
        world.at(12_345, lambda: board.press("user"))
        world.run_for(20_000)

        assert said(board) == ["12345"]
