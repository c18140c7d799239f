"""Finds out which radio a board has, where the maker built it with either."""

import asyncio
import time

from micropython import const

TYPE_CHECKING = False
if TYPE_CHECKING:
    from machine import SPI, Pin

_RESET_LOW_US = const(200)
_START_MS = const(6)  # the slower of the two takes 5
_VERSION_AT = const(0x42)  # of an SX1276; an SX1262 refuses the question as an unknown command
_SX1276_VERSION = const(0x12)


async def find_radio(spi: "SPI", nss: "Pin", reset: "Pin") -> str:
    """Reset the chip and return its name."""
    reset(0)
    time.sleep_us(_RESET_LOW_US)
    reset(1)
    await asyncio.sleep_ms(_START_MS)
    reply = bytearray(2)
    nss(0)
    spi.write_readinto(bytes((_VERSION_AT, 0)), reply)
    nss(1)
    return "sx1276" if reply[1] == _SX1276_VERSION else "sx1262"
