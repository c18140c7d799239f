"""Who this modem says it is in HELLO."""

import os

import machine

from turna_protocol.modem.messages import (
    BOOT_ID_BYTES,
    CAN_TRANSMIT,
    MODEM,
    UNIQUE_ID_BYTES,
    Hello,
)

VERSION = "0.1.0"


def hello(board: str) -> Hello:
    """Return the greeting of this board in this life."""
    return Hello(
        role=MODEM,
        unique_id=(machine.unique_id() + bytes(UNIQUE_ID_BYTES))[:UNIQUE_ID_BYTES],
        boot_id=os.urandom(BOOT_ID_BYTES),
        reset_cause=machine.reset_cause(),
        capabilities=CAN_TRANSMIT,
        board=board,
        firmware=VERSION,
    )
