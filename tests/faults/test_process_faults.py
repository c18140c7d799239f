"""Faults of the gateway's process and of its clock."""

import contextlib
import logging
import queue
import socket
import threading
from pathlib import Path

import pytest

from tests.gateway.field import FakeRadio, Field, Handset
from turna_backbone.broker import Broker
from turna_backbone.clock import SteppedClock, SystemClock
from turna_backbone.mqtt import Address, MqttEvent, MqttSession
from turna_gateway.ports import Event, RadioUp, Stop
from turna_gateway.runner import LONGEST_WAIT_S, Runner
from turna_gateway.supervisor import Supervisor
from turna_protocol.beacon import TIME_NETWORK, TIME_UNKNOWN

ONE = Handset(1)
TIMEOUT_S = 10.0


class HangingRadio(FakeRadio):
    """A modem that waits for a lock which nobody gives back."""

    def __init__(self) -> None:
        super().__init__()
        self.hangs, self.goes_on = threading.Event(), threading.Event()

    def transmit(self, packet: bytes, *, priority: int) -> int:
        self.hangs.set()
        self.goes_on.wait()
        return super().transmit(packet, priority=priority)


class BrokenInbox:
    """An owner whose inbox fails, as a callback might."""

    def put_nowait(self, item: MqttEvent) -> None:
        raise MemoryError(item)


class JumpingClock(SteppedClock):
    """Time of day that somebody sets while the gateway runs."""

    step_s = 0

    def unix_s(self) -> int:
        return super().unix_s() + self.step_s

    def unix_ms(self) -> int:
        return super().unix_ms() + 1000 * self.step_s


def test_fault_39_a_loop_that_hangs_starves_the_watchdog_although_other_threads_live_on(
    tmp_path: Path, field: Field
) -> None:
    # That systemd ends and restarts a process which is silent for WatchdogSec is its own part.
    address = str(tmp_path / "notify")
    inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.settimeout(TIMEOUT_S)
        supervisor = Supervisor(address)
        supervisor.ready()
        radio = HangingRadio()
        field.radio, clock = radio, SystemClock()
        field.clock = clock  # type: ignore[assignment]  # real time, for the loop's own thread
        field.store.close()
        field.start()
        runner = Runner(gateway=field.gateway, inbox=inbox, clock=clock, progress=supervisor.alive)
        loop = threading.Thread(target=runner.run)
        loop.start()
        assert [systemd.recv(64) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]

        inbox.put(RadioUp("hangs", b"\1", b"boot"))  # and so its beacon is to be said
        assert radio.hangs.wait(TIMEOUT_S)
        systemd.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                systemd.recv(64)
        systemd.settimeout(3 * LONGEST_WAIT_S)
        with pytest.raises(TimeoutError):
            systemd.recv(64)

        radio.goes_on.set()
        systemd.settimeout(TIMEOUT_S)
        assert systemd.recv(64) == b"WATCHDOG=1"
        inbox.put(Stop())
        loop.join()


def test_fault_40_a_broker_session_that_broke_off_is_noticed(tmp_path: Path) -> None:
    with Broker(tmp_path) as broker:
        threading.excepthook, before = lambda args: None, threading.excepthook
        try:
            session = MqttSession(
                addresses=[Address("127.0.0.1", broker.port)],
                client_id="broken",
                inbox=BrokenInbox(),
                clock=SystemClock(),
            )
            session.start()
            for _ in range(1_000):
                if not session.alive():
                    break
                threading.Event().wait(0.01)
            assert not session.alive()  # the runner's progress then ends the process
        finally:
            threading.excepthook = before


def test_fault_54_a_step_of_the_clock_changes_no_decision_about_delivery(tmp_path: Path) -> None:
    said = []
    for steps in ((0, 0), (3_600, -86_400)):
        field = Field(tmp_path / str(steps[0]))
        clock = JumpingClock(epoch_s=1_790_000_000)
        field.store.close()
        field.clock = clock
        field.start()
        field.radio_up()
        field.connect()
        for seq, step_s in enumerate((0, *steps)):
            clock.step_s = step_s
            field.hear(ONE.seal(seq))
            field.pass_time(40_000)
        said.append(
            (
                [(report.seq, report.attempt) for report in field.reports()],
                field.acknowledgements(ONE),
                field.gateway.counters["pruned"],
            )
        )
        field.store.close()

    assert said[0] == said[1]


def test_fault_53_55_beacons_tell_no_time_that_cannot_be_true(tmp_path: Path) -> None:
    for epoch_s, quality in (
        (0, TIME_UNKNOWN),
        (1 << 33, TIME_UNKNOWN),
        (1_790_000_000, TIME_NETWORK),
    ):
        field = Field(tmp_path / str(epoch_s))
        field.store.close()
        field.clock = SteppedClock(epoch_s=epoch_s)
        field.start()
        field.radio_up()
        field.pass_time(1_000)

        assert field.beacons()[0].time_quality == quality
        field.store.close()


def test_fault_41_queues_stay_bounded_under_a_month_of_foreign_and_own_traffic(
    field: Field,
) -> None:
    field.radio_up()
    stranger = Handset(7, master=bytes(32))
    for seq in range(3_000):
        field.hear(ONE.seal(seq), stranger.seal(seq))
        field.pass_time(900_000 if seq % 100 == 0 else 1_000)

    acknowledger = field.gateway._acknowledger
    assert len(acknowledger._said) <= 4_096
    assert len(acknowledger._due) <= 4_096
    assert len(field.gateway.handsets.contacts()) == 1


def test_fault_52_a_storm_of_forged_packets_writes_no_log(
    field: Field, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    stranger = Handset(1, master=bytes(32))

    field.hear(*(stranger.seal(seq) for seq in range(500)), *(bytes(40) for _ in range(500)))

    assert sum(field.gateway.counters.refused().values()) == 1_000
    assert caplog.records == []
