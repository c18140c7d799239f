"""The address of the audit log: what an administrator looks for in it."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query

from turna_backbone.clock import Clock
from turna_secretariat.accounts import Accounts
from turna_secretariat.audit import Looked
from turna_secretariat.deeds import KINDS
from turna_secretariat.exports.selection import SelectionError, moment_ms

LINES_LIMIT = 500
_Moment = Annotated[str | None, Query(max_length=40)]


def audit_routes(accounts: Accounts, clock: Clock) -> APIRouter:
    """Return the route."""
    routes = APIRouter(prefix="/api")

    def moment(name: str, text: str | None) -> int | None:
        try:
            return moment_ms(name, text, clock.unix_s())
        except SelectionError as error:
            raise HTTPException(422, str(error)) from None

    @routes.get("/audit")
    def audit(
        limit: Annotated[int, Query(ge=1, le=LINES_LIMIT)] = 100,
        before_id: Annotated[int | None, Query(ge=1, lt=1 << 53)] = None,
        who: Annotated[str | None, Query(max_length=80)] = None,
        kind: Annotated[list[str] | None, Query(max_length=len(KINDS))] = None,
        outcome: Literal["refused"] | None = None,
        since: _Moment = None,
        until: _Moment = None,
    ) -> list[dict[str, Any]]:
        if not set(kind or ()) <= set(KINDS):
            raise HTTPException(422, f"kind: one of {', '.join(KINDS)}")
        looked = Looked(
            who=who,
            kinds=kind or (),
            since_ms=moment("since", since),
            until_ms=moment("until", until),
            only_refused=outcome is not None,
        )
        return accounts.noted(limit, before_id, looked)

    return routes
