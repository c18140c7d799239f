"""The status snapshot as Prometheus reads it: its text format, version 0.0.4.

Written by hand: a registry and its locks would be larger than the few lines they save.
"""

from collections.abc import Iterator, Mapping
from typing import Any

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def metrics_text(status: Mapping[str, Any]) -> str:  # Any: the board's own JSON
    """Return every number of a snapshot; the gateway's name is Prometheus's business."""
    return "\n".join(_lines(status)) + "\n"


def _lines(status: Mapping[str, Any]) -> Iterator[str]:  # Any: as above
    yield from _counter("events", "What the gateway did, by kind.", "kind", status["counts"])
    yield from _counter("refused", "Packets refused, by reason.", "reason", status["refused"])
    yield from _gauge("waiting", "Reports without receipt, by lane.", "lane", status["waiting"])
    yield from _gauge("down", "To be said by radio, by kind.", "kind", status["down_waiting"])
    air, modem, backbone = status["air"], status["modem"], status["backbone"]
    for name, help_text, value in (
        ("oldest_waiting_seconds", "Age of the oldest.", status["oldest_waiting_s"]),
        ("uptime_seconds", "Since the start.", status["uptime_s"]),
        ("backbone_up", "1 while a broker is connected.", int(backbone["up"])),
        ("modem_up", "1 while the modem works.", int(modem["up"])),
        ("disk_used_ratio", "Of the room for reports.", status["disk_pct"] / 100),
        ("air_time_used_seconds", "Own, last hour.", air["used_ms_of_the_hour"] / 1000),
        ("channel_load_ratio", "Last whole minute.", air["channel_load_pct"] / 100),
        ("handsets", "Heard since the start.", len(status["handsets"])),
        ("alarms", "That stand now.", len(status["alarms"])),
    ):
        yield from _metric(name, "gauge", help_text)
        yield f"turna_gateway_{name} {value}"
    yield from _handsets(status["handsets"])


def _handsets(handsets: list[Mapping[str, Any]]) -> Iterator[str]:  # Any: as above
    for name, key in (
        ("handset_heard_ago_seconds", "heard_ago_s"),
        ("handset_rssi_dbm", "rssi_dbm"),
        ("handset_snr_db", "snr_db"),
        ("handset_battery_percent", "battery_pct"),
    ):
        yield from _metric(name, "gauge", "Of the last packet.")
        for handset in handsets:
            if handset[key] is not None:
                label = _label("call_sign", handset["call_sign"])
                yield f"turna_gateway_{name}{label} {handset[key]}"


def _counter(name: str, help_text: str, label: str, values: Mapping[str, int]) -> Iterator[str]:
    yield from _metric(f"{name}_total", "counter", help_text)
    for key, value in values.items():
        yield f"turna_gateway_{name}_total{_label(label, key)} {value}"


def _gauge(name: str, help_text: str, label: str, values: Mapping[str, int]) -> Iterator[str]:
    yield from _metric(name, "gauge", help_text)
    for key, value in values.items():
        yield f"turna_gateway_{name}{_label(label, key)} {value}"


def _metric(name: str, kind: str, help_text: str) -> Iterator[str]:
    yield f"# HELP turna_gateway_{name} {help_text}"
    yield f"# TYPE turna_gateway_{name} {kind}"


def _label(name: str, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{{{name}="{escaped}"}}'
