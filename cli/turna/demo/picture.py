"""Keeps the live view as a picture that a browser shows without fetching a font."""

import io
from pathlib import Path

from rich.console import Console, RenderableType

_COLUMNS, _ROWS = 150, 60
# Rich's own frame names a font on a server; this one takes whatever monospace font there is.
_FORMAT = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}</defs>
<rect fill="#10171d" width="{width}" height="{height}" rx="8"/>
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g></g></svg>
"""


def save_picture(view: RenderableType, path: Path) -> None:
    """Draw the view as it is now into an SVG file."""
    console = Console(
        record=True, width=_COLUMNS, height=_ROWS, file=io.StringIO(), force_terminal=True
    )
    console.print(view)
    path.write_text(console.export_svg(title="", code_format=_FORMAT), encoding="utf-8")
