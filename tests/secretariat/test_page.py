"""The page's own interface: what it tells, what it lets a person do, what it refuses."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.secretariat.field import position, sos
from tests.secretariat.live_page import PATIENCE_S, LivePage
from turna_protocol import codes
from turna_secretariat.signed_in import COOKIE


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LivePage]:
    with LivePage(tmp_path) as live:
        yield live


@pytest.fixture
def client(live: LivePage) -> Iterator[httpx.Client]:
    with httpx.Client(timeout=PATIENCE_S, base_url=live.address) as client:
        yield client


def _events(client: httpx.Client, wanted: int, last_event_id: str = "") -> list[str]:
    """Return the kinds of the first changes that the live line tells."""
    kinds: list[str] = []
    with client.stream("GET", "/api/events", headers={"last-event-id": last_event_id}) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: {") and '"kind"' in line:
                kinds.append(httpx.Response(200, text=line[6:]).json()["kind"])
            if len(kinds) == wanted:
                break
    return kinds


def _filed(client: httpx.Client, live: LivePage, *seqs: int) -> None:
    """File an SOS under each number and wait until the page knows."""
    live.arrives(*(live.field.carried(sos(seq), seq=seq) for seq in seqs))
    _events(client, 2 * len(seqs), "0")


def _reports(client: httpx.Client, **options: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/reports", params=options).json()
    return found


def test_the_live_line_tells_what_was_missed_since_the_last_event(
    client: httpx.Client, live: LivePage
) -> None:
    _filed(client, live, 1)

    assert _events(client, 2, last_event_id="0") == ["report", "alarm"]


@pytest.mark.parametrize("nonsense", ["-1", "x", "9" * 18, "9" * 5000, "٣"])
def test_an_event_number_that_was_never_given_out_starts_from_now(
    client: httpx.Client, nonsense: str
) -> None:
    address = httpx.URL("/api/events", params={"after": nonsense})
    with client.stream("GET", address) as answer:
        lines = answer.iter_lines()
        assert [next(lines) for _ in range(3)] == ["retry: 1000", "id: 0", "event: hello"]


def test_an_open_live_line_does_not_hold_up_the_stop(client: httpx.Client, live: LivePage) -> None:
    with client.stream("GET", "/api/events") as answer:
        lines = answer.iter_lines()
        next(lines)
        live.cut_off()
        assert "event: hello" in list(lines)
    live.serve()


def test_an_sos_is_accepted_by_name_and_the_name_stands_in_the_archive(
    client: httpx.Client, live: LivePage
) -> None:
    _filed(client, live, 5)
    (alarm,) = client.get("/api/alarms").json()
    assert (alarm["kind"], alarm["call_sign"], alarm["mode"]) == ("sos", "TUR01-1", "exercise")

    answer = client.post(f"/api/reports/{alarm['report_id']}/accepted")

    assert answer.status_code == 200
    assert answer.json()["person"] == "Aylin Demir"
    assert client.get("/api/alarms").json() == []


def test_who_comes_second_is_told_who_has_accepted_it(client: httpx.Client, live: LivePage) -> None:
    _filed(client, live, 5)
    client.post("/api/reports/1/accepted")

    bekzat = {"cookie": f"{COOKIE}={live.token_of('bekzat')}"}
    second = client.post("/api/reports/1/accepted", headers=bekzat | {"origin": live.address})

    assert (second.status_code, second.json()["detail"]) == (
        409,
        "Aylin Demir has accepted it already",
    )


def test_why_a_call_was_a_false_alarm_stands_in_its_book(
    client: httpx.Client, live: LivePage
) -> None:
    _filed(client, live, 5)
    reason = {"reason": " pressed by mistake "}

    assert client.post("/api/reports/1/false_alarm", json=reason).status_code == 200
    assert client.get("/api/sos").json()[0]["book"][-1]["reason"] == "pressed by mistake"
    assert client.get("/api/reports/1").json()["actions"][-1]["reason"] == "pressed by mistake"
    too_long = client.post("/api/reports/1/read", json={"reason": "x" * 201})
    assert too_long.status_code == 422


def test_reading_an_sos_does_not_silence_it(client: httpx.Client, live: LivePage) -> None:
    _filed(client, live, 5)
    client.post("/api/reports/1/read")

    assert len(client.get("/api/alarms").json()) == 1


def test_an_sos_cannot_be_closed_like_any_other_alarm(client: httpx.Client, live: LivePage) -> None:
    _filed(client, live, 5)
    (alarm,) = client.get("/api/alarms").json()

    assert client.post(f"/api/alarms/{alarm['id']}/closed").status_code == 409
    assert len(client.get("/api/alarms").json()) == 1


def test_another_alarm_is_closed_by_name(client: httpx.Client, live: LivePage) -> None:
    live.arrives(live.field.carried(position(), key=bytes(32)))
    _events(client, 2, "0")
    (alarm,) = client.get("/api/alarms").json()
    assert alarm["kind"] == "not_authentic"

    assert client.post(f"/api/alarms/{alarm['id']}/closed").status_code == 200
    assert client.get("/api/alarms").json() == []


def test_a_cancelled_sos_says_so_and_stays_open(client: httpx.Client, live: LivePage) -> None:
    _filed(client, live, 5)
    cancel = sos(9, phase=codes.CANCEL, reference=5)
    live.arrives(live.field.carried(cancel, seq=6))
    _events(client, 4, "0")

    (alarm,) = client.get("/api/alarms").json()
    assert alarm["cancelled_ms"] is not None


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/reports/77/read", 404),
        ("/api/reports/1/eaten", 404),
        ("/api/reports/0/read", 422),
        (f"/api/reports/{10**30}/read", 422),
        ("/api/alarms/77/closed", 404),
    ],
)
def test_a_deed_about_nothing_is_refused_with_a_reason(
    client: httpx.Client, address: str, status: int
) -> None:
    answer = client.post(address)

    assert answer.status_code == status
    assert len(answer.json()["detail"]) < 200


def test_an_unknown_report_and_a_wrong_number_are_clear_errors(client: httpx.Client) -> None:
    assert client.get("/api/reports/9").json() == {"detail": "there is no such report"}
    assert client.get(f"/api/reports/{1 << 70}").status_code == 422
    assert client.get("/api/reports", params={"limit": 10**6}).status_code == 422


def test_a_huge_body_is_refused_before_it_is_read(client: httpx.Client) -> None:
    assert client.post("/api/reports/1/read", content=b"x" * 200_000).status_code == 413


def test_another_site_can_neither_act_nor_ask_under_its_own_name(client: httpx.Client) -> None:
    foreign = {"origin": "http://evil.example"}
    assert client.post("/api/reports/1/read", headers=foreign).status_code == 403
    assert client.get("/api/status", headers={"host": "evil.example"}).status_code == 421
    assert client.get("/api/status", headers={"host": "["}).status_code == 421


def test_nothing_but_the_page_itself_may_run_in_it_and_no_answer_is_kept(
    client: httpx.Client,
) -> None:
    for address in ("/", "/api/status", "/api/reports/9", "/map/base.json", "/leaflet/leaflet.js"):
        headers = client.get(address).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
    assert client.get("/api/status").headers["cache-control"] == "no-store"
    assert client.get("/api/reports/9").headers["cache-control"] == "no-store"


def test_the_map_comes_from_this_machine_and_says_that_its_borders_claim_nothing(
    client: httpx.Client,
) -> None:
    base = client.get("/map/base.json").json()

    kinds = {feature["properties"]["kind"] for feature in base["features"]}
    assert kinds == {"land", "lake", "river", "border"}
    assert "no opinion" in base["attribution"]
    assert client.get("/leaflet/leaflet.css").status_code == 200


def test_the_status_names_each_registered_gateway_even_a_silent_one(client: httpx.Client) -> None:
    (gateway,) = client.get("/api/status").json()["gateways"]
    assert (gateway["name"], gateway["connected"], gateway["heard_ms"]) == ("hatay-1", False, None)


def test_reports_can_be_asked_for_by_kind_and_older_ones_page_by_page(
    client: httpx.Client, live: LivePage
) -> None:
    _filed(client, live, 1, 2, 3)
    live.arrives(live.field.carried(position(), seq=4))
    _events(client, 7, "0")

    assert [report["seq"] for report in _reports(client, kind="sos", limit=2)] == [3, 2]
    assert [report["seq"] for report in _reports(client, before_id=2)] == [1]
    (first, _) = client.get("/api/handsets").json()
    assert (first["battery_pct"], first["rssi_dbm"], first["reports"]) == (80, -90, 4)
