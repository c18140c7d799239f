"""The page's addresses for what goes down: its cost before, saying, following, taking back."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from turna_backbone.clock import Clock
from turna_protocol import codes
from turna_protocol.alerts import RESUME
from turna_protocol.errors import MalformedError
from turna_secretariat import down_queries
from turna_secretariat.archive import Archive
from turna_secretariat.deeds import EVERYBODY, numbered, quoted, tell
from turna_secretariat.down_audience import Area, Choice, choose
from turna_secretariat.down_cost import cost_of
from turna_secretariat.down_desk import DownDeed, Revocation, Withdrawal
from turna_secretariat.down_words import (
    ALERT,
    ROLL_CALL,
    SETTINGS,
    TEXT,
    Saying,
    read_saying,
    resumption,
)
from turna_secretariat.exports.harmless import one_line
from turna_secretariat.handing_over import hand_over
from turna_secretariat.inbox import Inbox
from turna_secretariat.receivers import Receivers
from turna_secretariat.registry import Registry

LASTS_MIN_MAX = 7 * 24 * 60
_OF_ALL_FORMS = {"type", "mode", "time", "time_quality"}
_Number = Annotated[int, Path(ge=1, lt=1 << 53)]
_Person = Callable[[Request], str]
_View = Callable[[], frozenset[int] | None]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Circle(_Strict):
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    radius_m: int = Field(ge=1, le=1_000_000)


class To(_Strict):
    """All handsets, or those of some teams, some handsets, or those last seen within an area."""

    all: bool = False
    teams: list[str] = Field(default=[], max_length=200)
    devices: list[int] = Field(default=[], max_length=4_094)
    area: Circle | None = None


class Words(_Strict):
    """What is to be said; `form` has the fields of the report, as in `turna wire schema`.

    An alert's form is `{"code": "evacuate" | "cease_work" | "resume"}` and may have a `text`, which
    goes beside it as a text of its own.
    """

    kind: Literal["task", "text", "roll_call", "alert", "settings"]
    to: To
    form: dict[str, Any] = {}
    mode: Literal["actual", "exercise", "test"] | None = None
    lasts_min: int | None = Field(default=None, ge=1, le=LASTS_MIN_MAX)


class Devices(_Strict):
    devices: list[int] = Field(min_length=1, max_length=512)
    reason: str = Field(default="", max_length=200)  # as in "lost at Antakya"


def down_routes(
    archive: Archive,
    registry: Registry,
    inbox: Inbox,
    clock: Clock,
    *,
    person: _Person,
    view: _View,
) -> APIRouter:
    """Return the routes; `person` names who asks, `view` the handsets they may see (None: all)."""
    routes = APIRouter(prefix="/api/down")
    readings = _Readings(archive, registry, clock, view)

    @routes.get("")
    def words(
        limit: Annotated[int, Query(ge=1, le=down_queries.WORDS_LIMIT)] = 25,
        before_id: Annotated[int | None, Query(ge=1, lt=1 << 53)] = None,
        mode: Literal["actual", "exercise", "test"] | None = None,
    ) -> JSONResponse:
        return JSONResponse(readings.words(limit, before_id, mode))

    @routes.get("/revocations")
    def revocations() -> list[dict[str, Any]]:
        with archive.reader() as connection:
            return down_queries.revocations(connection, registry, view())

    @routes.get("/alerts")
    def alerts() -> list[dict[str, Any]]:
        with archive.reader() as connection:
            return down_queries.alerts(connection, registry, view())

    @routes.get("/{word_id}")
    def word(word_id: _Number) -> dict[str, Any]:
        return readings.word(word_id)

    @routes.post("/cost")
    def cost(request: Words) -> dict[str, Any]:
        return readings.cost(readings.sayings(request))

    @routes.post("")
    def say(request: Words, who: Request) -> list[dict[str, Any]]:
        sayings = readings.sayings(request)
        _tell_said(who, sayings)
        deed = DownDeed(sayings, person(who))
        hand_over(inbox, deed)
        if deed.ended_ids:
            _tell_said(who, sayings, deed.ended_ids)
        return [readings.word(word_id) for word_id in deed.word_ids]

    @routes.post("/revocations")
    def revoke(request: Devices, who: Request) -> list[dict[str, Any]]:
        reason = one_line(request.reason).strip() or None
        names = [registry.call_sign(device) for device in request.devices]
        tell(who, "keys_revoked", whom=names, why=quoted(reason or ""))
        _require_in_view(view(), request.devices)
        hand_over(inbox, DownDeed(Revocation(tuple(request.devices), reason), person(who)))
        with archive.reader() as connection:
            return down_queries.revocations(connection, registry, view())

    @routes.post("/{word_id}/withdrawn")
    def withdraw(word_id: _Number, who: Request) -> dict[str, Any]:
        _require_in_view(view(), readings.all_of(word_id))
        hand_over(inbox, DownDeed(Withdrawal(word_id), person(who)), "there is no such word")
        return readings.word(word_id)

    return routes


class _Readings:
    """What the routes look up, for the eyes of who asks."""

    def __init__(self, archive: Archive, registry: Registry, clock: Clock, view: _View) -> None:
        self._archive = archive
        self._registry = registry
        self._clock = clock
        self._view = view
        self._receivers = Receivers(archive, registry)

    def words(self, limit: int, before_id: int | None, mode: str | None) -> list[dict[str, Any]]:
        with self._archive.reader() as connection:
            return down_queries.words(
                connection,
                self._registry,
                mode=mode,
                limit=limit,
                before_id=before_id,
                devices=self._view(),
                now_s=self._clock.unix_s(),
            )

    def word(self, word_id: int) -> dict[str, Any]:
        with self._archive.reader() as connection:
            found = down_queries.one_word(
                connection, self._registry, word_id, self._view(), self._clock.unix_s()
            )
        if found is None:
            raise HTTPException(404, "there is no such word")
        return found

    def all_of(self, word_id: int) -> list[int]:
        """Return whom a word is for, in view or not."""
        with self._archive.reader() as connection:
            found = down_queries.one_word(connection, self._registry, word_id)
        if found is None:
            raise HTTPException(404, "there is no such word")
        devices: list[int] = found["devices"]
        return devices

    def sayings(self, request: Words) -> tuple[Saying, ...]:
        """Return what is to be said, or answer what is wrong with it."""
        form = dict(request.form)
        beside = form.pop("text", None) if request.kind == ALERT else None
        try:
            said = [self._saying(request, request.kind, form)]
            if beside:
                said.append(self._saying(request, TEXT, {"text": beside}))
        except MalformedError as error:
            raise HTTPException(422, str(error)) from None
        return tuple(said)

    def _saying(self, request: Words, kind: str, form: dict[str, Any]) -> Saying:
        mission = self._registry.mission
        to = request.to
        area = None if to.area is None else Area(to.area.lat, to.area.lon, to.area.radius_m)
        choice = Choice(to.all, tuple(to.teams), tuple(to.devices), area)
        with self._archive.reader() as connection:
            audience = choose(choice, connection, self._registry, self._view())
        return read_saying(
            kind,
            form,
            mode=request.mode or mission.mode,
            audience=audience,
            lasts_min=request.lasts_min,
            now_s=self._clock.unix_s(),
            frame=mission.frame,
        )

    def cost(self, sayings: tuple[Saying, ...]) -> dict[str, Any]:
        """Return what one round of all of it costs each gateway."""
        mission, now_ms = self._registry.mission, self._clock.unix_s() * 1000
        costs = []
        for saying in (*sayings, *self._follows(sayings[0])):
            one = cost_of(saying, mission, mission.frame)
            gateways = self._receivers.shares(saying, now_ms)
            costs.append(one.as_json(mission, gateways))
        audience, call_sign = sayings[0].audience, self._registry.call_sign
        return {
            "handsets": [call_sign(device) for device in audience.devices],
            "revoked": [call_sign(device) for device in audience.revoked],
            "costs": costs,
        }

    def _follows(self, said: Saying) -> tuple[Saying, ...]:
        """Return what goes with it: an all-clear ends by orders what orders began."""
        if said.alert != RESUME:
            return ()
        with self._archive.reader() as connection:
            alarmed = down_queries.alarmed_by_orders(connection, codes.MODES[said.mode])
        devices = tuple(sorted(alarmed & set(said.audience.devices)))
        return (resumption(said, devices, self._clock.unix_s()),) if devices else ()


def _tell_said(who: Request, sayings: tuple[Saying, ...], ended: Sequence[int] = ()) -> None:
    """Leave for the audit log what is said to whom, and what it ends; of settings only which."""
    first = sayings[0]
    named = first.audience.named
    about: dict[str, str | list[str]] = {"whom": [EVERYBODY] if named.get("all") else _names(named)}
    what = [word for saying in sayings for word in _words_of(saying)]
    if first.kind in (ALERT, ROLL_CALL):
        code = f"alert_{first.body['alert']}" if first.kind == ALERT else f"say_{first.kind}"
        if what:
            code, about = f"{code}_said", about | {"what": what}
        if ended:
            code, about = f"{code}_ended", about | {"ended": [numbered(one) for one in ended]}
        tell(who, code, **about)
    else:
        tell(who, f"say_{first.kind}", **about, what=what)


def _words_of(saying: Saying) -> list[str]:
    body = saying.body
    if saying.kind == SETTINGS:
        return sorted(body.keys() - _OF_ALL_FORMS)
    task, worksite = body.get("task"), body.get("worksite")
    what = [str(task).replace("_", " ")] if task else []
    what += [str(worksite)] if worksite else []
    return [*what, quoted(str(body["text"]))] if body.get("text") else what


def _names(named: dict[str, Any]) -> list[str]:
    area = named.get("area")
    around = [f"{area['lat']}, {area['lon']} ± {area['radius_m']} m"] if area else []
    countries = [country.upper() for country in named.get("countries", ())]
    return [*countries, *named.get("teams", ()), *named.get("devices", ()), *around]


def _require_in_view(view: frozenset[int] | None, devices: list[int]) -> None:
    if view is not None and not set(devices) <= view:
        raise HTTPException(403, "it concerns handsets of countries that are not yours")
