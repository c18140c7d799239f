"""Looks at the gateway and the Secretariat from outside, as any operator could, in a thread."""

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from turna.demo.services import Service

_PERIOD_S = 0.5


class Watch:
    """The newest status of both services; None until they have answered once."""

    def __init__(
        self,
        gateway: Service,
        secretariat: Service,
        visited: Callable[[], bool] = lambda: False,
    ) -> None:
        """`visited` tells whether somebody is signed in on the page who could accept an SOS."""
        self._gateway = gateway
        self._secretariat = secretariat
        self._visited = visited
        self._stopping = threading.Event()
        self._accept = threading.Event()
        self._accept_all = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self.gateway: dict[str, Any] | None = None
        self.secretariat: dict[str, Any] | None = None
        self.alarms: list[dict[str, Any]] = []
        self._told: Callable[[str], None] = lambda _text: None
        self._invited = ""
        self._open: set[int] = set()  # SOS that wait for somebody to accept them
        self._to_say: SimpleQueue[dict[str, object]] = SimpleQueue()
        self._said: dict[int, tuple[int, int]] = {}  # by word: how many hold it, have answered

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def tell_by(self, tell: Callable[[str], None]) -> None:
        """Say who hears, from the watch's own thread, what the officer did."""
        self._told = tell

    def invite(self, words: str) -> None:
        """Say until when an SOS is a visitor's to accept."""
        self._invited = words

    def accept_sos(self, even_if_visited: bool) -> None:
        """Do with each open SOS, now and later, what the duty officer does on the page."""
        self._accept.set()
        if even_if_visited:
            self._accept_all.set()

    def say(self, words: dict[str, object]) -> None:
        """Say something to the field as the duty officer does on the page, at the next look."""
        self._to_say.put(words)

    def look(self) -> None:
        """Ask both services once, and do what the officer was told to. OSError if one is silent."""
        self.gateway = self._gateway.get("/status.json")
        self.secretariat = self._secretariat.get("/api/status")
        self.alarms = self._secretariat.get("/api/alarms")
        self._answer([alarm for alarm in self.alarms if alarm["kind"] == "sos"])
        while not self._to_say.empty():
            self._say(self._to_say.get())
        for word_id in self._said:
            self._follow(word_id)

    def _run(self) -> None:
        while not self._stopping.wait(_PERIOD_S):
            try:
                self.look()
            except OSError:
                continue  # it is looked at again in a moment; its end is noticed elsewhere

    def _answer(self, calls: list[dict[str, Any]]) -> None:
        """Offer each new SOS to a visitor, say when one took it, accept what is left in time."""
        now_open = {call["report_id"]: call["call_sign"] for call in calls}
        for _ in self._open - now_open.keys():
            self._told("a person on the page has accepted the SOS")
        for number in now_open.keys() - self._open:
            self._told(f"SOS of {now_open[number]}: accept it on the page")
            self._told(self._invited)
        self._open = set(now_open)
        if not now_open or not self._accept.is_set():
            return
        if not self._accept_all.is_set() and self._visited():
            return
        for number, call_sign in now_open.items():
            self._secretariat.post(f"/api/reports/{number}/accepted")
            self._open.remove(number)
            self._told(f"the simulated duty officer accepts the SOS of {call_sign}")

    def _say(self, words: dict[str, object]) -> None:
        for word in self._secretariat.post("/api/down", words):
            self._said[word["id"]] = 0, 0
            teams = ", ".join(team["team"] for team in word["teams"])
            whom = "everybody" if word["to_all"] else teams
            self._told(f"the duty officer says to {whom}: {_in_short(word)}")

    def _follow(self, word_id: int) -> None:
        word = self._secretariat.get(f"/api/down/{word_id}")
        handsets = word["handsets"]
        held = sum(_holds(handset) for handset in handsets)
        heard = sum(bool(handset["answers"]) for handset in handsets)
        if (held, heard) > self._said[word_id]:
            self._said[word_id] = held, heard
            people = f", {heard} answered" if heard else ""
            self._told(f"{_in_short(word)}: on {held} of {len(handsets)} handsets{people}")


def _holds(handset: dict[str, Any]) -> bool:
    """Tell whether a handset has proved that it holds a word: an answer proves it as well."""
    return handset["state"] == "delivered" or bool(handset["answers"])


def _in_short(word: dict[str, Any]) -> str:
    said = word["said"]
    drill = "" if word["mode"] == "actual" else "(drill) "
    if word["kind"] == "alert":
        return f"{drill}{said['alert'].upper().replace('_', ' ')}"
    return f"{drill}{said['task']} worksite {said['worksite']}"
