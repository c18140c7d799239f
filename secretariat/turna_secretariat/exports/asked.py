"""Refuses an address with a choice that would not count: misspelt, it would leave nothing out."""

from collections.abc import Collection

from fastapi import HTTPException, Request

from turna_secretariat.exports.harmless import one_line

CHOICES = ("mode", "type", "team", "since", "until")
_SEVERAL = ("type", "team")


def require_known(request: Request, choices: Collection[str] = CHOICES) -> None:
    """Raise HTTPException for a choice that there is not, or of which there can be only one."""
    for name in request.query_params:
        if name not in choices:
            raise HTTPException(422, f"{one_line(name)}: one of {', '.join(choices)} is meant")
        if name not in _SEVERAL and len(request.query_params.getlist(name)) > 1:
            raise HTTPException(422, f"{name}: only once")
