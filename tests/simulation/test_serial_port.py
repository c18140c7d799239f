"""A board's serial port: in virtual time, and as a device file that pyserial opens."""

import threading

import serial

from tests.simulation.bench import board_with, said
from turna_simulation.world import World

ECHO = """
    import asyncio, micropython, select, sys
    micropython.kbd_intr(-1)

    async def main():
        reader = asyncio.StreamReader(sys.stdin.buffer)
        poll = select.poll()
        poll.register(sys.stdin, select.POLLIN)
        while True:
            data = await reader.read(1)
            while poll.poll(0):
                data += sys.stdin.buffer.read(1)
            sys.stdout.buffer.write(data)

    asyncio.run(main())
"""

EVERY_BYTE = bytes(range(256))


def test_all_bytes_pass_in_both_directions_at_the_speed_of_the_line() -> None:
    with World() as world:
        board = board_with(world, ECHO)
        world.run_for(500)
        board.serial.read()
        board.serial.write(EVERY_BYTE)
        started_ms = world.now_ms
        assert world.run_until(lambda: len(board.serial.output) >= 256, timeout_ms=200)

        assert board.serial.read() == EVERY_BYTE
        one_way_ms = 256 * 10 / 115.2
        assert one_way_ms < world.now_ms - started_ms < 2.5 * one_way_ms


def test_a_board_that_does_not_look_keeps_259_bytes_and_loses_the_rest() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import micropython, select, sys, time
            micropython.kbd_intr(-1)
            time.sleep(1)
            poll = select.poll()
            poll.register(sys.stdin, select.POLLIN)
            count = 0
            while poll.poll(10):
                sys.stdin.buffer.read(1)
                count += 1
            print(count)
            """,
        )
        world.run_for(500)
        board.serial.write(bytes(400))
        world.run_for(1500)

        assert said(board) == ["259"]
        assert board.mcu.uarts[0].lost_bytes == 400 - 259


def test_ctrl_c_interrupts_unless_the_firmware_takes_all_bytes() -> None:
    with World() as world:
        board = board_with(world, "import time; time.sleep(100)")
        world.run_for(1000)
        board.serial.write(b"\x03")
        world.run_for(1000)

        assert "KeyboardInterrupt: " in said(board)


def test_printing_more_than_the_transmitter_holds_takes_time() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import time
            start = time.ticks_ms()
            print("x" * 1000)
            print(time.ticks_diff(time.ticks_ms(), start) // 10)
            """,
        )
        world.run_for(1000)

        assert said(board)[1] == str(int((1000 - 128) * 10 / 115.2) // 10)


def test_pyserial_opens_the_port_as_it_opens_a_real_one() -> None:
    with World() as world:
        board = board_with(world, ECHO)
        path = board.open_pty()
        answers: list[bytes] = []

        def host() -> None:
            with serial.Serial(path, 115200, timeout=5, write_timeout=5, exclusive=True) as port:
                for chunk in (b"\x00\x03\x04\x11\x13\r\n\xff", b"second"):
                    port.write(chunk)
                    answers.append(port.read(len(chunk)))

        world.run_paced(speed=20.0, for_ms=500)
        person = threading.Thread(target=host)
        person.start()
        world.run_paced(speed=1.0, until=lambda: not person.is_alive(), for_ms=10_000)
        person.join()

        assert answers == [b"\x00\x03\x04\x11\x13\r\n\xff", b"second"]


def test_the_port_stays_while_the_board_resets() -> None:
    with World() as world:
        board = board_with(
            world, "import time; print('up'); time.sleep(1); import machine; machine.reset()"
        )
        with serial.Serial(board.open_pty(), 115200, timeout=0) as port:
            world.run_for(5000)
            assert port.read(4096).count(b"up\r\n") >= 3


def test_a_host_at_the_wrong_speed_sends_nonsense() -> None:
    with World() as world:
        board = board_with(world, ECHO)
        with serial.Serial(board.open_pty(), 9600, timeout=0) as port:
            world.run_for(500)
            port.reset_input_buffer()
            port.write(b"hello")
            world.run_paced(speed=10.0, for_ms=1000)
            assert port.read(100) not in (b"", b"hello")


def test_another_thread_may_act_on_the_world() -> None:
    with World() as world:
        done: list[int] = []
        timer = threading.Timer(0.05, lambda: world.post(lambda: done.append(world.now_ms)))
        timer.start()
        world.run_paced(speed=10.0, until=lambda: bool(done), for_ms=60_000)

        assert 100 < done[0] < 60_000
