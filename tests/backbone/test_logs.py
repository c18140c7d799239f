"""Log lines for machines: every field by its name, nothing lost, nothing broken over lines."""

import json
import logging

from turna_backbone.logs import JsonFormatter


def line(message: str, *values: object, error: Exception | None = None) -> dict[str, object]:
    info = None if error is None else (type(error), error, None)
    record = logging.LogRecord("turna.x", logging.WARNING, "x.py", 1, message, values, info)
    text = JsonFormatter().format(record)
    assert "\n" not in text
    read: dict[str, object] = json.loads(text)
    return read


def test_each_value_has_its_name() -> None:
    said = line("modem online board=%s id=%s count=%d", "heltec_v3", "0102", 3)

    assert said["event"] == "modem online"
    assert (said["board"], said["id"], said["count"]) == ("heltec_v3", "0102", 3)
    assert (said["level"], said["module"]) == ("warning", "turna.x")


def test_values_without_a_name_stay_in_the_sentence() -> None:
    assert line("packet not sent result=%s %s", "busy", "now")["event"] == (
        "packet not sent result=busy now"
    )
    assert line("100 % sure")["event"] == "100 % sure"


def test_a_name_of_ours_is_not_overwritten_and_quotes_and_lines_are_escaped() -> None:
    said = line("x level=%s text=%r", "high", 'a"\nb')

    assert (said["level"], said["level_"], said["text"]) == ("warning", "high", 'a"\nb')


def test_a_traceback_is_one_field() -> None:
    assert "ValueError: bad" in str(line("broke off", error=ValueError("bad"))["traceback"])
