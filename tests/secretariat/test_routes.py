"""Every address of the page by one table: which role it takes, what a country's officer is refused.

An address without a line in the table fails here: whoever adds one has to say both.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.secretariat.exported import hazard, sitrep, triage, worksite_report
from tests.secretariat.field import position, sos
from tests.secretariat.live_page import PASSWORD, PATIENCE_S, LivePage
from turna.__main__ import main
from turna_protocol.codes import MODES
from turna_secretariat.accounts import ADMINISTRATOR, OBSERVER, OFFICER, ROLES
from turna_secretariat.deeds import tried
from turna_secretariat.exports.formats import FORMATS
from turna_secretariat.signed_in import COOKIE, is_noted

NOBODY = "nobody"
MARK = "GIZLI"  # what the other country's team writes; nobody else may read it
OTHERS_TEAM = "TUR01"
# The other country's handset, its report, its alarm, what was said to it; one's own report.
OTHERS, OTHERS_REPORT, OTHERS_ALARM, OTHERS_WORD, OWN_REPORT = 1, 2, 2, 2, 1
SAY = {"kind": "text", "form": {"text": "?"}}
DAY = {"team": "EMT-1", "day": "2026-09-21", "counts": {"1": {"all": 1}}}


class Rule(NamedTuple):
    """Who may use an address, and how it is tried on another country's things."""

    role: str
    body: dict[str, Any] | None = None
    refused: int | None = None  # None: it is about no country's things
    differs: tuple[str, ...] = ()  # what may tell of others all the same


RULES = {
    ("GET", "/static"): Rule(NOBODY),
    ("GET", "/leaflet"): Rule(NOBODY),
    ("GET", "/login"): Rule(NOBODY),
    ("GET", "/healthz"): Rule(NOBODY),
    ("GET", "/api/login"): Rule(NOBODY),
    ("POST", "/api/login"): Rule(NOBODY),
    ("GET", "/"): Rule(OBSERVER),
    ("GET", "/situation"): Rule(OBSERVER),
    ("GET", "/map/base.json"): Rule(OBSERVER),
    ("GET", "/api/me"): Rule(OBSERVER),
    # The state of the feed and of gateways is everybody's: without it nobody knows what is missing.
    ("GET", "/api/status"): Rule(OBSERVER, differs=("feed", "newest_change", "gateways")),
    ("GET", "/api/events"): Rule(OBSERVER),
    ("GET", "/api/reports"): Rule(OBSERVER),
    ("GET", "/api/reports/{report_id}"): Rule(OBSERVER, refused=404),
    ("GET", "/api/search"): Rule(OBSERVER),
    ("GET", "/api/trails"): Rule(OBSERVER),
    ("GET", "/api/places"): Rule(OBSERVER),
    ("GET", "/api/sos"): Rule(OBSERVER),
    ("GET", "/api/sos/in_hand"): Rule(OBSERVER),
    ("GET", "/api/situation"): Rule(OBSERVER),
    ("GET", "/api/handsets"): Rule(OBSERVER),
    ("GET", "/api/alarms"): Rule(OBSERVER),
    ("GET", "/api/notices"): Rule(OBSERVER),
    ("GET", "/api/down"): Rule(OBSERVER),
    ("GET", "/api/down/revocations"): Rule(OBSERVER),
    ("GET", "/api/down/alerts"): Rule(OBSERVER),
    ("GET", "/api/down/{word_id}"): Rule(OBSERVER, refused=404),
    ("GET", "/api/emt"): Rule(OBSERVER),
    ("GET", "/api/emt/form"): Rule(OBSERVER),
    ("GET", "/export/formats"): Rule(OBSERVER),
    ("GET", "/export/reports.{suffix}"): Rule(OBSERVER),
    ("GET", "/export/report/{report_id}.cap.xml"): Rule(OBSERVER, refused=404),
    ("GET", "/export/emt-mds.csv"): Rule(OBSERVER),
    ("POST", "/api/logout"): Rule(OBSERVER),
    ("POST", "/api/logout/everywhere"): Rule(OBSERVER),
    ("POST", "/api/password"): Rule(OBSERVER),
    ("POST", "/api/reports/{report_id}/{did}"): Rule(OFFICER, refused=404),
    ("POST", "/api/alarms/{alarm_id}/closed"): Rule(OFFICER, refused=404),
    ("POST", "/api/notices"): Rule(OFFICER),  # an official alert is for all to read
    ("POST", "/api/down"): Rule(OFFICER, SAY | {"to": {"devices": [OTHERS]}}, refused=422),
    ("POST", "/api/down/cost"): Rule(OFFICER, SAY | {"to": {"teams": ["TUR01"]}}, refused=422),
    ("POST", "/api/down/revocations"): Rule(OFFICER, {"devices": [OTHERS]}, refused=403),
    ("POST", "/api/down/{word_id}/withdrawn"): Rule(OFFICER, refused=403),
    ("POST", "/api/emt"): Rule(OFFICER, DAY | {"country": "tr"}, refused=403),
    ("GET", "/api/accounts"): Rule(ADMINISTRATOR),
    ("GET", "/api/accounts/countries"): Rule(ADMINISTRATOR),
    ("GET", "/api/audit"): Rule(ADMINISTRATOR),
    ("POST", "/api/accounts"): Rule(ADMINISTRATOR),
    ("POST", "/api/accounts/{name}"): Rule(ADMINISTRATOR),
    ("POST", "/api/accounts/{name}/disabled"): Rule(ADMINISTRATOR),
    ("POST", "/api/accounts/{name}/enabled"): Rule(ADMINISTRATOR),
    ("POST", "/api/accounts/{name}/password"): Rule(ADMINISTRATOR),
    ("POST", "/api/accounts/{name}/signed-out"): Rule(ADMINISTRATOR),
}
SHOWN = [
    path for (method, path), rule in RULES.items() if method == "GET" and rule.role == OBSERVER
]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LivePage]:
    with LivePage(tmp_path, door_closed=True) as live:
        for role in ROLES:
            live.accounts.add(role, person=f"A {role}", role=role, password=PASSWORD, now_ms=0)
        live.accounts.add(
            "baku", person="B", role=OFFICER, countries=["az"], password=PASSWORD, now_ms=0
        )
        yield live


