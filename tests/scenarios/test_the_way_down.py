"""What the Secretariat says, on its whole way: sealed, given to a gateway, on the air, answered."""

from typing import Any

import pytest

from tests.scenarios.wire_handset import WireHandset
from turna_protocol import alerts, codes, downlink
from turna_protocol.json_form import report_to_json
from turna_protocol.long_text import unpack_long_text
from turna_protocol.report_codes import PHRASES, STATUSES
from turna_protocol.reports import Position
from turna_protocol.reports.message import Message
from turna_protocol.reports.task_status import TaskStatus
from turna_secretariat import down_queries
from turna_secretariat.down_desk import DownDeed
from turna_secretariat.down_words import Audience, read_saying
from turna_simulation.chain import VirtualChain
from turna_simulation.ether import Impairment

MASTER = bytes(range(32))
BESIDE, BEYOND = (200.0, 100.0), (300.0, -100.0)


class Officer:
    """Says things at the Secretariat and looks at what becomes of them."""

    def __init__(self, chain: VirtualChain) -> None:
        self._chain = chain
        self._secretariat = chain.secretariat

    def say(self, kind: str, form: dict[str, object], *devices: int) -> int:
        saying = read_saying(
            kind,
            form,
            mode="exercise",
            audience=Audience(devices or (1, 2), not devices),
            lasts_min=None,
            now_s=self._chain.world.start_unix_s + self._chain.world.now_ms // 1000,
            frame=self._chain.mission.frame,
        )
        deed = DownDeed((saying,), "Aylin Demir")
        self._secretariat.inbox.put(deed)
        self._secretariat.wake()
        assert self._chain.world.run_until(deed.done.is_set, 1_000)
        assert not deed.errors
        return deed.word_ids[0]

    def word(self, word_id: int) -> dict[str, Any]:
        with self._secretariat.archive.reader() as connection:
            word = down_queries.one_word(connection, self._secretariat.registry, word_id)
        assert word is not None
        return word

    def states(self, word_id: int) -> list[str]:
        return [handset["state"] for handset in self.word(word_id)["handsets"]]


@pytest.fixture
def officer(chain: VirtualChain) -> Officer:
    chain.start()
    chain.world.run_for(3_000)
    return Officer(chain)


@pytest.fixture
def handset(chain: VirtualChain) -> WireHandset:
    return WireHandset(chain.world, chain.mission, 1, MASTER, BESIDE)


def test_a_task_reaches_the_field_and_its_done_comes_back(
    chain: VirtualChain, officer: Officer, handset: WireHandset
) -> None:
    task = officer.say("task", {"task": "search", "worksite": "TUR01-0003"}, 1)

    assert chain.world.run_until(lambda: officer.states(task) == ["delivered"], 10_000)
    (taken,) = handset.taken
    assert report_to_json(taken)["worksite"] == "TUR01-0003"
    handset.report(TaskStatus(mode=codes.EXERCISE, number=1, status=STATUSES.index("done")))

    def is_done() -> bool:
        return bool(officer.word(task)["handsets"][0]["task_state"] == "done")

    assert chain.world.run_until(is_done, 10_000)
    heard = handset.heard_orders
    chain.world.run_for(60_000)
    assert handset.heard_orders == heard, "whoever holds it is left in peace"


def test_a_sleeping_handset_is_reached_at_its_next_report(
    chain: VirtualChain, officer: Officer, handset: WireHandset
) -> None:
    handset.sleeps = True
    handset.report(Position(mode=codes.EXERCISE, battery_pct=80))
    chain.world.run_for(10_000)
    text = officer.say("text", {"text": "come back"}, 1)
    chain.world.run_for(50_000)
    assert handset.taken == []
    assert officer.states(text) == ["sent"]

    handset.report(Position(mode=codes.EXERCISE, battery_pct=79))
    chain.world.run_for(4_000)

    assert len(handset.taken) == 1
    assert chain.world.run_until(lambda: officer.states(text) == ["delivered"], 5_000)


def test_an_order_is_taken_once_however_often_it_is_said(
    chain: VirtualChain, officer: Officer, handset: WireHandset
) -> None:
    handset.holds = False
    text = officer.say("text", {"phrase": "wait"}, 1)
    chain.world.run_for(50_000)
    assert handset.heard_orders == 3
    assert len(handset.taken) == 1
    assert officer.states(text) == ["sent"]

    handset.holds = True

    assert chain.world.run_until(lambda: officer.states(text) == ["delivered"], 70_000)
    assert len(handset.taken) == 1


def test_an_evacuation_rings_everywhere_until_its_all_clear(
    chain: VirtualChain, officer: Officer, handset: WireHandset
) -> None:
    other = WireHandset(chain.world, chain.mission, 2, MASTER, BEYOND)
    both = (handset, other)
    evacuate = officer.say("alert", {"code": "evacuate"})

    assert chain.world.run_until(
        lambda: officer.states(evacuate) == ["delivered", "delivered"], 30_000
    )
    for one in both:
        assert one.alerts.alarms(codes.EXERCISE) == [alerts.EVACUATE]
        assert one.alerts.alarms(codes.ACTUAL) == []
    reference = downlink.answer_to_alert(codes.EXERCISE, alerts.EVACUATE, 1)
    received = PHRASES.index("received")
    handset.report(Message(mode=codes.EXERCISE, phrase=received, answers=reference))
    chain.world.run_for(5_000)
    first, second = officer.word(evacuate)["handsets"]
    assert ([answer["said"] for answer in first["answers"]], second["answers"]) == (
        ["received"],
        [],
    )

    officer.say("alert", {"code": "resume"})
    chain.world.run_for(10_000)

    assert [one.alerts.alarms(codes.EXERCISE) for one in both] == [[], []]


def test_a_roll_call_to_all_is_heard_by_all_and_answered_by_each(
    chain: VirtualChain, officer: Officer, handset: WireHandset
) -> None:
    other = WireHandset(chain.world, chain.mission, 2, MASTER, BEYOND)
    call = officer.say("roll_call", {})
    chain.world.run_for(20_000)
    assert [len(handset.taken), len(other.taken)] == [1, 1]

    safe = PHRASES.index("all_safe")
    answer = Message(mode=codes.EXERCISE, phrase=safe, answers=downlink.answer_to_notice(0))
    handset.report(answer)
    chain.world.run_for(5_000)

    word = officer.word(call)
    assert [team["answered"] for team in word["teams"]] == [1, 0]
    assert officer.states(call) == ["delivered", "delivered"]


def test_a_long_text_arrives_whole_over_an_air_that_loses(
    chain: VirtualChain, officer: Officer, handset: WireHandset
) -> None:
    chain.world.ether.impair("modem", "wire-1", Impairment(loss=0.3))
    words = "Stadyumun kuzey kapısında buluşun; köprü dört ton taşır. " * 8
    text = officer.say("text", {"text": words}, 1)

    def speaks_now_and_then() -> bool:
        return officer.states(text) == ["delivered"]

    for _ in range(20):
        handset.report(Position(mode=codes.EXERCISE, battery_pct=80))
        if chain.world.run_until(speaks_now_and_then, 20_000):
            break
    assert [unpack_long_text(whole).text for whole in handset.long] == [words]
    assert officer.states(text) == ["delivered"]
