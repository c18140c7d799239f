"""The handset's USB port: silent until a host speaks, and forgetful when it is gone.

What answers a host is in memory only while there is one.
"""

from . import parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from turna_board.counters import Counters
    from turna_board.usb import UsbService

    from .journal import Journal

# A host that works with a handset asks every few seconds.
HOST_GONE_MS = 30_000


class UsbPort:
    """Bytes in, bytes out, as `UsbService`, which it makes when it is needed."""

    def __init__(self, board: str, journal: "Journal", counted: "Callable[[], Counters]") -> None:
        self._board = board
        self._boot_id = b""
        self._journal = journal
        self._counted = counted
        self._service: UsbService | None = None
        self._refused = 0  # by services that are gone
        self._heard_ms = 0

    @property
    def refused(self) -> int:
        """Count of what came over the port and meant nothing."""
        return self._refused + (0 if self._service is None else self._service.refused)

    @property
    def open(self) -> bool:
        """Tell whether a host is there."""
        return self._service is not None

    @property
    def wish(self) -> str | None:
        """What the host wants done to the board itself."""
        return None if self._service is None else self._service.wish

    def receive(self, data: bytes, now_ms: int) -> bytes:
        """Take what the host sent, perhaps nothing; return the bytes to write to it."""
        if data:
            self._heard_ms = now_ms
            if self._service is None:
                self._open()
        if self._service is None:
            return b""
        self._service.receive(data, now_ms)
        answer = self._service.take()
        if now_ms - self._heard_ms >= HOST_GONE_MS:
            self.close()
        return answer

    def close(self) -> None:
        """Forget the service; a host that is still there asks again, and finds the same board."""
        if self._service is not None:
            self._refused = self.refused
            self._service = None
            parts.forget(parts.FOR_A_HOST)

    def _open(self) -> None:
        try:
            self._service = self._made()
        except MemoryError:
            parts.forget(parts.FOR_A_HOST)  # something else needs the room; the host asks again
            self._refused += 1

    def _made(self) -> "UsbService":
        parts.load(parts.FOR_A_HOST)
        from turna_board.identity import hello, new_boot_id
        from turna_board.usb import UsbService
        from turna_protocol.modem.messages import HANDSET, HAS_COUNTERS, HAS_JOURNAL

        self._boot_id = self._boot_id or new_boot_id()
        greeting = hello(HANDSET, self._board, self._boot_id, HAS_JOURNAL | HAS_COUNTERS)
        return UsbService(greeting, self._journal, self._counted)
