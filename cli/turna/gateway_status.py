"""A running gateway's status in a terminal: once, as JSON, or anew every two seconds."""

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.text import Text

from turna.usage import UsageError
from turna_gateway.config import read_config

PERIOD_S = 2.0
_TIMEOUT_S = 5.0
_SHOWN = ("heard", "stored", "duplicate", "acknowledged", "published", "receipted")
# A mark beside each colour: not everybody sees it, and not every terminal has it.
_MARKS = {"critical": "!!", "warning": "! "}
_STYLES = {"critical": "bold white on red", "warning": "black on yellow"}
_BAR_CELLS = 20

Status = dict[str, Any]  # Any: JSON that the gateway itself wrote


def show(path: Path, *, as_json: bool, watch: bool) -> int:
    """Print the status of the gateway with these settings."""
    if watch:
        return _watch(path)
    status = fetch(path)
    if as_json:
        print(json.dumps(status, ensure_ascii=False))
    else:
        Console(highlight=False, soft_wrap=True).print(in_words(status))
    return 0


def fetch(path: Path) -> Status:
    config = read_config(path)
    host = "127.0.0.1" if config.status_host == "0.0.0.0" else config.status_host  # noqa: S104
    url = f"http://{host}:{config.status_port}/status.json"
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer:
            status: Status = json.load(answer)
    except OSError as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        words = getattr(reason, "strerror", None) or reason
        raise UsageError(f"no gateway answers on {url} ({words}); is it running?") from None
    return status


def in_words(status: Status) -> Text:
    """Return the status for a person: what is wrong first, then the gateway, then its handsets."""
    text = Text()
    for alarm in status["alarm_details"]:
        text.append(f"{_MARKS[alarm['level']]} {alarm['text']}", _STYLES[alarm["level"]])
        if alarm["remedy"]:
            text.append(f"  → {alarm['remedy']}")
        text.append("\n")
    counts, waiting, air = status["counts"], status["waiting"], status["air"]
    since = datetime.fromtimestamp(status["time_s"] - status["uptime_s"], UTC)
    lines = [
        f"gateway   {status['gateway']} of {status['mission']} ({status['mode'].upper()})",
        f"up since  {since:%Y-%m-%d %H:%M} UTC",
        *(f"modem     {_modem(modem)}" for modem in status["modems"]),
        f"backbone  {_up_or_trouble(status['backbone'])}",
        f"waiting   SOS {waiting['sos']}, reports {waiting['report']}, health {waiting['health']}",
        f"oldest    {ago(status['oldest_waiting_s'])}",
        *_way_out(status["backlog"]),
        f"air time  {_air_time(air)}; channel {air['channel_load_pct']} % busy",
        f"disk      {_bar(status['disk_pct'])} {status['disk_pct']} % of the room for reports",
        f"cost      {status['bytes_per_report']} bytes a report on the backbone",
        "counts    " + ", ".join(f"{name} {counts.get(name, 0)}" for name in _SHOWN),
    ]
    if status["refused"]:
        refused = ", ".join(f"{reason}: {times}" for reason, times in status["refused"].items())
        lines.append(f"refused   {refused}")
    lines += ["", f"{'handset':<16}{'team':<12}{'heard':>9}{'signal':>10}{'battery':>9}  last"]
    lines += [_handset(handset) for handset in status["handsets"]] or ["none heard yet"]
    return text.append("\n".join(lines))


def ago(seconds: int) -> str:
    """Return a duration as short as it can be said."""
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"


def _watch(path: Path) -> int:
    fetch(path)  # a wrong file, or no gateway at all: said once, and that is it
    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:  # piped, or kept in a file: one picture below the other
        return _again_and_again(lambda text: console.print(text, end="\n\n"), path)
    with Live(console=console, auto_refresh=False, screen=True) as live:
        return _again_and_again(lambda text: live.update(text, refresh=True), path)


def _again_and_again(put: Callable[[Text], None], path: Path) -> int:
    while True:  # until Ctrl-C
        try:
            put(in_words(fetch(path)))
        except UsageError as error:
            put(Text(f"!! {error}", _STYLES["critical"]))
        sys.stdout.flush()
        time.sleep(PERIOD_S)


def _handset(handset: Status) -> str:
    battery = "?" if handset["battery_pct"] is None else f"{handset['battery_pct']} %"
    return (
        f"{handset['call_sign']:<16}{handset['team']:<12}{ago(handset['heard_ago_s']):>9}"
        f"{handset['rssi_dbm']:>6} dBm{battery:>9}  {handset['last_type'] or '?'}"
    )


def _air_time(air: Status) -> str:
    used_s = air["used_ms_of_the_hour"] / 1000
    if air["used_pct"] is None:
        return f"{used_s:.1f} s in the last hour, no limit here"
    budget_s = air["budget_ms_of_the_hour"] / 1000
    return f"{_bar(air['used_pct'])} {air['used_pct']} % ({used_s:.1f} of {budget_s:.0f} s an hour)"


def _bar(percent: int) -> str:
    cells = min(_BAR_CELLS, percent * _BAR_CELLS // 100)
    return "[" + "#" * cells + "." * (_BAR_CELLS - cells) + "]"


def _modem(modem: Status) -> str:
    unique_id = f", unique_id {modem['unique_id']}" if modem["unique_id"] else ""
    return _up_or_trouble(modem) + unique_id


def _way_out(backlog: Status | None) -> list[str]:
    """Return how far a backlog is on its way out, and how long that will still take."""
    if backlog is None:
        return []
    left_s, done = backlog["left_s"], backlog["done_pct"]
    pace = f"{backlog['per_minute']} a minute"
    outlook = "not getting fewer now" if left_s is None else f"about {ago(left_s)} more at {pace}"
    return [f"way out   {_bar(done)} {done} % of {backlog['most']}; {outlook}"]


def _up_or_trouble(part: Status) -> str:
    return "up" if part["up"] else f"DOWN: {part['trouble']}"
