"""The live view of the exercise in a terminal: who sent what, where it is now, what is waiting."""

from collections import Counter, deque
from typing import Any

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from turna.demo.chain import Chain
from turna.demo.tally import type_name
from turna.demo.watch import Watch
from turna_protocol import delivery
from turna_protocol.modem.journal_messages import JournalEntry
from turna_simulation.screen import Screen

# One shape for each delivery state, the same as on the page; colour only repeats it.
SIGNS = "○◔◑◕●⊘"
_COLOURS = ("yellow", "cyan", "green", "green", "bold green", "red")
_EVENTS_SHOWN = 8
_SCREEN_TURN_MS = 20_000
# Unicode braille: dots 1 to 8 by column and row.
_BRAILLE = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


class View:
    """Draws the newest state each time it is asked."""

    def __init__(self, chain: Chain, watch: Watch, page_address: str) -> None:
        self._chain = chain
        self._watch = watch
        self._page_address = page_address
        self._events: deque[tuple[int, str]] = deque(maxlen=_EVENTS_SHOWN)

    def note(self, text: str) -> None:
        """Add a line to what has happened."""
        self._events.append((self._chain.world.now_ms, text))

    def __rich__(self) -> RenderableType:
        return Group(
            self._heading(),
            self._handsets(),
            _legend(),
            Columns([self._services(), self._screen(), self._happened()], padding=(0, 1)),
        )

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
        table = Table(expand=True, title_justify="left", padding=(0, 1))
        for column in ("handset", "last report", "where it is now", "all reports", "heard"):
            table.add_column(column)
        heard = {h["device"]: h for h in (self._watch.gateway or {}).get("handsets", [])}
        for device in self._chain.mission.devices:
            reader = self._chain.journals.get(device.device)
            entries = {} if reader is None else reader.entries
            table.add_row(
                f"{device.call_sign} {device.country.upper()}",
                *_last(entries),
                _by_state(entries),
                _heard(heard.get(device.device)),
            )
        return table

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
            lines.add_row("copies", f"{counts['copies']} refused, {counts['stored_twice']} stored")
        for alarm in self._watch.alarms[:3]:
            lines.add_row(Text(f"⚠ {alarm['kind'].upper()}", "bold red"), str(alarm["call_sign"]))
        return Panel(lines, title="Gateway and Secretariat", height=_EVENTS_SHOWN + 10)

    def _screen(self) -> Panel:
        handsets = self._chain.handsets
        if not handsets:
            return Panel("", title="handset")
        board = handsets[self._chain.world.now_ms // _SCREEN_TURN_MS % len(handsets)]
        picture = "\n".join(braille(board.screen()))
        return Panel(Text(picture, "bright_cyan"), title=f"screen of {board.name}")

    def _happened(self) -> Panel:
        lines = Text()
        for at_ms, text in self._events:
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


def _waiting(waiting: dict[str, int]) -> Text:
    total = sum(waiting.values())
    named = ", ".join(f"{number} {lane}" for lane, number in waiting.items() if number)
    return Text(named, "yellow") if total else Text("nothing", "green")
