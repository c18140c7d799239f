"""The duty officer's page and its JSON: reads the archive, hands deeds to the subscriber."""

import asyncio
import importlib.util
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, FastAPI, HTTPException, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, Response, StreamingResponse
from fastapi.staticfiles import StaticFiles

from turna_backbone import base_map
from turna_backbone.clock import Clock
from turna_secretariat import queries
from turna_secretariat.accounts import Accounts
from turna_secretariat.administration import administration_routes
from turna_secretariat.archive import Archive
from turna_secretariat.audit_routes import audit_routes
from turna_secretariat.deeds import numbered, quoted, tell
from turna_secretariat.down_routes import down_routes
from turna_secretariat.emt_routes import emt_routes
from turna_secretariat.entrance import entrance_routes, own_account_routes
from turna_secretariat.events import Events
from turna_secretariat.exports.routes import export_routes
from turna_secretariat.guard import LOOPBACK_NAMES, Guard
from turna_secretariat.handing_over import hand_over
from turna_secretariat.inbox import AlarmDeed, Deed, Inbox, NoticeDeed
from turna_secretariat.notices import read_notice
from turna_secretariat.officers_desk import STATE_AFTER
from turna_secretariat.proof import Proof
from turna_secretariat.registry import Registry
from turna_secretariat.scope import devices_in_view
from turna_secretariat.signed_in import SignedIn, signed_in
from turna_secretariat.situation_book import SituationBook
from turna_secretariat.views import view_routes

STATIC = FilePath(__file__).parent / "static"

log = logging.getLogger(__name__)

# A row's number as SQLite can look for it.
Number = Annotated[int, Path(ge=1, lt=1 << 53)]
Mode = Literal["actual", "exercise", "test"]
# Where the page's word for a type of report is not its name.
_TYPES = {"sitrep": "situation report", "sos": "SOS", "node_health": "device health"}
REASON_LIMIT = 200


def create_page(
    *,
    archive: Archive,
    accounts: Accounts,
    registry: Registry,
    inbox: Inbox,
    clock: Clock,
    feed: Callable[[], dict[str, Any]],
    closing: Callable[[], bool] = lambda: False,
    names: frozenset[str] | None = LOOPBACK_NAMES,
) -> FastAPI:
    """Return the application.

    The archive is open already, and stays so until the application's lifespan has ended: a reader
    that outlives it makes the next start look like one after a power cut.  `feed` tells the state
    of the connection to the backbone, `closing` when open event lines are to end, `names` which
    host names are answered to (None: any).
    """
    book = SituationBook(registry)

    @asynccontextmanager
    async def after_reading(_: FastAPI) -> AsyncIterator[None]:
        """Serve when what a situation report asks is read: beside answers it would slow them."""
        await asyncio.to_thread(_read_ahead, book, archive, registry)
        yield

    page = FastAPI(
        title="Turna Secretariat",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=after_reading,
    )
    proof = Proof(accounts, clock)
    page.add_middleware(SignedIn, accounts=accounts, proof=proof, registry=registry, clock=clock)
    page.add_middleware(Guard, names=names)  # what is added last stands before the others
    page.add_exception_handler(RequestValidationError, _explain)
    # The second folder is the gateway's page's as well.
    static = StaticFiles(directory=STATIC, packages=[("turna_backbone", "page")])
    page.mount("/static", static)
    page.mount("/leaflet", StaticFiles(directory=_leaflet()))
    page.include_router(entrance_routes(accounts, proof, clock))
    page.include_router(own_account_routes(accounts, proof))
    page.include_router(administration_routes(accounts, registry.mission, clock))
    page.include_router(audit_routes(accounts, clock))
    page.include_router(_reading(archive, registry, clock, feed))
    page.include_router(view_routes(archive, registry, clock, book))
    page.include_router(_following(Events(archive, clock, feed, closing)))
    page.include_router(_doing(archive, registry, inbox))
    page.include_router(export_routes(archive, registry, clock))
    page.include_router(emt_routes(archive, registry, inbox, clock))
    page.include_router(
        down_routes(
            archive,
            registry,
            inbox,
            clock,
            person=lambda request: signed_in(request).person,
            view=devices_in_view.get,
        )
    )

    @page.get("/")
    def index() -> FileResponse:
        return FileResponse(STATIC / "index.html")

    @page.get("/situation")
    def situation() -> FileResponse:
        return FileResponse(STATIC / "situation.html")

    @page.get("/map/base.json")
    def base() -> Response:
        headers = {"content-encoding": "gzip", "cache-control": "private, max-age=86400"}
        return Response(base_map.packed(), media_type="application/geo+json", headers=headers)

    @page.get("/api/login")
    def door() -> dict[str, str]:
        """Return what whoever stands at the door must know: whether it is in earnest."""
        return {"mode": registry.mission.mode}

    @page.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return page


