"""Deeds that stay on their way, as over a slow link."""

import re

from playwright.sync_api import Page, Route


class Held:
    """The deeds sent to some addresses of a page; `count` says how many there were."""

    def __init__(self, page: Page, address: str) -> None:
        self.count = 0
        self._page = page
        self._waiting: list[Route] = []
        page.route(re.compile(address), self._hold)

    def _hold(self, route: Route) -> None:
        if route.request.method == "POST":
            self.count += 1
            self._waiting.append(route)
        else:
            route.continue_()

    def go(self) -> None:
        """Let go what is on its way, once something is."""
        while not self._waiting:
            self._page.wait_for_timeout(20)
        while self._waiting:
            self._waiting.pop().continue_()
