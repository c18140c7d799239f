"""The page's addresses without a server, asked by somebody who may look: what each answers."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.secretariat.exported import NOW_MS
from tests.secretariat.live_page import PASSWORD, QUICK_HASHER
from turna_backbone.clock import SteppedClock
from turna_secretariat.accounts import OBSERVER, Accounts
from turna_secretariat.archive import Archive
from turna_secretariat.engines import sqlite_url
from turna_secretariat.registry import Registry
from turna_secretariat.signed_in import COOKIE
from turna_secretariat.web import create_page

Page = Callable[[str], httpx.Response]


@contextmanager
def asked_page(archive: Archive, registry: Registry, folder: Path) -> Iterator[Page]:
    """Yield what asks an address; accounts are kept in the folder."""
    accounts = Accounts(sqlite_url(folder / "people.db"), QUICK_HASHER)
    accounts.open()
    accounts.add("aylin", person="Aylin", role=OBSERVER, password=PASSWORD, now_ms=0)
    cookies = {COOKIE: accounts.begin_session(accounts.all()[0].id, NOW_MS)}
    application = create_page(
        archive=archive,
        accounts=accounts,
        registry=registry,
        inbox=None,  # type: ignore[arg-type]  # nothing is done here, only read
        clock=SteppedClock(epoch_s=NOW_MS // 1000),
        feed=dict,
    )

    async def ask(address: str) -> httpx.Response:
        way = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(
            transport=way, base_url="http://127.0.0.1", cookies=cookies
        ) as client:
            return await client.get(address)

    lifespan = application.router.lifespan_context(application)
    with asyncio.Runner() as loop:
        loop.run(lifespan.__aenter__())
        try:
            yield lambda address: loop.run(ask(address))
        finally:
            loop.run(lifespan.__aexit__(None, None, None))
            accounts.close()
