"""The status snapshot as Prometheus reads it."""

from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_LATEST
_PREFIX = "turna_gateway_"
_HANDSET_GAUGES = (
    ("handset_heard_ago_seconds", "heard_ago_s"),
    ("handset_rssi_dbm", "rssi_dbm"),
    ("handset_snr_db", "snr_db"),
    ("handset_battery_percent", "battery_pct"),
)

Status = Mapping[str, Any]  # Any: the board's own JSON


def metrics_text(status: Status) -> bytes:
    """Return every number of a snapshot; the gateway's name is Prometheus's business."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Snapshot(status))
    return generate_latest(registry)


class _Snapshot(Collector):
    """Metrics that were counted already."""

    def __init__(self, status: Status) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        status = self._status
        yield _counter("events", "What the gateway did, by kind.", "kind", status["counts"])
        yield _counter("refused", "Packets refused, by reason.", "reason", status["refused"])
        yield _gauge("waiting", "Reports without receipt, by lane.", "lane", status["waiting"])
        standing = {alarm["name"]: 1 for alarm in status["alarm_details"]}
        yield _gauge("alarm", "1 for each alarm that stands now.", "name", standing)
        for name, help_text, value in _single(status):
            if value is not None:
                yield GaugeMetricFamily(_PREFIX + name, help_text, value=value)
        for name, key in _HANDSET_GAUGES:
            known = {h["call_sign"]: h[key] for h in status["handsets"] if h[key] is not None}
            yield _gauge(name, "Of the last packet.", "call_sign", known)


def _single(status: Status) -> Iterator[tuple[str, str, float | None]]:
    air = status["air"]
    used, budget = air["used_ms_of_the_hour"], air["budget_ms_of_the_hour"]
    yield "oldest_waiting_seconds", "Age of the oldest.", status["oldest_waiting_s"]
    yield "uptime_seconds", "Since the start.", status["uptime_s"]
    yield "backbone_up", "1 while a broker is connected.", int(status["backbone"]["up"])
    yield "modem_up", "1 while the modem works.", int(status["modem"]["up"])
    yield "disk_used_ratio", "Of the room for reports.", status["disk_pct"] / 100
    yield "air_time_used_seconds", "Own, last hour.", used / 1000
    yield (
        "air_time_budget_seconds",
        "Of an hour, by law.",
        None if budget is None else budget / 1000,
    )
    yield "channel_load_ratio", "Last whole minute.", air["channel_load_pct"] / 100
    yield "bytes_per_report", "On the backbone.", status["bytes_per_report"]
    yield "certificate_days", "For which ours is valid.", status["certificate_days"]
    yield "handsets", "Heard since the start.", len(status["handsets"])
    yield "alarms", "That stand now.", len(status["alarms"])


def _counter(name: str, help_text: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(_PREFIX + name, help_text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _gauge(name: str, help_text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(_PREFIX + name, help_text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
