"""The addresses of what an officer looks at: found reports, trails, places, SOS, the situation.

Long answers become JSON as they are: looking into each of their numbers takes longer than the rest.
"""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import JSONResponse

from turna_backbone.clock import Clock
from turna_protocol import delivery
from turna_secretariat import distress, picture, queries, situation, trails
from turna_secretariat.archive import Archive
from turna_secretariat.exports.harmless import one_line
from turna_secretariat.exports.selection import SelectionError, moment_ms
from turna_secretariat.registry import Registry
from turna_secretariat.search import MODES, TEXT_LIMIT, Wanted, devices_of, search
from turna_secretariat.situation_book import SituationBook, counts_in_sitreps, revoked_teams

Words = Annotated[list[str] | None, Query(max_length=20)]
Word = Annotated[str | None, Query(max_length=40)]
_DAY_MS = 86_400_000


def view_routes(
    archive: Archive, registry: Registry, clock: Clock, book: SituationBook
) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/api")
    mission_mode = registry.mission.mode

    def moment(name: str, text: str | None) -> int | None:
        try:
            return moment_ms(name, text, clock.unix_s())
        except SelectionError as error:
            raise HTTPException(422, str(error)) from None

    def chosen_mode(mode: str | None) -> str:
        """Return the mode that is asked for, the mission's own if none is."""
        if mode is not None and mode not in MODES:
            raise HTTPException(422, f"mode: one of {', '.join(MODES)}")
        return mode or mission_mode

    @routes.get("/search")
    def find(
        type: Words = None,  # noqa: A002  # the name that stands in the address
        without: Words = None,
        team: Words = None,
        country: Words = None,
        device: Annotated[int | None, Query(ge=0, lt=1 << 16)] = None,
        mode: Word = None,
        state: Annotated[int | None, Query(ge=0, le=delivery.FALSE_ALARM)] = None,
        since: Word = None,
        until: Word = None,
        text: Annotated[str, Query(max_length=TEXT_LIMIT)] = "",
        limit: Annotated[int, Query(ge=1, le=queries.PAGE_LIMIT)] = 60,
        before_id: Annotated[int | None, Query(ge=1, lt=1 << 53)] = None,
    ) -> JSONResponse:
        wanted = Wanted(
            types=tuple(type or ()),
            without=tuple(without or ()),
            teams=tuple(team or ()),
            countries=tuple(country or ()),
            device=device,
            mode=mode if mode is None else chosen_mode(mode),
            state=state,
            since_ms=moment("since", since),
            until_ms=moment("until", until),
            text=text,
        )
        with archive.reader() as connection:
            found = search(connection, registry, wanted, limit=limit, before_id=before_id)
        return JSONResponse(found)

    @routes.get("/trails")
    def walked(
        since: Word = "1h",
        until: Word = None,
        team: Words = None,
        country: Words = None,
        mode: Word = None,
    ) -> JSONResponse:
        with archive.reader() as connection:
            found = trails.trails(
                connection,
                registry,
                mode=chosen_mode(mode),
                since_ms=moment("since", since) or 0,
                until_ms=moment("until", until) or clock.unix_s() * 1000,
                devices=devices_of(registry, tuple(team or ()), tuple(country or ())),
            )
        return JSONResponse(found)

    @routes.get("/places")
    def places(mode: Word = None) -> JSONResponse:
        chosen = chosen_mode(mode)
        with archive.reader() as connection:
            return JSONResponse(picture.places(connection, registry, mode=chosen))

    @routes.get("/sos")
    def calls() -> list[dict[str, Any]]:
        with archive.reader() as connection:
            return distress.calls(connection, registry)

    @routes.get("/sos/in_hand")
    def calls_in_hand() -> list[dict[str, Any]]:
        with archive.reader() as connection:
            return distress.in_hand_by_mode(connection, registry)

    @routes.get("/situation")
    def situation_report(
        sector: Word = None, since: Word = None, until: Word = None, mode: Word = None
    ) -> dict[str, Any]:
        until_ms = moment("until", until) or clock.unix_s() * 1000 + 1000
        since_ms = moment("since", since)
        since_ms = until_ms - _DAY_MS if since_ms is None else since_ms
        chosen = chosen_mode(mode)
        with archive.reader() as connection:
            said = book.said(connection, chosen, since_ms, until_ms)
            counts = counts_in_sitreps(connection, registry, chosen, since_ms, until_ms)
            lost = revoked_teams(connection, registry)
        rolled = situation.roll_up(
            said,
            sector=sector or None,
            since_ms=since_ms,
            until_ms=until_ms,
            counts=counts,
            revoked_teams=lost,
        )
        if sector:
            _require_declared(one_line(sector), rolled["sectors"])
        return {"mission": registry.mission.name, "mode": chosen} | rolled

    return routes


def _require_declared(sector: str, declared: list[str]) -> None:
    """Refuse a form of a sector that nobody declared: it would look as if nothing were there."""
    if not declared:
        raise HTTPException(404, f"sector {sector}: no area report has declared any sector yet")
    if sector not in declared:
        names = ", ".join(declared)
        raise HTTPException(
            404, f"sector {sector}: not declared; area reports have declared {names}"
        )
