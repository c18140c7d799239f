"""The audit log: every deed in words, what was refused and why, searched, and never a secret."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.secretariat.field import sos
from tests.secretariat.live_page import PASSWORD, PATIENCE_S, LivePage
from turna_secretariat.accounts import ADMINISTRATOR, OBSERVER, Accounts
from turna_secretariat.audit import Entry, Looked
from turna_secretariat.deeds import KINDS, SENTENCES, VALUE_MOST, Noted, tried
from turna_secretariat.engines import sqlite_url
from turna_secretariat.signed_in import COOKIE

# What version 2 wrote, and what is read from it now.
EARLIER = {
    ("aylin", "POST /api/reports/5/accepted", "200"): ("accept: #5", "done"),
    ("aylin", "POST /api/down", "409"): ("say something to the field", "refused"),
    ("aylin", "GET /export/reports.csv", "200"): ("download reports.csv", "done"),
    ("aylin", "sign in", "done"): ("sign in as aylin", "done"),
    ("", "sign in", "refused"): ("sign in by a name that is not known", "refused"),
    ("root", "account add bekzat officer kz", "200"): (
        "make the account bekzat: officer, kz",
        "done",
    ),
    ("(root)", "account sign out bekzat", "done"): ("sign bekzat out everywhere", "done"),
    ("root", "account change bekzat role=observer", "500"): (
        "change the account bekzat: role=observer",
        "failed",
    ),
    ("root", "whatever", "200"): ("as an earlier version wrote it: whatever", "done"),
}


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LivePage]:
    with LivePage(tmp_path, door_closed=True) as live:
        add = live.accounts.add
        add("root", person="Root", role=ADMINISTRATOR, password=PASSWORD, now_ms=0)
        add("eye", person="Eye", role=OBSERVER, password=PASSWORD, now_ms=0)
        yield live


def _as(live: LivePage, name: str) -> httpx.Client:
    headers = {"origin": live.address, "cookie": f"{COOKIE}={live.token_of(name)}"}
    return httpx.Client(timeout=PATIENCE_S, base_url=live.address, headers=headers)


def _told(live: LivePage, **asked: str) -> list[tuple[str | None, str, str]]:
    with _as(live, "root") as root:
        lines = root.get("/api/audit", params=asked).json()
    return [(line["person"], line["did"], line["outcome"]) for line in lines]


def test_each_deed_says_who_did_what_to_whom(live: LivePage) -> None:
    live.arrives(live.field.carried(sos(1), seq=1))
    with _as(live, "aylin") as aylin:
        while not aylin.get("/api/alarms").json():
            pass
        drill = "pressed by mistake"
        aylin.post("/api/reports/1/false_alarm", json={"reason": drill})
        everybody = {"kind": "alert", "to": {"all": True}, "form": {"code": "evacuate"}}
        aylin.post("/api/down/cost", json=everybody)
        aylin.post("/api/down", json=everybody)
        circle = {"lat": 36.2, "lon": 36.16, "radius_m": 500}
        team = {"teams": ["TUR01"], "area": circle}
        task = {"task": "search", "worksite": "TUR01-0003", "text": "2. kat"}
        aylin.post("/api/down", json={"kind": "task", "to": team, "form": task})
        aylin.post("/api/down/1/withdrawn")
        aylin.post("/api/down/revocations", json={"devices": [2], "reason": "left in the school"})
        aylin.get("/export/reports.csv", params={"mode": "exercise", "type": "sos"})

    by = "Aylin Demir"
    assert _told(live, who="aylin") == [
        (by, "download reports.csv, mode=exercise&type=sos", "done"),
        (by, "take away for ever the keys of AZE01-1: “left in the school”", "done"),
        (by, "take back what was said: #1", "done"),
        (
            by,
            "give a task to TUR01, 36.2, 36.16 ± 500 m: search, TUR01-0003, “2. kat”",
            "done",
        ),
        (by, "evacuate: everybody", "done"),
        (by, "call it a false alarm: SOS, TUR01-1, #1, “pressed by mistake”", "done"),
    ]


def test_what_was_said_with_an_alert_or_a_roll_call_stands_there_and_what_a_resumption_ended(
    live: LivePage,
) -> None:
    team, everybody = {"teams": ["TUR01"]}, {"all": True}
    gas = {"code": "evacuate", "text": "gas, go uphill"}
    with _as(live, "aylin") as aylin:
        for kind, to, form in (
            ("alert", team, gas),
            ("roll_call", team, {"text": "at the gate"}),
            ("roll_call", team, {}),
            ("alert", everybody, {"code": "cease_work"}),
            ("alert", everybody, {"code": "resume", "text": "gas is off"}),
            ("alert", everybody, {"code": "evacuate"}),
            ("alert", everybody, {"code": "resume"}),
            ("alert", everybody, {"code": "resume"}),
        ):
            live.clock.advance(1_000)
            said = aylin.post("/api/down", json={"kind": kind, "to": to, "form": form})
            assert said.status_code == 200, said.text

    assert [did for _, did, _ in _told(live, kind="field")] == [
        "resume work: everybody",
        "resume work: everybody; taken back: #8",
        "evacuate: everybody",
        "resume work: everybody: “gas is off”; taken back: #1, #5",
        "cease work: everybody",
        "call the roll: TUR01",
        "call the roll: TUR01: “at the gate”",
        "evacuate: TUR01: “gas, go uphill”",
    ]


def test_who_was_refused_for_lack_of_a_role_stands_there_with_the_reason(live: LivePage) -> None:
    with _as(live, "eye") as eye:
        eye.post("/api/down", json={"kind": "alert"})
        eye.post("/api/accounts/aylin/disabled")
        eye.get("/api/audit")
    with _as(live, "root") as root:
        lines = root.get("/api/audit", params={"who": "Eye", "outcome": "refused"}).json()

    assert [line["did"] for line in lines] == [
        "read the log of who did what",
        "disable the account aylin",
        "say something to the field",
    ]
    assert {line["why"] for line in lines} == {"your account is an observer's: it may not do this"}


def test_sign_ins_and_outs_stand_there_and_a_failure_only_by_a_known_name(
    live: LivePage,
) -> None:
    with httpx.Client(base_url=live.address, headers={"origin": live.address}) as browser:
        for name, password in (
            ("aylin", "a wrong password"),
            ("my secret password", "x"),
            ("aylin", PASSWORD),
        ):
            browser.post("/api/login", json={"name": name, "password": password})
        browser.post("/api/logout")

    assert _told(live, kind="signing_in") == [
        ("Aylin Demir", "sign out", "done"),
        ("Aylin Demir", "sign in as aylin", "done"),
        (None, "sign in by a name that is not known", "refused"),
        (None, "sign in as aylin", "refused"),
    ]
    with _as(live, "root") as root:
        assert "secret" not in root.get("/api/audit").text


def test_the_log_is_searched_by_kind_and_time_and_wrong_questions_are_refused(
    live: LivePage,
) -> None:
    with _as(live, "aylin") as aylin:
        aylin.post("/api/logout/everywhere")
        assert aylin.get("/api/me").status_code == 401
    live.clock.advance(7_200_000)
    with _as(live, "eye") as eye:
        eye.get("/export/reports.csv")

    everywhere = ("Aylin Demir", "sign out everywhere", "done")
    download = ("Eye", "download reports.csv", "done")
    assert _told(live, kind="signing_in") == [everywhere]
    assert _told(live, since="1h") == [download]
    assert _told(live, until="1h") == [everywhere]
    assert _told(live) == [download, everywhere]
    with _as(live, "root") as root:
        for wrong in ({"kind": "x"}, {"since": "soon"}, {"outcome": "good"}, {"limit": "0"}):
            assert root.get("/api/audit", params=wrong).status_code == 422, wrong


def test_what_breaks_off_without_an_answer_stands_there_as_failed(live: LivePage) -> None:
    live.archive.close()  # whatever reads it now breaks off
    with _as(live, "aylin") as aylin:
        assert aylin.post("/api/reports/1/accepted").status_code == 500
    assert _told(live) == [("Aylin Demir", "accept: #1", "failed")]


def test_hostile_words_stand_in_one_short_line(tmp_path: Path) -> None:
    accounts = Accounts(sqlite_url(tmp_path / "people.db"))
    accounts.open()
    deed = Noted("say_text", {"whom": ["{what}"], "what": ["a\n\u202eb", "x" * 10_000]})
    accounts.note(Entry("aylin", None, deed, "done", "", 0))
    (line,) = accounts.noted(9)
    accounts.close()

    assert line["did"].startswith("send a text to {what}: a \N{REPLACEMENT CHARACTER}b, xxx")
    assert len(line["did"]) < 2 * VALUE_MOST


def test_what_an_earlier_version_wrote_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    _write_version_2(path)
    accounts = Accounts(sqlite_url(path))
    accounts.open()
    lines = accounts.noted(20)[::-1]
    signed_in = accounts.last_seen_ms()
    refused = accounts.noted(20, looked=Looked(only_refused=True))
    accounts.close()

    assert [(line["did"], line["outcome"]) for line in lines] == list(EARLIER.values())
    assert signed_in == {"aylin": 3}
    assert len(refused) == 3
    with sqlite3.connect(path) as raw:
        kept = raw.execute("SELECT account, did, came_of_it FROM audit ORDER BY id").fetchall()
    assert kept == list(EARLIER)


def _write_version_2(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.executescript(
            """
            CREATE TABLE people_version (version INTEGER NOT NULL);
            INSERT INTO people_version VALUES (2);
            CREATE TABLE audit (id INTEGER PRIMARY KEY NOT NULL, at_ms BIGINT NOT NULL,
                account VARCHAR(40) NOT NULL, did VARCHAR(200) NOT NULL,
                came_of_it VARCHAR(80) NOT NULL, address VARCHAR(64) NOT NULL);
            CREATE INDEX audit_by_deed ON audit (did, account, at_ms);
            """
        )
        raw.executemany(
            "INSERT INTO audit (at_ms, account, did, came_of_it, address) VALUES (?, ?, ?, ?, '')",
            [(at_ms, *line) for at_ms, line in enumerate(EARLIER)],
        )
    raw.close()


@pytest.mark.parametrize("kind", KINDS)
def test_every_sentence_names_a_deed_and_stands_alone_where_nothing_is_known(kind: str) -> None:
    for code, sentence in KINDS[kind].items():
        assert SENTENCES[code] == sentence  # no code twice
        said = Noted(code).sentence()
        assert "{" not in said
        assert len(code) <= 24


@pytest.mark.parametrize(
    ("method", "path", "told"),
    [
        ("POST", "/api/alarms/7/closed", "close the alarm: #7"),
        ("GET", "/export/report/5.cap.xml", "download 5.cap.xml"),
        ("DELETE", "/api/reports/5", "try an address that is not there: DELETE /api/reports/5"),
    ],
)
def test_an_address_alone_tells_what_was_tried(method: str, path: str, told: str) -> None:
    deed: Any = tried(method, path)
    assert deed.sentence() == told
