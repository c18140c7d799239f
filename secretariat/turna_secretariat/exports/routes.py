"""The downloads' addresses: stable, filtered, the same for a person's browser and a GIS."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import Response

from turna_backbone.clock import Clock
from turna_secretariat.archive import Archive
from turna_secretariat.exports import cap
from turna_secretariat.exports.asked import require_known
from turna_secretariat.exports.formats import BY_SUFFIX, FORMATS, file_name
from turna_secretariat.exports.selection import (
    Selection,
    SelectionError,
    read_selection,
    select,
    select_one,
)
from turna_secretariat.registry import Registry

Words = Annotated[list[str] | None, Query(max_length=20)]
Moment = Annotated[str | None, Query(max_length=40)]
Number = Annotated[int, Path(ge=1, lt=1 << 53)]


def export_routes(archive: Archive, registry: Registry, clock: Clock) -> APIRouter:
    """Return the routes of the exports."""
    routes = APIRouter()

    @routes.get("/export/formats")
    def formats() -> list[dict[str, str]]:
        return [
            {"name": name, "title": known.title, "suffix": known.suffix}
            for name, known in FORMATS.items()
        ]

    @routes.get("/export/reports.{suffix}")
    def reports(
        suffix: str,
        request: Request,
        mode: str | None = None,
        type: Words = None,  # noqa: A002  # the name that stands in the address
        team: Words = None,
        since: Moment = None,
        until: Moment = None,
    ) -> Response:
        if suffix not in BY_SUFFIX:
            raise HTTPException(404, f"formats: {', '.join(sorted(BY_SUFFIX))}")
        require_known(request)
        try:
            chosen = read_selection(
                registry,
                clock.unix_s(),
                mode=mode,
                types=type or (),
                teams=team or (),
                since=since,
                until=until,
            )
            return _download(archive, registry, chosen, suffix)
        except SelectionError as error:
            raise HTTPException(422, str(error)) from None

    routes.include_router(_alerts(archive, registry))
    return routes


def _alerts(archive: Archive, registry: Registry) -> APIRouter:
    """Return the route of one SOS or hazard as an alert of its own."""
    routes = APIRouter()

    @routes.get("/export/report/{report_id}.cap.xml")
    def alert(report_id: Number) -> Response:
        with archive.reader() as connection:
            found = select_one(connection, registry, report_id)
        if found is None or not cap.holds(found):
            raise HTTPException(404, "there is no such SOS or hazard")
        return _file(cap.alert(found), "application/cap+xml", f"{found.mode}-{report_id}.cap.xml")

    return routes


def _download(archive: Archive, registry: Registry, chosen: Selection, suffix: str) -> Response:
    known = BY_SUFFIX[suffix]
    with archive.reader() as connection:
        extract = select(connection, registry, chosen)
    name = file_name(registry.mission.name, chosen, suffix)
    return _file(known.write(extract), known.media_type, name)


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
