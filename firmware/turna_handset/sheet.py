"""A report under the rescuer's hands: rows to fill in, lists to choose from, SEND on top.

Pure, and one for all types of report; `sheets` says what each asks for. What nobody entered is
unknown, which is not zero.
"""

from . import keypad, steps
from .intents import SEND, Intent
from .labels import text
from .lines import COLUMNS, Line, choice, number, split
from .sheets import CHOICE, COUNTS, DIGITS, NEEDS, SET, YES_NO, rows_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .sheets import Row

    Values = dict[str, object]

# Where the rescuer is.
ROWS = 0
LIST = 1  # codes to choose from
NUMBER = 2  # a count, a digit, or the quantity of a need


class Sheet:
    """Keys in, an intent out when it is sent; `ended` once the rescuer has left it."""

    def __init__(self, name: str, values: "Values") -> None:
        self.name = name
        self.values = values
        self.ended = False
        self.at = ROWS
        self.cursor = 0
        self.value: int | None = None  # on a NUMBER
        self._rows = rows_of(name)
        self._row = self._rows[0]
        self._part = 0  # of a row with several numbers; of a need, its item
        self._intent: Intent | None = None
        if self._row.kind != DIGITS or not self._may_go():
            self._open(0)

    @property
    def title(self) -> str:
        if self.at == ROWS:
            return text(f"type.{self.name}")
        return text(self._row.label)

    def next_intent(self) -> Intent | None:
        intent, self._intent = self._intent, None
        return intent

    def press(self, key: str) -> None:
        """Take a key."""
        if self.at == NUMBER:
            self._press_number(key)
        elif key in (keypad.SHORT, keypad.DOWN, keypad.UP):
            self.cursor = (self.cursor + (-1 if key == keypad.UP else 1)) % self._count()
        elif self.at == LIST:
            self._press_list(key)
        elif key == keypad.DOUBLE:
            self.ended = True
        elif self.cursor > 0:
            self._open(self.cursor - 1)
        else:
            self._send()

    def lines(self, now_ms: int) -> "list[Line]":  # noqa: ARG002 - other pages show ages
        """Return what stands below the header."""
        if self.at == NUMBER:
            shown = number(self._number(), text("count.hint"), large=self.value is not None)
            return [Line(self._asked())] + shown
        return choice(self._count(), self.cursor, self._list_row if self.at == LIST else self._line)

    # -- the rows

    def _count(self) -> int:
        if self.at == ROWS:
            return 1 + len(self._rows)
        return len(self._row.order) + (0 if self._row.kind == CHOICE else 1)

    def _send(self) -> None:
        if self._may_go():
            self._intent = Intent(SEND, self.name, self.values)
            self.ended = True
        else:
            self._open(0)

    def _may_go(self) -> bool:
        """Say whether the row that has to be filled in is."""
        return self.values.get(self._rows[0].field) not in (None, {})

    def _open(self, place: int) -> None:
        """Go where the row is filled in."""
        self._row = row = self._rows[place]
        self._part = 0
        if row.kind == YES_NO:
            known = self.values.get(row.field)
            self._set(True if known is None else False if known else None)
        elif row.kind in (CHOICE, SET, NEEDS):
            code = self._whole(row)
            self.cursor = row.order.index(code) if code in row.order else 0
            self.at = LIST
        else:
            self.value = self._numbers(row)[0] if row.kind == COUNTS else self._whole(row)
            self.at = NUMBER

    def _close(self) -> None:
        """Go back to the rows: to SEND after what had to be asked, else to the row it was."""
        place = self._rows.index(self._row)
        self.at = ROWS
        self.cursor = place + 1 if place else 0

    def _leave(self) -> None:
        """Go back without having filled in the row; a sheet with nothing in it is left."""
        self.ended = not self._may_go()
        self._close()

    def _set(self, value: object) -> None:
        if value is None:
            self.values.pop(self._row.field, None)
        else:
            self.values[self._row.field] = value

    def _line(self, place: int) -> str:
        if place == 0:
            return text("summary.send")
        row = self._rows[place - 1]
        label, value = text(row.label), self._shown(row)
        return value if len(label) + len(value) >= COLUMNS else split(label, value)

    def _shown(self, row: "Row") -> str:
        value = self.values.get(row.field)
        if row.kind == SET:
            return str(len(self._chosen(row)))
        if row.kind == NEEDS:
            return str(len(self._needs(row)))
        if row.kind == COUNTS:
            return "/".join([_count_or_unknown(count) for count in self._numbers(row)])
        if value is None:
            return "?"
        if row.kind == CHOICE:
            return _name(row, self._whole(row) or 0)
        if row.kind == YES_NO:
            return text("phrase.yes" if value else "phrase.no")
        return f"{value:04d}" if row.kind == DIGITS else str(value)

    # -- what is known of a row

    def _whole(self, row: "Row") -> int | None:
        value = self.values.get(row.field)
        return value if isinstance(value, int) else None

    def _chosen(self, row: "Row") -> tuple[int, ...]:
        value = self.values.get(row.field)
        return value if isinstance(value, tuple) else ()

    def _numbers(self, row: "Row") -> tuple[int | None, ...]:
        value = self.values.get(row.field)
        return value if isinstance(value, tuple) else (None,) * len(row.names)

    def _needs(self, row: "Row") -> dict[int, int]:
        value = self.values.get(row.field)
        return value if isinstance(value, dict) else {}

    # -- lists

    def _press_list(self, key: str) -> None:
        row = self._row
        if key == keypad.DOUBLE:
            self._leave()
        elif row.kind == CHOICE:
            self._set(row.order[self.cursor])
            self._close()
        elif self.cursor == 0:
            self._close()
        elif row.kind == NEEDS:
            self._part = self.cursor - 1
            self.value = self._needs(row).get(self._part, row.steps[0])
            self.at = NUMBER
        else:
            self._toggle(self.cursor - 1)

    def _toggle(self, code: int) -> None:
        chosen = [one for one in self._chosen(self._row) if one != code]
        if len(chosen) == len(self._chosen(self._row)):
            chosen.append(code)
        self._set(tuple(sorted(chosen)))

    def _list_row(self, place: int) -> str:
        row = self._row
        if row.kind == CHOICE:
            return _name(row, row.order[place])
        if place == 0:
            return text("done")
        code = place - 1
        quantity = self._needs(row).get(code)
        marked = quantity is not None or code in self._chosen(row)
        name = ("* " if marked else "  ") + _name(row, code)
        return name if quantity is None else split(name, str(quantity))

    # -- numbers

    def _asked(self) -> str:
        row = self._row
        if row.kind == NEEDS:
            return _name(row, self._part)
        return text(f"count.{row.names[self._part]}" if row.kind == COUNTS else row.label)

    def _number(self) -> str:
        if self._row.kind == DIGITS:
            digits = f"{self.value or 0:04d}"
            return f"{digits[: self._part]}[{digits[self._part]}]{digits[self._part + 1 :]}"
        if self.value is None:
            return text("count.none" if self._row.kind == NEEDS else "count.unknown")
        return str(self.value)

    def _press_number(self, key: str) -> None:
        row = self._row
        if key == keypad.LONG:
            self._take_number()
        elif key == keypad.DOUBLE:
            if row.kind == NEEDS:
                self.at = LIST
            else:
                self._leave()
        elif row.kind == DIGITS:
            self._step_digit(-1 if key == keypad.DOWN else 1)
        else:
            step = steps.step_down if key == keypad.DOWN else steps.step_up
            self.value = step(self.value, row.steps)

    def _step_digit(self, by: int) -> None:
        power = 10 ** (self._row.places - 1 - self._part)
        value = self.value or 0
        digit = value // power % 10
        self.value = value + ((digit + by) % 10 - digit) * power

    def _take_number(self) -> None:
        """Keep the number, and ask for the next one of the row if there is one."""
        row = self._row
        if row.kind == NEEDS:
            self._take_need()
        elif row.kind == COUNTS:
            numbers = list(self._numbers(row))
            numbers[self._part] = self.value
            self._set(None if numbers == [None] * len(numbers) else tuple(numbers))
            self._next_part(len(numbers))
            if self.at == NUMBER:
                self.value = self._numbers(row)[self._part]
        elif row.kind == DIGITS:
            self._set(self.value or None)
            self._next_part(row.places)
        else:
            self._set(self.value)
            self._close()

    def _next_part(self, parts: int) -> None:
        self._part += 1
        if self._part >= parts:
            if self._may_go():
                self._close()
            else:
                self._part = 0  # worksite 0000 is none

    def _take_need(self) -> None:
        needs = dict(self._needs(self._row))
        needs.pop(self._part, None)
        if self.value is not None:
            needs[self._part] = self.value
        self._set(needs)
        self.at = LIST


def _name(row: "Row", code: int) -> str:
    return text(f"{row.prefix}.{row.names[code]}")


def _count_or_unknown(count: int | None) -> str:
    return "?" if count is None else str(count)
