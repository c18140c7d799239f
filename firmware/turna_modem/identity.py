"""Who this modem says it is in HELLO."""

import os

import machine

from turna_protocol.modem.messages import CAN_TRANSMIT, MODEM, Hello

VERSION = "0.1.0"
_UNIQUE_ID_BYTES = 8
_BOOT_ID_BYTES = 4


def hello(board: str) -> Hello:
    """Return the greeting of this board in this life."""
    return Hello(
        role=MODEM,
        unique_id=(machine.unique_id() + bytes(_UNIQUE_ID_BYTES))[:_UNIQUE_ID_BYTES],
        boot_id=os.urandom(_BOOT_ID_BYTES),
        reset_cause=machine.reset_cause(),
        capabilities=CAN_TRANSMIT,
        board=board,
        firmware=VERSION,
    )
