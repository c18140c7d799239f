"""What an administrator sees and does about accounts on the page; the audit log says each deed.

The door lets nobody but administrators come here.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from turna_backbone.clock import Clock
from turna_secretariat.accounts import PASSWORD_MOST, AccountError, Accounts
from turna_secretariat.exports.harmless import one_line
from turna_secretariat.signed_in import DID, signed_in

_AUDIT_LIMIT = 500
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


def administration_routes(accounts: Accounts, clock: Clock) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/api")

    @routes.get("/accounts")
    def everybody() -> list[dict[str, Any]]:
        seen = accounts.last_seen_ms()
        return [one.as_json() | {"last_seen_ms": seen.get(one.name)} for one in accounts.all()]

    @routes.post("/accounts")
    def add(said: NewAccount, request: Request) -> dict[str, str]:
        _note(request, f"account add {said.name} {_told(said.role, said.countries)}")
        now_ms = clock.unix_s() * 1000
        _do(lambda: accounts.add(**said.model_dump(), now_ms=now_ms))
        return {"added": said.name}

    @routes.post("/accounts/{name}")
    def change(name: str, said: ChangedAccount, request: Request) -> dict[str, str]:
        given = said.model_dump(exclude_none=True)
        told = [f"{key}={_told(value)}" for key, value in given.items()]
        _note(request, " ".join(("account change", name, *told)))
        _do(lambda: accounts.change(name, **given))
        return {"changed": name}

    @routes.post("/accounts/{name}/disabled")
    def disable(name: str, request: Request) -> dict[str, str]:
        _note(request, f"account disable {name}")
        if name == signed_in(request).name:
            raise HTTPException(422, "you cannot disable the account that you use")
        _do(lambda: accounts.disable(name))
        return {"disabled": name}

    @routes.post("/accounts/{name}/enabled")
    def enable(name: str, request: Request) -> dict[str, str]:
        _note(request, f"account enable {name}")
        _do(lambda: accounts.enable(name))
        return {"enabled": name}

    @routes.post("/accounts/{name}/password")
    def password(name: str, said: GivenPassword, request: Request) -> dict[str, str]:
        _note(request, f"account password {name}")
        _do(lambda: accounts.set_password(name, said.password))
        return {"changed": name}

    @routes.post("/accounts/{name}/signed-out")
    def sign_out(name: str, request: Request) -> dict[str, str]:
        _note(request, f"account sign out {name}")
        _do(lambda: accounts.sign_out(name))
        return {"signed_out": name}

    @routes.get("/audit")
    def audit(
        limit: Annotated[int, Query(ge=1, le=_AUDIT_LIMIT)] = 100,
        before_id: Annotated[int | None, Query(ge=1, lt=1 << 53)] = None,
    ) -> list[dict[str, Any]]:
        return accounts.noted(limit, before_id)

    return routes


def _note(request: Request, did: str) -> None:
    """Leave for the audit log what is done to whom; an address alone does not say it."""
    setattr(request.state, DID, one_line(did))


def _told(*values: object) -> str:
    """Return values as one line of the audit log tells them."""
    told = (",".join(value) if isinstance(value, list) else str(value) for value in values)
    return " ".join(told).strip() or "all"


def _do(change: Callable[[], None]) -> None:
    try:
        change()
    except AccountError as error:
        raise HTTPException(422, str(error)) from None
