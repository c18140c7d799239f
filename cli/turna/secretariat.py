"""`turna secretariat`: run the archive and the page, print a settings template."""

import argparse
import logging
from pathlib import Path

from turna.usage import UsageError
from turna_backbone.configuration import ConfigurationError
from turna_secretariat.archive import ArchiveError
from turna_secretariat.config import TEMPLATE, read_config


def add_arguments(parser: argparse.ArgumentParser) -> None:
    tasks = parser.add_subparsers(dest="task", required=True, metavar="TASK")
    run_task = tasks.add_parser("run", help="serve until stopped (SIGTERM or Ctrl-C)")
    run_task.add_argument("--config", type=Path, required=True, metavar="FILE")
    tasks.add_parser("configfile", help="print a commented settings file")


def run(args: argparse.Namespace) -> int:
    if args.task == "configfile":
        print(TEMPLATE, end="")
        return 0
    from turna_secretariat import app  # FastAPI is slow to import

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        return app.run(read_config(args.config))
    except (ArchiveError, ConfigurationError) as error:
        raise UsageError(str(error)) from None
