"""What a stranger, a foreign site or a forged request can do at the page's door: nothing."""

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.secretariat.field import EPOCH_S, sos
from tests.secretariat.live_page import PASSWORD, PATIENCE_S, QUICK_HASHER, LivePage
from turna_backbone.clock import SteppedClock
from turna_backbone.logs import JsonFormatter
from turna_backbone.mqtt import Message
from turna_secretariat.accounts import OFFICER, Accounts
from turna_secretariat.engines import sqlite_url
from turna_secretariat.proof import Proof, TooOftenError
from turna_secretariat.signed_in import COOKIE


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePage]:
    with LivePage(tmp_path_factory.mktemp("page"), door_closed=True) as live:
        yield live


def _status(live: LivePage, head: str, body: bytes = b"", *, version: str = "HTTP/1.1") -> int:
    """Send a request as no library would, and return what it is answered."""
    first, *more = head.splitlines()
    where = urlsplit(live.address)
    named = [] if version == "HTTP/1.0" else [f"Host: {where.netloc}"]
    said = [f"{first} {version}", *named, *more, "Connection: close", "", ""]
    with socket.create_connection((str(where.hostname), int(where.port or 0)), PATIENCE_S) as line:
        line.sendall("\r\n".join(said).encode() + body)
        answer = line.recv(4096)
    return int(answer.split(b" ")[1])


@pytest.mark.parametrize("more", ["Content-Length: 4\n", ""])
def test_a_body_in_chunks_is_refused_before_it_is_read_whatever_length_it_says(
    live: LivePage, more: str
) -> None:
    head = f"POST /api/login\nOrigin: {live.address}\n{more}Transfer-Encoding: chunked"
    assert _status(live, head, b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n") == 411


@pytest.mark.parametrize(
    "said",
    [
        "Origin: null",
        "Origin: http://127.0.0.1:1",
        "Origin: http://evil.example",
        "Sec-Fetch-Site: same-site",
        "Sec-Fetch-Site: none",
        "Referer: http://127.0.0.1/",
    ],
)
def test_no_other_origin_acts_though_the_browser_brings_the_session(
    live: LivePage, said: str
) -> None:
    session = f"Cookie: {COOKIE}={live.token_of('aylin')}\nContent-Length: 0"
    assert _status(live, f"POST /api/reports/1/read\n{said}\n{session}") == 403
    own = f"Origin: {live.address}"
    assert _status(live, f"POST /api/reports/1/read\n{own}\n{session}") == 404


def test_a_request_without_a_host_is_answered_to_nobody(live: LivePage) -> None:
    head = f"POST /api/reports/1/read\nOrigin: null\nContent-Length: 0\nCookie: {COOKIE}=x"
    assert _status(live, head, version="HTTP/1.0") == 421


@pytest.mark.parametrize(
    "path",
    [
        "/static/../web.py",
        "/static/%2e%2e/web.py",
        "/static/..%2f..%2fconfig.py",
        "/leaflet/../../../../etc/passwd",
        "/static/%00",
        "/static/a%0d%0aSet-Cookie:a=b",
    ],
)
def test_no_address_leaves_the_folders_of_the_page(live: LivePage, path: str) -> None:
    assert _status(live, f"GET {path}") == 404


def test_a_session_that_somebody_else_chose_is_none_and_a_new_one_is_made_at_the_door(
    live: LivePage,
) -> None:
    headers = {"origin": live.address, "cookie": f"{COOKIE}=chosen-by-another"}
    assert httpx.get(f"{live.address}/api/me", headers=headers).status_code == 401
    said = {"name": "aylin", "password": PASSWORD}
    answer = httpx.post(f"{live.address}/api/login", json=said, headers=headers)

    assert answer.status_code == 200
    assert "chosen-by-another" not in answer.headers["set-cookie"]
    assert httpx.get(f"{live.address}/api/me", headers=headers).status_code == 401


@pytest.mark.parametrize("depth", [800, 20_000])
def test_a_body_as_deep_as_it_is_long_is_refused_in_a_sentence(live: LivePage, depth: int) -> None:
    headers = {"origin": live.address, "cookie": f"{COOKIE}={live.token_of('aylin')}"}
    headers["content-type"] = "application/json"
    nested = "[" * depth + "]" * depth
    body = f'{{"kind": "text", "to": {{"all": true}}, "form": {{"text": {nested}}}}}'
    answer = httpx.post(f"{live.address}/api/down/cost", content=body, headers=headers)

    assert answer.status_code in (400, 422)
    assert len(answer.json()["detail"]) < 100


def test_the_page_is_framed_by_nobody_and_its_forms_go_nowhere(live: LivePage) -> None:
    policy = httpx.get(f"{live.address}/login").headers["content-security-policy"]

    assert "frame-ancestors 'none'" in policy
    assert "form-action 'none'" in policy
    assert "base-uri 'none'" in policy


class ShiftedClock(SteppedClock):
    """A clock whose time of day somebody can put back; what it measures goes on."""

    shift_s = 0

    def unix_s(self) -> int:
        return super().unix_s() + self.shift_s


def test_a_clock_that_is_put_back_locks_nobody_out_for_longer(tmp_path: Path) -> None:
    accounts = Accounts(sqlite_url(tmp_path / "people.db"), QUICK_HASHER)
    accounts.open()
    accounts.add("aylin", person="Aylin Demir", role=OFFICER, password=PASSWORD, now_ms=0)
    clock = ShiftedClock(epoch_s=EPOCH_S)
    proof = Proof(accounts, clock)
    for _ in range(5):
        assert proof.account("aylin", "wrong password", "10.0.0.1") is None
    clock.shift_s = -365 * 86_400
    with pytest.raises(TooOftenError):
        proof.account("aylin", PASSWORD, "10.0.0.1")

    clock.advance(901_000)

    assert proof.account("aylin", PASSWORD, "10.0.0.1") is not None
    accounts.close()


def test_the_log_of_a_busy_run_holds_no_secret_and_no_line_of_a_strangers(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with LivePage(tmp_path, door_closed=True) as page:
        token = page.token_of("aylin")
        own = {"origin": page.address, "cookie": f"{COOKIE}={token}"}
        for password in (PASSWORD, "not my password\nforged line"):
            said = {"name": "aylin\nforged line", "password": password}
            httpx.post(f"{page.address}/api/login", json=said, headers=own)
            said["name"] = "aylin"
            httpx.post(f"{page.address}/api/login", json=said, headers=own)
        page.arrives(page.field.carried(sos(), seq=1), page.field.carried(sos(), key=bytes(32)))
        page.inbox.put(Message("ots/v1/tr\nforged line/u/x/report", b"\xff", False, 1))
        page.inbox.put(Message("ots/v1/tr/g/hatay-1/conn", b"\xff", False, 1))
        revoked = {"devices": [1], "reason": "lost\nforged line"}
        httpx.post(f"{page.address}/api/down/revocations", json=revoked, headers=own)
        secrets = [PASSWORD, "not my password", token, page.field.master.hex()]
        secrets += [page.field.authentication_key(device).hex() for device in (1, 2)]
    logged = "\n".join(JsonFormatter().format(record) for record in caplog.records)

    assert "keys revoked" in logged
    assert not [secret for secret in secrets if secret in logged]
    assert not [line for line in logged.splitlines() if line.startswith("forged")]
