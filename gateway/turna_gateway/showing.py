"""A gateway that only shows what it holds: a later version's database is not ours to write.

It hears nothing, says nothing and connects nowhere: handsets keep what they have, or reach another
gateway.  An operator finds out at the page, not at a service that is dead.
"""

import contextlib
import queue
import sqlite3

from turna_gateway.gateway import Gateway
from turna_gateway.ports import Event, Stop
from turna_gateway.runner import LONGEST_WAIT_S
from turna_gateway.status import StatusBoard
from turna_gateway.status_page import StatusPage
from turna_gateway.supervisor import Supervisor

UNUSED = "not used: the database is of a newer Turna"


def show(
    gateway: Gateway,
    board: StatusBoard,
    page: StatusPage,
    inbox: "queue.SimpleQueue[Event]",
    supervisor: Supervisor,
) -> None:
    """Keep the board up to date; return after a Stop event."""
    gateway.modem_trouble = gateway.backbone_trouble = UNUSED
    with contextlib.suppress(sqlite3.OperationalError):  # what it would have to change, it leaves
        gateway.load()
    page.start()
    supervisor.ready()
    while True:
        board.refresh()
        supervisor.alive()
        try:
            event = inbox.get(timeout=LONGEST_WAIT_S)
        except queue.Empty:
            continue
        if isinstance(event, Stop):
            supervisor.stopping()
            return
