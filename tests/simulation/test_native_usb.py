"""A native USB port: it goes with the chip, back-pressures the host, and makes a slow one lose."""

import os

import pytest
import serial

from tests.simulation.bench import board_with, said
from tests.simulation.test_serial_port import ECHO, EVERY_BYTE
from turna_simulation.board import Board
from turna_simulation.native_usb import FIFO_BYTES, UsbPort
from turna_simulation.world import World

MODEL = "lilygo_t3_s3"


def port_of(board: Board) -> UsbPort:
    assert isinstance(board.serial, UsbPort)
    return board.serial


def test_the_port_appears_a_moment_after_power_on_and_says_nothing_of_the_rom() -> None:
    with World() as world:
        board = board_with(world, "print('up')", model=MODEL)
        assert not port_of(board).present
        world.run_for(3_000)
        assert port_of(board).present
        assert bytes(port_of(board).output).startswith(b"up\r\n")


def test_a_reset_takes_the_port_away_with_what_was_on_its_way_and_brings_it_back() -> None:
    with World() as world:
        board = board_with(world, ECHO, model=MODEL)
        world.run_for(3_000)
        seen: list[bool] = []
        port_of(board).changed.append(seen.append)
        board.serial.write(b"lost")
        board.reset()
        world.run_for(3_000)
        assert seen == [False, True]
        assert b"lost" not in board.serial.read()
        board.serial.write(b"heard")
        world.run_for(100)
        assert board.serial.read() == b"heard"


def test_a_soft_reset_leaves_the_port() -> None:
    with World() as world:
        board = board_with(world, "import machine, time; time.sleep(2)", model=MODEL)
        world.run_for(3_500)
        seen: list[bool] = []
        port_of(board).changed.append(seen.append)
        board.serial.write(b"\x04")
        world.run_for(2_000)
        assert seen == []
        assert b"soft reboot" in board.serial.read()


def test_light_sleep_ends_the_port_until_the_next_start() -> None:
    with World() as world:
        board = board_with(
            world, "import machine, time; time.sleep(2); machine.lightsleep(100)", model=MODEL
        )
        world.run_for(10_000)
        assert board.running
        assert not port_of(board).present
        board.reset()
        world.run_for(1_500)
        assert port_of(board).present


def test_all_bytes_pass_in_packets_of_64() -> None:
    with World() as world:
        board = board_with(world, ECHO, model=MODEL)
        world.run_for(3_000)
        pieces: list[bytes] = []
        board.serial.listeners.append(pieces.append)
        board.serial.write(EVERY_BYTE)
        world.run_for(200)
        assert b"".join(pieces) == EVERY_BYTE
        assert max(map(len, pieces)) <= 64


def test_a_board_that_does_not_look_makes_the_host_wait_and_loses_nothing() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import micropython, select, sys, time
            micropython.kbd_intr(-1)
            time.sleep(3)
            poll = select.poll()
            poll.register(sys.stdin, select.POLLIN)
            count = 0
            while poll.poll(50):
                sys.stdin.buffer.read(1)
                count += 1
            print(count)
            """,
            model=MODEL,
        )
        world.run_for(2_000)
        board.serial.write(bytes(2_000))
        world.run_for(500)
        assert port_of(board).waiting_bytes >= 2_000 - 259 - FIFO_BYTES
        world.run_for(3_000)
        assert port_of(board).waiting_bytes == 0
        assert said(board)[-1] == "2000"


PRINTS_ON = """
    import time
    time.sleep(2)
    longest = 0
    while True:
        start = time.ticks_ms()
        print("x" * 198)
        took = time.ticks_diff(time.ticks_ms(), start)
        longest = max(longest, took)
        print("took", took, longest)
        time.sleep_ms(100)
"""


def test_a_host_that_holds_the_port_and_does_not_read_makes_each_write_wait_half_a_second() -> None:
    with World() as world:
        board = board_with(world, PRINTS_ON, model=MODEL)
        world.run_for(3_000)
        port_of(board).open()
        port_of(board).reads = False
        world.run_for(20_000)
        assert board.mcu.uarts[0].lost_bytes > 0
        port_of(board).reads = True
        world.run_for(1_000)
        _, took, longest = said(board)[-1].split()
        assert int(longest) >= 500
        assert int(took) < 100, "and goes on once it is read again"


def test_without_dtr_a_write_takes_no_time_and_the_newest_bytes_are_kept() -> None:
    with World() as world:
        board = board_with(world, PRINTS_ON, model=MODEL)
        port_of(board).close()
        world.run_for(10_000)
        assert bytes(port_of(board).output) == b""
        port_of(board).open()
        world.run_for(50)
        assert 0 < len(port_of(board).read()) <= FIFO_BYTES + 300
        assert board.mcu.uarts[0].lost_bytes == 0


def test_the_device_file_goes_and_a_new_one_of_the_same_name_comes() -> None:
    with World() as world:
        board = board_with(world, ECHO, model=MODEL)
        path = board.open_pty()
        assert not os.path.exists(path)  # noqa: PTH110 - a link to nowhere does not
        world.run_for(3_000)
        with serial.Serial(path, 115200, timeout=0) as port:
            port.write(b"hello")
            world.run_paced(speed=5.0, for_ms=500)
            assert port.read(100) == b"hello"
            board.reset()
            world.run_for(100)
            assert not os.path.exists(path)  # noqa: PTH110
            with pytest.raises((OSError, serial.SerialException)):
                port.write(b"x")
        world.run_for(3_000)
        with serial.Serial(path, 115200, timeout=0) as port:
            port.write(b"again")
            world.run_paced(speed=5.0, for_ms=500)
            assert port.read(100) == b"again"
