"""The simulated SX1262 sends: time on air, power, its amplifier and RF switch."""

import pytest

from tests.simulation.sx1262_host import Host
from turna_simulation.chips.sx1262_facts import Irq, Mode

# The status that every reply carries (SX1261/2 DS table 13-76).
TIMED_OUT = 3
SENT = 6


@pytest.mark.parametrize("length", [1, 20, 255])
def test_a_packet_takes_its_time_on_air(ready: Host, length: int) -> None:
    ready.send(bytes(length))
    started_us = ready.air.scheduler.now_us
    assert ready.status()[0] == Mode.TX
    while not ready.lines["dio1"]:
        ready.air.scheduler.run_next()

    airtime_us = ready.air.ether.log[0]["airtime_us"]
    assert ready.air.scheduler.now_us - started_us == pytest.approx(airtime_us, abs=60)
    assert ready.irq() == Irq.TX_DONE
    assert ready.status() == (Mode.STDBY_RC, SENT)


def test_a_transmission_longer_than_its_timeout_is_cut_off(ready: Host, peer: Host) -> None:
    peer.listen()
    ready.set_packet(20)
    ready.command(0x83, 0x00, 0x0C, 0x80)  # 50 ms
    ready.air.run_ms(300)

    assert ready.irq() == Irq.TIMEOUT
    assert ready.status() == (Mode.STDBY_RC, TIMED_OUT)
    assert peer.air.events("cut_off") == [("cut_off", "host")]
    assert peer.irq() & Irq.RX_DONE == 0 or peer.irq() & Irq.CRC_ERROR


def test_the_fallback_mode_follows_a_transmission(ready: Host) -> None:
    ready.command(0x93, 0x30)
    ready.send(b"x")
    ready.air.run_ms(200)

    assert ready.status() == (Mode.STDBY_XOSC, SENT)


@pytest.mark.parametrize(
    ("pa", "parameter", "radiated_dbm"),
    [
        ((4, 7), 22, 22),
        ((4, 7), 10, 10),
        ((4, 7), -9, -9),
        ((3, 5), 22, 20),
        ((2, 3), 22, 17),
        ((2, 2), 22, 14),
    ],
)
def test_amplifier_and_power_together_make_the_output(
    ready: Host, pa: tuple[int, int], parameter: int, radiated_dbm: int
) -> None:
    ready.command(0x95, *pa, 0, 1)
    ready.command(0x8E, parameter & 0xFF, 4)
    ready.send(b"x")

    assert ready.air.ether.log[0]["power_dbm"] == radiated_dbm


def test_the_over_current_limit_limits_the_output(ready: Host) -> None:
    ready.command(0x8E, 22, 4)
    ready.write_register(0x08E7, 0x26)  # 95 mA
    ready.send(b"x")

    assert ready.air.ether.log[0]["power_dbm"] == 17


def test_without_the_rf_switch_next_to_nothing_is_radiated(ready: Host) -> None:
    ready.command(0x9D, 0)
    ready.send(b"x")

    assert ready.air.ether.log[0]["power_dbm"] == -20


def test_without_its_remedy_the_clamp_takes_power_into_a_real_antenna(ready: Host) -> None:
    ready.write_register(0x08D8, 0xC8)
    ready.send(b"x")

    assert ready.air.ether.log[0]["power_dbm"] == 5
