"""A board in the handset's role: what a tool on its cable and a modem in the room see of it."""

import time
from collections.abc import Callable

import pytest

from hil_tests.conftest import Host
from hil_tests.rig import Board
from hil_tests.tool import Tool
from turna_gateway.ports import PacketHeard, RadioUp
from turna_protocol.modem.messages import HANDSET, HAS_JOURNAL
from turna_protocol.packet import REPORT, packet_kind

Able = Callable[[Callable[[], None]], None]
Boards = Callable[[str, int], list[Board]]
OpenTool = Callable[[Board], Tool]

LONG_MS, BETWEEN_S = 900, 0.8
SAVED_WITHIN_S = 40.0  # positions come every twenty seconds


@pytest.fixture
def handset(boards: Boards) -> Board:
    return boards("handset", 1)[0]


def reports(tool: Tool) -> dict[int, int]:
    """Return the journal once it holds something."""
    until_s = time.monotonic() + SAVED_WITHIN_S
    while not (held := tool.journal()) and time.monotonic() < until_s:
        time.sleep(1.0)
    assert held, "the handset saved nothing"
    return held


def test_a_handset_says_who_it_is_and_that_nothing_has_failed(
    handset: Board, tool: OpenTool
) -> None:
    cable = tool(handset)
    hello = cable.hello()
    counters = cable.counters()

    assert hello.role == HANDSET
    assert hello.capabilities & HAS_JOURNAL
    assert not [name for name in counters if name.startswith(("failed", "lost"))], counters


@pytest.mark.rf_tx
def test_what_a_handset_keys_in_is_heard_by_a_modem(
    handset: Board, hosts: list[Host], able: Able
) -> None:
    listener = hosts[0]
    listener.expect(RadioUp)
    for _ in range(3):
        able(lambda: handset.press("user", LONG_MS))
        time.sleep(BETWEEN_S)

    heard = listener.expect(PacketHeard, such=lambda event: packet_kind(event.packet) == REPORT)
    assert heard.rssi_dbm < 0


@pytest.mark.rf_tx
def test_a_reset_loses_no_report(handset: Board, tool: OpenTool, able: Able) -> None:
    cable = tool(handset)
    before = reports(cable)
    first = cable.hello()
    cable.close()
    able(handset.reset)
    again = tool(handset)
    after = reports(again)

    assert again.hello().unique_id == first.unique_id
    assert set(before) <= set(after)
    assert all(after[seq] >= before[seq] for seq in before)


@pytest.mark.rf_tx
def test_a_power_cut_loses_no_report(handset: Board, tool: OpenTool, able: Able) -> None:
    cable = tool(handset)
    before = reports(cable)
    cable.close()
    able(lambda: handset.power_cut(off_s=0.5))
    again = tool(handset)

    assert set(before) <= set(reports(again))
    assert again.counters()["records damaged"] == 0