def _as(live: LivePage, name: str) -> httpx.Client:
    headers = {"origin": live.address}
    if name != NOBODY:
        headers["cookie"] = f"{COOKIE}={live.token_of(name)}"
    return httpx.Client(timeout=PATIENCE_S, base_url=live.address, headers=headers)


def _asked(live: LivePage, name: str, method: str, path: str, **more: Any) -> httpx.Response:
    """Ask by a session of its own; of a line that goes on, take its head."""
    with _as(live, name) as client, client.stream(method, path, **more) as answer:
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.read()
        return answer


def _filled(path: str, *, report: int = OWN_REPORT, word: int = 1, suffix: str = "csv") -> str:
    places = {"report_id": report, "alarm_id": OTHERS_ALARM, "word_id": word, "suffix": suffix}
    return path.format_map(places | {"did": "accepted", "name": "nobody-here"})


def test_every_address_stands_in_the_table(live: LivePage) -> None:
    assert live.routes() == set(RULES)


@pytest.mark.parametrize("role", [NOBODY, *ROLES])
def test_every_address_takes_the_role_of_the_table_and_no_lesser_one(
    live: LivePage, role: str
) -> None:
    order = (NOBODY, *ROLES)
    for (method, path), rule in RULES.items():
        filled = {"/static": "/static/login.js", "/leaflet": "/leaflet/leaflet.js"}.get(path)
        answer = _asked(live, role, method, filled or _filled(path))
        if order.index(role) >= order.index(rule.role):
            assert answer.status_code not in (403, 405), (method, path)
            assert answer.status_code != 401 or path == "/api/login", (method, path)
        else:
            assert answer.status_code == (401 if role == NOBODY else 403), (method, path)


