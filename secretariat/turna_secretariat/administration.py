"""What an administrator sees and does about accounts on the page; the audit log says each deed.

The door lets nobody but administrators come here.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from turna_backbone.clock import Clock
from turna_protocol.mission import Mission
from turna_secretariat import people_countries
from turna_secretariat.accounts import PASSWORD_MOST, AccountError, Accounts
from turna_secretariat.deeds import ALL_COUNTRIES, tell
from turna_secretariat.signed_in import signed_in

_Role = Literal["observer", "officer", "administrator"]
_Person = Annotated[str, Field(max_length=200)]
_Countries = Annotated[list[str], Field(max_length=20)]
_Secret = Annotated[str, Field(max_length=PASSWORD_MOST, repr=False)]


class NewAccount(BaseModel):
    """What an administrator says about a new colleague."""

    name: str = Field(max_length=40)
    person: _Person
    role: _Role
    countries: _Countries = []
    password: _Secret


class ChangedAccount(BaseModel):
    """What is to be otherwise; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    person: _Person | None = None
    role: _Role | None = None
    countries: _Countries | None = None


class GivenPassword(BaseModel):
    """A new password for somebody who has lost theirs."""

    password: _Secret


def administration_routes(accounts: Accounts, mission: Mission, clock: Clock) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/api/accounts")
    _show(routes, accounts, mission)
    _make_and_change(routes, accounts, mission, clock)
    _let_in_and_out(routes, accounts)
    return routes


def _show(routes: APIRouter, accounts: Accounts, mission: Mission) -> None:
    @routes.get("")
    def everybody() -> list[dict[str, Any]]:
        seen = accounts.last_seen_ms()
        return [one.as_json() | {"last_seen_ms": seen.get(one.name)} for one in accounts.all()]

    @routes.get("/countries")
    def countries() -> dict[str, list[str]]:
        """Return what an account may be limited to, and who of them is in the mission now."""
        choices = people_countries.choices(mission)
        return {"choices": choices, "of_mission": people_countries.of_mission(mission)}


def _make_and_change(routes: APIRouter, accounts: Accounts, mission: Mission, clock: Clock) -> None:
    @routes.post("")
    def add(said: NewAccount, request: Request) -> dict[str, str]:
        what = [said.person, said.role, *_in_words(said.countries)]
        tell(request, "account_add", name=said.name, what=what)
        now_ms = clock.unix_s() * 1000
        with _refusing():
            people_countries.require_known(said.countries, mission)
            accounts.add(**said.model_dump(), now_ms=now_ms)
        return {"added": said.name}

    @routes.post("/{name}")
    def change(name: str, said: ChangedAccount, request: Request) -> dict[str, str]:
        _tell_change(accounts, request, name, said)
        with _refusing():
            people_countries.require_known(said.countries or (), mission)
            accounts.change(name, **said.model_dump(exclude_none=True))
        return {"changed": name}


def _let_in_and_out(routes: APIRouter, accounts: Accounts) -> None:
    @routes.post("/{name}/disabled")
    def disable(name: str, request: Request) -> dict[str, str]:
        if name == signed_in(request).name:
            raise HTTPException(422, "you cannot disable the account that you use")
        with _refusing():
            accounts.disable(name)
        return {"disabled": name}

    @routes.post("/{name}/enabled")
    def enable(name: str) -> dict[str, str]:
        with _refusing():
            accounts.enable(name)
        return {"enabled": name}

    @routes.post("/{name}/password")
    def password(name: str, said: GivenPassword) -> dict[str, str]:
        with _refusing():
            accounts.set_password(name, said.password)
        return {"changed": name}

    @routes.post("/{name}/signed-out")
    def sign_out(name: str) -> dict[str, str]:
        with _refusing():
            accounts.sign_out(name)
        return {"signed_out": name}


def _tell_change(accounts: Accounts, request: Request, name: str, said: ChangedAccount) -> None:
    """Leave for the audit log what was so before, if only the role is to change."""
    what = [word for word in (said.person, said.role) if word is not None]
    if said.countries is not None:
        what += _in_words(said.countries)
    tell(request, "account_change", name=name, what=what)
    if what == [said.role]:
        with _refusing():
            before = accounts.named(name).role
        tell(request, "account_role", name=name, before=before, after=what[0])


def _in_words(countries: Sequence[str]) -> list[str]:
    return [country.upper() for country in countries] or [ALL_COUNTRIES]


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except AccountError as error:
        raise HTTPException(422, str(error)) from None
