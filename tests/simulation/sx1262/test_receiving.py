"""The simulated SX1262 receives: packets, timeouts, strength, and what makes it deaf."""

import pytest

from tests.simulation.sx1262_host import Air, Host
from turna_simulation.chips.sx1262_facts import Irq, Mode

# The status that every reply carries (SX1261/2 DS table 13-76).
DATA_AVAILABLE = 2
TIMED_OUT = 3
STANDBY_XOSC = (0x80, 1)
CONTINUOUS = (0x82, 0xFF, 0xFF, 0xFF)


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

    total, snr_db_x4, signal = peer.read(0x14, count=3)

    assert signal == 244  # 10 - 132 = -122 dBm
    assert snr_db_x4 - 256 == round(4 * (-122 + 117.03))
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
