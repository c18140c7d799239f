"""`turna gateway`: check a field gateway's settings, run it, show how a running one is."""

import argparse
import json
import logging
from pathlib import Path

from turna import gateway_status, service_user
from turna.usage import UsageError
from turna_backbone import logs
from turna_backbone.configuration import ConfigurationError
from turna_gateway import checkup
from turna_gateway.config import TEMPLATE, read_config
from turna_gateway.store import StoreError, StoreUnavailableError

log = logging.getLogger(__name__)

# Where the Debian package puts it.
INSTALLED = Path("/etc/turna/gateway.toml")
_GRADES = ("ok", "?", "!!")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    tasks = parser.add_subparsers(dest="task", required=True, metavar="TASK")
    run_task = tasks.add_parser("run", help="serve until stopped (SIGTERM or Ctrl-C)")
    _add_config(run_task)
    run_task.add_argument(
        "--log", choices=("json", "text"), help="form of the log; JSON unless at a terminal"
    )
    tasks.add_parser("configfile", help="print a commented settings file")
    check_task = tasks.add_parser(
        "check",
        help="look through settings, kit, database, board and broker before a start:"
        " exit code 0 well, 1 something is not there yet, 2 it would not start",
    )
    _add_config(check_task)
    status_task = tasks.add_parser("status", help="show how a running gateway is")
    _add_config(status_task)
    status_task.add_argument("--json", action="store_true", help="print it as it was served")
    status_task.add_argument(
        "--watch", action="store_true", help="show it anew every two seconds, until Ctrl-C"
    )
    health_task = tasks.add_parser(
        "healthcheck", help="ask a running gateway: exit code 0 well, 1 warnings, 2 critical"
    )
    _add_config(health_task)
    health_task.add_argument("--json", action="store_true", help="print the alarms as JSON")


def _add_config(task: argparse.ArgumentParser) -> None:
    task.add_argument(
        "--config",
        type=Path,
        default=INSTALLED,
        metavar="FILE",
        help="settings (default: %(default)s)",
    )


def run(args: argparse.Namespace) -> int:
    """Do the task; wrong settings are a UsageError, which the command line turns into code 2."""
    try:
        if args.task == "configfile":
            print(TEMPLATE, end="")
            return 0
        if args.task == "check":
            if args.config == INSTALLED:
                service_user.become()
            return _check(args.config)
        if args.task == "status":
            return gateway_status.show(args.config, as_json=args.json, watch=args.watch)
        if args.task == "healthcheck":
            return _healthcheck(args.config, as_json=args.json)
        return _serve(args.config, args.log)
    except (ConfigurationError, StoreError) as error:
        raise UsageError(str(error)) from None


def _serve(path: Path, log_form: str | None) -> int:
    from turna_gateway import app  # the status page's libraries are slow to import

    logs.set_up(as_json=None if log_form is None else log_form == "json")
    try:
        return app.run(read_config(path))
    except StoreUnavailableError as error:  # not code 2: then nobody would start it again
        log.error("the database cannot be used reason=%s", error)
        return 1


def _check(path: Path) -> int:
    """Print each finding as soon as it is there; return the worst grade."""
    worst = checkup.GOOD
    for finding in checkup.look_through(path):
        print(f"{_GRADES[finding.grade]:<3} {finding.what:<13} {finding.text}", flush=True)
        worst = max(worst, finding.grade)
    ends = (
        "all is well: sudo systemctl start turna-gateway",
        "it would start, and go on looking for what is marked ?",
        "it would not start: put right what is marked !!",
    )
    print(ends[worst])
    return worst


def _healthcheck(path: Path, *, as_json: bool) -> int:
    """Return 0 if nothing is wrong, 1 on warnings, 2 on a critical alarm or no answer."""
    try:
        alarms = gateway_status.fetch(path)["alarm_details"]
    except UsageError as error:
        alarms = [{"name": "no_answer", "level": "critical", "text": str(error)}]
    code = max((2 if alarm["level"] == "critical" else 1 for alarm in alarms), default=0)
    if as_json:
        print(json.dumps({"code": code, "alarms": alarms}, ensure_ascii=False))
    else:
        print("\n".join(f"{alarm['level']}: {alarm['text']}" for alarm in alarms) or "ok")
    return code