def _read_ahead(book: SituationBook, archive: Archive, registry: Registry) -> None:
    try:
        with archive.reader() as connection:
            book.read(connection, registry.mission.mode)
    except Exception:  # who asks for a report will be told
        log.warning("the forms could not be read ahead", exc_info=True)


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
                "hops": mission.hops,
                "origin": {
                    "lat": mission.frame.origin_lat_e5 / 100_000,
                    "lon": mission.frame.origin_lon_e5 / 100_000,
                },
                "now_ms": clock.unix_s() * 1000,
                "feed": feed(),
                "gateways": queries.gateways(connection, registry),
                "counts": queries.counts(connection, mission.mode),
                "newest_change": queries.newest_change(connection),
                "open_alarms": queries.open_alarm_count(connection),
            }

    @routes.get("/reports")
    def reports(
        limit: Annotated[int, Query(ge=1, le=queries.PAGE_LIMIT)] = 100,
        before_id: Annotated[int | None, Query(ge=1, lt=1 << 53)] = None,
        kind: Annotated[list[str] | None, Query(max_length=20)] = None,
    ) -> list[dict[str, Any]]:
        with archive.reader() as connection:
            return queries.reports(
                connection, registry, limit=limit, before_id=before_id, kinds=kind
            )

    @routes.get("/reports/{report_id}")
    def one_report(report_id: Number) -> dict[str, Any]:
        return _found(archive, registry, report_id)

    @routes.get("/notices")
    def notices(mode: Mode | None = None) -> list[dict[str, Any]]:
        with archive.reader() as connection:
            return queries.notices(connection, mode or registry.mission.mode)

    @routes.get("/handsets")
    def handsets(mode: Mode | None = None) -> JSONResponse:
        with archive.reader() as connection:
            return JSONResponse(  # as it is: half a thousand take long to be looked into
                queries.handsets(connection, registry, mode or registry.mission.mode)
            )

    @routes.get("/alarms")
    def alarms() -> list[dict[str, Any]]:
        with archive.reader() as connection:
            return queries.open_alarms(connection, registry)

    return routes


def _following(events: Events) -> APIRouter:
    routes = APIRouter(prefix="/api")

    @routes.get("/events")
    def follow(request: Request, after: str = "") -> StreamingResponse:
        last = request.headers.get("last-event-id", after)
        return StreamingResponse(events.stream(last), media_type="text/event-stream")

    return routes


def _doing(archive: Archive, registry: Registry, inbox: Inbox) -> APIRouter:
    """Return the routes by which a person does something; each waits until it is committed."""
    routes = APIRouter(prefix="/api")

    @routes.post("/reports/{report_id}/{did}")
    def do(
        report_id: Number,
        did: str,
        request: Request,
        reason: Annotated[str, Body(embed=True, max_length=REASON_LIMIT)] = "",
    ) -> dict[str, Any]:
        if did not in STATE_AFTER:
            raise HTTPException(404, f"a report can be {', '.join(sorted(STATE_AFTER))}")
        found = _found(archive, registry, report_id)  # of one's own countries, then
        kind = _TYPES.get(found["type"], found["type"].replace("_", " "))
        why = [quoted(reason.strip())] if reason.strip() else []
        tell(request, f"report_{did}", what=[kind, found["call_sign"], numbered(report_id), *why])
        deed = Deed(report_id, did, signed_in(request).person, reason.strip() or None)
        hand_over(inbox, deed, "there is no such report")
        return _found(archive, registry, report_id)

    @routes.post("/alarms/{alarm_id}/closed")
    def close(alarm_id: Number, request: Request) -> dict[str, str]:
        with archive.reader() as connection:
            alarm = queries.alarm_words(connection, registry, alarm_id)
        if alarm is None:
            raise HTTPException(404, "there is no such alarm")
        tell(request, "alarm_closed", what=[*alarm, numbered(alarm_id)])
        deed = AlarmDeed(alarm_id, signed_in(request).person)
        hand_over(inbox, deed, "there is no such alarm")
        return {"closed_by": deed.person}

    @routes.post("/notices")
    def bring(
        content: Annotated[bytes, Body(media_type="application/cap+xml")], request: Request
    ) -> dict[str, str]:
        name = signed_in(request).person
        hand_over(inbox, NoticeDeed(content, name), "there is no such notice")
        brought = read_notice(content)
        tell(request, "notice_brought", what=[brought.sender, brought.identifier])
        return {"kept_by": name}

    return routes


def _found(archive: Archive, registry: Registry, report_id: int) -> dict[str, Any]:
    with archive.reader() as connection:
        found = queries.one_report(connection, registry, report_id)
    if found is None:
        raise HTTPException(404, "there is no such report")
    return found


async def _explain(_request: Request, error: Exception) -> JSONResponse:
    """Answer a malformed request with one sentence, and without what was sent."""
    assert isinstance(error, RequestValidationError)  # registered for nothing else
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return JSONResponse({"detail": f"{where}: {first['msg']}"}, status_code=422)


def _leaflet() -> FilePath:
    spec = importlib.util.find_spec("xstatic.pkg.leaflet")
    assert spec is not None  # a locked dependency
    assert spec.origin is not None
    return FilePath(spec.origin).parent / "data"
