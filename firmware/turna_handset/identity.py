"""Who this board says it is on its USB port."""

import machine

from turna_protocol.modem.messages import HANDSET, HAS_COUNTERS, HAS_JOURNAL, Hello

from .release import VERSION

_UNIQUE_ID_BYTES = 8


def hello(board: str, boot_id: bytes, capabilities: int = HAS_JOURNAL | HAS_COUNTERS) -> Hello:
    """Return the greeting of this board in this life."""
    unique_id = machine.unique_id()
    return Hello(
        role=HANDSET,
        unique_id=(unique_id + bytes(_UNIQUE_ID_BYTES))[:_UNIQUE_ID_BYTES],
        boot_id=boot_id,
        reset_cause=machine.reset_cause(),
        capabilities=capabilities,
        board=board,
        firmware=VERSION,
    )
