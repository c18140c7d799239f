"""Deeds handed to the thread that writes: what is told while nobody knows yet."""

import queue

import pytest
from fastapi import HTTPException

from turna_secretariat import audit
from turna_secretariat.handing_over import hand_over
from turna_secretariat.inbox import AlarmDeed, Inbox


def test_a_deed_that_still_waits_is_neither_done_nor_failed_but_not_known() -> None:
    busy: Inbox = queue.Queue()
    deed = AlarmDeed(1, "Aylin Demir")
    with pytest.raises(HTTPException) as refused:
        hand_over(busy, deed, timeout_s=0.0)

    assert busy.get_nowait() is deed, "it is still going to be done"
    assert audit.outcome_of(refused.value.status_code) == "not known"


def test_only_what_still_waits_is_not_known() -> None:
    told = {status: audit.outcome_of(status) for status in (200, 303, 404, 409, 422, 500, 502)}
    assert told == {
        200: "done",
        303: "done",
        404: "refused",
        409: "refused",
        422: "refused",
        500: "failed",
        502: "failed",
    }
