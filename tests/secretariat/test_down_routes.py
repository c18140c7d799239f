"""What goes down, as the page asks for it."""

import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from fastapi import FastAPI

from tests.asgi import Client
from tests.secretariat.field import EPOCH_S, Field, position
from turna.deployment import TeamPlan
from turna_backbone.clock import SteppedClock
from turna_protocol import codes, keys
from turna_protocol.reports import Fix, Position
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.down_routes import down_routes
from turna_secretariat.inbox import Inbox
from turna_secretariat.registry import Registry
from turna_secretariat.subscriber import Subscriber

TEAMS = (TeamPlan("TUR01", "tr", handsets=2), TeamPlan("AZE01", "az"))
HERE = Fix(3_620_100, 3_616_100, 10, 10)
TASK = {"kind": "task", "to": {"teams": ["TUR01"]}, "form": {"task": "search"}}


class Silent:
    """A connection that takes everything."""

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> int:
        del topic, payload, qos, retain
        return 1

    def acknowledge(self, token: int) -> None:
        del token


class Page:
    """The routes, with the thread that writes."""

    def __init__(self, directory: Path) -> None:
        self.field = Field(directory / "kit", TEAMS)
        self.registry = Registry(self.field.mission, keys.authentication_branch(bytes(range(32))))
        self.archive = Archive.in_file(directory / "archive.db")
        self.archive.open()
        self.desk = Desk(self.archive, self.registry, self.field.mission.frame)
        self.view: frozenset[int] | None = None
        clock = SteppedClock(epoch_s=EPOCH_S + 60)
        inbox: Inbox = Queue()
        self._subscriber = Subscriber(
            desk=self.desk,
            registry=self.registry,
            session=Silent(),
            inbox=inbox,
            clock=clock,
            boot_id=b"boot-id2",
        )
        app = FastAPI()
        app.include_router(
            down_routes(
                self.archive,
                self.registry,
                inbox,
                clock,
                person=lambda _: "Aylin Demir",
                view=lambda: self.view,
            )
        )
        self.client = Client(app)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._subscriber.run, args=(self._stopping,))
        self._thread.start()

    def close(self) -> None:
        self._stopping.set()
        self._thread.join()
        self.archive.close()

    def post(self, path: str, body: dict[str, Any], status: int = 200) -> Any:
        answer = self.client.post(f"/api/down{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def get(self, path: str = "", status: int = 200) -> Any:
        answer = self.client.get(f"/api/down{path}")
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    page = Page(tmp_path)
    yield page
    page.close()


def test_a_task_for_a_team_is_said_listed_and_taken_back(page: Page) -> None:
    (said,) = page.post("", TASK)

    assert (said["kind"], said["person"], said["task"]) == ("task", "Aylin Demir", 1)
    assert said["to"] == {"teams": ["TUR01"]}
    assert [one["task_state"] for one in said["handsets"]] == ["assigned"] * 2
    (listed,) = page.get()
    assert listed["id"] == said["id"]
    waiting: dict[str, object] = {
        "gateway": "hatay-1",
        "states": {"waiting": 2},
        "at_s": None,
        "reasons": [],
    }
    assert listed["by_gateway"] == [waiting]
    assert page.get(f"/{said['id']}")["gateways"][0]["gateway"] == "hatay-1"

    assert page.post(f"/{said['id']}/withdrawn", {})["withdrawn_by"] == "Aylin Demir"
    assert "already" in page.post(f"/{said['id']}/withdrawn", {}, 409)["detail"]


def test_the_cost_is_known_before_anything_is_said(page: Page) -> None:
    cost = page.post("/cost", TASK)

    assert cost["handsets"] == ["TUR01-1", "TUR01-2"]
    (one,) = cost["costs"]
    assert (one["packets"], one["allowance_ms_of_the_hour"]) == (2, 360_000)
    ((gateway),) = one["gateways"]
    assert gateway["airtime_ms"] == one["airtime_ms"] > 100
    assert gateway["percent_of_the_hour"] == round(one["airtime_ms"] / 3_600, 2)
    assert page.get() == []


def test_one_alert_to_all_costs_one_packet_however_many_hear_it(page: Page) -> None:
    alert = {"kind": "alert", "to": {"all": True}, "form": {"code": "evacuate"}}
    (one,) = page.post("/cost", alert)["costs"]
    assert one["packets"] == 1

    task_to_all = TASK | {"to": {"all": True}}
    (each,) = page.post("/cost", task_to_all)["costs"]
    assert each["packets"] == 3


def test_an_all_clear_costs_the_orders_too_by_which_it_ends_what_orders_began(page: Page) -> None:
    clear = {"kind": "alert", "to": {"all": True}, "form": {"code": "resume"}}
    assert len(page.post("/cost", clear)["costs"]) == 1
    page.post("", {"kind": "alert", "to": {"teams": ["TUR01"]}, "form": {"code": "evacuate"}})

    told = page.post("/cost", clear)["costs"]
    assert [one["packets"] for one in told] == [1, 2]
    (said,) = page.post("", clear)
    spent = [item for item in said["gateways"] if item["state"] is None]
    assert len(spent) == 3, "an alert and two orders"


def test_words_beside_an_alert_are_a_text_of_their_own(page: Page) -> None:
    form = {"code": "evacuate", "text": "Dam above sector B"}
    alert, text = page.post("", {"kind": "alert", "to": {"all": True}, "form": form})

    assert (alert["kind"], alert["said"], alert["to_all"]) == ("alert", {"alert": "evacuate"}, True)
    assert (text["kind"], text["said"]["text"]) == ("text", "Dam above sector B")


def test_an_area_means_whoever_was_last_seen_in_it(page: Page) -> None:
    at = Position(mode=codes.EXERCISE, time_s=EPOCH_S, time_quality=2, fix=HERE)
    page.desk.file([page.field.carried(at, device=3)], EPOCH_S * 1000)
    page.desk.file([page.field.carried(position(), device=1)], EPOCH_S * 1000)
    area = {"lat": 36.2, "lon": 36.16, "radius_m": 500}

    (said,) = page.post("", TASK | {"to": {"area": area}})

    assert [one["call_sign"] for one in said["handsets"]] == ["AZE01-1"]
    elsewhere = area | {"lat": 37.2}
    assert "nobody" in page.post("", TASK | {"to": {"area": elsewhere}}, 422)["detail"]


def test_what_was_said_in_earnest_during_an_exercise_stands_beside_it_with_its_mode(
    page: Page,
) -> None:
    page.post("", TASK)
    page.post("", TASK | {"mode": "actual"})
    alert = {"kind": "alert", "to": {"all": True}, "form": {"code": "evacuate"}}
    page.post("", alert | {"mode": "actual"})

    assert [one["mode"] for one in page.get()] == ["actual", "actual", "exercise"]
    assert [one["mode"] for one in page.get("/alerts")] == ["actual"]
    assert [one["mode"] for one in page.get("?mode=exercise")] == ["exercise"]
    assert [one["mode"] for one in page.get("?mode=actual")] == ["actual"] * 2


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"kind": "revocation"}, 422),
        ({"to": {}}, 422),
        ({"to": {"teams": ["XXX"]}}, 422),
        ({"to": {"devices": [77]}}, 422),
        ({"form": {"task": "dance"}}, 422),
        ({"form": {"task": "search", "loud": True}}, 422),
        ({"mode": "earnest"}, 422),
        ({"lasts_min": 0}, 422),
        ({"hello": 1}, 422),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(
    page: Page, change: dict[str, Any], status: int
) -> None:
    assert page.post("", TASK | change, status)["detail"]
    assert page.get() == []


