"""The serial line of a GNSS receiver."""

import asyncio

from machine import UART, Pin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

_BUFFER_BYTES = 512  # half a second at 9600 baud, over a flash erase and a garbage collection
_READ_BYTES = 128


class GnssUart:
    """Bytes of the receiver as they come."""

    def __init__(self, uart: UART) -> None:
        self._reader = asyncio.StreamReader(uart)

    async def read(self, timeout_ms: int) -> bytes:
        """Return what has arrived, or nothing after a time of silence."""
        try:
            return await asyncio.wait_for_ms(self._reader.read(_READ_BYTES), timeout_ms) or b""
        except asyncio.TimeoutError:  # noqa: UP041 - not the builtin on MicroPython
            return b""


def build_gnss(profile: "ModuleType") -> GnssUart | None:
    """Return the receiver's line of the board's profile, if it has one."""
    if profile.GNSS_UART is None:
        return None
    return GnssUart(
        UART(
            profile.GNSS_UART,
            baudrate=profile.GNSS_BAUD,
            rx=Pin(profile.GNSS_RX),
            tx=Pin(profile.GNSS_TX),
            rxbuf=_BUFFER_BYTES,
        )
    )
