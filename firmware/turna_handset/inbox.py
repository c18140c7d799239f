"""The letters that have come down, each in flash before it is shown, until others need its place.

A letter that nobody has opened, and an alarm that is on, give way last, and are counted.
"""

import os

from turna_board import flash
from turna_protocol.errors import MalformedError

from .letter import EVACUATE, HEAD_BYTES, HEARD, MESSAGE, NEW, SEEN, UNSORTED, Letter, unpack

LETTERS_MAX = 24  # 4 KiB of flash each, where files do not share blocks
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .mailbox import Alarm

DROPPED = "lost letter dropped unread"
_FLASH = "failures of flash, letters"
_SUFFIX = ".l"


class Inbox:
    """Letters in one directory of flash; their heads are in memory."""

    def __init__(self, directory: str, count: "Callable[[str], None]") -> None:
        self._directory = directory
        self._count = count
        self._heads: list[bytes] = []  # in the order in which they came

    def load(self) -> None:
        """Read what is in flash; leave out, and count, what is damaged."""
        try:
            if not flash.exists(self._directory):
                os.mkdir(self._directory)
            for name in os.listdir(self._directory):
                if name.endswith(_SUFFIX):
                    self._load(name)
        except OSError:
            self._count(_FLASH)
        self._heads.sort(key=lambda head: unpack(head).place)

    def __len__(self) -> int:
        return len(self._heads)

    def newest(self, place: int) -> Letter | None:
        """Return the letter `place` steps before the newest."""
        at = len(self._heads) - 1 - place
        return unpack(self._heads[at]) if at >= 0 else None

    def find(self, reference: int) -> Letter | None:
        for head in self._heads:
            letter = unpack(head)
            if letter.reference == reference:
                return letter
        return None

    def unread(self) -> int:
        """Return how many letters nobody has opened."""
        return sum([1 for head in self._heads if unpack(head).status == NEW])

    def content(self, reference: int) -> bytes | None:
        """Return what a letter says, or None if flash does not give it."""
        try:
            with open(self._path(_name(reference)), "rb") as file:
                return file.read()[HEAD_BYTES:]
        except OSError:
            self._count(_FLASH)
            return None

    def keep(self, letter: Letter, content: bytes) -> bool:
        """Put a letter into flash; return whether it is there."""
        while len(self._heads) >= LETTERS_MAX:
            self._give_way()
        last = self.newest(0)
        letter.place = 0 if last is None else last.place + 1 & 0xFFFF
        if not self._write(letter, content):
            return False
        self._heads.append(letter.head())
        return True

    def letters(self) -> "Iterator[Letter]":
        """Give every letter, oldest first."""
        for head in self._heads:
            yield unpack(head)

    def clear(self) -> None:
        """Remove every letter: they were another key's."""
        try:
            for name in os.listdir(self._directory):
                if name.endswith(flash.TEMPORARY_SUFFIX) or _SUFFIX in name:
                    os.remove(self._path(name))
        except OSError:
            self._count(_FLASH)
        self._heads.clear()

    def unheard(self) -> "list[Alarm]":
        """Return the alarms, and the ends of alarms, that no person has taken note of."""
        return [
            (letter.task, letter.phrase() - EVACUATE, letter.reference)
            for letter in self.letters()
            if letter.status == NEW and letter.is_alarm()
        ]

    def alarms_by_order(self) -> "list[Alarm]":
        """Return what orders began and none has ended.

        Their numbers go up as the Secretariat gives them, in whatever order they arrive.
        """
        ordered = [one for one in self.letters() if one.type_number == MESSAGE and one.is_alarm()]
        found = []
        for letter in ordered:
            ended = [
                one
                for one in ordered
                if one.ends_alarms()
                and one.task == letter.task
                and one.reference > letter.reference
            ]
            if not letter.ends_alarms() and not ended:
                found.append((letter.task, letter.code - EVACUATE, letter.reference))
        return found

    def calm(self, on: "list[int]") -> None:
        """Let alarms that are over be letters like others."""
        for letter in list(self.letters()):
            begins = letter.is_alarm() and not letter.ends_alarms()
            if begins and letter.status in (NEW, HEARD) and letter.reference not in on:
                self.mark(letter.reference, SEEN)

    def unsorted(self) -> Letter | None:
        """Return a letter of which nobody knows yet what it is."""
        for head in self._heads:
            letter = unpack(head)
            if letter.type_number == UNSORTED:
                return letter
        return None

    def mark(self, reference: int, status: int) -> bool:
        """Note how far a letter has come; return whether that outlasts a restart."""
        letter = self.find(reference)
        if letter is None:
            return False
        letter.status = status
        return self.change(letter)

    def change(self, letter: Letter) -> bool:
        """Put another head before a letter; return whether that outlasts a restart."""
        content = self.content(letter.reference)
        for at, head in enumerate(self._heads):
            if unpack(head).reference == letter.reference:
                self._heads[at] = letter.head()
        return content is not None and self._write(letter, content)

    def _load(self, name: str) -> None:
        with open(self._path(name), "rb") as file:
            data = file.read(HEAD_BYTES)
        try:
            self._heads.append(unpack(data).head())
        except MalformedError:
            self._count("lost letter damaged")

    def _write(self, letter: Letter, content: bytes) -> bool:
        try:
            flash.replace(self._path(_name(letter.reference)), letter.head(), content)
        except OSError:
            self._count(_FLASH)
            return False
        return True

    def _give_way(self) -> None:
        """Remove the oldest letter that somebody has opened, or else the oldest."""
        gone = self._heads[0]
        for head in self._heads:
            if unpack(head).status not in (NEW, HEARD):
                gone = head
                break
        else:
            self._count(DROPPED)
        self._heads.remove(gone)
        try:
            os.remove(self._path(_name(unpack(gone).reference)))
        except OSError:
            self._count(_FLASH)

    def _path(self, name: str) -> str:
        return f"{self._directory}/{name}"


def _name(reference: int) -> str:
    return f"{reference:05x}{_SUFFIX}"
