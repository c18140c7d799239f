"""`turna secretariat export` and `tak`: read the archive beside its writer, write for others."""

import argparse
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from turna.usage import UsageError
from turna_backbone.kit import read_mission
from turna_secretariat.archive import Archive
from turna_secretariat.config import Config
from turna_secretariat.exports import emt_mds, tak
from turna_secretariat.exports.formats import FORMATS, file_name
from turna_secretariat.exports.selection import Selection, SelectionError, read_selection, select
from turna_secretariat.registry import Registry

_LOOK_EVERY_S = 1.0


_EMT_MDS = "emt-mds"  # of days that were entered, not of reports


def export(config: Config, args: argparse.Namespace) -> int:
    """Write the selected reports, or medical teams' days, in one format."""
    if args.format == _EMT_MDS:
        return _export_emt(config, args)
    with _opened(config, args) as (archive, registry, selection):
        with archive.reader() as connection:
            extract = select(connection, registry, selection)
        chosen = FORMATS[args.format]
        content = chosen.write(extract)
    held = [entry for entry in extract.entries if chosen.holds(entry)]
    left_out = _left_out(len(extract.entries) - len(held))
    name = file_name(extract.mission, selection, chosen.suffix)
    _write(args.out, name, content, f"{len(held)} {selection.mode.upper()} reports{left_out}")
    return 0


def _export_emt(config: Config, args: argparse.Namespace) -> int:
    if args.type:
        raise UsageError(f"--type: {_EMT_MDS} has days, not types of report")
    mission = read_mission(config.mission)
    try:
        chosen = emt_mds.choose(
            mode=args.mode or mission.mode,
            teams=args.team,
            since=args.since,
            until=args.until,
            now_s=config.clock.unix_s(),
        )
    except SelectionError as error:
        raise UsageError(str(error)) from None
    archive = Archive(config.archive)
    archive.open_to_read()
    try:
        with archive.reader() as connection:
            days = emt_mds.whole(chosen.days(connection))
    except SelectionError as error:
        raise UsageError(str(error)) from None
    finally:
        archive.close()
    name = emt_mds.file_name(mission.name, chosen.mode)
    content = emt_mds.write(mission.name, days)
    _write(args.out, name, content, f"{len(days)} {chosen.mode.upper()} days")
    return 0


def _left_out(number: int) -> str:
    """Say how many were chosen, and are not there because the format has no room for them."""
    return f" (and {number} that it cannot hold, left out)" if number else ""


def _write(out: Path | None, name: str, content: bytes, what: str) -> None:
    """Write to standard output, to a file, or into a folder by the name that says the mode."""
    if out is None:
        sys.stdout.buffer.write(content)
        return
    target = out / name if out.is_dir() else out
    try:
        target.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{target} cannot be written ({error.strerror})") from None
    print(f"{what} to {target}", file=sys.stderr)


def send_to_tak(config: Config, args: argparse.Namespace) -> int:
    """Send the selected reports, and what arrives from now on until SIGTERM or Ctrl-C."""
    with _opened(config, args) as (archive, registry, selection):
        sink = tak.open_sink(
            tak.read_target(args.to), tak.read_tls(args.ca, args.certificate, args.key)
        )
        feed = tak.Feed(archive, registry, selection)
        try:
            if args.once:
                feed.send_new(sink)
            else:
                stopping = threading.Event()
                for number in (signal.SIGTERM, signal.SIGINT):
                    signal.signal(number, lambda *_: stopping.set())
                tak.follow(feed, sink, stopping=stopping, every_s=_LOOK_EVERY_S, failed=_failed)
        except OSError as error:
            raise UsageError(f"{args.to} cannot be reached ({error})") from None
        finally:
            sink.close()
    left_out = _left_out(feed.left_out)
    print(
        f"sent {feed.sent} {selection.mode.upper()} events{left_out} to {args.to}", file=sys.stderr
    )
    return 0


@contextmanager
def _opened(
    config: Config, args: argparse.Namespace
) -> Iterator[tuple[Archive, Registry, Selection]]:
    """Open the archive for reading. No key is read: an export proves nothing to anybody."""
    registry = Registry(read_mission(config.mission), authentication_branch=b"")
    try:
        selection = read_selection(
            registry,
            config.clock.unix_s(),
            mode=args.mode,
            types=args.type,
            teams=args.team,
            since=args.since,
            until=args.until,
        )
        archive = Archive(config.archive)
        archive.open_to_read()
        try:
            yield archive, registry, selection
        finally:
            archive.close()
    except SelectionError as error:
        raise UsageError(str(error)) from None


def _failed(error: OSError) -> None:
    print(f"TAK cannot be reached ({error}); trying again", file=sys.stderr)
