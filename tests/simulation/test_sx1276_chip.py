"""The simulated SX1276 by raw SPI: what it does, and what it ignores as a real one would."""

import pytest

from turna_simulation.chips import sx1276_facts as facts
from turna_simulation.chips.sx1276_facts import Irq, Mode, Wiring, radiated_dbm
from turna_simulation.ether import Impairment

from .sx1262_host import Air, Host
from .sx1276_host import FREQ_HZ, LORA, OldHost


@pytest.fixture
def air() -> Air:
    return Air()


@pytest.fixture
def host(air: Air) -> OldHost:
    return OldHost(air, "host")


@pytest.fixture
def ready(host: OldHost) -> OldHost:
    host.configure()
    assert host.chip.refusals == []
    return host


@pytest.fixture
def peer(air: Air) -> OldHost:
    peer = OldHost(air, "peer")
    peer.configure()
    return peer


# Reset, SPI, modes.


def test_after_a_reset_the_registers_have_the_values_of_the_datasheet(host: OldHost) -> None:
    assert host.read(facts.VERSION_AT) == 0x12
    assert host.read(facts.OP_MODE) == 0x09
    assert host.read(facts.FRF, 3) == 0x6C8000
    assert host.read(facts.OCP) == 0x2B
    assert host.read(facts.PA_DAC) == 0x84
    host.write(facts.OP_MODE, 0x08)
    host.write(facts.OP_MODE, LORA)
    assert host.read(facts.MODEM_1) == 0x72
    assert host.read(facts.MODEM_2) == 0x70
    assert host.read(facts.PREAMBLE, 2) == 8
    assert host.read(facts.SYNC_WORD) == 0x12
    assert host.chip.refusals == []


def test_a_reset_forgets_everything(ready: OldHost) -> None:
    ready.reset()
    ready.air.run_ms(6)

    assert ready.read(facts.OP_MODE) == 0x09
    assert ready.chip.refusals == []


def test_who_speaks_within_5_ms_of_a_reset_is_not_heard(host: OldHost) -> None:
    host.reset()
    host.air.run_ms(4.5)
    assert host.read(facts.VERSION_AT) == 0
    assert host.chip.refusals == ["spoken to while it starts"]


def test_a_reset_pulse_may_not_be_too_short(host: OldHost) -> None:
    host.reset(low_ms=0.05)
    assert host.chip.refusals == ["reset pulse shorter than 100 us"]


def test_without_nss_or_supply_nothing_answers(host: OldHost) -> None:
    assert host.chip.exchange(b"\x42\0") == b"\xff\xff"
    host.chip.power(on=False)
    assert host.exchange(0x42, 0) == b"\xff\xff"


def test_the_modem_changes_only_asleep(host: OldHost) -> None:
    host.write(facts.OP_MODE, LORA | Mode.STANDBY)
    assert host.read(facts.OP_MODE) == 0x09
    assert host.chip.refusals == ["LongRangeMode changed outside SLEEP"]


def test_lora_registers_and_fsk_registers_share_addresses(host: OldHost) -> None:
    host.write(0x20, 0x77)
    host.write(facts.OP_MODE, 0x08)
    host.write(facts.OP_MODE, LORA)
    assert host.read(facts.PREAMBLE, 2) == 8
    host.write(facts.OP_MODE, 0x08)
    assert host.read(0x20) == 0x77


def test_image_calibration_takes_10_ms_and_only_in_standby_of_fsk(host: OldHost) -> None:
    host.write(facts.FRF, 0xD9, 0x06, 0x66)
    host.write(facts.IMAGE_CALIBRATION, 0xC2)
    host.air.run_ms(9)
    assert host.read(facts.IMAGE_CALIBRATION) & 0x20
    host.air.run_ms(2)
    assert not host.read(facts.IMAGE_CALIBRATION) & 0x60
    assert host.chip.radio.settings.image_hz == pytest.approx(868_100_000, abs=61)
    host.write(facts.OP_MODE, 0x08)
    host.write(facts.IMAGE_CALIBRATION, 0xC2)
    assert host.chip.refusals == ["image calibration outside STANDBY"]


def test_the_fifo_is_empty_and_closed_asleep(ready: OldHost) -> None:
    ready.write(facts.FIFO_POINTER, 0)
    ready.write(facts.FIFO, 1, 2, 3)
    ready.enter(Mode.SLEEP)
    ready.write(facts.FIFO, 9)
    ready.enter(Mode.STANDBY)
    ready.write(facts.FIFO_POINTER, 0)

    assert ready.exchange(facts.FIFO, 0, 0, 0)[1:] == bytes(3)
    assert ready.chip.refusals == ["FIFO written in SLEEP"]


