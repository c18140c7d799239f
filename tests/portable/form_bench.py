"""A form with some reports behind it, and what a test does with it."""

from turna_handset import form as screens
from turna_handset import intents, keypad
from turna_handset.form import Form
from turna_handset.lists import Languages, Node, PowerModes, Reports
from turna_handset.sheet import Sheet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turna_handset.form import Page

SHORT, LONG, DOUBLE = keypad.SHORT, keypad.LONG, keypad.DOUBLE
SIGNS = "sGSRA!"


class Pages:
    """Pages of a handset with some reports, as the form opens and closes them."""

    def __init__(self, reports: int) -> None:
        self._reports = reports
        self.opened = ""

    def open(self, name: str, values: "dict[str, object]") -> "Page":
        self.opened = name
        if name in ("reports", screens.LAST_REPORT, screens.INBOX):
            return Reports(
                lambda: self._reports,
                lambda _row, _now_ms: None,
                SIGNS,
                open_first=name != "reports",
            )
        if name == "node":
            return Node(lambda _now_ms: ("",) * 6)
        if name == "power":
            return PowerModes()
        return Languages() if name == "language" else Sheet(name, values)

    def close(self) -> None:
        self.opened = ""


def new_form(reports: int = 0) -> Form:
    return Form(Pages(reports))


def sheet_of(form: Form) -> Sheet:
    assert isinstance(form.page, Sheet)
    return form.page


def press(form: Form, *keys: str, now_ms: int = 0) -> None:
    for key in keys:
        form.press(key, now_ms)


def actions(form: Form) -> list[str]:
    found = []
    intent = form.next_intent()
    while intent is not None:
        found.append(intent.action)
        intent = form.next_intent()
    return found


def sent(form: Form) -> "tuple[str, dict[str, object]]":
    """Return the type and the fields of what was sent."""
    intent = form.next_intent()
    assert intent is not None and intent.action == intents.SEND
    return intent.name, intent.values


def menu(form: Form, name: str) -> None:
    press(form, SHORT, *[SHORT] * screens.MENU_LINES.index(name), LONG)