def test_whoever_may_see_one_country_reaches_and_sees_no_other(page: Page) -> None:
    (whole,) = page.post("", TASK | {"to": {"all": True}})
    page.view = frozenset({3})

    assert [one["device"] for one in page.get(f"/{whole['id']}")["handsets"]] == [3]
    assert "no team" in page.post("", TASK, 422)["detail"]
    page.post(f"/{whole['id']}/withdrawn", {}, 403)
    page.post("/revocations", {"devices": [1]}, 403)
    alert = {"kind": "alert", "to": {"all": True}, "form": {"code": "evacuate"}}
    (said,) = page.post("", alert)
    assert (said["to_all"], [one["device"] for one in said["handsets"]]) == (False, [3])


def test_revoked_keys_are_listed_with_who_revoked_them(page: Page) -> None:
    said = {"devices": [2], "reason": "lost at\nAntakya"}
    (revoked,) = page.post("/revocations", said)
    assert revoked["reason"] == "lost at Antakya"

    assert (revoked["call_sign"], revoked["person"]) == ("TUR01-2", "Aylin Demir")
    assert page.get("/revocations") == [revoked]
    assert page.desk.down.is_revoked(2, 1)
    page.view = frozenset({3})
    assert page.get("/revocations") == []


def test_a_revoked_handset_is_in_no_audience_and_a_word_to_it_alone_is_refused(page: Page) -> None:
    roll_call = {"kind": "roll_call", "to": {"all": True}}
    earlier = page.post("", roll_call)[0]["id"]
    page.post("/revocations", {"devices": [3]})

    cost = page.post("/cost", roll_call)
    assert (cost["handsets"], cost["revoked"]) == (["TUR01-1", "TUR01-2"], ["AZE01-1"])
    (said,) = page.post("", roll_call)
    assert [handset["device"] for handset in said["handsets"]] == [1, 2]
    lost = page.get(f"/{earlier}")["handsets"][-1]
    assert (lost["call_sign"], lost["revoked"], lost["state"]) == ("AZE01-1", True, "refused")
    for to in ({"devices": [3]}, {"teams": ["AZE01"]}):
        answer = page.post("", {"kind": "text", "form": {"text": "x"}, "to": to}, 422)
        assert answer["detail"] == "nothing can be said to AZE01-1: the keys are revoked"


def test_what_is_not_there_is_said_to_be_not_there(page: Page) -> None:
    page.get("/99", 404)
    page.post("/99/withdrawn", {}, 404)
