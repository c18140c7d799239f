"""What is on the screen, as pixels; what draws it is in memory only while it is needed.

A dark screen needs none of it, and a report that is made needs the room more.
"""

from . import parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .display import Line
    from .raster import Raster

BUFFER_BYTES = 128 * 64 // 8


class Picture:
    """One picture, drawn line by line as lines change."""

    def __init__(self) -> None:
        self.buffer = bytearray(BUFFER_BYTES)
        self._raster: Raster | None = None

    @property
    def begun(self) -> bool:
        """Tell whether what draws is in memory."""
        return self._raster is not None

    def draw(self, lines: "tuple[Line, ...]") -> bool:
        """Draw the lines that changed; return whether any did."""
        if self._raster is None:
            self._raster = self._begin()
        return self._raster.draw(lines)

    def forget(self) -> None:
        """Give the room back; the next drawing begins anew."""
        if self._raster is not None:
            self._raster = None
            parts.forget(parts.FOR_THE_SCREEN)

    def load(self) -> None:
        """Bring what draws into memory, in good order: it needs large pieces."""
        parts.load(parts.FOR_THE_SCREEN)

    def _begin(self) -> "Raster":
        from .raster import Raster

        return Raster(self.buffer)