def test_the_fifo_wraps_and_other_registers_count_up(ready: OldHost) -> None:
    ready.write(facts.FIFO_POINTER, 254)
    ready.write(facts.FIFO, 1, 2, 3)
    ready.write(facts.FIFO_POINTER, 254)

    assert ready.exchange(facts.FIFO, 0, 0, 0)[1:] == bytes((1, 2, 3))
    assert ready.read(facts.MODEM_1, 2) == 0x7284


def test_settings_are_not_taken_on_the_air(ready: OldHost) -> None:
    ready.listen()
    ready.write(facts.MODEM_2, 0xC4)
    ready.write(facts.RX_LENGTH, 1)

    assert ready.read(facts.MODEM_2) == 0x84
    assert ready.chip.refusals == [
        "register 0x1e written in RX_CONTINUOUS",
        "register 0x13 can only be read",
    ]


@pytest.mark.parametrize(
    ("register", "value", "refusal"),
    [
        (facts.FRF, 0x9C, "no such carrier"),
        (facts.MODEM_1, 0xA2, "no such bandwidth"),
        (facts.MODEM_1, 0x70, "no such coding rate"),
        (facts.MODEM_2, 0x64, "no such spreading factor, or 6 with a header"),
    ],
)
def test_an_impossible_channel_stays_silent(
    ready: OldHost, register: int, value: int, refusal: str
) -> None:
    ready.write(register, value)
    ready.send(b"x")
    ready.air.run_ms(500)

    assert ready.chip.refusals == [refusal]
    assert ready.air.events("sent") == []


def test_in_fsk_mode_nothing_goes_on_the_air(host: OldHost) -> None:
    host.write(facts.OP_MODE, 0x08 | Mode.TX)
    assert host.chip.refusals == ["on the air in FSK mode"]


# Interrupts.


def test_a_flag_is_cleared_by_writing_it(ready: OldHost, peer: OldHost) -> None:
    peer.listen()
    ready.send(b"x")
    ready.air.run_ms(200)
    assert peer.read(facts.IRQ_FLAGS) == Irq.RX_DONE | Irq.VALID_HEADER
    peer.write(facts.IRQ_FLAGS, Irq.RX_DONE)

    assert peer.read(facts.IRQ_FLAGS) == Irq.VALID_HEADER
    assert peer.lines["dio0"] == 0


def test_dio0_shows_what_it_is_mapped_to(ready: OldHost) -> None:
    ready.send(b"x")
    ready.air.run_ms(200)
    assert ready.read(facts.IRQ_FLAGS) == Irq.TX_DONE
    assert ready.lines["dio0"] == 1
    ready.write(facts.DIO_MAPPING, 0x00)
    assert ready.lines["dio0"] == 0


def test_a_masked_flag_does_not_appear(ready: OldHost) -> None:
    ready.write(facts.IRQ_MASK, Irq.TX_DONE)
    ready.send(b"x")
    ready.air.run_ms(200)

    assert ready.read(facts.IRQ_FLAGS) == 0
    assert ready.mode() is Mode.STANDBY


# Sending and receiving.


def test_a_packet_goes_from_one_to_the_other(ready: OldHost, peer: OldHost) -> None:
    peer.listen()
    ready.send(b"hello")
    assert ready.mode() is Mode.TX
    ready.air.run_ms(200)

    assert peer.received() == b"hello"
    assert peer.mode() is Mode.RX_CONTINUOUS
    assert ready.mode() is Mode.STANDBY


def test_packets_lie_one_behind_the_other(ready: OldHost, peer: OldHost) -> None:
    peer.listen()
    for payload in (b"one", b"three"):
        ready.send(payload)
        ready.air.run_ms(200)

    assert peer.read(facts.RX_CURRENT) == 3
    assert peer.received() == b"three"


def test_both_kinds_of_chip_understand_each_other(air: Air, ready: OldHost) -> None:
    other = Host(air, "other")
    other.configure()
    other.listen()
    ready.send(b"to the SX1262")
    air.run_ms(200)
    assert other.received() == b"to the SX1262"
    ready.listen()
    other.command(0x80, 1)  # the packet's length is not taken in reception
    other.send(b"to the SX1276")
    air.run_ms(200)
    assert ready.received() == b"to the SX1276"


def test_the_carrier_is_in_steps_of_61_hz(ready: OldHost) -> None:
    off_hz = FREQ_HZ - ready.chip.radio.settings.freq_hz
    assert 0 <= off_hz < 62


