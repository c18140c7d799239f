"""Who this board says it is on its USB port, in any role."""

import os

import machine

from turna_protocol.modem.messages import BOOT_ID_BYTES, UNIQUE_ID_BYTES, Hello

from .release import VERSION


def new_boot_id() -> bytes:
    """Return what tells this life of the board from every other."""
    return os.urandom(BOOT_ID_BYTES)


def hello(role: int, board: str, boot_id: bytes, capabilities: int) -> Hello:
    """Return the greeting of this board in this life."""
    return Hello(
        role=role,
        unique_id=(machine.unique_id() + bytes(UNIQUE_ID_BYTES))[:UNIQUE_ID_BYTES],
        boot_id=boot_id,
        reset_cause=machine.reset_cause(),
        capabilities=capabilities,
        board=board,
        firmware=VERSION,
    )
