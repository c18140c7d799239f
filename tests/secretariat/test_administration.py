"""Accounts on the page: an administrator changes them, locks nobody out, and all of it is noted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.secretariat.live_page import PASSWORD, PATIENCE_S, LivePage
from turna_secretariat.accounts import ADMINISTRATOR, OBSERVER, OFFICER
from turna_secretariat.signed_in import COOKIE


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LivePage]:
    with LivePage(tmp_path, door_closed=True) as live:
        add = live.accounts.add
        add("root", person="Root", role=ADMINISTRATOR, password=PASSWORD, now_ms=0)
        add("baku", person="B", role=OFFICER, countries=["az"], password=PASSWORD, now_ms=0)
        yield live


def _as(live: LivePage, name: str) -> httpx.Client:
    headers = {"origin": live.address, "cookie": f"{COOKIE}={live.token_of(name)}"}
    return httpx.Client(timeout=PATIENCE_S, base_url=live.address, headers=headers)


def _said(client: httpx.Client, path: str, **body: Any) -> tuple[int, Any]:
    answer = client.post(f"/api/accounts/{path}", json=body)
    return answer.status_code, answer.json()


def test_only_an_administrator_may_change_an_account(live: LivePage) -> None:
    deeds = ("baku", "baku/enabled", "baku/disabled", "baku/password", "baku/signed-out")
    with _as(live, "baku") as officer:
        assert {_said(officer, deed)[0] for deed in deeds} == {403}


def test_role_person_and_countries_change_and_open_sessions_end(live: LivePage) -> None:
    with _as(live, "root") as root, _as(live, "baku") as baku:
        change = {"person": "Bahar", "role": OBSERVER, "countries": ["kz", "az"]}
        assert _said(root, "baku", **change) == (200, {"changed": "baku"})
        assert baku.get("/api/me").status_code == 401
    changed = live.accounts.named("baku")
    assert (changed.person, changed.role, changed.countries) == ("Bahar", OBSERVER, ("az", "kz"))


def test_what_is_left_out_stays_and_no_countries_means_all(live: LivePage) -> None:
    with _as(live, "root") as root:
        assert _said(root, "baku", countries=[])[0] == 200
    changed = live.accounts.named("baku")
    assert (changed.person, changed.role, changed.countries) == ("B", OFFICER, ())


@pytest.mark.parametrize(
    "change",
    [
        {"role": "king"},
        {"countries": ["Baku"]},
        {"countries": ["xx"]},
        {"countries": ["az", "de"]},
        {"person": "Root"},
        {"name": "other"},
    ],
)
def test_what_cannot_be_changed_is_refused_in_a_sentence(
    live: LivePage, change: dict[str, Any]
) -> None:
    with _as(live, "root") as root:
        status, answer = _said(root, "baku", **change)
    assert (status, live.accounts.named("baku").person) == (422, "B")
    assert answer["detail"]


def test_a_disabled_account_comes_back_with_its_password(live: LivePage) -> None:
    with _as(live, "root") as root:
        assert _said(root, "baku/disabled")[0] == 200
        assert live.accounts.proved("baku", PASSWORD) is None
        assert _said(root, "baku/enabled")[0] == 200
    assert live.accounts.proved("baku", PASSWORD) is not None


def test_a_new_password_ends_the_sessions_of_the_old_one(live: LivePage) -> None:
    with _as(live, "root") as root, _as(live, "baku") as baku:
        assert _said(root, "baku/password", password="short")[0] == 422
        assert baku.get("/api/me").status_code == 200
        assert _said(root, "baku/password", password=f"{PASSWORD} anew")[0] == 200
        assert baku.get("/api/me").status_code == 401
    assert live.accounts.proved("baku", PASSWORD) is None


def test_sessions_end_without_any_other_change(live: LivePage) -> None:
    with _as(live, "root") as root, _as(live, "baku") as baku:
        assert _said(root, "baku/signed-out")[0] == 200
        assert baku.get("/api/me").status_code == 401
        assert root.get("/api/me").status_code == 200


def test_nobody_locks_the_last_administrator_out(live: LivePage) -> None:
    with _as(live, "root") as root:
        assert _said(root, "root/disabled")[0] == 422
        status, answer = _said(root, "root", role=OFFICER)
        assert (status, answer["detail"]) == (
            422,
            "root is the last administrator: make another one first",
        )
        assert _said(root, "baku", role=ADMINISTRATOR)[0] == 422  # who sees one country only
        assert _said(root, "baku", role=ADMINISTRATOR, countries=[])[0] == 200
        assert _said(root, "root", role=OFFICER)[0] == 200


def test_an_administrator_sees_who_was_there_last(live: LivePage) -> None:
    with _as(live, "root") as root:
        seen = {one["name"]: one["last_seen_ms"] for one in root.get("/api/accounts").json()}
    assert seen["baku"] is None
    assert seen["root"] >= 0


def test_a_country_is_chosen_among_those_of_the_mission_and_of_the_organization(
    live: LivePage,
) -> None:
    with _as(live, "root") as root:
        known = root.get("/api/accounts/countries").json()
        assert known == {
            "choices": ["az", "hu", "kg", "kz", "tm", "tr", "uz"],
            "of_mission": ["az", "tr"],
        }
        status, answer = _said(root, "baku", countries=["xx"])
        assert (status, "'xx' is no country of this mission: az, hu" in answer["detail"]) == (
            422,
            True,
        )
        new = {"name": "new", "person": "New", "role": OFFICER, "password": PASSWORD}
        assert root.post("/api/accounts", json=new | {"countries": ["xx"]}).status_code == 422
        assert root.post("/api/accounts", json=new | {"countries": ["kz"]}).status_code == 200


def test_the_audit_log_says_what_was_changed_and_never_a_password(live: LivePage) -> None:
    secret = f"{PASSWORD} anew"
    new = {"name": "new", "person": "New", "role": OFFICER, "countries": ["az"]}
    with _as(live, "root") as root:
        root.post("/api/accounts", json=new | {"password": secret})
        _said(root, "new", role=OBSERVER)
        _said(root, "new", role=OFFICER, countries=[])
        _said(root, "new/password", password=secret)
        _said(root, "no%0Abody/disabled")
        noted = root.get("/api/audit").json()
    did = [(line["person"], line["did"], line["outcome"], line["why"]) for line in noted]
    assert did[:5] == [
        ("Root", "disable the account no body", "refused", "there is no account 'no\\nbody'"),
        ("Root", "give new a new password", "done", ""),
        ("Root", "change the account new: officer, all countries", "done", ""),
        ("Root", "change the role of new from officer to observer", "done", ""),
        ("Root", "make the account new: New, officer, AZ", "done", ""),
    ]
    assert secret not in str(noted)
