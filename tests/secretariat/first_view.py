"""A mission's archive as it stands after days, and how long the page takes to show it."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from playwright.sync_api import Browser, expect

from benchmarks.archive_rows import COUNTRIES, fill, newest_ms
from tests.secretariat.field import EPOCH_S
from tests.secretariat.live_page import LivePage
from turna.deployment import TeamPlan
from turna_secretariat import schema
from turna_secretariat.archive import Archive
from turna_secretariat.engines import sqlite_url

SOON_MS = 2_000
LAPTOP = (1366, 768)
SHOWN = 60
# What else the page does once all is there: the number is of the first view alone.
_REQUESTS = "performance.getEntriesByType('resource').length"
_BYTES = """performance.getEntriesByType('resource')
    .filter(it => it.name.includes('/api/')).reduce((sum, it) => sum + it.decodedBodySize, 0)"""


@dataclass(frozen=True)
class FirstView:
    """What one opening of the page took; the processor's time is of page, server and driver."""

    wall_ms: float
    processor_ms: float
    requests: int
    json_bytes: int

    @property
    def alone_ms(self) -> float:
        """Return how long it takes; beside much other work, how long on a core of its own."""
        return min(self.wall_ms, self.processor_ms)


def teams(count: int, handsets: int) -> Sequence[TeamPlan]:
    """Return teams of several countries, with so many handsets each."""
    return [
        TeamPlan(f"TUR{n:02}", COUNTRIES[n % len(COUNTRIES)], handsets=handsets)
        for n in range(1, count + 1)
    ]


def fill_archive(file: Path, reports: int, handsets: int) -> None:
    """Make an archive whose newest report has come just now."""
    archive = Archive.in_file(file)
    archive.open()
    archive.close()
    engine = sa.create_engine(sqlite_url(file))
    fill(engine, reports, handsets)
    later_ms = (EPOCH_S + 60) * 1000 - newest_ms(reports)
    with engine.begin() as connection:
        for table, column in ((schema.report, "arrived_ms"), (schema.alarm, "at_ms")):
            later = {column: table.c[column] + later_ms}
            connection.execute(table.update().values(later))
    engine.dispose()


def first_view(live: LivePage, browser: Browser) -> FirstView:
    """Open the page; it is useful when calls, map and newest reports are there."""
    context = browser.new_context(viewport={"width": LAPTOP[0], "height": LAPTOP[1]})
    page = context.new_page()
    before_s = _worked_s()
    page.goto(live.address)
    expect(page.locator("#report-rows tr")).to_have_count(SHOWN)
    expect(page.locator("#sos-cards article").first).to_be_visible()
    expect(page.locator("#map .team > span").first).to_be_visible()
    wall_ms = float(page.evaluate("performance.now()"))
    processor_ms = (_worked_s() - before_s) * 1000
    found = FirstView(wall_ms, processor_ms, page.evaluate(_REQUESTS), page.evaluate(_BYTES))
    context.close()
    return found


def _worked_s() -> float:
    """Return the processor time of this process, which serves, and of those below: the browser."""
    stats = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            stats[int(file.parent.name)] = file.read_text().rpartition(")")[2].split()
    family, found = {os.getpid()}, -1
    while found != len(family):  # numbers begin anew: a child may have a lower one than its parent
        found = len(family)
        family |= {number for number, fields in stats.items() if int(fields[1]) in family}
    worked = sum(int(stats[n][11]) + int(stats[n][12]) for n in family & stats.keys())
    return worked / os.sysconf("SC_CLK_TCK")  # utime, stime: proc_pid_stat(5)
