"""`turna secretariat`: run the archive and the page, export from it, print a settings template."""

import argparse
import logging
from pathlib import Path
from typing import Any

from turna import secretariat_account, secretariat_send, secretariat_watch
from turna.usage import UsageError
from turna_backbone.configuration import ConfigurationError
from turna_secretariat.config import TEMPLATE, read_config
from turna_secretariat.engines import ArchiveError

# As in turna_secretariat.exports.formats, which is slow to import.
_FORMATS = ("insarag-csv", "insarag-xlsx", "geojson", "kml", "cap", "cot", "hxl", "emt-mds")
# What ATAK listens to without any setting.
_ATAK_GROUP = "udp://239.2.3.1:6969"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    tasks = parser.add_subparsers(dest="task", required=True, metavar="TASK")
    run_task = tasks.add_parser("run", help="serve until stopped (SIGTERM or Ctrl-C)")
    tasks.add_parser("configfile", help="print a commented settings file")
    export_task = tasks.add_parser("export", help="write reports for another system")
    export_task.add_argument("--format", required=True, choices=_FORMATS)
    export_task.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="or a folder, for a file whose name says the mode; default: standard output",
    )
    tak_task = tasks.add_parser("tak", help="send what arrives to TAK clients, until stopped")
    tak_task.add_argument("--to", default=_ATAK_GROUP, help="default: %(default)s")
    tak_task.add_argument("--ca", type=Path, metavar="FILE", help="for tls://: who may sign it")
    tak_task.add_argument("--certificate", type=Path, metavar="FILE", help="for tls://: ours")
    tak_task.add_argument("--key", type=Path, metavar="FILE", help="its key")
    tak_task.add_argument("--once", action="store_true", help="send what there is, and end")
    watch_task = tasks.add_parser("watch", help="follow the picture in a terminal, in few bytes")
    secretariat_watch.add_arguments(watch_task)
    account_task = tasks.add_parser("account", help="say who may sign in to the page")
    secretariat_account.add_arguments(account_task)
    secretariat_send.add_arguments(tasks)
    for task in (run_task, export_task, tak_task, watch_task):
        task.add_argument("--config", type=Path, required=True, metavar="FILE")
    for task, since in ((export_task, None), (tak_task, "1h")):
        _add_selection(task, since)


class _Once(argparse.Action):
    """Takes an option that counts once: of two modes neither may win unseen."""

    _is_said = False

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        if self._is_said:
            parser.error(f"{option_string}: only once, modes are never mixed")
        self._is_said = True
        setattr(namespace, self.dest, values)


def _add_selection(task: argparse.ArgumentParser, since: str | None) -> None:
    task.add_argument(
        "--mode",
        action=_Once,
        choices=("exercise", "actual", "test"),
        help="default: the mission's mode",
    )
    task.add_argument("--type", action="append", default=[], help="may be repeated")
    task.add_argument("--team", action="append", default=[], help="may be repeated")
    task.add_argument("--since", default=since, metavar="TIME", help="ISO 8601, or 90m, 24h, 3d")
    task.add_argument("--until", metavar="TIME")


def run(args: argparse.Namespace) -> int:
    """Do the task; wrong settings are a UsageError, which the command line turns into code 2."""
    if args.task == "configfile":
        print(TEMPLATE, end="")
        return 0
    if args.task in secretariat_send.TASKS:
        return secretariat_send.run(args)
    try:
        config = read_config(args.config)
        if args.task == "export":
            from turna import secretariat_export  # the formats' libraries are slow to import

            return secretariat_export.export(config, args)
        if args.task == "tak":
            from turna import secretariat_export

            return secretariat_export.send_to_tak(config, args)
        if args.task == "watch":
            return secretariat_watch.run(config, args)
        if args.task == "account":
            return secretariat_account.run(config, args)
        from turna_secretariat import app  # FastAPI is slow to import

        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
        return app.run(config)
    except (ArchiveError, ConfigurationError) as error:
        raise UsageError(str(error)) from None
