"""Gives a person's deed to the one thread that writes, and answers with what came of it."""

from fastapi import HTTPException

from turna_protocol.errors import MalformedError
from turna_secretariat.down_words import NotSayableError
from turna_secretariat.inbox import AnyDeed, Inbox
from turna_secretariat.officers_desk import NotPossibleError

DEED_TIMEOUT_S = 10.0


def hand_over(
    inbox: Inbox,
    deed: AnyDeed,
    unknown: str = "there is no such thing",
    timeout_s: float = DEED_TIMEOUT_S,
) -> None:
    """Wait until a deed is committed; what cannot be is refused with its reason.

    After 503 nobody knows: the deed still waits for its thread, and is then done or refused.
    """
    inbox.put(deed)
    if not deed.done.wait(timeout_s):
        raise HTTPException(503, "the archive did not answer in time; look before you repeat it")
    for error in deed.errors:
        if isinstance(error, KeyError):
            raise HTTPException(404, unknown)
        if isinstance(error, MalformedError):
            raise HTTPException(422, str(error))
        if isinstance(error, NotPossibleError | NotSayableError):
            raise HTTPException(409, str(error))
        raise HTTPException(500, "it could not be stored; the log says why")
