"""The simulated SX1262 detects activity, and listens and sleeps in turns."""

import pytest

from tests.simulation.sx1262_host import SYMBOL_US, Host
from turna_simulation.chips.sx1262_facts import Irq, Mode

# The status that every reply carries (SX1261/2 DS table 13-76).
OK = 1
STANDBY_XOSC = (0x80, 1)


def test_activity_is_detected_in_the_time_of_its_symbols(ready: Host, peer: Host) -> None:
    peer.command(0x88, 0x02, 21, 10, 0, 0, 0, 0)  # 4 symbols
    for active in (False, True):
        peer.command(*STANDBY_XOSC)
        peer.command(0x02, 0xFF, 0xFF)
        if active:
            ready.send(bytes(100))
            ready.air.run_ms(50)
        peer.exchange(0xC5)
        ready.air.run_ms((4 * SYMBOL_US + 40) / 1000)
        assert peer.irq() == 0
        ready.air.run_ms(0.1)
        assert peer.irq() == Irq.CAD_DONE | (Irq.CAD_DETECTED if active else 0)


@pytest.mark.parametrize(("peak", "sees"), [(10, True), (40, False)])
def test_a_wrong_detection_threshold_sees_ghosts_or_nothing(
    ready: Host, peak: int, *, sees: bool
) -> None:
    ready.command(0x88, 0x02, peak, 10, 0, 0, 0, 0)
    ready.command(0xC5)
    ready.air.run_ms(20)

    assert bool(ready.irq() & Irq.CAD_DETECTED) is sees


def test_activity_detection_can_go_on_to_receive(ready: Host, peer: Host) -> None:
    peer.command(0x88, 0x02, 21, 10, 1, 0, 0, 0)
    ready.send(b"x")
    peer.command(0xC5)
    ready.air.run_ms(300)

    assert peer.irq() & Irq.CAD_DETECTED
    assert peer.irq() & Irq.RX_DONE


def test_in_duty_cycle_the_chip_listens_and_sleeps_in_turns(ready: Host) -> None:
    ready.exchange(0x94, 0x00, 0x02, 0x80, 0x00, 0x0A, 0x00)  # 10 ms, 40 ms
    asleep = 0
    for _ in range(500):
        ready.air.run_ms(1)
        asleep += ready.chip.radio.mode is Mode.SLEEP

    assert 340 < asleep < 380  # 40 of 55 ms: the TCXO needs 5 each time
    assert ready.chip.refusals == []


@pytest.mark.parametrize("after_ms", [0, 7, 13, 29, 41, 53, 77])
def test_a_long_preamble_is_not_slept_through(ready: Host, peer: Host, after_ms: int) -> None:
    peer.exchange(0x94, 0x00, 0x0A, 0x00, 0x00, 0x0D, 0x00)  # 40 ms, 52 ms
    ready.air.run_ms(100 + after_ms)
    ready.set_packet(5, preamble=48)
    ready.command(0x83, 0, 0, 0)
    ready.air.run_ms(400)

    assert peer.lines["dio1"] == 1
    assert peer.irq() & Irq.RX_DONE
    assert peer.status()[0] == Mode.STDBY_RC


def test_a_preamble_gets_twice_the_listening_and_once_the_sleeping_time_for_its_header(
    ready: Host, peer: Host
) -> None:
    peer.exchange(0x94, 0x00, 0x05, 0x00, 0x00, 0x0D, 0x00)  # 2 x 20 + 52 ms: 48 symbols are 98
    ready.air.run_ms(1)
    ready.set_packet(5, preamble=48)
    ready.command(0x83, 0, 0, 0)
    ready.air.run_ms(400)

    assert not peer.lines["dio1"]


def test_a_command_ends_the_duty_cycle(ready: Host) -> None:
    ready.exchange(0x94, 0x00, 0x02, 0x80, 0x00, 0x0A, 0x00)
    ready.air.run_ms(30)
    assert ready.chip.radio.mode is Mode.SLEEP

    ready.exchange(0xC0, 0)
    ready.wait_ready()
    ready.air.run_ms(500)

    assert ready.status() == (Mode.STDBY_RC, OK)
