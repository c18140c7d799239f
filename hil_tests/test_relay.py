"""A board in the relay's role between two modems."""

from collections.abc import Callable

import pytest

from hil_tests.conftest import Host
from hil_tests.rig import Board
from hil_tests.tool import Tool
from turna_gateway.ports import PacketHeard, RadioUp, Transmitted
from turna_protocol.modem.messages import RELAY
from turna_protocol.packet import ALERT, first_byte

Boards = Callable[[str, int], list[Board]]


def a_packet(content: bytes, hops_left: int) -> bytes:
    """Return what looks like an alert to a relay, which has no key, and like noise to others."""
    return bytes([first_byte(ALERT, hops_left)]) + content


def test_a_relay_says_who_it_is_and_holds_no_journal(
    boards: Boards, tool: Callable[[Board], Tool]
) -> None:
    cable = tool(boards("relay", 1)[0])

    assert cable.hello().role == RELAY
    assert not [name for name in cable.counters() if name.startswith("failed")]


@pytest.mark.rf_tx
def test_a_packet_comes_once_from_its_sender_and_once_from_the_relay(
    boards: Boards, hosts: list[Host], tool: Callable[[Board], Tool]
) -> None:
    tool(boards("relay", 1)[0]).count_of("radio started")
    sender, receiver = hosts
    for host in hosts:
        host.expect(RadioUp)
    content = b"nobody's alert"
    sender.radio.transmit(a_packet(content, 1), priority=1)
    assert sender.expect(Transmitted).ok

    def is_it(event: PacketHeard) -> bool:
        return event.packet[1:] == content

    assert receiver.expect(PacketHeard, such=is_it).packet == a_packet(content, 1)
    assert receiver.expect(PacketHeard, such=is_it).packet == a_packet(content, 0)
