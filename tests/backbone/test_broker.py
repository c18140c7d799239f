"""The broker child process: ready when it says so, gone when its parent is."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from turna_backbone.broker import Broker, BrokerError


def test_a_broker_comes_back_on_the_port_it_had(tmp_path: Path) -> None:
    broker = Broker(tmp_path)
    broker.start()
    port = broker.port
    broker.stop()
    assert not broker.alive()

    broker.start()

    assert (broker.port, broker.alive()) == (port, True)
    broker.stop()


def test_a_broker_on_a_taken_port_says_why_it_cannot_run(tmp_path: Path) -> None:
    with (
        Broker(tmp_path / "one") as one,
        pytest.raises(BrokerError, match=r"address already in use"),
    ):
        Broker(tmp_path / "two", port=one.port).start()


def test_a_broker_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = textwrap.dedent(
        """
        import sys, time
        from pathlib import Path
        from turna_backbone.broker import Broker
        broker = Broker(Path(sys.argv[1]))
        broker.start()
        print(broker._process.pid, flush=True)
        time.sleep(60)
        """
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    broker_pid = int(parent.stdout.readline())

    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()

    assert _is_gone_within(broker_pid, 5.0)


def _is_gone_within(pid: int, timeout_s: float) -> bool:
    give_up_at = time.monotonic() + timeout_s
    while time.monotonic() < give_up_at:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":  # dead, and nobody has collected it yet
            return True
        os.sched_yield()
    return False