def test_every_deed_and_download_has_a_sentence_in_the_audit_log() -> None:
    for method, path in RULES:
        filled = _filled(path)
        if is_noted({"method": method, "path": filled}):
            assert tried(method, filled).code != "unknown", (method, path)


def _file(live: LivePage, device: int) -> None:
    """File what a country's team may say, and what may be said about it and to it."""
    text = MARK if device == OTHERS else "?"
    made = (sos(device), sitrep(text=text), triage(), worksite_report(), hazard(), position())
    carried = [live.field.carried(one, device=device, seq=seq) for seq, one in enumerate(made)]
    forged = live.field.carried(position(), device=device, seq=90, key=bytes(32))
    with _as(live, ADMINISTRATOR) as root:
        before = _stored(root)
        for envelope in (*carried, forged):
            live.arrives(envelope)
        while _stored(root) < before + len(carried) + 1:
            pass
        root.post("/api/down", json=SAY | {"to": {"devices": [device]}, "form": {"text": text}})
        country = "tr" if device == OTHERS else "az"
        root.post("/api/emt", json=DAY | {"country": country, "team": f"{text}-{device}"})


def _stored(client: httpx.Client) -> int:
    counts: dict[str, int] = client.get("/api/status").json()["counts"]["by_standing"]
    return sum(counts.values())


def _read(live: LivePage, name: str) -> dict[str, Any]:
    """Return what every address shows somebody, but for what may tell of others."""
    shown: dict[str, Any] = {}
    with _as(live, name) as client:
        for path in SHOWN:
            if path == "/api/events":
                continue
            for suffix in _suffixes(path):
                filled = _filled(path, suffix=suffix)
                answer = client.get(filled)
                shown[filled] = _content(answer, RULES["GET", path].differs)
    return shown


def _suffixes(path: str) -> list[str]:
    return [one.suffix for one in FORMATS.values()] if "{suffix}" in path else [""]


def _content(answer: httpx.Response, differs: tuple[str, ...]) -> Any:
    if answer.headers["content-type"].startswith("application/json"):
        said = answer.json()
        return {k: v for k, v in said.items() if k not in differs} if differs else said
    if answer.content.startswith(b"PK"):  # a packed one keeps the time when it was made
        with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
            names = [name for name in packed.namelist() if "docProps" not in name]
            return {name: packed.read(name) for name in names}
    return answer.content


def test_what_another_country_does_changes_nothing_that_an_officer_sees(live: LivePage) -> None:
    _file(live, 2)
    before = _read(live, "baku")
    _file(live, OTHERS)
    with _as(live, ADMINISTRATOR) as root:
        root.post("/api/down/revocations", json={"devices": [OTHERS], "reason": MARK})
    after = _read(live, "baku")

    assert [path for path in before if before[path] != after[path]] == []
    told = {path: content for path, content in after.items() if path not in ("/", "/situation")}
    assert [path for path, content in told.items() if MARK in repr(content)] == []
    assert [path for path, content in told.items() if OTHERS_TEAM in repr(content)] == []
    everything = repr(_read(live, ADMINISTRATOR))
    assert MARK in everything  # so the comparison had something to find
    assert OTHERS_TEAM in everything


def test_what_is_said_to_several_countries_names_to_an_officer_only_their_own(
    live: LivePage,
) -> None:
    own, others = 2, OTHERS
    with _as(live, ADMINISTRATOR) as root:
        for to in ({"devices": [own, others]}, {"teams": [OTHERS_TEAM], "devices": [own]}):
            assert root.post("/api/down", json=SAY | {"to": to}).status_code == 200
        both = {"devices": [own, others], "reason": "?"}
        assert root.post("/api/down/revocations", json=both).status_code == 200
        whole = repr([root.get(f"/api/down?mode={mode}").json() for mode in MODES])
        (call_sign,) = [
            handset["call_sign"]
            for handset in root.get("/api/handsets").json()
            if handset["device"] == own
        ]
    with _as(live, "baku") as baku:
        lists = [baku.get(f"/api/down?mode={mode}").json() for mode in MODES]
        words = [word for listed in lists for word in listed]
        looked = [baku.get(f"/api/down/{word['id']}").json() for word in words]

    assert OTHERS_TEAM in whole
    assert OTHERS_TEAM not in repr(words) + repr(looked)
    assert [word["to"] for word in words] == [{"devices": [call_sign], "others": True}] * 3
    assert [word["said"]["revoked"] for word in words if word["kind"] == "revocation"] == [
        [call_sign]
    ]


