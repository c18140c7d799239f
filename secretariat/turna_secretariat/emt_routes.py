"""The addresses of emergency medical teams' daily counts: the form, what was entered, the file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from turna_backbone.clock import Clock
from turna_protocol.errors import MalformedError
from turna_secretariat import emt
from turna_secretariat.archive import Archive
from turna_secretariat.deeds import tell
from turna_secretariat.emt_items import AGE_GROUPS, ITEMS, PARTS, VERSION
from turna_secretariat.exports import emt_mds
from turna_secretariat.exports.asked import require_known
from turna_secretariat.exports.selection import SelectionError
from turna_secretariat.handing_over import hand_over
from turna_secretariat.inbox import EmtDeed, Inbox
from turna_secretariat.registry import Registry
from turna_secretariat.scope import countries_in_view
from turna_secretariat.signed_in import signed_in

Mode = Literal["actual", "exercise", "test"]
Words = Annotated[list[str] | None, Query(max_length=20)]
Moment = Annotated[str | None, Query(max_length=40)]


class EmtDay(BaseModel):
    """A team's daily form; what is left out is unknown."""

    model_config = ConfigDict(extra="forbid")

    team: str = Field(max_length=emt.TEAM_MOST)
    country: str = Field(max_length=2)
    day: str = Field(max_length=10)
    mode: Mode | None = None
    counts: dict[str, dict[str, int]] = Field(max_length=len(ITEMS))
    remark: str = Field(default="", max_length=emt.REMARK_MOST)


def emt_routes(archive: Archive, registry: Registry, inbox: Inbox, clock: Clock) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()
    routes.include_router(_reading(archive, registry, clock))
    routes.include_router(_entering(registry, inbox, clock))

    @routes.get("/api/emt/form")
    def form() -> dict[str, Any]:
        names = ("number", "section", "name", "ages")
        items = [dict(zip(names, item, strict=True)) for item in ITEMS]
        return {"version": VERSION, "age_groups": AGE_GROUPS, "parts": PARTS, "items": items}

    return routes


def _reading(archive: Archive, registry: Registry, clock: Clock) -> APIRouter:
    """Return the routes by which the days are read and taken away."""
    routes = APIRouter()

    def choose(
        mode: str | None, team: Sequence[str] | None, since: str | None, until: str | None
    ) -> emt_mds.Chosen:
        return emt_mds.choose(
            mode=mode or registry.mission.mode,
            teams=team or (),
            since=since,
            until=until,
            now_s=clock.unix_s(),
        )

    def found(chosen: emt_mds.Chosen) -> list[dict[str, Any]]:
        with archive.reader() as connection:
            return chosen.days(connection)

    @routes.get("/api/emt")
    def days(
        mode: Mode | None = None, team: Words = None, since: Moment = None, until: Moment = None
    ) -> list[dict[str, Any]]:
        with _refusing():
            return found(choose(mode, team, since, until))

    @routes.get("/export/emt-mds.csv")
    def download(
        request: Request,
        mode: Mode | None = None,
        team: Words = None,
        since: Moment = None,
        until: Moment = None,
    ) -> Response:
        require_known(request, ("mode", "team", "since", "until"))
        with _refusing():
            chosen = choose(mode, team, since, until)
            content = emt_mds.write(registry.mission.name, emt_mds.whole(found(chosen)))
        name = emt_mds.file_name(registry.mission.name, chosen.mode)
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type="text/csv", headers=headers)

    return routes


def _entering(registry: Registry, inbox: Inbox, clock: Clock) -> APIRouter:
    """Return the route by which a day is entered."""
    routes = APIRouter()

    @routes.post("/api/emt")
    def enter(said: EmtDay, request: Request) -> dict[str, str]:
        account = signed_in(request)
        tell(request, "medical_day", day=said.day, team=said.team)
        in_view = countries_in_view.get()
        if in_view is not None and said.country not in in_view:
            raise HTTPException(403, "it concerns a team of a country that is not yours")
        today = datetime.fromtimestamp(clock.unix_s(), UTC).date().isoformat()
        with _refusing():
            daily = emt.read_daily(said.model_dump(), said.mode or registry.mission.mode, today)
        hand_over(inbox, EmtDeed(daily, account.person))
        return {"entered_by": account.person}

    return routes


@contextmanager
def _refusing() -> Iterator[None]:
    """Answer with the reason why something cannot be asked or entered."""
    try:
        yield
    except (MalformedError, SelectionError) as error:
        raise HTTPException(422, str(error)) from None
