"""The simulated SX1262: its clocks want their order, and a wrong command is refused."""

import pytest

from tests.simulation.sx1262_host import Air, Host
from turna_simulation.chips.sx1262_facts import DeviceError, Mode, Wiring

# The status that every reply carries (SX1261/2 DS table 13-76).
OK = 1
PROCESSING_ERROR = 4
EXECUTION_FAILURE = 5
XOSC_START = DeviceError.XOSC_START
STANDBY_XOSC = (0x80, 1)
CONTINUOUS = (0x82, 0xFF, 0xFF, 0xFF)


def test_without_tcxo_voltage_the_oscillator_does_not_start(host: Host) -> None:
    assert host.errors() & XOSC_START  # of the calibration at power-on
    host.command(0x07, 0, 0)
    assert host.errors() == 0

    host.command(*STANDBY_XOSC)

    assert host.errors() == XOSC_START
    assert host.status() == (Mode.STDBY_RC, EXECUTION_FAILURE)


@pytest.mark.parametrize(
    "tcxo",
    [(0x01, 0x00, 0x01, 0x40), (0x02, 0x00, 0x00, 0x20)],
    ids=["too little voltage", "too little time"],
)
def test_a_tcxo_needs_its_voltage_and_its_time(host: Host, tcxo: tuple[int, ...]) -> None:
    host.command(0x97, *tcxo)
    host.command(0x07, 0, 0)
    host.command(0x89, 0x7F)

    assert host.errors() & XOSC_START


def test_starting_the_tcxo_takes_the_time_it_was_given(ready: Host) -> None:
    ready.command(0x80, 0)
    started_us = ready.air.scheduler.now_us
    ready.command(*CONTINUOUS)
    assert ready.air.scheduler.now_us - started_us == pytest.approx(5_083, abs=60)

    ready.command(*STANDBY_XOSC)
    started_us = ready.air.scheduler.now_us
    ready.command(*CONTINUOUS)
    assert ready.air.scheduler.now_us - started_us < 150


def test_without_calibration_after_the_tcxo_the_pll_does_not_lock(ready: Host) -> None:
    ready.chip.pin("reset", 0)
    ready.air.run_ms(1)
    ready.chip.pin("reset", 1)
    ready.command(0x97, 0x02, 0x00, 0x01, 0x40)
    ready.command(0x07, 0, 0)
    ready.command(0x8A, 1)
    ready.command(0x86, 0x1B, 0x12, 0xC0, 0x00)
    ready.command(0x8B, 8, 4, 1, 0)
    ready.set_packet(255)
    ready.command(*CONTINUOUS)

    assert ready.errors() == DeviceError.PLL_LOCK
    assert ready.status() == (Mode.STDBY_RC, EXECUTION_FAILURE)


def test_a_board_with_a_crystal_needs_none_of_this(air: Air) -> None:
    host = Host(air, "crystal", Wiring(tcxo_millivolts=None))

    host.command(*STANDBY_XOSC)

    assert host.errors() == 0
    assert host.status() == (Mode.STDBY_XOSC, OK)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ((0x42,), PROCESSING_ERROR),  # no such command
        ((0x80,), PROCESSING_ERROR),  # parameter missing
        ((0x80, 0, 0), PROCESSING_ERROR),  # one too many
        ((0x89, 0xFE), PROCESSING_ERROR),  # reserved bit
        ((0x98, 0xD7, 0xD6), EXECUTION_FAILURE),  # no such band
        ((0x8B, 13, 4, 1, 0), PROCESSING_ERROR),
        ((0x8B, 8, 7, 1, 0), PROCESSING_ERROR),
        ((0x95, 4, 7, 1, 1), PROCESSING_ERROR),  # the SX1261's amplifier
        ((0x95, 7, 7, 0, 1), PROCESSING_ERROR),
        ((0x8E, 23, 4), PROCESSING_ERROR),
        ((0x86, 0, 0, 0, 0), PROCESSING_ERROR),
        ((0x93, 0x10), PROCESSING_ERROR),
    ],
)
def test_nonsense_is_refused(ready: Host, sent: tuple[int, ...], status: int) -> None:
    ready.command(*sent)

    assert ready.status() == (Mode.STDBY_RC, status)
    assert len(ready.chip.refusals) == 1


def test_lora_parameters_before_the_packet_type_are_refused(host: Host) -> None:
    host.start_clocks()
    host.command(0x8B, 8, 4, 1, 0)
    assert host.status()[1] == PROCESSING_ERROR
    host.command(0x8A, 1)
    host.set_packet(10)
    assert host.status()[1] == EXECUTION_FAILURE


def test_nothing_is_sent_or_received_before_it_is_configured(host: Host) -> None:
    host.start_clocks()
    for command in ((0x83, 0, 0, 0), CONTINUOUS, (0xC5,)):
        host.command(*command)
        assert host.status() == (Mode.STDBY_RC, EXECUTION_FAILURE)


@pytest.mark.parametrize("sent", [(0x84, 4), (0x89, 0x7F), (0x96, 1), (0x8B, 8, 4, 1, 0)])
def test_what_needs_standby_is_refused_while_receiving(ready: Host, sent: tuple[int, ...]) -> None:
    ready.listen()
    ready.command(*sent)

    assert ready.status() == (Mode.RX, EXECUTION_FAILURE)


def test_each_reply_carries_the_status(ready: Host) -> None:
    status = 0x80 | Mode.STDBY_RC << 4 | OK << 1

    assert ready.exchange(0x0E, 0, 1, 2) == bytes([status]) * 4
    assert ready.exchange(0x1D, 0x07, 0x40, 0, 0, 0) == bytes([status] * 4 + [0x14, 0x24])


def test_bytes_may_come_in_several_transfers_of_one_frame(ready: Host) -> None:
    ready.chip.pin("nss", 0)
    ready.chip.exchange(b"\x1d\x07")
    ready.chip.exchange(b"\x40\x00")
    assert ready.chip.exchange(b"\x00") == b"\x14"
    assert ready.chip.exchange(b"\x00") == b"\x24"
    ready.chip.pin("nss", 1)
