"""The demo's own parts, without running one: folders, counts, words, the view in any terminal."""

import io
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console

from turna.demo import exercise, services, tally
from turna.demo.boards_clock import BoardsClock
from turna.demo.chain import Chain
from turna.demo.command import clock_told, lateness
from turna.demo.director import Director
from turna.demo.exercise import Step
from turna.demo.scratch import Scratch, sweep
from turna.demo.services import Pace, Service, secretariat
from turna.demo.summary import summary
from turna.demo.tally import Tally
from turna.demo.view import View
from turna.demo.watch import Watch
from turna_protocol import delivery, packet
from turna_protocol.modem.journal_messages import JournalEntry
from turna_secretariat.accounts import Accounts
from turna_secretariat.engines import sqlite_url
from turna_simulation.board import Board
from turna_simulation.screen import Screen
from turna_simulation.world import World

START_S = 1_790_000_000
KEY = (3, 7)
PAGE = "http://127.0.0.1:8470  sign in as demo: abcdefghijklmnop"
HOLDS_ITS_FOLDER = """
import sys, time
from turna.demo.scratch import Scratch
with Scratch() as scratch:
    print(scratch.directory, flush=True)
    time.sleep(60)
"""
OUTCOME = Tally(
    reports_sent=47,
    at_gateway=47,
    at_secretariat=46,
    receipts_at_handset=45,
    duplicates_at_secretariat=0,
    copies_refused_at_secretariat=2,
    lost=0,
    waiting_at_handset=0,
    waiting_at_gateway=1,
    sos_latency_s=4.321,
    by_type={"node_health": {"sent": 12, "receipted": 11}},
    seed=7,
)


def printed(what: object, columns: int = 80, rows: int = 24) -> list[str]:
    console = Console(file=io.StringIO(), width=columns, height=rows, legacy_windows=False)
    console.print(what)
    return cast("io.StringIO", console.file).getvalue().splitlines()


# Folders.


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_demo_says_that_its_clock_is_not_the_one_on_the_wall() -> None:
    assert "runs at 4 times the clock on the wall: UTC on the pages" in clock_told(4.0)
    assert "is the time here" in clock_told(1.0)


def test_a_run_removes_its_folder_and_no_other_run_does(temporary: Path) -> None:
    with Scratch() as scratch:
        (scratch.directory / "gateway.db").write_bytes(b"held")
        assert Path(tempfile.mkdtemp()).parent == scratch.directory
        assert tempfile.gettempdir() == str(scratch.directory)
    assert list(temporary.iterdir()) == []


