"""`turna secretariat watch`: the picture as lines of text, for a terminal behind a thin link."""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from turna.usage import UsageError
from turna_backbone.kit import read_mission
from turna_secretariat import standing
from turna_secretariat.archive import Archive
from turna_secretariat.config import Config
from turna_secretariat.registry import Registry
from turna_secretariat.standing import Standing
from turna_secretariat.watch import BELL, Watch

BYTES_A_MINUTE = 2_000  # a thirtieth of a satellite terminal's 9,600 baud
LOOK_EVERY_S = 1.0
Look = Callable[[Connection, int], list[str]]

DESCRIPTION = """\
First what stands: mode, open SOS, SOS in somebody's hand, alarms, gateways, the age of the feed,
each team's last contact; then a line for each change. Plain text without colour, 79 columns wide,
never rewritten. With --once the exit code is 0 if nothing is open, 1 if something needs a person:
an SOS, an alarm, a gateway that is down, a dead feed, a handset that fell silent.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    parser.add_argument(
        "--bytes-a-minute",
        type=int,
        default=BYTES_A_MINUTE,
        metavar="N",
        help="reports beyond are counted, alarms always told; default: %(default)s",
    )
    parser.add_argument(
        "--last", type=int, metavar="N", help="begin with so many reports; default: what fits"
    )
    parser.add_argument("--once", action="store_true", help="tell what there is, and end")
    parser.add_argument(
        "--json", action="store_true", help="an object a line: what stands, at each change of it"
    )


def run(config: Config, args: argparse.Namespace) -> int:
    """Follow the archive until SIGTERM or Ctrl-C. It is opened to read only."""
    if args.bytes_a_minute < 1 or (args.last is not None and args.last < 0):
        raise UsageError("--bytes-a-minute is at least 1, --last at least 0")
    registry = Registry(read_mission(config.mission), authentication_branch=b"")
    archive = Archive(config.archive)
    archive.open_to_read()
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal's own letters
    look = _objects(registry) if args.json else Watch(registry, args.bytes_a_minute, args.last).look
    try:
        if args.once:
            return _once(archive, registry, look, config.clock.unix_ms())
        _follow(archive, look, config.clock.unix_ms)
    finally:
        archive.close()
    return 0


def _once(archive: Archive, registry: Registry, look: Look, now_ms: int) -> int:
    with archive.reader() as connection:
        _print(look(connection, now_ms))
        return int(standing.look(connection, registry, now_ms).needs_a_person)


def _follow(archive: Archive, look: Look, now_ms: Callable[[], int]) -> None:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    trouble = ""
    while not stopping.is_set():
        try:
            with archive.reader() as connection:
                _print(look(connection, now_ms()))
            trouble = ""
        except sa.exc.DBAPIError as error:  # its database is down, or is being put back
            if str(error.orig) != trouble:
                trouble = str(error.orig)
                print(f"the archive cannot be read ({trouble}); trying again", file=sys.stderr)
        stopping.wait(LOOK_EVERY_S)


def _print(lines: list[str]) -> None:
    if not lines:
        return
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text if sys.stdout.isatty() else text.replace(BELL, ""))
    sys.stdout.flush()


def _objects(registry: Registry) -> Look:
    """Return what tells the whole picture as JSON, whenever more than its age has changed."""
    told: list[object] = []

    def look(connection: Connection, now_ms: int) -> list[str]:
        now = standing.look(connection, registry, now_ms)
        essence = list(_essence(now))
        if essence == told:
            return []
        told[:] = essence
        return [json.dumps(now.as_json(), ensure_ascii=False)]

    return look


def _essence(now: Standing) -> Iterator[object]:
    """Yield what a change of is news."""
    yield now.is_fed
    yield [(alarm["id"], alarm["cancelled_ms"]) for alarm in now.alarms]
    yield [([call["id"] for call in one["calls"]], one["count"]) for one in now.in_hand]
    yield [(gateway.name, gateway.trouble is None) for gateway in now.gateways]
    yield [(team.name, team.silent, team.revoked_ms) for team in now.teams]
