"""A message: a phrase that each side reads in its own language, free words, or both."""

from .. import codes
from ..report_codes import PHRASES
from .code_fields import Choice
from .fields import Reference, Text
from .heading import Fix, Report


class Message(Report):
    """A phrase, a text or both; `answers` says what to.

    Down: the sequence number of a report of that handset.  Up: what `downlink` names.
    """

    NAME = "message"
    FIELDS = (
        "mode",
        "time_s",
        "time_quality",
        "fix",
        "phrase",
        "answers",
        "text",
    )
    LAYOUT = (
        ("phrase", Choice(PHRASES, 64)),
        ("answers", Reference()),
        ("text", Text()),
    )

    def __init__(
        self,
        *,
        mode: int,
        time_s: int | None = None,
        time_quality: int = codes.TIME_NONE,
        fix: Fix | None = None,
        phrase: int = 0,
        answers: int | None = None,
        text: str | None = None,
    ) -> None:
        super().__init__(mode=mode, time_s=time_s, time_quality=time_quality, fix=fix)
        self.phrase = phrase
        self.answers = answers
        self.text = text

    def priority(self) -> int:
        return codes.PRIORITY

    def contradiction(self) -> str | None:
        if self.phrase == 0 and self.text is None:
            return "text: neither a phrase nor a text"
        return None
