"""The loop: groups what arrives together, stops when asked, and the words to systemd."""

import queue
import socket
from pathlib import Path

import pytest

from tests.gateway.field import Field, Handset
from turna_backbone.clock import SystemClock
from turna_gateway.ports import Event, PacketHeard, RadioUp, Stop
from turna_gateway.runner import GROUP_LIMIT, Runner
from turna_gateway.supervisor import Supervisor

ONE = Handset(1)
Inbox = queue.SimpleQueue[Event]


def heard(seq: int) -> PacketHeard:
    return PacketHeard(ONE.seal(seq), -100, 0, 0, seq)


def run(field: Field, *events: Event) -> int:
    """Let the loop take these events and a Stop; return how many rounds it needed."""
    inbox: Inbox = queue.SimpleQueue()
    for event in (*events, Stop()):
        inbox.put(event)
    rounds: list[None] = []
    Runner(
        gateway=field.gateway,
        inbox=inbox,
        clock=SystemClock(),
        progress=lambda: rounds.append(None),
    ).run()
    return len(rounds)


def test_reports_that_arrive_together_share_one_commit(field: Field) -> None:
    commits = field.gateway.counters["commits"]

    run(field, *[heard(seq) for seq in range(100)])

    assert field.gateway.counters["stored"] == 100
    assert field.gateway.counters["commits"] - commits == 1


def test_a_commit_has_a_limit_however_much_arrives(field: Field) -> None:
    run(field, *[heard(seq) for seq in range(2 * GROUP_LIMIT)])

    assert field.gateway.counters["stored"] == 2 * GROUP_LIMIT
    assert field.gateway.counters["commits"] >= 2


def test_what_arrived_before_the_stop_is_still_taken(field: Field) -> None:
    assert run(field, RadioUp("board", b"id", b"boot"), heard(1)) >= 1
    assert field.gateway.counters["stored"] == 1


def test_systemd_is_told_when_the_gateway_is_ready_alive_and_stopping(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        supervisor = Supervisor(str(tmp_path / "notify"))
        supervisor.ready()
        supervisor.alive()
        supervisor.stopping()

        words = [systemd.recv(100) for _ in range(3)]

    assert words == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


@pytest.mark.parametrize("address", ["", "/nowhere/notify", "@turna-nobody-listens"])
def test_without_systemd_nothing_happens(address: str) -> None:
    Supervisor(address).ready()
