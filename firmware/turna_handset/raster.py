"""Turns the lines of a screen into pixels in a display's buffer (MONO_VLSB, 128 x 64)."""

import framebuf

from . import font, font_large
from .lines import COLUMNS, LARGE_COLUMNS, LEFT_PX, LINE_TOPS_PX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .lines import Line

WIDTH_PX = 128
HEIGHT_PX = 64
LARGE_HEIGHT_PX = 25  # two lines and the free row between them
LARGE_MARGIN_PX = 3


class Raster:
    """Draws lines into one buffer, which a display then shows."""

    def __init__(self, buffer: bytearray) -> None:
        self.buffer = buffer
        self._frame = framebuf.FrameBuffer(self.buffer, WIDTH_PX, HEIGHT_PX, framebuf.MONO_VLSB)
        self._small = Cell(font.WIDTH, font.HEIGHT)
        self._large = Cell(font_large.WIDTH, font_large.HEIGHT)
        self._lines: list[Line | None] = [None] * len(LINE_TOPS_PX)

    def draw(self, lines: "tuple[Line, ...]") -> bool:
        """Draw the lines that changed; return whether any did."""
        changed = covered = False
        for number, line in enumerate(lines[: len(LINE_TOPS_PX)]):
            if covered:
                self._lines[number] = None  # to be drawn anew when the large one has gone
            elif line != self._lines[number]:
                self._draw_line(line, LINE_TOPS_PX[number])
                self._lines[number] = line
                changed = True
            covered = line.large and not covered
        return changed

    def _draw_line(self, line: "Line", top_px: int) -> None:
        height_px = LARGE_HEIGHT_PX if line.large else font.HEIGHT
        self._frame.fill_rect(0, top_px, WIDTH_PX, height_px + 1, 0)  # the free row below as well
        if line.inverse_from < COLUMNS:
            left_px = LEFT_PX + line.inverse_from * font.WIDTH if line.inverse_from else 0
            self._frame.fill_rect(left_px, top_px, WIDTH_PX - left_px, height_px, 1)
        if line.large:
            self._draw_large(line, top_px + LARGE_MARGIN_PX)
            return
        for column, character in enumerate(line.text[:COLUMNS]):
            self._small.fill(font.glyph(character), inverse=column >= line.inverse_from)
            self._frame.blit(self._small.frame, LEFT_PX + column * font.WIDTH, top_px)

    def _draw_large(self, line: "Line", top_px: int) -> None:
        for column, character in enumerate(line.text[:LARGE_COLUMNS]):
            self._large.fill(font_large.glyph(character), inverse=line.inverse_from == 0)
            self._frame.blit(self._large.frame, LEFT_PX + column * font_large.WIDTH, top_px)


class Cell:
    """The place of one letter, used for one after the other."""

    def __init__(self, width: int, height: int) -> None:
        self._rows = bytearray((width + 7) // 8 * height)
        self.frame = framebuf.FrameBuffer(self._rows, width, height, framebuf.MONO_HLSB)

    def fill(self, rows: bytes, *, inverse: bool) -> None:
        """Take the rows of a glyph."""
        for place, row in enumerate(rows):
            self._rows[place] = row ^ 0xFF if inverse else row
