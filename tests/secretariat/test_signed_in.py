"""The door: who is let in, how far, and that what they do stands in the audit log."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.secretariat.field import position, sos
from tests.secretariat.live_page import PASSWORD, PATIENCE_S, LivePage
from turna_secretariat.accounts import ADMINISTRATOR, IDLE_MS, OBSERVER, OFFICER
from turna_secretariat.signed_in import COOKIE


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LivePage]:
    with LivePage(tmp_path, door_closed=True) as live:
        add = live.accounts.add
        add("root", person="Root", role=ADMINISTRATOR, password=PASSWORD, now_ms=0)
        add("eye", person="Eye", role=OBSERVER, password=PASSWORD, now_ms=0)
        add("baku", person="B", role=OFFICER, countries=["az"], password=PASSWORD, now_ms=0)
        yield live


@pytest.fixture
def stranger(live: LivePage) -> Iterator[httpx.Client]:
    with httpx.Client(timeout=PATIENCE_S, base_url=live.address) as client:
        yield client


def _as(live: LivePage, name: str) -> httpx.Client:
    headers = {"origin": live.address, "cookie": f"{COOKIE}={live.token_of(name)}"}
    return httpx.Client(timeout=PATIENCE_S, base_url=live.address, headers=headers)


def _login(client: httpx.Client, name: str, password: str = PASSWORD) -> httpx.Response:
    said = {"name": name, "password": password}
    return client.post("/api/login", json=said, headers={"origin": str(client.base_url)})


def _filed(live: LivePage) -> None:
    """File an SOS of each country and wait until they are there."""
    live.arrives(live.field.carried(sos(1), seq=1), live.field.carried(sos(2), device=2, seq=1))
    with _as(live, "root") as root:
        while len(root.get("/api/alarms").json()) < 2:
            pass


def test_a_stranger_sees_the_door_and_nothing_behind_it(
    live: LivePage, stranger: httpx.Client
) -> None:
    reading, doing = live.addresses("get"), live.addresses("post")
    assert min(len(reading), len(doing)) > 5
    seen = {path for path in reading if stranger.get(_filled(path)).status_code != 401}
    done = {path for path in doing if stranger.post(_filled(path)).status_code != 401}

    assert (seen, done) == ({"/login", "/healthz", "/api/login"}, {"/api/login"})
    assert stranger.get("/static/login.js").status_code == 200
    assert stranger.get("/api/login").json() == {"mode": "exercise"}  # a drill says so at the door


def test_a_browser_without_a_session_is_led_to_the_door(stranger: httpx.Client) -> None:
    answer = stranger.get("/", headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


def test_a_person_signs_in_and_out(stranger: httpx.Client) -> None:
    answer = _login(stranger, "aylin")
    assert answer.json()["person"] == "Aylin Demir"
    cookie = answer.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/"))
    assert "secure" not in cookie  # in the clear, on this machine alone: it would never come back
    assert stranger.get("/api/me").json()["role"] == OFFICER

    origin = {"origin": str(stranger.base_url)}
    assert stranger.post("/api/logout", headers=origin).status_code == 200
    assert stranger.get("/api/me").status_code == 401


def test_a_cookie_of_an_encrypted_page_never_travels_in_the_clear(
    live: LivePage, stranger: httpx.Client
) -> None:
    headers = {"origin": live.address.replace("http:", "https:")}  # as behind a proxy
    said = {"name": "aylin", "password": PASSWORD}
    answer = stranger.post("/api/login", json=said, headers=headers)
    assert "secure" in answer.headers["set-cookie"].lower()


def test_wrong_names_and_passwords_say_the_same_and_soon_have_to_wait(
    stranger: httpx.Client, live: LivePage
) -> None:
    wrong = _login(stranger, "aylin", "wrong password")
    unknown = _login(stranger, "nobody", "wrong password")
    assert (wrong.status_code, wrong.json()) == (unknown.status_code, unknown.json())
    assert wrong.status_code == 401

    for _ in range(4):
        _login(stranger, "aylin", "wrong password")
    late = _login(stranger, "aylin")
    for _ in range(4):
        _login(stranger, "nobody", "wrong password")
    assert _login(stranger, "nobody").json() == late.json()  # whether there is one or not
    assert late.status_code == 429
    assert 0 < int(late.headers["retry-after"]) <= 901
    assert "wrong password" not in repr(live.accounts.noted(50))


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}]
)
def test_another_site_cannot_act_through_a_signed_in_browser(
    live: LivePage, headers: dict[str, str]
) -> None:
    _filed(live)
    session = {"cookie": f"{COOKIE}={live.token_of('aylin')}"}
    answer = httpx.post(f"{live.address}/api/reports/1/accepted", headers=session | headers)

    assert answer.status_code == 403
    with _as(live, "aylin") as aylin:
        assert len(aylin.get("/api/alarms").json()) == 2


def test_an_observer_sees_and_does_nothing(live: LivePage) -> None:
    _filed(live)
    with _as(live, "eye") as eye:
        assert len(eye.get("/api/reports").json()) == 2
        answer = eye.post("/api/reports/1/accepted")
        assert (answer.status_code, "observer" in answer.json()["detail"]) == (403, True)
        assert eye.post("/api/logout").status_code == 200


def test_only_an_administrator_sees_accounts_and_audit_log(live: LivePage) -> None:
    with _as(live, "aylin") as aylin:
        assert aylin.get("/api/accounts").status_code == 403
        assert aylin.get("/api/audit").status_code == 403
    new = {"name": "nur", "person": "Nur", "role": "observer", "password": PASSWORD}
    with _as(live, "root") as root:
        assert root.post("/api/accounts", json=new).status_code == 200
        assert root.post("/api/accounts", json=new).status_code == 422
        assert root.post("/api/accounts/nur/disabled").status_code == 200
        assert {one["name"]: one["disabled"] for one in root.get("/api/accounts").json()}["nur"]


def test_a_deed_carries_the_accounts_name_and_stands_in_the_audit_log(live: LivePage) -> None:
    _filed(live)
    with _as(live, "aylin") as aylin:
        accepted = aylin.post("/api/reports/1/accepted", json={"person": "Somebody Else"})
        aylin.get("/export/reports.csv")
    assert accepted.json()["person"] == "Aylin Demir"

    with _as(live, "root") as root:
        said = [(line["account"], line["did"]) for line in root.get("/api/audit").json()]
    assert ("aylin", "accept: SOS, TUR01-1, #1") in said
    assert ("aylin", "download reports.csv") in said


def test_a_person_changes_their_password_if_they_know_the_old_one(live: LivePage) -> None:
    with _as(live, "aylin") as aylin:
        wrong = {"old": "not my password", "new": "a new long password"}
        assert aylin.post("/api/password", json=wrong).status_code == 403
        right = wrong | {"old": PASSWORD}
        assert aylin.post("/api/password", json=right).status_code == 200
        assert aylin.get("/api/me").status_code == 401
    assert live.accounts.proved("aylin", "a new long password") is not None


def test_an_officer_of_one_country_sees_and_touches_its_own_reports_only(live: LivePage) -> None:
    _filed(live)
    with _as(live, "root") as root:
        ids = {r["call_sign"]: r["id"] for r in root.get("/api/reports").json()}
    with _as(live, "baku") as baku:
        assert [r["call_sign"] for r in baku.get("/api/reports").json()] == ["AZE01-1"]
        assert [a["call_sign"] for a in baku.get("/api/alarms").json()] == ["AZE01-1"]
        assert [h["call_sign"] for h in baku.get("/api/handsets").json()] == ["AZE01-1"]
        assert baku.get("/api/status").json()["counts"]["by_type"] == {"sos": 1}
        assert "TUR01" not in baku.get("/export/reports.csv").text
        others = ids["TUR01-1"]
        assert baku.get(f"/api/reports/{others}").status_code == 404
        assert baku.post(f"/api/reports/{others}/accepted").status_code == 404
        assert baku.post("/api/alarms/1/closed").status_code == 404
        assert baku.post(f"/api/reports/{ids['AZE01-1']}/accepted").status_code == 200


def test_a_gis_says_name_and_password_with_the_address_of_a_file(
    live: LivePage, stranger: httpx.Client
) -> None:
    _filed(live)
    address = "/export/reports.geojson"
    assert stranger.get(address).headers["www-authenticate"].startswith("Basic ")
    answer = stranger.get(address, auth=("baku", PASSWORD))
    assert answer.status_code == 200
    assert "AZE01-1" in answer.text
    assert "TUR01-1" not in answer.text
    assert stranger.get("/api/reports", auth=("baku", PASSWORD)).status_code == 401
    for nonsense in ("Basic !", "Basic //8=", "Bearer x"):
        headers = {"authorization": nonsense}
        assert stranger.get(address, headers=headers).status_code == 401
    for _ in range(5):
        assert stranger.get(address, auth=("baku", "wrong password")).status_code == 401
    assert stranger.get(address, auth=("baku", PASSWORD)).status_code == 429


def test_every_reading_address_keeps_to_the_countries(live: LivePage) -> None:
    _filed(live)
    with _as(live, "baku") as baku:
        for path in map(_filled, live.addresses("get")):
            if path not in ("/api/events", "/map/base.json"):
                assert "TUR01-1" not in baku.get(path).text, path


@pytest.mark.parametrize(("step_ms", "steps"), [(IDLE_MS + 1_000, 1), (IDLE_MS - 1_000, 15)])
def test_a_session_ends_by_idleness_and_after_a_week_in_any_case(
    live: LivePage, step_ms: int, steps: int
) -> None:
    with _as(live, "aylin") as aylin:
        for _ in range(steps):
            assert aylin.get("/api/me").status_code == 200
            live.clock.advance(step_ms)
        assert aylin.get("/api/me").status_code == 401


def test_a_role_that_is_taken_away_counts_at_once_in_every_browser(live: LivePage) -> None:
    _filed(live)
    with _as(live, "aylin") as here, _as(live, "aylin") as there:
        assert here.post("/api/reports/1/read").status_code == 200
        live.accounts.change("aylin", role=OBSERVER)  # by the page or by a command beside it
        assert here.post("/api/reports/2/accepted").status_code == 401
        assert there.get("/api/reports").status_code == 401
    with _as(live, "aylin") as again:
        assert again.post("/api/reports/2/accepted").status_code == 403


def test_the_line_of_news_ends_with_its_session(live: LivePage) -> None:
    with _as(live, "aylin") as aylin, aylin.stream("GET", "/api/events") as news:
        lines = news.iter_lines()
        assert next(lines) == "retry: 1000"
        live.accounts.disable("aylin")
        live.clock.advance(1_000)
        live.arrives(live.field.carried(position(), seq=9))
        assert not any('"kind": "report"' in line for line in lines)


def _filled(path: str) -> str:
    """Return an address with something in each of its places."""
    places: dict[str, Any] = {"{report_id}": 1, "{suffix}": "csv", "{alarm_id}": 1}
    for place, value in places.items():
        path = path.replace(place, str(value))
    return path
