"""The duty officer's page and its JSON: reads the archive, hands deeds to the subscriber."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, HTTPException, Query, Request
from fastapi.responses import FileResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, Field

from turna_backbone.clock import Clock
from turna_secretariat import queries
from turna_secretariat.archive import Archive
from turna_secretariat.desk import STATE_AFTER
from turna_secretariat.registry import Registry
from turna_secretariat.subscriber import Deed, Inbox

STATIC = Path(__file__).parent / "static"
# How often an open event stream looks at the change journal.
EVENT_PERIOD_S = 0.3
# A silent stream says so this often, so that the page can tell quiet from cut off.
HEARTBEAT_S = 5.0
DEED_TIMEOUT_S = 10.0


class DeedRequest(BaseModel):
    """Who did it; the deed itself is in the address."""

    person: str = Field(min_length=1, max_length=80)


def create_page(
    *,
    archive: Archive,
    registry: Registry,
    inbox: Inbox,
    clock: Clock,
    feed: Callable[[], dict[str, Any]],
) -> FastAPI:
    """Return the application; `feed` tells the state of the connection to the backbone."""
    page = FastAPI(title="Turna Secretariat", docs_url=None, redoc_url=None)
    page.mount("/static", StaticFiles(directory=STATIC), name="static")
    page.include_router(_reading(archive, registry, clock, feed))
    page.include_router(_doing(archive, registry, inbox))

    @page.get("/")
    def index() -> FileResponse:
        return FileResponse(STATIC / "index.html")

    @page.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return page


def _reading(
    archive: Archive, registry: Registry, clock: Clock, feed: Callable[[], dict[str, Any]]
) -> APIRouter:
    """Return the routes by which the archive is read."""
    routes = APIRouter(prefix="/api")

    @routes.get("/status")
    def status() -> dict[str, Any]:
        mission = registry.mission
        with archive.reader() as connection:
            return {
                "mission": mission.name,
                "mode": mission.mode,
                "origin": {
                    "lat": mission.frame.origin_lat_e5 / 100_000,
                    "lon": mission.frame.origin_lon_e5 / 100_000,
                },
                "now_ms": clock.unix_s() * 1000,
                "feed": feed(),
                "gateways": queries.gateways(connection),
                "counts": queries.counts(connection),
                "newest_change": queries.newest_change(connection),
            }

    @routes.get("/reports")
    def reports(
        limit: Annotated[int, Query(ge=1, le=queries.PAGE_LIMIT)] = 100,
        before_id: Annotated[int | None, Query(ge=1)] = None,
    ) -> list[dict[str, Any]]:
        with archive.reader() as connection:
            return queries.reports(connection, registry, limit=limit, before_id=before_id)

    @routes.get("/reports/{report_id}")
    def one_report(report_id: int) -> dict[str, Any]:
        with archive.reader() as connection:
            found = queries.one_report(connection, registry, report_id)
        if found is None:
            raise HTTPException(404, "there is no such report")
        return found

    @routes.get("/handsets")
    def handsets() -> list[dict[str, Any]]:
        with archive.reader() as connection:
            return queries.handsets(connection, registry)

    @routes.get("/alarms")
    def alarms() -> list[dict[str, Any]]:
        with archive.reader() as connection:
            return queries.open_alarms(connection, registry)

    @routes.get("/events")
    async def events(request: Request) -> StreamingResponse:
        last = request.headers.get("last-event-id") or request.query_params.get("after") or ""
        return StreamingResponse(
            _events(archive, clock, request, last), media_type="text/event-stream"
        )

    return routes


def _doing(archive: Archive, registry: Registry, inbox: Inbox) -> APIRouter:
    """Return the routes by which a person does something with a report."""
    routes = APIRouter(prefix="/api")

    @routes.post("/reports/{report_id}/{did}")
    def do(report_id: int, did: str, request: DeedRequest) -> dict[str, Any]:
        if did not in STATE_AFTER:
            raise HTTPException(404, f"a report can be {', '.join(sorted(STATE_AFTER))}")
        deed = Deed(report_id, did, request.person.strip())
        inbox.put(deed)
        if not deed.done.wait(DEED_TIMEOUT_S):
            raise HTTPException(
                503, "the archive did not answer in time; look before you repeat it"
            )
        if deed.errors:
            raise HTTPException(404, deed.errors[0])
        with archive.reader() as connection:
            return queries.one_report(connection, registry, report_id) or {}

    return routes


async def _events(
    archive: Archive, clock: Clock, request: Request, last_event_id: str
) -> AsyncIterator[str]:
    """Tell every change after `last_event_id`, then each new one; a heartbeat in between."""
    quiet_s = 0.0
    last = int(last_event_id) if last_event_id.isascii() and last_event_id.isdigit() else None
    while not await request.is_disconnected():
        changed, last = await asyncio.to_thread(_look, archive, last)
        for entry in changed:
            yield f"id: {entry['id']}\nevent: change\ndata: {json.dumps(entry)}\n\n"
        quiet_s = 0.0 if changed else quiet_s + EVENT_PERIOD_S
        if quiet_s >= HEARTBEAT_S:
            quiet_s = 0.0
            yield f"event: heartbeat\ndata: {clock.unix_s() * 1000}\n\n"
        await asyncio.sleep(EVENT_PERIOD_S)


def _look(archive: Archive, last: int | None) -> tuple[list[dict[str, Any]], int]:
    with archive.reader() as connection:
        if last is None:
            return [], queries.newest_change(connection)
        changed = queries.changes_after(connection, last)
        return changed, changed[-1]["id"] if changed else last
