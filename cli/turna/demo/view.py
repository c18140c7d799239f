"""The live view of the exercise in a terminal: who sent what, where it is now, what is waiting.

A large terminal shows all at once.  In a small one (80 x 24 will do) the handsets stay, and below
them what happened and the screen of a handset take turns.
"""

import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from turna.demo.chain import Chain
from turna.demo.tally import type_name
from turna.demo.watch import Watch
from turna_protocol import delivery
from turna_protocol.modem.journal_messages import JournalEntry
from turna_simulation.board import Board
from turna_simulation.screen import Screen

# One shape for each delivery state, the same as on the page; colour only repeats it.
SIGNS = "○◔◑◕●⊘⊖"
_COLOURS = ("yellow", "cyan", "green", "green", "bold green", "red", "magenta")
_EVENTS_SHOWN = 8
_EVENTS_KEPT = 40
# What all at once takes: three panels beside each other, the handsets' table with its frame above.
_WIDE_COLUMNS, _PANEL_ROWS, _FRAME_ROWS, _HEADING_ROWS = 140, 18, 4, 2
_SERVICES_COLUMNS, _SCREEN_COLUMNS, _SCREEN_ROWS = 36, 64, 16
_TURN_S = 8
_SCREEN_TURN_MS = 20_000
_COLUMNS = (("handset", 14), ("last report", 20), ("where it is now", 34), ("heard", 20))
_NARROW_COLUMNS = (11, 15, 34)
# Unicode braille: dots 1 to 8 by column and row.
_BRAILLE = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


