"""A board in the modem's role, at the end of a USB cable."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from hil_tests.conftest import Host
from hil_tests.rig import Rig
from turna_gateway.ports import PacketHeard, RadioDown, RadioUp, Transmitted
from turna_protocol.modem.radio_messages import RadioSetting

Able = Callable[[Callable[[], None]], None]


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
    heard = receiver.expect(PacketHeard)
    assert heard.packet == payload
    assert heard.rssi_dbm < 0


@pytest.mark.rf_tx
def test_a_modem_that_was_reset_comes_back_and_goes_on(
    hosts: list[Host], rig: Rig, able: Able
) -> None:
    sender, receiver = hosts
    before = sender.expect(RadioUp)
    receiver.expect(RadioUp)
    able(rig.boards[0].reset)
    after = sender.expect(RadioUp)
    sender.radio.transmit(b"after the reset", priority=1)

    assert after.boot_id != before.boot_id
    assert after.unique_id == before.unique_id
    assert receiver.expect(PacketHeard).packet == b"after the reset"


@pytest.mark.rf_tx
def test_a_packet_handed_over_during_a_power_cut_is_sent_afterwards(
    hosts: list[Host], rig: Rig, able: Able
) -> None:
    sender, receiver = hosts
    for host in hosts:
        host.expect(RadioUp)
    able(lambda: rig.boards[0].power_cut(off_s=0.5))
    sender.radio.transmit(b"kept by the host", priority=1)

    assert receiver.expect(PacketHeard).packet == b"kept by the host"


def test_a_modem_without_a_region_listens_and_never_transmits(
    rig: Rig, setting: RadioSetting
) -> None:
    with _host(rig, setting, region="UNSET") as host:
        host.expect(RadioUp)
        host.radio.transmit(b"unlawful", priority=1)
        assert not host.expect(Transmitted).ok


def test_a_modem_refuses_more_power_than_its_region_allows(rig: Rig, setting: RadioSetting) -> None:
    with _host(rig, setting, power_dbm=22) as host:
        assert "dBm" in host.expect(RadioDown).reason


@contextmanager
def _host(rig: Rig, setting: RadioSetting, **changes: object) -> Iterator[Host]:
    fields: dict[str, Any] = {name: getattr(setting, name) for name in setting.FIELDS}
    host = Host(rig.boards[0].port, RadioSetting(**(fields | changes)))
    yield host
    host.radio.stop()
