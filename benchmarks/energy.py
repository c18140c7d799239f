"""How long a battery lasts, by board and mode of power: the firmware on virtual boards.

Real firmware in virtual time, in range of a gateway with its beacons: a position every 5 minutes, a
GNSS fix every 10, 100 reports a day by key presses. States times currents; nothing was measured on
hardware. TURNA_ENERGY_HOURS=24 looks at a whole day.
"""

import math
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import results
from benchmarks.limits import Promise
from turna.deployment import GatewayPlan, TeamPlan, make_deployment
from turna_secretariat import queries
from turna_simulation import energy_currents as currents
from turna_simulation.board import Board
from turna_simulation.chain import VirtualChain
from turna_simulation.energy import EnergyLedger, Row
from turna_simulation.world import World

BATTERY_MAH = 3_000
BY_NAME_ONLY = True  # minutes
HOURS = int(os.environ.get("TURNA_ENERGY_HOURS", "3"))
REPORTS_A_DAY = 100
SETTINGS = {"position_interval_s": 300, "fix_interval_s": 600, "health_interval_s": 3600}
LISTEN_DAYS, POLL_DAYS = 14, 60
S3_BOARDS = ("heltec_v3", "lilygo_t3_s3", "tbeam_supreme")
MODES = ("live", "listen", "poll")
LIVE_HOURS = 1  # all is on all the time: an hour tells
STARTED_MS = (
    300_000  # the first search for satellites and the minutes awake after power-on are over
)
# A press that selects, three times: home, team status, send.
PRESS_MS, BETWEEN_MS, PRESSES = 900, 1_600, 3
EPOCH_S = 1_785_560_000
# What users of such boards have seen flow in light sleep, beside the 0.78 mA counted here.
SEEN_IN_LIGHT_SLEEP_MA = (("esp32.com, a board of somebody's own", 1.9), ("Heltec's forum", 7.7))


@dataclass(frozen=True)
class Life:
    """What one board drew in one mode."""

    model: str
    mode: str
    milliamperes: float
    parts: dict[str, float]
    rows: tuple[Row, ...]
    wakings_per_hour: float
    sent: int
    archived: int

    @property
    def days(self) -> float:
        return _days(self.milliamperes)

    @property
    def light_sleep(self) -> float:
        """The share of the time that the processor sleeps lightly."""
        asleep_s = sum(row.seconds for row in self.rows if row.state == "light sleep")
        return asleep_s / max(row.seconds for row in self.rows if row.part == "board")


def main() -> int:
    """Print each board's parts and days; return 1 if a promise does not hold."""
    lives = list(_lives())
    for mode in MODES:
        _tell_mode(mode, [life for life in lives if life.mode == mode])
    _tell_sources()
    _tell_doubts(lives)
    verdicts = results.limits("what was promised, on 3,000 mAh", _promises(lives))
    results.write("energy", {"promises": verdicts, "boards": _numbers(lives)})
    return 0 if all(promise.holds for promise in _promises(lives)) else 1


def _lives() -> Iterator[Life]:
    for model in currents.models():
        if model == "station_g2":
            continue  # a board for the mains
        for mode in MODES:
            started_s = time.monotonic()
            life = live(model, mode, LIVE_HOURS if mode == "live" else HOURS)
            took_s = time.monotonic() - started_s
            results.progress(f"{model}, {mode}: {life.milliamperes:.2f} mA [{took_s:.0f} s]")
            yield life


def live(model: str, mode: str, hours: int) -> Life:
    """Run one board in one mode for some hours."""
    with tempfile.TemporaryDirectory(prefix="turna-energy-") as folder, World(seed=3) as world:
        chain = VirtualChain(world, _kit(Path(folder)), gateway="gw")
        handset = chain.add_handset(
            1, position=(300.0, 200.0), changes={**SETTINGS, "power": mode}, model=model
        )
        handset.parts.gnss.stand_at(3_620_210, 3_616_030)
        chain.start()
        handset.power_on()
        world.run_for(STARTED_MS)
        ledger = EnergyLedger(world.scheduler, handset)
        sent = _work(world, handset, hours)
        with chain.secretariat.archive.reader() as connection:
            archived = queries.counts(connection, "exercise")["by_type"].get("sitrep", 0)
        return Life(
            model, mode, ledger.average_milliamperes(), ledger.by_part(), tuple(ledger.rows()),
            ledger.wakings / hours, sent, archived,
        )  # fmt: skip


