"""Signing in and out, and changing one's own password."""

from pathlib import Path as FilePath
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from turna_backbone.clock import Clock
from turna_secretariat.accounts import PASSWORD_MOST, WHOLE_MS, AccountError, Accounts
from turna_secretariat.audit import DONE, Entry
from turna_secretariat.deeds import Noted
from turna_secretariat.proof import Proof, TooOftenError
from turna_secretariat.signed_in import (
    COOKIE,
    address_of,
    comes_from_this_page,
    session_token,
    signed_in,
)

STATIC = FilePath(__file__).parent / "static"


class Credentials(BaseModel):
    """What a person types to sign in."""

    name: str = Field(max_length=40)
    password: str = Field(max_length=PASSWORD_MOST, repr=False)


class NewPassword(BaseModel):
    """The old password proves that it is still the same person who sits there."""

    old: str = Field(max_length=PASSWORD_MOST, repr=False)
    new: str = Field(max_length=PASSWORD_MOST, repr=False)


def entrance_routes(accounts: Accounts, proof: Proof, clock: Clock) -> APIRouter:
    """Return the routes of the door."""
    routes = APIRouter()

    @routes.get("/login")
    def page() -> FileResponse:
        return FileResponse(STATIC / "login.html")

    @routes.post("/api/login")
    def login(said: Credentials, request: Request, response: Response) -> dict[str, Any]:
        if not comes_from_this_page(request.headers):
            raise HTTPException(403, "another site may not sign in here; a program says its Origin")
        address, now_s = address_of(request.scope), clock.unix_s()
        try:
            account = proof.account(said.name, said.password, address)
        except TooOftenError as error:
            headers = {"retry-after": str(error.wait_s)}
            raise HTTPException(429, str(error), headers) from None
        if account is None:
            raise HTTPException(401, "name or password is wrong")
        accounts.note(
            Entry(
                who=account.name,
                person=account.person,
                deed=Noted("sign_in", {"name": account.name}),
                outcome=DONE,
                address=address,
                at_ms=now_s * 1000,
            )
        )
        token = accounts.begin_session(account.id, now_s * 1000)
        response.set_cookie(
            COOKIE,
            token,
            max_age=WHOLE_MS // 1000,
            httponly=True,
            samesite="strict",
            secure=_is_encrypted(request),
        )
        return account.as_json()

    @routes.post("/api/logout")
    def logout(request: Request, response: Response) -> dict[str, str]:
        accounts.end_session(session_token(request.headers))
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return {"signed_out": signed_in(request).name}

    return routes


def own_account_routes(accounts: Accounts, proof: Proof) -> APIRouter:
    """Return the routes of one's own account."""
    routes = APIRouter()

    @routes.post("/api/logout/everywhere")
    def logout_everywhere(request: Request, response: Response) -> dict[str, str]:
        """End every session of one's own account: also that of a browser left behind."""
        accounts.sign_out(signed_in(request).name)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return {"signed_out": signed_in(request).name}

    @routes.get("/api/me")
    def me(request: Request) -> dict[str, Any]:
        return signed_in(request).as_json()

    @routes.post("/api/password")
    def password(said: NewPassword, request: Request) -> dict[str, str]:
        name = signed_in(request).name
        try:
            is_right = proof.account(name, said.old, address_of(request.scope)) is not None
        except TooOftenError as error:
            raise HTTPException(429, str(error)) from None
        if not is_right:
            raise HTTPException(403, "the old password is wrong")
        try:
            accounts.set_password(name, said.new)
        except AccountError as error:
            raise HTTPException(422, str(error)) from None
        return {"changed": name}

    return routes


def _is_encrypted(request: Request) -> bool:
    """Tell whether the browser came by TLS, to us or to a proxy before us."""
    origin = urlsplit(request.headers.get("origin", ""))
    return request.url.scheme == "https" or origin.scheme == "https"
