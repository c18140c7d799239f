"""What the phone page's server answers, by microdot: the page, its words, the journal, new reports.

Strict on purpose: small requests only, no names as hosts (a name could be made to lead here from
elsewhere), and a report only with the token that this opening's own page has read.
"""

import asyncio
import gc
import json
import os

from microdot import Microdot, Request

from turna_protocol.errors import MalformedError

from .languages import LANGUAGES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from turna_board.counters import Counters

    from .journal import Journal

    Submit = Callable[[dict[str, object]], "int | None"]  # the number of the saved report
    Facts = Callable[[], dict[str, object]]

PORT = 80
BODY_BYTES_MAX = 2048  # twice the longest report in JSON
LINE_BYTES_MAX = 512
LISTED_MAX = 40
_PIECE = 512
_TOKEN_BYTES = 16
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_KINDS = {
    "page": "text/html; charset=UTF-8",
    "script": "application/javascript; charset=UTF-8",
    "style": "text/css; charset=UTF-8",
    "words": "application/json; charset=UTF-8",
}


class Site:
    """The server of one opening."""

    def __init__(
        self,
        *,
        journal: "Journal",
        submit: "Submit",
        facts: "Facts",
        counters: "Counters",
        now_ms: "Callable[[], int]",
    ) -> None:
        self.used_ms = 0
        self.failed = False
        self._journal = journal
        self._submit = submit
        self._facts = facts
        self._counters = counters
        self._now_ms = now_ms
        self._token = os.urandom(_TOKEN_BYTES).hex()
        self._app = Microdot()
        self._route()

    def start(self) -> None:
        """Serve from now on."""
        Request.max_content_length = Request.max_body_length = BODY_BYTES_MAX
        Request.max_readline = LINE_BYTES_MAX
        self._task = asyncio.create_task(self._serve())

    def stop(self) -> None:
        """Serve no longer."""
        if not self.failed:
            self._app.shutdown()

    async def _serve(self) -> None:
        try:
            await self._app.start_server(port=PORT)
        except (MemoryError, OSError):
            self.failed = True  # whoever looks after the page closes it

    def _route(self) -> None:
        app = self._app
        app.before_request(self._refuse_strangers)
        app.get("/")(self._page)
        app.get("/page.js")(lambda _request: self._static("script"))
        app.get("/page.css")(lambda _request: self._static("style"))
        app.get("/words/<tag>")(self._words)
        app.get("/state")(self._state)
        app.post("/report")(self._report)

    def _refuse_strangers(self, request: "Any") -> "Any":
        host = request.headers.get("Host") or ""
        if not host or [letter for letter in host if letter not in "0123456789.:"]:
            self._counters.count("refused phone host")
            return "", 403
        gc.collect()
        return None

    def _page(self, _request: "Any") -> "Any":
        self.used_ms = self._now_ms()
        return self._static("page")

    def _static(self, name: str) -> "Any":
        from . import phone_files

        return _gzipped(getattr(phone_files, name.upper()), name)

    def _words(self, _request: "Any", tag: str) -> "Any":
        for code, _own_name in LANGUAGES:
            if code == tag:
                module = "turna_handset.phone_words." + code.replace("@", "_")
                content = __import__(module, None, None, ("WORDS",)).WORDS
                return _gzipped(content, "words")
        return "", 404

    def _state(self, _request: "Any") -> "Any":
        facts = self._facts()
        facts["token"] = self._token
        reports = []
        for row in range(LISTED_MAX):
            entry = self._journal.newest(row, 0)
            if entry is None:
                break
            reports.append(
                (entry.seq, entry.type_number, entry.state, entry.saved_s, entry.attempts)
            )
        facts["reports"] = reports
        return json.dumps(facts), 200, _headers("words")

    def _report(self, request: "Any") -> "Any":
        if request.headers.get("X-Turna-Token") != self._token:
            self._counters.count("refused phone token")
            return _answer({"error": "token"}, 403)
        self.used_ms = self._now_ms()
        try:
            form = json.loads(request.body)
            if not isinstance(form, dict):
                raise MalformedError("report: not an object")
            seq = self._submit(form)
        except ValueError:  # no JSON; MalformedError is none
            return self._refused("report: not JSON")
        except MalformedError as error:
            return self._refused(str(error))
        if seq is None:
            return _answer({"error": "not saved"}, 507)
        return _answer({"seq": seq}, 200)

    def _refused(self, why: str) -> "Any":
        self._counters.count("refused phone report")
        return _answer({"error": why}, 400)


def _answer(content: dict[str, object], status: int) -> "Any":
    return json.dumps(content), status, _headers("words")


def _headers(name: str) -> dict[str, str]:
    headers = {"Content-Type": _KINDS[name]}
    headers.update(_HEADERS)
    return headers


def _gzipped(content: bytes, name: str) -> "Any":
    """Answer with what lies in flash gzipped, which every browser takes."""
    headers = _headers(name)
    headers["Content-Encoding"] = "gzip"
    return _pieces(content), 200, headers


def _pieces(content: bytes) -> "Iterator[bytes]":
    """Give the content in pieces: the whole of it, copied, would not fit into the heap."""
    for start in range(0, len(content), _PIECE):
        yield content[start : start + _PIECE]
