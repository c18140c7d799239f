"""Faults of the gateway's process and of its clock."""

import socket
import threading
from pathlib import Path

from tests.gateway.field import Field, Handset
from turna_backbone.broker import Broker
from turna_backbone.clock import SteppedClock, SystemClock
from turna_backbone.mqtt import Address, MqttEvent, MqttSession
from turna_gateway.supervisor import Supervisor
from turna_protocol.beacon import TIME_NETWORK, TIME_UNKNOWN

ONE = Handset(1)
TIMEOUT_S = 10.0


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


def test_fault_39_the_watchdog_is_fed_by_the_loop_alone_and_starves_with_it(
    tmp_path: Path,
) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.settimeout(TIMEOUT_S)
        supervisor = Supervisor(address)
        supervisor.ready()
        supervisor.alive()
        supervisor.stopping()

        assert [systemd.recv(64) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]
        systemd.setblocking(False)
        try:
            systemd.recv(64)
        except BlockingIOError:
            return
    raise AssertionError("something else feeds the watchdog")


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
