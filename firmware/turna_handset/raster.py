"""Turns the lines of a screen into pixels in a display's buffer (MONO_VLSB, 128 x 64)."""

import framebuf

from .display import COLUMNS, LEFT_PX, LINE_TOPS_PX
from .font import HEIGHT, WIDTH, glyph

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .display import Line

WIDTH_PX = 128
HEIGHT_PX = 64


class Raster:
    """Draws lines into one buffer, which a display then shows."""

    def __init__(self) -> None:
        self.buffer = bytearray(WIDTH_PX * HEIGHT_PX // 8)
        self._frame = framebuf.FrameBuffer(self.buffer, WIDTH_PX, HEIGHT_PX, framebuf.MONO_VLSB)
        self._cell = bytearray(HEIGHT)
        self._glyph = framebuf.FrameBuffer(self._cell, WIDTH, HEIGHT, framebuf.MONO_HLSB)
        self._lines: list[Line | None] = [None] * len(LINE_TOPS_PX)

    def draw(self, lines: "tuple[Line, ...]") -> bool:
        """Draw the lines that changed; return whether any did."""
        changed = False
        for number, line in enumerate(lines[: len(LINE_TOPS_PX)]):
            if line != self._lines[number]:
                self._draw_line(line, LINE_TOPS_PX[number])
                self._lines[number] = line
                changed = True
        return changed

    def _draw_line(self, line: "Line", top_px: int) -> None:
        self._frame.fill_rect(0, top_px, WIDTH_PX, HEIGHT, 0)
        if line.inverse_from < COLUMNS:
            left_px = LEFT_PX + line.inverse_from * WIDTH if line.inverse_from else 0
            self._frame.fill_rect(left_px, top_px, WIDTH_PX - left_px, HEIGHT, 1)
        for column, character in enumerate(line.text[:COLUMNS]):
            self._put(character, column, top_px, column >= line.inverse_from)

    def _put(self, character: str, column: int, top_px: int, inverse: bool) -> None:
        rows = glyph(character)
        for row in range(HEIGHT):
            self._cell[row] = rows[row] ^ 0xFF if inverse else rows[row]
        self._frame.blit(self._glyph, LEFT_PX + column * WIDTH, top_px)
