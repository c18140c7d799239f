"""`turna gateway`: run a field gateway, print a settings template, show how a running one is."""

import argparse
import json
import logging
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from turna.usage import UsageError
from turna_backbone.configuration import ConfigurationError
from turna_gateway.config import TEMPLATE, read_config
from turna_gateway.store import StoreError

_STATUS_TIMEOUT_S = 5.0
_SHOWN = ("heard", "stored", "duplicate", "acknowledged", "published", "receipted")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    tasks = parser.add_subparsers(dest="task", required=True, metavar="TASK")
    run_task = tasks.add_parser("run", help="serve until stopped (SIGTERM or Ctrl-C)")
    run_task.add_argument("--config", type=Path, required=True, metavar="FILE")
    tasks.add_parser("configfile", help="print a commented settings file")
    status_task = tasks.add_parser("status", help="show how a running gateway is")
    status_task.add_argument("--config", type=Path, required=True, metavar="FILE")
    status_task.add_argument("--json", action="store_true", help="print it as it was served")
    health_task = tasks.add_parser(
        "healthcheck", help="ask a running gateway: exit code 0 well, 1 warnings, 2 critical"
    )
    health_task.add_argument("--config", type=Path, required=True, metavar="FILE")
    health_task.add_argument("--json", action="store_true", help="print the alarms as JSON")


def run(args: argparse.Namespace) -> int:
    """Do the task; wrong settings are a UsageError, which the command line turns into code 2."""
    try:
        if args.task == "configfile":
            print(TEMPLATE, end="")
            return 0
        if args.task == "status":
            return _status(args.config, as_json=args.json)
        if args.task == "healthcheck":
            return _healthcheck(args.config, as_json=args.json)
        return _serve(args.config)
    except (ConfigurationError, StoreError) as error:
        raise UsageError(str(error)) from None


def _serve(path: Path) -> int:
    from turna_gateway import app  # the status page's libraries are slow to import

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    return app.run(read_config(path))


def _healthcheck(path: Path, *, as_json: bool) -> int:
    """Return 0 if nothing is wrong, 1 on warnings, 2 on a critical alarm or no answer."""
    try:
        alarms = json.loads(_fetch(path))["alarm_details"]
    except UsageError as error:
        alarms = [{"name": "no_answer", "level": "critical", "text": str(error)}]
    code = max((2 if alarm["level"] == "critical" else 1 for alarm in alarms), default=0)
    if as_json:
        print(json.dumps({"code": code, "alarms": alarms}, ensure_ascii=False))
    else:
        print("\n".join(f"{alarm['level']}: {alarm['text']}" for alarm in alarms) or "ok")
    return code


def _status(path: Path, *, as_json: bool) -> int:
    body = _fetch(path)
    print(body if as_json else _in_words(json.loads(body)))
    return 0


def _fetch(path: Path) -> str:
    config = read_config(path)
    url = f"http://{config.status_host}:{config.status_port}/status.json"
    try:
        with urllib.request.urlopen(url, timeout=_STATUS_TIMEOUT_S) as answer:
            body: str = answer.read().decode()
    except OSError as error:  # URLError is one, and keeps the cause in `reason`
        cause = getattr(error, "reason", error)
        reason = getattr(cause, "strerror", None) or cause
        raise UsageError(f"no gateway answers on {url} ({reason}); is it running?") from None
    return body


def _in_words(status: dict[str, Any]) -> str:  # Any: JSON that the gateway itself wrote
    counts, waiting = status["counts"], status["waiting"]
    since = datetime.fromtimestamp(status["time_s"] - status["uptime_s"], UTC)
    lines = [
        f"gateway {status['gateway']} of {status['mission']} ({status['mode'].upper()})",
        f"up since  {since:%Y-%m-%d %H:%M} UTC",
        f"modem     {_up_or_trouble(status['modem'])}",
        f"backbone  {_up_or_trouble(status['backbone'])}",
        "counts    " + ", ".join(f"{name} {counts.get(name, 0)}" for name in _SHOWN),
        f"waiting   SOS {waiting['sos']}, reports {waiting['report']}, health {waiting['health']}",
        f"oldest    {status['oldest_waiting_s']} s",
    ]
    lines += [f"refused   {reason}: {times}" for reason, times in status["refused"].items()]
    lines += [_handset_in_words(handset) for handset in status["handsets"]]
    lines += [f"ALARM     {alarm}" for alarm in status["alarms"]]
    return "\n".join(lines)


def _handset_in_words(handset: dict[str, Any]) -> str:  # Any: as above
    return (
        f"  {handset['call_sign']:<14} {handset['heard_ago_s']:>5} s ago"
        f" {handset['rssi_dbm']:>5} dBm {handset['snr_db']:>6.1f} dB  {handset['last_type']}"
    )


def _up_or_trouble(part: dict[str, Any]) -> str:  # Any: as above
    return "up" if part["up"] else f"DOWN: {part['trouble']}"
