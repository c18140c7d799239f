"""Finds what a gateway says of its state, so that its page can say it in every language.

The forms of its alarms stand in turna_gateway/alarms.py, each a literal of several words; why a
modem or a backbone is not there is said where that is found out.
"""

import ast
from collections.abc import Iterator

from tools.places import ROOT
from tools.refusals import said_by

_GATEWAY = ROOT / "gateway" / "turna_gateway"
_ALARMS = _GATEWAY / "alarms.py"
_REASONS = (
    _GATEWAY / "serial_radio.py",
    _GATEWAY / "radio_pair.py",
    _GATEWAY / "gateway.py",
    ROOT / "backbone" / "turna_backbone" / "connection.py",
    ROOT / "protocol" / "turna_protocol" / "modem" / "host_link.py",
)
_TELLERS = frozenset(("_lose", "_give_up", "_go_down", "_end", "ModemState"))


def reasons() -> list[str]:
    """Return each form of a reason once, in the order of the files."""
    return list(dict.fromkeys(one for path in _REASONS for one in said_by(path, _TELLERS)))


def alarms() -> list[str]:
    """Return each form and remedy of an alarm once."""
    return list(dict.fromkeys(_literals()))


def _literals() -> Iterator[str]:
    tree = ast.parse(_ALARMS.read_text(encoding="utf-8"))
    parts = _parts(tree)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            is_part = id(node) in parts
            if " " in node.value.strip(", ") and id(node) not in told and not is_part:
                yield node.value


def _parts(tree: ast.AST) -> set[int]:
    """Return the pieces of f-strings, which are no sentences."""
    whole = (node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr))
    return {id(part) for node in whole for part in node.values}
