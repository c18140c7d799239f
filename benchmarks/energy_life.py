"""One board in one mode for some hours, and what each of its parts drew."""

import json
import math
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks import kits
from turna.deployment import handset_file
from turna_secretariat import queries
from turna_simulation.board import Board
from turna_simulation.chain import VirtualGateway, VirtualSecretariat
from turna_simulation.energy import Draw, EnergyLedger, Row
from turna_simulation.mcu import DEEP_SLEEPING
from turna_simulation.models import PROFILES
from turna_simulation.virtual_backbone import VirtualBackbone
from turna_simulation.world import World

SAMPLE_HOURS, DAY_HOURS = 3, 24
REPORTS_A_DAY = 100
SETTINGS = {"position_interval_s": 300, "fix_interval_s": 600, "health_interval_s": 3600}
# The first search for satellites and the minutes awake after power-on are over.
STARTED_MS = 300_000
# A press that lights the screen, then three that select: home, team status, send.
PRESS_MS, SHORT_MS, BETWEEN_MS, PRESSES = 900, 100, 1_600, 3
OFF = "off"
# Short presses from home to "Saving power", and from its first line to "off".
TO_POWER, TO_OFF = 14, 4


@dataclass(frozen=True)
class Life:
    """What one board drew in one mode."""

    model: str
    mode: str
    hours: int
    draw: Draw
    parts: dict[str, Draw]
    rows: tuple[Row, ...]
    wakings_per_hour: float
    sent: int
    archived: int

    @property
    def asleep(self) -> float:
        """The share of the time that the processor sleeps lightly."""
        asleep_s = sum(row.seconds for row in self.rows if row.state == "light sleep")
        return asleep_s / max(row.seconds for row in self.rows if row.part == "board")


def live(model: str, mode: str, hours: int) -> Life:
    """Run one board in one mode for some hours, in range of a gateway and its Secretariat."""
    with tempfile.TemporaryDirectory(prefix="turna-energy-") as folder, World(seed=3) as world:
        kit = kits.kit(Path(folder), "ENERGY")
        backbone = VirtualBackbone(world.scheduler)
        gateway = VirtualGateway(world, backbone, None, kit, "gw")
        secretariat = VirtualSecretariat(world, backbone, kit)
        handset = _handset(world, kit, model, "live" if mode == OFF else mode)
        secretariat.start()
        gateway.start()
        handset.power_on()
        world.run_for(STARTED_MS)
        if mode == OFF:
            _switch_off(world, handset)
        ledger = EnergyLedger(world.scheduler, handset)
        sent = _work(world, handset, hours, idle=mode == OFF)
        with secretariat.archive.reader() as connection:
            archived = queries.counts(connection, "exercise")["by_type"].get("sitrep", 0)
        secretariat.close()
        gateway.close()
        return Life(
            model, mode, hours, ledger.average(), ledger.by_part(), tuple(ledger.rows()),
            ledger.wakings / hours, sent, archived,
        )  # fmt: skip


def _handset(world: World, kit: Path, model: str, mode: str) -> Board:
    settings = json.loads(handset_file(kit, 1).read_text())
    settings |= {"board": PROFILES[model], **SETTINGS, "power": mode}
    files = {"/settings.json": json.dumps(settings).encode()}
    handset = world.add_board("handset", model, position=(300.0, 200.0), files=files)
    handset.parts.gnss.stand_at(3_620_210, 3_616_030)
    return handset


def _work(world: World, handset: Board, hours: int, *, idle: bool) -> int:
    """Type the reports of so many hours, evenly; return how many."""
    reports = 0 if idle else math.ceil(REPORTS_A_DAY * hours / 24)
    every_ms = hours * 3_600_000 // max(reports, 1)
    for _ in range(reports):
        started_ms = world.now_ms
        for hold_ms in (SHORT_MS, *[PRESS_MS] * PRESSES):
            _press(world, handset, hold_ms)
        world.run_for(every_ms - (world.now_ms - started_ms))
    if idle:
        world.run_for(every_ms)
    return reports


def _switch_off(world: World, handset: Board) -> None:
    """Choose it in the menu, as a person does, on a screen that is lit."""
    for _ in range(TO_POWER):
        _press(world, handset, SHORT_MS)
    _press(world, handset, PRESS_MS)
    for _ in range(TO_OFF):
        _press(world, handset, SHORT_MS)
    _press(world, handset, PRESS_MS)
    if not world.run_until(lambda: handset.mcu.state == DEEP_SLEEPING, 30_000):
        raise RuntimeError("the handset does not switch off: has its menu changed?")


def _press(world: World, handset: Board, hold_ms: int) -> None:
    handset.press("user", hold_ms)
    world.run_for(BETWEEN_MS)