def test_a_damaged_packet_says_so_and_one_without_a_crc_cannot(
    air: Air, ready: OldHost, peer: OldHost
) -> None:
    air.ether.impair("host", "peer", Impairment(corruption=1.0, path_loss_db=90))
    peer.listen()
    ready.send(bytes(20))
    air.run_ms(200)
    assert peer.read(facts.IRQ_FLAGS) & Irq.CRC_ERROR
    assert peer.read(facts.HOP_CHANNEL) & 0x40
    peer.write(facts.IRQ_FLAGS, 0xFF)
    ready.write(facts.MODEM_2, 0x80)
    ready.send(bytes(20))
    air.run_ms(200)
    assert not peer.read(facts.IRQ_FLAGS) & Irq.CRC_ERROR
    assert not peer.read(facts.HOP_CHANNEL) & 0x40


def test_single_reception_ends_by_itself(ready: OldHost) -> None:
    ready.enter(Mode.RX_SINGLE)
    ready.air.run_ms(250)  # 100 symbols of 2 ms

    assert ready.read(facts.IRQ_FLAGS) == Irq.RX_TIMEOUT
    assert ready.mode() is Mode.STANDBY


@pytest.mark.parametrize("busy", [False, True])
def test_activity_detection_takes_two_symbols(ready: OldHost, peer: OldHost, busy: bool) -> None:
    if busy:
        peer.send(bytes(100))
        ready.air.run_ms(50)
    ready.write(facts.DIO_MAPPING, 0x80)
    ready.enter(Mode.CAD)
    ready.air.run_ms(2)
    assert ready.mode() is Mode.CAD
    ready.air.run_ms(3)

    detected = Irq.CAD_DETECTED if busy else 0
    assert ready.read(facts.IRQ_FLAGS) == Irq.CAD_DONE | detected
    assert (ready.mode(), ready.lines["dio0"]) == (Mode.STANDBY, 1)


@pytest.mark.parametrize(
    ("register", "value"),
    [
        (facts.DETECT_OPTIMIZE, 0xC3),  # erratum 2.3
        (facts.IF_1, 0x20),
        (facts.DETECT_THRESHOLD, 0x0C),
    ],
)
def test_a_wrong_register_costs_range(
    air: Air, ready: OldHost, peer: OldHost, register: int, value: int
) -> None:
    air.ether.impair("host", "peer", Impairment(path_loss_db=135.5))
    peer.listen()
    ready.send(b"far")
    air.run_ms(200)
    assert peer.received() == b"far"
    peer.enter(Mode.STANDBY)
    peer.write(register, value)
    peer.write(facts.IRQ_FLAGS, 0xFF)
    peer.listen()
    ready.send(b"away")
    air.run_ms(200)
    assert peer.read(facts.IRQ_FLAGS) == 0


def test_strength_has_the_offset_of_its_band_and_of_the_noise(
    air: Air, ready: OldHost, peer: OldHost
) -> None:
    for loss_db in (90, 132):
        air.ether.impair("host", "peer", Impairment(path_loss_db=loss_db))
        peer.listen()
        ready.send(b"x")
        air.run_ms(200)
        snr = peer.read(facts.PACKET_SNR)
        strength = peer.read(facts.PACKET_RSSI)
        signal = strength * 16 / 15 if snr < 128 else strength + (snr - 256) / 4
        assert -164 + signal == pytest.approx(10 - loss_db, abs=1)


# Power.


@pytest.mark.parametrize(
    ("config", "dac", "ocp", "dbm"),
    [
        (0x80, 0x84, 0x2B, 2),
        (0x8F, 0x84, 0x2B, 17),
        (0xFF, 0x87, 0x31, 20),
        (0x95, 0x87, 0x31, 10),  # 0x15 written over the low nibble: a well-known driver's 20 dBm
        (0xFF, 0x87, 0x2B, 17),  # 100 mA are too little for 20 dBm
        (0x7F, 0x84, 0x2B, -20),  # the other output, to which nothing is connected
    ],
)
def test_output_power_follows_three_registers(config: int, dac: int, ocp: int, dbm: int) -> None:
    assert radiated_dbm(Wiring(), config, dac, ocp) == dbm


def test_a_chip_that_hangs_answers_nothing_until_it_is_reset(ready: OldHost) -> None:
    ready.chip.hang()
    assert ready.read(facts.VERSION_AT) == 0
    ready.reset()
    ready.air.run_ms(6)
    assert ready.read(facts.VERSION_AT) == 0x12
