"""Finds the sentences by which the Secretariat refuses or alarms, so that the page can say them.

They stand where they are raised, as literals or f-strings; a value in one becomes a name in braces.
"""

import ast
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from tools.places import ROOT

_SECRETARIAT = ROOT / "secretariat" / "turna_secretariat"
_PROTOCOL = ROOT / "protocol" / "turna_protocol"
# What speaks to operators alone, in the log or on the terminal.
_OF_OPERATORS = {"config", "engines", "intake", "understanding"}
SOURCES = (
    *(one for one in sorted(_SECRETARIAT.glob("*.py")) if one.stem not in _OF_OPERATORS),
    _PROTOCOL / "json_fields.py",  # what is entered into a task
)
_RAISED = frozenset(
    {
        *("HTTPException", "NotPossibleError", "NotSayableError", "AccountError"),
        *("MalformedError", "SelectionError", "ValueError", "_said", "__init__", "hand_over"),
        "for_people",
    }
)
_LAST_NAME = re.compile(r"[A-Za-z_]\w*")


def sentences() -> list[str]:
    """Return each sentence once, in the order of the files."""
    return list(dict.fromkeys(one for path in SOURCES for one in said_by(path, _RAISED)))


def said_by(path: Path, callers: Collection[str]) -> Iterator[str]:
    """Find the sentences that a file hands to any of these functions or classes."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _name(node.func) in callers:
            for argument in node.args:
                if text := _template(argument):
                    yield text


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _template(node: ast.expr) -> str:
    """Return the text of a literal; "" if there is none, or nothing but a value in it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value if " " in node.value else ""
    if not isinstance(node, ast.JoinedStr):
        return ""
    names: list[str] = []
    parts = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
        elif isinstance(part, ast.FormattedValue):
            names.append(_unused(_name_of(part.value), names))
            parts.append(f"{{{names[-1]}}}")
    return "".join(parts)


def _name_of(value: ast.expr) -> str:
    """Return the last name in an expression: "person" for `row['person']`."""
    found = _LAST_NAME.findall(ast.unparse(value))
    return str(found[-1]).lower() if found else "value"


def _unused(name: str, used: list[str]) -> str:
    return name if name not in used else f"{name}{used.count(name) + 1}"
