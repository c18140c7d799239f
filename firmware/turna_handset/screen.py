"""The screen: lit while somebody may look, dark else; a broken one is tried again later."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from turna_board.counters import Counters
    from turna_board.supply import Supply

    class Display(Protocol):
        """A screen of 128 x 64 pixels; OSError when it does not answer."""

        def start(self) -> None: ...
        def stop(self) -> None: ...
        def show(self, buffer: bytearray) -> None: ...


RETRY_MS = 10_000


class Screen:
    """One display and its supply."""

    def __init__(self, display: "Display", supply: "Supply", counters: "Counters") -> None:
        self._display = display
        self._supply = supply
        self._counters = counters
        self._started = False
        self._retry_ms = 0

    @property
    def stale(self) -> bool:
        """Tell whether it has to be drawn although nothing on it has changed."""
        return not self._started

    def show(self, buffer: bytearray, now_ms: int) -> None:
        """Light up, if need be, and show a picture."""
        if not self._started and now_ms < self._retry_ms:
            return
        try:
            if not self._started:
                self._supply.want_display(True)
                self._display.start()
                self._started = True
            self._display.show(buffer)
        except OSError:
            self._broken(now_ms)

    def rest(self, now_ms: int) -> None:
        """Go dark."""
        if not self._started:
            return
        self._started = False
        try:
            self._display.stop()
        except OSError:
            self._broken(now_ms)
        self._supply.want_display(False)

    def _broken(self, now_ms: int) -> None:
        # A broken display must not silence the radio.
        self._started = False
        self._retry_ms = now_ms + RETRY_MS
        self._counters.count("display failures")
