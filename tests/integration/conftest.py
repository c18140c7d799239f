"""The duty officer's page, open in a browser; whatever it does, no request leaves the machine."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.secretariat.live_page import LivePage

# A machine that does much else at once is slow, not wrong; what has to be quick is measured apart.
expect.set_options(timeout=15_000)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LivePage]:
    with LivePage(tmp_path) as live:
        yield live


@pytest.fixture
def page(browser: Browser, live: LivePage) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(_host(request)))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda said: errors.append(said.text) if "Content Security" in said.text else None,
    )
    page.goto(live.address)
    expect(page.locator("#health")).to_contain_text("Page live")
    yield page
    context.close()
    assert set(asked) <= {urlsplit(live.address).netloc, ""}, "a request left the machine"
    assert errors == []


def _host(request: Request) -> str:
    return urlsplit(request.url).netloc
