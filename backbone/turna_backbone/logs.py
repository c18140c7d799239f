"""Log lines: JSON for machines, one object a line, and plain text for a person at a terminal.

The fields are those that the code names in its messages: `log.info("modem online board=%s", board)`
becomes {"event": "modem online", "board": ...}.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime

_FIELD = re.compile(r"\s*\b(\w+)=%[-+ #0]*\d*(?:\.\d+)?[a-z]")
_PLACE = re.compile(r"%[-+ #0]*\d*(?:\.\d+)?[a-z]")


def set_up(*, as_json: bool | None = None) -> None:
    """Log to standard error: JSON unless a person sits there, or as told."""
    wants_json = not sys.stderr.isatty() if as_json is None else as_json
    handler = logging.StreamHandler()
    if wants_json:
        handler.setFormatter(JsonFormatter())
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


class JsonFormatter(logging.Formatter):
    """One JSON object a line; an error's traceback is one of its fields."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "module": record.name,
            "event": record.getMessage(),
        }
        line |= _fields(record)
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    """Return the event without its fields, and the fields; nothing if some value has no name."""
    message, values = str(record.msg), record.args
    names = _FIELD.findall(message)
    if not isinstance(values, tuple) or not len(names) == len(values) == len(
        _PLACE.findall(message)
    ):
        return {}
    named = {
        f"{name}_" if name in ("time", "level", "module", "event") else name: _plain(value)
        for name, value in zip(names, values, strict=True)
    }
    return {"event": _FIELD.sub("", message).strip(), **named}


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | str | bool) or value is None else str(value)
