"""`turna secretariat watch`: the picture as lines of text, for a terminal behind a thin link."""

import argparse
import signal
import sys
import threading

from turna_backbone.kit import read_mission
from turna_secretariat.archive import Archive
from turna_secretariat.config import Config
from turna_secretariat.registry import Registry
from turna_secretariat.watch import Watch, after_last

BYTES_A_MINUTE = 2_000  # a thirtieth of a satellite terminal's 9,600 baud
LOOK_EVERY_S = 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--bytes-a-minute",
        type=int,
        default=BYTES_A_MINUTE,
        metavar="N",
        help="reports beyond are counted, alarms always told; default: %(default)s",
    )
    parser.add_argument(
        "--last", type=int, default=10, metavar="N", help="begin with so many reports; default: 10"
    )
    parser.add_argument("--once", action="store_true", help="tell what there is, and end")


def run(config: Config, args: argparse.Namespace) -> int:
    """Follow the archive until SIGTERM or Ctrl-C. It is opened to read only."""
    registry = Registry(read_mission(config.mission), authentication_branch=b"")
    archive = Archive(config.archive)
    archive.open_to_read()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        with archive.reader() as connection:
            after_id = after_last(connection, args.last)
        watch = Watch(registry, args.bytes_a_minute, after_id)
        while not stopping.is_set():
            with archive.reader() as connection:
                lines = watch.look(connection, config.clock.unix_s() * 1000)
            if lines:
                sys.stdout.write("\n".join(lines) + "\n")
                sys.stdout.flush()
            if args.once:
                break
            stopping.wait(LOOK_EVERY_S)
    finally:
        archive.close()
    return 0