def test_an_evacuation_of_one_country_is_nowhere_called_one_of_everybody(live: LivePage) -> None:
    alert = {"kind": "alert", "to": {"all": True}, "form": {"code": "evacuate"}}
    with _as(live, "baku") as baku:
        (said,) = baku.post("/api/down", json=alert).json()
    assert (said["to"], said["to_all"]) == ({"countries": ["az"]}, False)
    with _as(live, ADMINISTRATOR) as root:
        (noted, *_) = root.get("/api/audit").json()
        assert noted["did"] == "evacuate: AZ"
        root.post("/api/down", json=alert)
        (noted, *_) = root.get("/api/audit").json()
        assert noted["did"] == "evacuate: everybody"


def test_nothing_of_another_country_can_be_asked_for_or_changed_by_its_number(
    live: LivePage,
) -> None:
    _file(live, 2)
    with _as(live, ADMINISTRATOR) as root:
        own = {row["id"] for row in root.get("/api/reports").json()}
        own_alarms = {row["id"] for row in root.get("/api/alarms").json()}
    _file(live, OTHERS)
    with _as(live, ADMINISTRATOR) as root:
        reports = [row["id"] for row in root.get("/api/reports").json() if row["id"] not in own]
        alarms = [r["id"] for r in root.get("/api/alarms").json() if r["id"] not in own_alarms]
    before = _read(live, ADMINISTRATOR)
    for (method, path), rule in RULES.items():
        if rule.refused is None:
            continue
        for number in reports if "{report_id}" in path else alarms:
            filled = _filled(path, report=number, word=OTHERS_WORD)
            filled = filled.replace(f"/alarms/{OTHERS_ALARM}/", f"/alarms/{number}/")
            answer = _asked(live, "baku", method, filled, json=rule.body)
            assert answer.status_code == rule.refused, (method, filled, answer.text)
            assert MARK not in answer.text
    assert _read(live, ADMINISTRATOR) == before


def test_the_line_of_news_says_nothing_of_another_countrys_reports(live: LivePage) -> None:
    with _as(live, "baku") as baku, baku.stream("GET", "/api/events") as news:
        lines = news.iter_lines()
        assert next(lines) == "retry: 1000"
        _file(live, OTHERS)
        with _as(live, ADMINISTRATOR) as root:
            others = {row["id"] for row in root.get("/api/reports").json()}
        live.arrives(live.field.carried(position(), device=2, seq=1))
        told = []
        for line in lines:
            if line.startswith("data: {"):
                told.append(json.loads(line.removeprefix("data: ")))
                if told[-1].get("kind") == "report":
                    break
    about = {change.get("report_id") for change in told}
    assert about.isdisjoint(others)
    assert MARK not in repr(told)


def test_the_command_line_sees_and_says_no_more_than_the_account_may(
    live: LivePage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _file(live, 2)
    _file(live, OTHERS)
    monkeypatch.setenv("TURNA_PASSWORD", PASSWORD)
    where = ("--page", live.address, "--account", "baku")

    def turna(*words: str) -> int:
        return main(["secretariat", *words, *where])

    assert turna("sent", "1") == 0
    assert turna("sent", str(OTHERS_WORD)) == 2
    assert turna("withdraw", str(OTHERS_WORD)) == 2
    assert turna("revoke", str(OTHERS), "--reason", "x", "--yes") == 2
    assert turna("send", "text", "text=?", "--device", str(OTHERS), "--yes") == 2
    assert turna("send", "text", "text=?", "--team", OTHERS_TEAM, "--yes") == 2
    said = capsys.readouterr()
    assert MARK not in said.out + said.err
    assert "there is no such word" in said.err
    assert "it concerns handsets of countries that are not yours" in said.err
