"""A board in the modem's role, at the end of a USB cable."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import serial

from hil_tests.conftest import Host
from hil_tests.rig import Board
from turna_gateway.ports import PacketHeard, RadioDown, RadioUp, Transmitted
from turna_protocol.modem.radio_messages import RadioSetting

Able = Callable[[Callable[[], None]], None]
Boards = Callable[[str, int], list[Board]]


def test_a_modem_says_who_it_is_and_takes_its_radio_setting(hosts: list[Host]) -> None:
    first, second = (host.expect(RadioUp) for host in hosts)

    assert first.board
    assert first.unique_id != second.unique_id


@pytest.mark.rf_tx
def test_a_packet_passes_from_modem_to_modem_unchanged(hosts: list[Host]) -> None:
    sender, receiver = hosts
    for host in hosts:
        host.expect(RadioUp)
    payload = bytes(range(200))
    sender.radio.transmit(payload, priority=1)

    assert sender.expect(Transmitted).ok
    heard = receiver.expect(PacketHeard, such=lambda event: event.packet == payload)
    assert heard.rssi_dbm < 0


@pytest.mark.rf_tx
def test_a_modem_that_was_reset_comes_back_and_goes_on(
    hosts: list[Host], boards: Boards, able: Able
) -> None:
    sender, receiver = hosts
    before = sender.expect(RadioUp)
    receiver.expect(RadioUp)
    able(boards("modem", 1)[0].reset)
    after = sender.expect(RadioUp)
    sender.radio.transmit(b"after the reset", priority=1)

    assert after.boot_id != before.boot_id
    assert after.unique_id == before.unique_id
    receiver.expect(PacketHeard, such=lambda event: event.packet == b"after the reset")


@pytest.mark.rf_tx
def test_a_packet_handed_over_during_a_power_cut_is_sent_afterwards(
    hosts: list[Host], boards: Boards, able: Able
) -> None:
    sender, receiver = hosts
    for host in hosts:
        host.expect(RadioUp)
    able(lambda: boards("modem", 1)[0].power_cut(off_s=0.5))
    sender.radio.transmit(b"kept by the host", priority=1)

    receiver.expect(PacketHeard, such=lambda event: event.packet == b"kept by the host")


def test_a_modem_without_a_region_listens_and_never_transmits(
    boards: Boards, setting: RadioSetting
) -> None:
    with _host(boards, RadioSetting("UNSET", setting.channel)) as host:
        host.expect(RadioUp)
        host.radio.transmit(b"unlawful", priority=1)
        assert not host.expect(Transmitted).ok


def test_a_modem_refuses_more_power_than_its_region_allows(
    boards: Boards, setting: RadioSetting
) -> None:
    louder = RadioSetting(setting.region, setting.channel.replace(power_dbm=22))
    with _host(boards, louder) as host:
        assert "dBm" in host.expect(RadioDown).reason


@contextmanager
def _host(boards: Boards, setting: RadioSetting) -> Iterator[Host]:
    host = Host(boards("modem", 1)[0].port, setting)
    yield host
    host.radio.stop()


@pytest.mark.rf_tx
def test_a_modem_keeps_what_it_heard_while_its_host_was_away(
    hosts: list[Host], boards: Boards, setting: RadioSetting
) -> None:
    sender, receiver = hosts
    for host in hosts:
        host.expect(RadioUp)
    receiver.radio.stop()
    sender.radio.transmit(b"while nobody asked", priority=1)
    assert sender.expect(Transmitted).ok
    again = Host(boards("modem", 2)[1].port, setting)
    try:
        again.expect(PacketHeard, such=lambda event: event.packet == b"while nobody asked")
    finally:
        again.radio.stop()


def test_a_modem_survives_nonsense_on_its_line(boards: Boards, setting: RadioSetting) -> None:
    board = boards("modem", 1)[0]
    with serial.Serial(board.port, 115_200) as line:
        for number in range(40):
            line.write(bytes((number * 7 + index * 31) & 0xFF or 1 for index in range(300)))
    with _host(boards, setting) as host:
        assert host.expect(RadioUp).board
