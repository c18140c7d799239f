"""The simulated SX1262 by raw SPI: what it does, and what it refuses as a real one would."""

import pytest

from turna_simulation.chips.sx1262_facts import DeviceError, Irq, Mode, Wiring

from .sx1262_host import SYMBOL_US, Air, Host

OK, DATA_AVAILABLE, TIMED_OUT, PROCESSING_ERROR, EXECUTION_FAILURE, SENT = 1, 2, 3, 4, 5, 6
XOSC_START = DeviceError.XOSC_START
STANDBY_XOSC = (0x80, 1)
CONTINUOUS = (0x82, 0xFF, 0xFF, 0xFF)


@pytest.fixture
def air() -> Air:
    return Air()


@pytest.fixture
def host(air: Air) -> Host:
    return Host(air, "host")


@pytest.fixture
def ready(host: Host) -> Host:
    host.configure()
    assert host.chip.refusals == []
    return host


@pytest.fixture
def peer(air: Air) -> Host:
    peer = Host(air, "peer")
    peer.configure()
    return peer


# Reset, BUSY, sleep.


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


# Clocks and calibration.


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


# Commands.


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


# Sending.


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


# Receiving.


def test_a_packet_goes_from_buffer_to_buffer(ready: Host, peer: Host) -> None:
    peer.listen()
    ready.send(b"sitrep")
    peer.air.run_ms(200)

    assert peer.irq() == Irq.RX_DONE | Irq.HEADER_VALID | Irq.PREAMBLE_DETECTED
    assert peer.received() == b"sitrep"
    assert peer.status() == (Mode.RX, DATA_AVAILABLE)
    assert peer.lines["dio1"] == 1
    peer.command(0x02, 0xFF, 0xFF)
    assert peer.lines["dio1"] == 0


def test_only_what_is_in_the_masks_is_reported_and_signalled(ready: Host, peer: Host) -> None:
    peer.command(0x08, 0x00, 0x06, 0x00, 0x04, 0, 0, 0, 0)  # RX done, preamble; DIO1 preamble
    peer.listen()
    ready.send(b"x")
    while not peer.lines["dio1"]:
        ready.air.scheduler.run_next()
    assert peer.irq() == Irq.PREAMBLE_DETECTED
    peer.command(0x02, 0x00, 0x04)
    ready.air.run_ms(200)

    assert peer.irq() == Irq.RX_DONE
    assert peer.lines["dio1"] == 0


def test_packets_of_continuous_reception_lie_one_behind_the_other(ready: Host, peer: Host) -> None:
    peer.listen()
    starts = []
    for i in range(4):
        ready.send(bytes([i]) * 100)
        ready.air.run_ms(500)
        starts.append(peer.read(0x13, count=2)[1])
        assert peer.received() == bytes([i]) * 100

    assert starts == [0, 100, 200, 44]
    assert peer.read_register(0x0803) == 144


def test_single_reception_ends_with_its_packet(ready: Host, peer: Host) -> None:
    peer.command(0x82, 0, 0, 0)
    ready.send(b"x")
    ready.air.run_ms(200)

    assert peer.status() == (Mode.STDBY_RC, DATA_AVAILABLE)


def test_reception_times_out_in_steps_of_a_64th_millisecond(ready: Host) -> None:
    ready.exchange(0x82, 0x00, 0x19, 0x00)  # 100 ms
    ready.air.run_ms(104.9)
    assert ready.irq() == 0
    ready.air.run_ms(0.3)

    assert ready.irq() == Irq.TIMEOUT
    assert ready.status() == (Mode.STDBY_RC, TIMED_OUT)


def test_a_header_stops_the_timeout(ready: Host, peer: Host) -> None:
    peer.command(0x82, 0x00, 0x25, 0x80)  # 150 ms: ends after the header of what follows
    ready.send(bytes(100))
    ready.air.run_ms(400)

    assert peer.irq() & Irq.RX_DONE
    assert not peer.irq() & Irq.TIMEOUT


def test_strength_and_ratio_are_reported(air: Air, ready: Host, peer: Host) -> None:
    air.set_path_loss(ready, peer, 132.0)
    peer.listen()
    ready.send(b"x")
    air.run_ms(200)

    total, snr_x4, signal = peer.read(0x14, count=3)

    assert signal == 244  # 10 - 132 = -122 dBm
    assert snr_x4 - 256 == round(4 * (-122 + 117.03))
    assert total < signal  # below the noise the sum is mostly noise


