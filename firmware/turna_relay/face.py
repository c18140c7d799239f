"""What a relay shows to whoever sets it up: whether it hears a gateway, and how much it passed on.

In MicroPython's own letters and in English: a relay is alone nearly all the time.
"""

import framebuf

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Display(Protocol):
        """An OLED of 128 x 64 points."""

        def start(self) -> None: ...
        def show(self, buffer: bytearray) -> None: ...


_WIDTH_PX, _HEIGHT_PX = 128, 64
_LINE_PX = 12


class Face:
    """Draws a few lines; one that is broken, or not there, is left alone until the next time."""

    def __init__(self, display: "Display | None") -> None:
        self.failures = 0
        self._display = display
        self._buffer = bytearray(_WIDTH_PX * _HEIGHT_PX // 8)
        self._frame = framebuf.FrameBuffer(self._buffer, _WIDTH_PX, _HEIGHT_PX, framebuf.MONO_VLSB)
        self._shown: tuple[str, ...] = ()
        self._started = False

    def show(self, lines: "tuple[str, ...]") -> None:
        """Show these lines if they are others than before."""
        if self._display is None or lines == self._shown:
            return
        self._frame.fill(0)
        for number, line in enumerate(lines):
            self._frame.text(line, 0, number * _LINE_PX, 1)
        try:
            if not self._started:
                self._display.start()
                self._started = True
            self._display.show(self._buffer)
            self._shown = lines
        except OSError:
            self.failures += 1
            self._started = False
