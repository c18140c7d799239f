"""A mailbox on the bench: keys, packets that come down, and flash that goes away after the test.

For tests that run on CPython and on MicroPython; loads the handset's own modules and no more.
"""

import os
import sys

from turna_board.counters import Counters
from turna_handset import parts
from turna_handset.mailbox import Mailbox
from turna_protocol import codes, keys, orders
from turna_protocol.frame import Frame
from turna_protocol.orders import Holding, unpack_holding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from turna_protocol.reports import Report

MASTER = bytes(range(32))
BRANCH = keys.link_branch(MASTER)
NOW_S = 1_801_915_200
# The key pair of the 32-byte seed 00 01 .. 1f; a board never signs.
PUBLIC_KEY = bytes.fromhex("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8")
SCRATCH = os.getenv("TMPDIR") or "/tmp"  # a name is tried until one is free


class Provisioning:
    """What a mailbox needs of a handset's settings."""

    device = 7
    mode = codes.EXERCISE
    frame = Frame(3_620_000, 3_616_000, NOW_S - 3600)
    link_key = keys.link_key(BRANCH, b"board", 7, 1)
    authentication_key = keys.authentication_key(keys.authentication_branch(MASTER), b"board", 7, 1)
    broadcast_key = keys.broadcast_key(BRANCH)
    public_key = PUBLIC_KEY
    alert_anchors: tuple[bytes, ...] = ()


class Memory:
    """A machine that has enough of it."""

    def load(self, names: "tuple[str, ...]") -> None: ...
    def forget(self, names: "tuple[str, ...]") -> None: ...
    def forget_reports(self) -> None: ...
    def forget_letters(self) -> None: ...


ENOUGH = parts if sys.implementation.name == "micropython" else Memory()


class Bench:
    """A mailbox with flash of its own, in a directory that goes away."""

    def __init__(self, alert_anchors: "tuple[bytes, ...]" = ()) -> None:
        self.directory = ""
        self.now_ms = 0
        self.told: list[int] = []
        self.settings: list[Report] = []
        self.pauses = 0
        self.at_pause = -1  # when somebody needs the memory
        self._alert_anchors = alert_anchors

    def __enter__(self) -> "Self":
        for number in range(10_000):
            self.directory = f"{SCRATCH}/turna-mail-{number}"
            try:
                os.mkdir(self.directory)
                break
            except OSError:
                continue
        self.restart()
        return self

    def __exit__(self, *_: object) -> None:
        for name in os.listdir(self.directory):
            os.remove(f"{self.directory}/{name}")
        os.rmdir(self.directory)

    def restart(self, link_key: "bytes | None" = None) -> None:
        provisioning = Provisioning()
        provisioning.alert_anchors = self._alert_anchors
        if link_key is not None:
            provisioning.link_key = link_key
        self.counters = Counters()
        self.mail = Mailbox(
            provisioning,  # type: ignore[arg-type]  # what it needs of it
            self.directory,
            ENOUGH,
            counters=self.counters,
            uptime_ms=lambda: self.now_ms,
            random_below=lambda limit: limit - 1,
            now_s=lambda: NOW_S,
            make_room=lambda: None,
            settings=self.settings.append,
            news=self.told.append,
            answers=lambda: None,
            arrived=lambda: None,
            pause=self._pause,
        )
        self.mail.load()

    def hear(self, *packets: bytes) -> "list[int]":
        """Let packets come in and be read; return what the rescuer was told."""
        self.told.clear()
        for packet in packets:
            assert self.mail.heard(packet)
        self.read()
        return list(self.told)

    def read(self) -> None:
        task = self.mail.read()
        try:
            while True:
                task.send(None)
        except StopIteration:
            return

    def holding(self, after_ms: int) -> "Holding | None":
        """Return what is answered so much later, and nothing before."""
        self.now_ms += after_ms - 1
        assert self.mail.holding_due(self.now_ms) is None
        self.now_ms += 1
        due = self.mail.holding_due(self.now_ms)
        if due is None:
            return None
        self.mail.answered(due[0])
        return unpack_holding(due[1])

    def state_files(self) -> "list[str]":
        """Return what the mailbox keeps beside letters: both copies of what was taken."""
        names = sorted(os.listdir(self.directory))
        return [f"{self.directory}/{name}" for name in names if not name.endswith(".l")]

    async def _pause(self) -> None:
        self.pauses += 1
        if self.pauses == self.at_pause:
            self.mail.give_way()


def order(number: int, report: "Report", device: int = 7) -> bytes:
    """Return the packet of an order, as the Secretariat seals it and a gateway wraps it."""
    from turna_protocol.reports import encode_report

    content = encode_report(report, Provisioning.frame)
    sealed = orders.seal_order(
        content,
        device=device,
        number=number,
        authentication_key=Provisioning.authentication_key,
    )
    return orders.wrap_order(sealed, Provisioning.link_key)