def test_a_collision_is_a_crc_or_header_error(air: Air, ready: Host, peer: Host) -> None:
    third = Host(air, "third")
    third.configure()
    peer.listen()
    ready.send(bytes(50))
    air.run_ms(60)
    third.send(bytes(50))
    air.run_ms(500)

    assert peer.irq() & (Irq.CRC_ERROR | Irq.HEADER_ERROR)


def test_a_packet_longer_than_the_receiver_admits_is_a_header_error(
    ready: Host, peer: Host
) -> None:
    peer.set_packet(10)
    peer.command(*CONTINUOUS)
    ready.send(bytes(11))
    ready.air.run_ms(300)

    assert peer.irq() & Irq.HEADER_ERROR
    assert not peer.irq() & Irq.RX_DONE


def test_counts_are_kept_until_reset(ready: Host, peer: Host) -> None:
    peer.listen()
    for _ in range(3):
        ready.send(b"x")
        ready.air.run_ms(200)
    assert peer.read(0x10, count=6) == bytes((0, 3, 0, 0, 0, 0))
    peer.command(0x00, 0, 0, 0, 0, 0, 0)
    assert peer.read(0x10, count=6) == bytes(6)


@pytest.mark.parametrize(
    ("spoil", "margin_db"),
    [
        ((0x0D, 0x08, 0xAC, 0x94), 1.5),  # power-saving gain
        ((0x98, 0xE1, 0xE9), 2.5),  # image calibrated for 902 to 928 MHz
        ((0x9D, 0), 25.0),  # RF switch not driven
    ],
    ids=["gain", "image", "switch"],
)
def test_a_wrong_setting_makes_the_receiver_deaf(
    air: Air, ready: Host, peer: Host, spoil: tuple[int, ...], margin_db: float
) -> None:
    air.set_path_loss(ready, peer, 10 + 117.03 + 10 - margin_db)
    for spoilt in (False, True):
        peer.command(*STANDBY_XOSC)
        peer.command(0x02, 0xFF, 0xFF)
        if spoilt:
            peer.command(*spoil)
        peer.listen()
        ready.send(b"x")
        air.run_ms(200)
        assert bool(peer.irq() & Irq.RX_DONE) is not spoilt


def test_wrong_modulation_quality_makes_the_sender_hard_to_hear(
    air: Air, ready: Host, peer: Host
) -> None:
    air.set_path_loss(ready, peer, 10 + 117.03 + 10 - 2)
    ready.write_register(0x0889, 0x01)
    peer.listen()
    ready.send(b"x")
    air.run_ms(200)

    assert not peer.irq() & Irq.RX_DONE


def test_a_wrong_iq_bit_spoils_long_packets(ready: Host, peer: Host) -> None:
    peer.write_register(0x0736, 0x09)
    peer.listen()
    for length, damaged in ((20, False), (60, True)):
        ready.send(bytes(length))
        ready.air.run_ms(400)
        assert bool(peer.irq() & Irq.CRC_ERROR) is damaged
        peer.command(0x02, 0xFF, 0xFF)


def test_without_a_header_the_receive_timer_runs_on_unless_stopped(ready: Host, peer: Host) -> None:
    for remedied in (False, True):
        for host in (ready, peer):
            host.command(0x80, 0)
            host.command(0x02, 0xFF, 0xFF)
            host.command(0x8C, 0, 12, 1, 8, 1, 0)  # implicit header, 8 bytes
        peer.command(0x82, 0x00, 0x7D, 0x00)  # 500 ms
        ready.command(0x83, 0, 0, 0)
        ready.air.run_ms(200)
        assert peer.irq() & Irq.RX_DONE
        if remedied:
            peer.write_register(0x0902, 0x00)
            peer.write_register(0x0944, peer.read_register(0x0944) | 0x02)
        ready.air.run_ms(500)
        assert bool(peer.irq() & Irq.TIMEOUT) is not remedied


def test_power_on_the_channel_can_be_read_while_receiving(ready: Host, peer: Host) -> None:
    peer.listen()
    assert peer.read(0x15, count=1)[0] == 234  # -117 dBm
    ready.send(bytes(50))
    ready.air.run_ms(50)
    assert peer.read(0x15, count=1)[0] < 200


# Activity detection.


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


# Duty cycle.


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