def test_the_folder_of_a_killed_run_is_swept_by_the_next(temporary: Path) -> None:
    killed = subprocess.Popen(
        [sys.executable, "-c", HOLDS_ITS_FOLDER],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with killed:
        assert killed.stdout is not None
        directory = Path(killed.stdout.readline().strip())
        assert sweep() == 0
        killed.send_signal(signal.SIGKILL)
    assert directory.exists()
    assert sweep() == 1
    assert not directory.exists()


# Counts.


def entry(saved_s: int) -> JournalEntry:
    return JournalEntry(
        seq=KEY[1], report_type=2, state=delivery.SAVED, saved_s=saved_s, attempts=1
    )


def sent_at(at_us: int | None) -> list[dict[str, str | float]]:
    """Return a record of the air in which the report goes out then, and once more later."""
    report = packet.pack_header(packet.Header(packet.REPORT, 0, *KEY)) + bytes(20)
    air: list[dict[str, str | float]] = [
        {"event": "sent", "at_us": 1_000, "payload": "ff00"},
        {"event": "received", "at_us": 2_000},
    ]
    if at_us is not None:
        air += [
            {"event": "sent", "at_us": us, "payload": report.hex()} for us in (at_us, at_us + 9)
        ]
    return air


@pytest.mark.parametrize(
    ("sent_us", "latency_s"),
    [
        (5_400_000, 2.1),  # within the second in which it was saved
        (90_000_000, 1.501),  # the channel was not free: saved in that second
        (4_800_000, 2.5),  # the handset's clock is a little ahead
        (None, 2.5),
    ],
)
def test_how_long_an_sos_took_is_known_to_the_millisecond(
    sent_us: int | None, latency_s: float
) -> None:
    times = tally.Times(sent_at(sent_us), START_S, BoardsClock())
    arrived = {KEY: START_S * 1000 + 7_500}
    assert tally._sos_latency_s({KEY: entry(START_S + 5)}, arrived, times) == latency_s


def test_a_busy_machine_does_not_make_an_sos_slower() -> None:
    clock = BoardsClock()
    for paced_ms in range(0, 60_001, 500):
        clock.note(paced_ms, paced_ms // 2)  # the boards come along half as fast
    times = tally.Times(sent_at(5_000_000), START_S, clock)
    arrived = {KEY: START_S * 1000 + 14_200}
    assert tally._sos_latency_s({KEY: entry(START_S + 5)}, arrived, times) == 2.1


def test_the_boards_clock_is_that_of_the_rest_while_they_keep_up() -> None:
    clock = BoardsClock()
    for at_ms in range(0, 5_000, 100):
        clock.note(at_ms, at_ms - at_ms % 7)
    assert [clock.at(ms) for ms in (0, 250, 4_321, 9_000)] == [0, 250, 4_321, 9_000]


def test_the_boards_clock_knows_when_they_stood_still_and_when_they_caught_up() -> None:
    clock = BoardsClock()
    for paced_ms, boards_ms in ((1_000, 1_000), (2_000, 1_000), (3_000, 1_000), (3_100, 3_100)):
        clock.note(paced_ms, boards_ms)
    assert [clock.at(ms) for ms in (900, 2_500, 3_050, 4_000)] == [900, 1_000, 2_050, 4_000]


def test_the_end_is_told_in_words() -> None:
    words = "\n".join(printed(summary(OUTCOME)))
    assert "{" not in words
    for part in (
        "47  reports made on handsets",
        "1  still waiting at the gateway when the exercise ended",
        "device health    12         11",
        "4.3 s (exercise's clock) after its countdown",
        "Lost: nothing.",
    ):
        assert part in words


def test_a_machine_that_could_not_keep_up_is_told_of_and_one_that_could_is_not() -> None:
    assert lateness(0.2, 10) is None
    told = lateness(9.3, 10)
    assert told is not None
    assert "too busy for --speed 10: the boards were up to 9 s behind" in told


# The script.


def test_the_same_seed_and_length_give_the_same_script_which_says_when_it_is_over() -> None:
    one, two = (exercise.plan(8, 600_000, random.Random(5)) for _ in range(2))
    assert one == two
    over = next(step.at_ms for step in one if step.told == exercise.OVER)
    assert over > max(step.at_ms for step in one if step.keys)


def test_the_drill_evacuates_everybody_and_every_handset_answers_it() -> None:
    plan = exercise.plan(6, 600_000, random.Random(5))
    told = [step.what for step in plan if step.what.startswith("say_")]
    assert told == ["say_task", "say_cease_work", "say_evacuate", "say_resume"]
    for signal_told in ("CEASE WORK", "EVACUATE", "RESUME"):
        answers = [step.handset for step in plan if f"answers {signal_told}" in step.told]
        assert answers == list(range(6))


def test_an_sos_is_a_visitors_to_accept_for_a_while() -> None:
    plan = exercise.plan(6, 900_000, random.Random(5))
    declared_ms = next(step.at_ms for step in plan if "an SOS" in step.told)
    cancelled_ms = next(step.at_ms for step in plan if "cancels the SOS" in step.told)
    alone_ms, last_ms = exercise.accepting_ms(plan)
    assert declared_ms + 120_000 < alone_ms < last_ms - 120_000
    assert last_ms < cancelled_ms


class _World:
    """Virtual time that stands still until it is let go, and boards that know only their name."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.name = "KAZ01-1"
        self._waiting: list[tuple[int, Callable[[], None]]] = []

    def at(self, when_ms: int, action: Callable[[], None]) -> None:
        self._waiting.append((when_ms, action))

    def press(self, _key: str, _hold_ms: int) -> None:
        pass

    def run(self) -> None:
        while self._waiting:
            first = min(self._waiting, key=lambda one: one[0])
            self._waiting.remove(first)
            self.now_ms, action = first
            action()


def test_what_a_busy_pair_of_hands_does_next_is_told_when_it_begins() -> None:
    world = _World()
    told: list[tuple[int, str]] = []
    nothing: Any = lambda *_: None  # noqa: E731  # what this script does not ask for
    director = Director(
        cast("World", world),
        [cast("Board", world)],
        cut_backbone=nothing,
        restore_backbone=nothing,
        accept_sos=nothing,
        say=nothing,
        tell=lambda words: told.append((world.now_ms, words)),
    )
    slow, short = exercise.Key(0, 5_000), exercise.Key(0, 100)
    director.schedule(
        [Step(0, "keys", "types", 0, (slow,)), Step(1_000, "keys", "calls", 0, (short,))], 0
    )
    world.run()

    (began_ms, first), (called_ms, second) = told
    assert (began_ms, first, second) == (0, "KAZ01-1 types", "KAZ01-1 calls")
    assert called_ms >= slow.hold_ms


# The officer.


class Page:
    """Stands for a service: what it answers, and what was posted to it."""

    def __init__(self, calls: list[dict[str, Any]]) -> None:
        self.calls = calls
        self.posted: list[str] = []

    def get(self, path: str) -> Any:
        return self.calls if path == "/api/alarms" else {}

    def post(self, path: str) -> None:
        self.posted.append(path)


CALL = {"kind": "sos", "report_id": 5, "call_sign": "KAZ01-1"}


ACCEPTED = "the simulated duty officer accepts the SOS of KAZ01-1"


@pytest.mark.parametrize(
    ("is_visited", "is_last", "told"),
    [
        (False, False, [ACCEPTED]),
        (False, True, [ACCEPTED]),
        (True, False, []),
        (True, True, [ACCEPTED]),
    ],
)
def test_the_officer_leaves_the_sos_to_a_visitor_while_there_is_one(
    is_visited: bool, is_last: bool, told: list[str]
) -> None:
    page = Page([CALL])
    watch = Watch(cast("Service", page), cast("Service", page), lambda: is_visited)
    said: list[str] = []
    watch.tell_by(said.append)
    watch.invite("(until 5:24)")
    watch.look()
    watch.look()
    assert said == ["SOS of KAZ01-1: accept it on the page", "(until 5:24)"]
    watch.accept_sos(is_last)
    watch.look()
    assert said[2:] == told
    assert page.posted == ["/api/reports/5/accepted"] * len(told)


def test_a_visitor_who_accepts_the_sos_is_told_of_and_nothing_is_accepted_twice() -> None:
    page = Page([CALL])
    watch = Watch(cast("Service", page), cast("Service", page))
    said: list[str] = []
    watch.tell_by(said.append)
    watch.look()
    page.calls = []
    watch.look()
    watch.accept_sos(True)
    watch.look()
    assert said[2:] == ["a person on the page has accepted the SOS"]
    assert page.posted == []


def test_the_demo_makes_an_account_of_each_role_and_knows_who_is_there(tmp_path: Path) -> None:
    page = _secretariat(tmp_path / "demo")
    page.stop()
    accounts = Accounts(sqlite_url(tmp_path / "demo" / "people.db"))
    accounts.open()
    made = {one.name: one.role for one in accounts.all()}
    assert made == {**services.VISITORS, "duty-officer": "officer"}
    assert all(one.is_demo for one in accounts.all())
    assert not accounts.is_signed_in(services.VISITOR, 0)
    accounts.close()


# The view.


def a_view(handsets: int, *, at_s: float = 0, loud: bool = False) -> View:
    lit = Screen(128, 64, bytes([1]) * 128 * 64)
    devices = [
        SimpleNamespace(device=n, call_sign=f"TUR{n:02d}-1", country="tr") for n in range(handsets)
    ]
    entries = {
        4: JournalEntry(seq=4, report_type=3, state=2, saved_s=START_S, attempts=12 if loud else 1)
    }
    chain = SimpleNamespace(
        world=SimpleNamespace(now_ms=125_000),
        mission=SimpleNamespace(mode="exercise", name="HATAY EXERCISE", devices=devices),
        journals={n: SimpleNamespace(entries=entries) for n in range(handsets)},
        handsets=[SimpleNamespace(name="TUR01-1", screen=lambda: lit)],
    )
    contacts = [{"device": n, "heard_ago_s": 1234, "rssi_dbm": -120} for n in range(handsets)]
    watch = SimpleNamespace(
        gateway={
            "handsets": contacts if loud else [],
            "counts": {"stored": 9},
            "waiting": {"sos": 0, "report": 2},
            "backbone": {"up": False},
        },
        secretariat={"counts": {"by_standing": {"authentic": 9}, "copies": 0}},
        alarms=[CALL],
    )
    view = View(cast("Chain", chain), cast("Watch", watch), PAGE, lambda: at_s)
    for number in range(30):
        view.note(f"event {number} " + "long " * 40)
    return view


@pytest.mark.parametrize("handsets", [6, 40])
@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (60, 20), (100, 50), (200, 60)])
def test_the_view_fits_the_terminal_and_in_time_shows_screen_and_events(
    handsets: int, columns: int, rows: int
) -> None:
    shown = []
    for at_s in (0, 8):
        lines = printed(a_view(handsets, at_s=at_s), columns, rows)
        assert len(lines) <= rows
        assert max(len(line) for line in lines) <= columns
        shown.append("\n".join(lines))
    both = "".join(shown)
    assert "event 29" in both
    assert "DOWN" in both
    assert "TUR00-1 TR" in shown[0]
    assert PAGE in shown[0] or columns < 80
    if columns > 64 and handsets == 6:
        assert "⣿" * 60 in both


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (160, 50)])
def test_what_changes_in_a_row_does_not_move_its_columns(columns: int, rows: int) -> None:
    quiet, loud = (
        next(line for line in printed(a_view(6, loud=loud), columns, rows) if "TUR03" in line)
        for loud in (False, True)
    )
    assert quiet.index("stored at") == loud.index("stored at")
    assert quiet.index("node_health") == loud.index("node_health")


def test_the_officer_says_something_to_the_field_and_tells_who_holds_it() -> None:
    page = _Saying()
    watch = Watch(cast("Service", page), cast("Service", page))
    said: list[str] = []
    watch.tell_by(said.append)
    watch.say(exercise.TASK)
    watch.look()
    page.state = "delivered"
    watch.look()
    watch.look()

    assert page.asked == [exercise.TASK]
    assert said == [
        "the duty officer says to TUR01: (drill) search worksite TUR01-0056",
        "(drill) search worksite TUR01-0056: on 1 of 1 handsets",
    ]


class _Saying:
    """A page that takes what is said."""

    def __init__(self) -> None:
        self.state = "queued"
        self.asked: list[dict[str, object]] = []

    def post(self, path: str, words: dict[str, object]) -> list[dict[str, object]]:
        assert path == "/api/down"
        self.asked.append(words)
        return [self._word()]

    def get(self, path: str) -> object:
        return self._word() if path == "/api/down/1" else []

    def _word(self) -> dict[str, object]:
        return {
            "id": 1,
            "kind": "task",
            "to_all": False,
            "mode": "exercise",
            "teams": [{"team": "TUR01"}],
            "said": {"task": "search", "worksite": "TUR01-0056"},
            "handsets": [{"state": self.state, "answers": []}],
        }


def test_two_demos_that_begin_together_have_pages_of_their_own(tmp_path: Path) -> None:
    pages = [_secretariat(tmp_path / str(demo)) for demo in range(2)]
    assert pages[0].port != pages[1].port
    for page in pages:
        page.stop()


def _secretariat(folder: Path) -> Service:
    folder.mkdir()
    pace = Pace(epoch_s=1_785_560_000, speed=1.0, started_monotonic_s=0.0)
    return secretariat(folder, broker_port=1883, pace=pace, password="a" * 16, officer="Aylin")