def _work(world: World, handset: Board, hours: int) -> int:
    """Type the reports of so many hours, evenly; return how many."""
    reports = math.ceil(REPORTS_A_DAY * hours / 24)
    every_ms = hours * 3_600_000 // reports
    for _ in range(reports):
        started_ms = world.now_ms
        for _ in range(PRESSES):
            handset.press("user", PRESS_MS)
            world.run_for(BETWEEN_MS)
        world.run_for(every_ms - (world.now_ms - started_ms))
    return reports


def _tell_mode(mode: str, lives: list[Life]) -> None:
    parts = list(lives[0].parts)
    rows = [
        [
            life.model,
            *[f"{life.parts[part]:.3f}" for part in parts],
            f"{life.milliamperes:.2f}",
            f"{life.days:.1f}",
            f"{life.light_sleep:.1%}",
            f"{life.wakings_per_hour:.0f}",
        ]
        for life in lives
    ]
    heads = ("", *parts, "mA in all", "days", "asleep", "wakings/h")
    results.table(f"{mode}: mean mA of each part, days on 3,000 mAh (NOT MEASURED)", heads, rows)


def _tell_sources() -> None:
    seen: dict[tuple[str, str, float], str] = {}
    for model in (*S3_BOARDS, "tbeam_1_1"):
        kind = currents.kind_of(model)
        for part, table in (
            ("processor", kind.processor),
            ("radio", kind.radio),
            ("GNSS", kind.receiver),
        ):
            for state, draw in table.items():
                seen.setdefault((part, state, draw.milliamperes), draw.source)
        seen[model, "floor", kind.floor.milliamperes] = kind.floor.source
    for (part, state), draw in currents.OTHER.items():
        seen.setdefault((part, state, draw.milliamperes), draw.source)
    rows = [[f"{part}: {state}", f"{ma:g}", source] for (part, state, ma), source in seen.items()]
    results.table("the currents, in mA, and who says so", ("", "mA", "source"), rows)


def _tell_doubts(lives: list[Life]) -> None:
    """Say what would become of it if a figure were as bad as somebody has seen it."""
    rows = []
    for life in lives:
        if life.model not in S3_BOARDS or life.mode == "live":
            continue
        counted = currents.kind_of(life.model).processor["light sleep"].milliamperes
        worse = [
            life.milliamperes + life.light_sleep * (seen - counted)
            for _, seen in SEEN_IN_LIGHT_SLEEP_MA
        ]
        rows.append([life.model, life.mode, *[f"{_days(ma):.1f}" for ma in worse]])
    seen_by = [f"{ma:g} mA ({who})" for who, ma in SEEN_IN_LIGHT_SLEEP_MA]
    results.table("days, were light sleep as others saw it", ("", "mode", *seen_by), rows)
    print("\nA radio that hears others wakes the processor: +0.01 mA for each 1,000 packets a day.")
    print("Nothing of this was measured on hardware.", file=sys.stderr)


def _promises(lives: list[Life]) -> list[Promise]:
    wanted = {"listen": LISTEN_DAYS, "poll": POLL_DAYS}
    found = [
        Promise(
            f"{life.model}, {life.mode}: mA", life.milliamperes, _milliamperes(wanted[life.mode])
        )
        for life in lives
        if life.model in S3_BOARDS and life.mode in wanted
    ]
    lost = sum(life.sent - life.archived for life in lives if life.archived < life.sent)
    return [*found, Promise("reports that the Secretariat does not hold", lost, 0)]


def _numbers(lives: list[Life]) -> dict[str, dict[str, object]]:
    return {
        f"{life.model}, {life.mode}": {
            "milliamperes": life.milliamperes,
            "days": life.days,
            "parts": life.parts,
            "states": [row._asdict() for row in life.rows],
        }
        for life in lives
    }


def _days(milliamperes: float) -> float:
    return BATTERY_MAH / milliamperes / 24


def _milliamperes(days: int) -> float:
    return BATTERY_MAH / days / 24


def _kit(folder: Path) -> Path:
    kit = folder / "kit"
    make_deployment(
        kit,
        name="ENERGY",
        mode="exercise",
        origin=(3_620_210, 3_616_030),
        epoch_s=EPOCH_S,
        region="COMMON433",
        teams=[TeamPlan("TUR01", "tr")],
        gateways=[GatewayPlan("gw", "tr")],
        master=bytes(range(32)),
    )
    return kit