class View:
    """Draws the newest state each time it is asked."""

    def __init__(
        self,
        chain: Chain,
        watch: Watch,
        page_address: str,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._chain = chain
        self._watch = watch
        self._page_address = page_address
        self._monotonic_s = monotonic_s
        self._events: deque[tuple[int, str]] = deque(maxlen=_EVENTS_KEPT)

    def note(self, text: str) -> None:
        """Add a line to what has happened."""
        self._events.append((self._chain.world.now_ms, text))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        rows, columns = console.size.height, options.max_width
        handsets = len(self._chain.mission.devices)
        all_rows = handsets + _FRAME_ROWS + _HEADING_ROWS + _PANEL_ROWS
        large = columns >= _WIDE_COLUMNS and rows >= all_rows
        yield self._all_at_once() if large else self._in_turns(columns, rows)

    def _all_at_once(self) -> RenderableType:
        panels = Table.grid(expand=True, padding=(0, 1))
        panels.add_column(width=_SERVICES_COLUMNS)
        panels.add_column(width=_SCREEN_COLUMNS + 4)
        panels.add_column(ratio=1)
        panels.add_row(self._services(), self._screen(), self._happened())
        return Group(self._heading(), self._handsets(), _legend(), panels)

    def _in_turns(self, columns: int, rows: int) -> RenderableType:
        """Return what fits: one row of heading, the handsets, and what is left for the rest."""
        left_rows = rows - 1
        handsets = self._handset_lines(columns, max(1, left_rows - _SCREEN_ROWS))
        left_rows -= handsets.row_count
        screen_fits = left_rows >= _SCREEN_ROWS and columns >= _SCREEN_COLUMNS
        both = left_rows >= _SCREEN_ROWS + _EVENTS_SHOWN
        show_screen = screen_fits and (both or int(self._monotonic_s()) // _TURN_S % 2)
        parts: list[RenderableType] = [self._short_heading(columns), handsets]
        if show_screen:
            parts.append(self._screen_and_services(columns))
            left_rows -= _SCREEN_ROWS
        if both or not show_screen:
            parts.append(self._last_events(columns, left_rows, with_services=not show_screen))
        return Group(*parts)

    def _heading(self) -> Text:
        mission = self._chain.mission
        elapsed_s = self._chain.world.now_ms // 1000
        heading = Text()
        heading.append(f" {mission.mode.upper()} ", style="bold black on yellow")
        heading.append(f" {mission.name}  {elapsed_s // 60:d}:{elapsed_s % 60:02d} simulated  ")
        heading.append(f"page: {self._page_address}  ", style="bold")
        heading.append("Ctrl-C ends it", style="dim")
        return heading

    def _handsets(self) -> Table:
        # Fixed widths: what changes must not push what stands still.
        table = Table(expand=True, title_justify="left", padding=(0, 1))
        for column, width in _COLUMNS:
            table.add_column(column, width=width, no_wrap=True)
        table.add_column("all reports", ratio=1, no_wrap=True)
        heard = {h["device"]: h for h in (self._watch.gateway or {}).get("handsets", [])}
        for device in self._chain.mission.devices:
            reader = self._chain.journals.get(device.device)
            entries = {} if reader is None else reader.entries
            table.add_row(
                f"{device.call_sign} {device.country.upper()}",
                *_last(entries),
                _heard(heard.get(device.device)),
                _by_state(entries),
            )
        return table

    def _handset_lines(self, columns: int, rows: int) -> Table:
        """Return a row for each handset, as many as fit; the last says how many do not."""
        table = Table.grid(padding=(0, 1))
        for width in _NARROW_COLUMNS:
            table.add_column(width=width, no_wrap=True)
        table.add_column(width=max(1, columns - sum(_NARROW_COLUMNS) - 3), no_wrap=True)
        devices = self._chain.mission.devices
        shown = len(devices) if len(devices) <= rows else rows - 1
        for device in devices[:shown]:
            reader = self._chain.journals.get(device.device)
            entries = {} if reader is None else reader.entries
            name = f"{device.call_sign} {device.country.upper()}"
            table.add_row(name, *_last(entries), _by_state(entries))
        if shown < len(devices):
            table.add_row(Text(f"+{len(devices) - shown} more", "dim"))
        return table

    def _short_heading(self, columns: int) -> Text:
        elapsed_s = self._chain.world.now_ms // 1000
        heading = Text(no_wrap=True, overflow="ellipsis")
        heading.append(f" {self._chain.mission.mode.upper()} ", style="bold black on yellow")
        heading.append(f" {elapsed_s // 60:d}:{elapsed_s % 60:02d} ")
        heading.append(self._page_address, style="bold")
        heading.append("  Ctrl-C ends it", style="dim")
        heading.truncate(columns)
        return heading

    def _screen_and_services(self, columns: int) -> Table:
        board = self._board_in_turn()
        table = Table.grid(padding=(0, 1))
        table.add_column(width=_SCREEN_COLUMNS, no_wrap=True)
        beside = columns - _SCREEN_COLUMNS - 1
        if beside > 0:
            table.add_column(width=beside)
        picture = Text("" if board is None else "\n".join(braille(board.screen())), "bright_cyan")
        words = Text("" if board is None else f"< {board.name}\n\n", "bright_cyan")
        words.append_text(Text("\n").join(self._service_words()))
        table.add_row(*([picture, words] if beside > 0 else [picture]))
        return table

    def _last_events(self, columns: int, rows: int, *, with_services: bool) -> RenderableType:
        services = Text(" · ", style="dim").join(self._service_words()) if with_services else Text()
        services.truncate(columns, overflow="ellipsis")
        lines = [services] if with_services else []
        events = list(self._events)[-max(0, rows - len(lines)) :]
        for at_ms, text in events:
            line = Text(f"{at_ms // 60_000:3d}:{at_ms // 1000 % 60:02d}  ", style="dim")
            line.append(text, style="not dim")
            line.truncate(columns, overflow="ellipsis")
            lines.append(line)
        return Text("\n").join(lines)

    def _service_words(self) -> list[Text]:
        """Return a few words on each service, for where there is little room."""
        found = []
        if self._watch.gateway is not None:
            up = self._watch.gateway["backbone"]["up"]
            stored = self._watch.gateway["counts"].get("stored", 0)
            found.append(Text(f"gateway {stored}"))
            found.append(_waiting(self._watch.gateway["waiting"], "waiting "))
            found.append(Text("backbone up" if up else "✗ backbone DOWN", "" if up else "bold red"))
        if self._watch.secretariat is not None:
            stored = sum(self._watch.secretariat["counts"]["by_standing"].values())
            found.append(Text(f"Secretariat {stored}"))
        found += [
            Text(f"⚠ {alarm['kind'].upper()} {alarm['call_sign']}", "bold red")
            for alarm in self._watch.alarms[:3]
        ]
        return found

    def _board_in_turn(self) -> Board | None:
        handsets = self._chain.handsets
        if not handsets:
            return None
        return handsets[self._chain.world.now_ms // _SCREEN_TURN_MS % len(handsets)]

    def _services(self) -> Panel:
        gateway, secretariat = self._watch.gateway, self._watch.secretariat
        lines = Table.grid(padding=(0, 1))
        if gateway is not None:
            counts, waiting = gateway["counts"], gateway["waiting"]
            backbone = gateway["backbone"]["up"]
            lines.add_row("Gateway", f"{counts.get('stored', 0)} stored")
            lines.add_row("waiting", _waiting(waiting))
            lines.add_row(
                "backbone", Text("up", "green") if backbone else Text("✗ DOWN", "bold red")
            )
        if secretariat is not None:
            counts = secretariat["counts"]
            lines.add_row("Secretariat", f"{sum(counts['by_standing'].values())} stored")
            lines.add_row("copies", f"{counts['copies']} refused")
        for alarm in self._watch.alarms[:3]:
            lines.add_row(Text(f"⚠ {alarm['kind'].upper()}", "bold red"), str(alarm["call_sign"]))
        return Panel(lines, title="Gateway and Secretariat", height=_EVENTS_SHOWN + 10)

    def _screen(self) -> Panel:
        board = self._board_in_turn()
        if board is None:
            return Panel("", title="handset")
        picture = "\n".join(braille(board.screen()))
        return Panel(Text(picture, "bright_cyan"), title=f"screen of {board.name}")

    def _happened(self) -> Panel:
        lines = Text(no_wrap=True, overflow="ellipsis")
        for at_ms, text in list(self._events)[-_EVENTS_SHOWN:]:
            lines.append(f"{at_ms // 60_000:3d}:{at_ms // 1000 % 60:02d}  ", style="dim")
            lines.append(text + "\n")
        return Panel(lines, title="What happened", height=_EVENTS_SHOWN + 10)


def braille(screen: Screen) -> list[str]:
    """Return the picture as lines of braille characters, 2 by 4 pixels each."""
    return [
        "".join(chr(0x2800 + _dots(screen, x, y)) for x in range(0, screen.width, 2))
        for y in range(0, screen.height, 4)
    ]


def _legend() -> Text:
    legend = Text("  ")
    for state, name in enumerate(delivery.STATE_NAMES):
        legend.append(f"{SIGNS[state]} {name}   ", style=_COLOURS[state])
    return legend


def _dots(screen: Screen, x: int, y: int) -> int:
    return sum(
        dot
        for row, pair in enumerate(_BRAILLE)
        for column, dot in enumerate(pair)
        if screen.lit(x + column, y + row)
    )


def _last(entries: dict[int, JournalEntry]) -> tuple[str, Text]:
    if not entries:
        return "-", Text("-", "dim")
    entry = entries[max(entries)]
    sent = f"{type_name(entry.report_type)} {entry.seq}"
    tries = f" (sent {entry.attempts}x)" if entry.attempts > 1 else ""
    return sent, Text(
        f"{SIGNS[entry.state]} {delivery.STATE_NAMES[entry.state]}{tries}", _COLOURS[entry.state]
    )


def _by_state(entries: dict[int, JournalEntry]) -> Text:
    by_state = Counter(entry.state for entry in entries.values())
    text = Text()
    for state, number in sorted(by_state.items()):
        text.append(f"{SIGNS[state]}{number} ", style=_COLOURS[state])
    return text


def _heard(contact: dict[str, Any] | None) -> str:
    if contact is None:
        return "not yet"
    return f"{contact['heard_ago_s']} s ago, {contact['rssi_dbm']} dBm"


def _waiting(waiting: dict[str, int], prefix: str = "") -> Text:
    total = sum(waiting.values())
    named = ", ".join(f"{number} {lane}" for lane, number in waiting.items() if number)
    return Text(prefix + named, "yellow") if total else Text(f"{prefix}nothing", "green")
