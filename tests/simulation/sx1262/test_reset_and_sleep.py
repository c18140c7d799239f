"""The simulated SX1262: reset, BUSY, sleep, and a chip that hangs."""

from tests.simulation.sx1262_host import Air, Host
from turna_simulation.chips.sx1262_facts import DeviceError, Mode

# The status that every reply carries (SX1261/2 DS table 13-76).
OK = 1
XOSC_START = DeviceError.XOSC_START


def test_busy_is_high_while_the_chip_starts(air: Air, host: Host) -> None:
    host.chip.pin("reset", 0)
    air.run_ms(1)
    host.chip.pin("reset", 1)

    assert host.lines["busy"]
    air.run_ms(3.4)
    assert host.lines["busy"]
    air.run_ms(0.2)
    assert not host.lines["busy"]
    assert host.status() == (Mode.STDBY_RC, OK)


def test_a_reset_forgets_everything(ready: Host) -> None:
    ready.chip.pin("reset", 0)
    ready.air.run_ms(1)
    ready.chip.pin("reset", 1)
    ready.wait_ready()

    assert ready.read(0x11, count=1) == b"\0"  # packet type GFSK
    assert ready.read_register(0x08AC) == 0x94
    assert ready.errors() & XOSC_START


def test_a_command_while_busy_is_lost(ready: Host) -> None:
    ready.exchange(0x89, 0x7F)
    assert ready.lines["busy"]

    assert ready.exchange(0x11, 0, 0) == bytes(3)
    ready.exchange(0x8A, 0)

    ready.wait_ready()
    assert ready.read(0x11, count=1) == b"\1"
    assert ready.chip.refusals == ["sent while BUSY"] * 2


def test_a_sleeping_chip_is_busy_and_wakes_by_its_select_line(ready: Host) -> None:
    ready.command(0x80, 0)
    ready.exchange(0x84, 0x04)
    ready.air.run_ms(100)
    assert ready.lines["busy"]

    assert ready.exchange(0xC0, 0) == bytes(2)  # wakes it, answers nothing
    ready.wait_ready(limit_ms=0.5)

    assert ready.status() == (Mode.STDBY_RC, OK)
    assert ready.read(0x11, count=1) == b"\1"


def test_warm_sleep_keeps_the_gain_only_if_asked_to(ready: Host) -> None:
    for retained, gain in ((False, 0x94), (True, 0x96)):
        ready.write_register(0x08AC, 0x96)
        if retained:
            ready.write_register(0x029F, 1, 0x08, 0xAC)
        ready.command(0x80, 0)
        ready.exchange(0x84, 0x04)
        ready.exchange(0xC0, 0)
        ready.wait_ready()
        assert ready.read_register(0x08AC) == gain


def test_cold_sleep_forgets_everything(ready: Host) -> None:
    ready.command(0x80, 0)
    ready.exchange(0x84, 0x00)
    ready.exchange(0xC0, 0)
    ready.wait_ready()

    assert ready.read(0x11, count=1) == b"\0"
    assert ready.errors() & XOSC_START


def test_the_buffer_is_lost_in_sleep(ready: Host) -> None:
    ready.command(0x0E, 0, 1, 2, 3)
    assert ready.read(0x1E, 0, count=3) == bytes((1, 2, 3))
    ready.exchange(0x84, 0x04)
    ready.exchange(0xC0, 0)
    ready.wait_ready()

    assert ready.read(0x1E, 0, count=3) == bytes(3)


def test_a_hung_chip_stays_busy_until_it_is_reset(ready: Host) -> None:
    ready.chip.hang()
    ready.air.run_ms(10_000)
    assert ready.lines["busy"]

    ready.chip.pin("reset", 0)
    ready.air.run_ms(1)
    ready.chip.pin("reset", 1)
    ready.wait_ready()
    assert ready.status() == (Mode.STDBY_RC, OK)


def test_a_chip_without_supply_answers_nothing(ready: Host) -> None:
    ready.chip.power(on=False)

    assert ready.exchange(0xC0, 0) == b"\xff\xff"
