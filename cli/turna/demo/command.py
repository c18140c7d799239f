"""`turna demo`: the options, the order of events, the end."""

import argparse
import json
import random
import signal
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.live import Live

from turna.demo import exercise, tally
from turna.demo.chain import Chain, ChainError
from turna.demo.director import Director
from turna.demo.picture import save_picture
from turna.demo.scratch import Scratch, sweep
from turna.demo.summary import summary
from turna.demo.tally import Tally
from turna.demo.view import View
from turna.demo.watch import Watch
from turna.usage import UsageError
from turna_backbone.broker import BrokerError

# Ctrl-C, a service manager, a terminal that was closed.
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
DEFAULT_SPEED = 4.0
MIN_SPEED, MAX_SPEED = 0.1, 50.0
# Without --for the script takes this long in simulated time; the handsets go on until Ctrl-C.
SCRIPT_S = 900
SHORTEST_S, LONGEST_S = 5, 86_400
_REFRESH_PER_S = 4
_LOOK_EVERY_S = 0.5
_LATE_SIMULATED_S = 10  # the boards' clock behind that of the rest: it shows in the times
# What a handset is given to tell its journal once more when the exercise is over.
_LAST_LOOK_MS = 30_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--handsets",
        type=int,
        default=exercise.MIN_HANDSETS,
        metavar="N",
        help=f"how many, {exercise.MIN_HANDSETS} to {exercise.MAX_HANDSETS} (default: %(default)d)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=1,
        metavar="S",
        help="the same seed and options, the same script: who does what, where and when;"
        " how the programs answer it depends on the clock on the wall (default: %(default)d)",
    )
    parser.add_argument(
        "--speed",
        type=float,
        default=DEFAULT_SPEED,
        metavar="K",
        help=f"simulated seconds per second, {MIN_SPEED:g} to {MAX_SPEED:g} (default: %(default)g)",
    )
    parser.add_argument(
        "--for",
        type=float,
        dest="for_s",
        metavar="SECONDS",
        help=f"end by itself after so many seconds by the clock on the wall, {SHORTEST_S} to"
        f" {LONGEST_S}; the script is fitted into them (default: go on until Ctrl-C)",
    )
    parser.add_argument("--json", action="store_true", help="end with one JSON object of counts")
    parser.add_argument(
        "--picture", type=Path, metavar="FILE", help="keep the last view as a picture (SVG)"
    )


def run(args: argparse.Namespace) -> int:
    """Run the exercise. Exit code 1 if a report was lost, 2 for wrong options."""
    _check(args)
    # With --json the standard output is for the JSON alone.
    console = Console(stderr=args.json)
    for number in _ENDING:  # also where a shell that put it into the background ignores Ctrl-C
        signal.signal(number, _end)
    if args.picture is not None and not args.picture.parent.is_dir():
        raise UsageError(f"there is no folder {args.picture.parent} to keep the picture in")
    try:
        outcome = _exercise(args, console)
    except (ChainError, BrokerError) as error:
        raise UsageError(str(error)) from None
    if args.json:
        print(json.dumps(outcome.as_json()), flush=True)
    else:
        console.print(summary(outcome))
    return 1 if outcome.lost else 0


def _exercise(args: argparse.Namespace, console: Console) -> Tally:
    started_s = time.monotonic()

    def tell(what: str) -> None:
        console.print(f"[dim]{time.monotonic() - started_s:5.1f} s[/dim]  {what}", soft_wrap=True)

    if swept := sweep():
        tell(f"removed what {swept} killed exercise{'s'[: swept - 1]} had left behind")
    with (
        Scratch() as scratch,
        Chain(
            scratch.directory,
            handsets=args.handsets,
            seed=args.seed,
            speed=args.speed,
            tell=tell,
        ) as chain,
    ):
        chain.start()
        assert chain.gateway is not None
        assert chain.secretariat is not None
        watch = Watch(chain.gateway, chain.secretariat, chain.is_visited)
        watch.start()
        try:
            tell(f"page: {chain.page_and_way_in()}")
            for line in chain.told_at_the_start():
                tell(line)
            tell(clock_told(args.speed))
            tell(f"{args.handsets} handsets switched on; the exercise begins")
            tell("from here on each line begins with the exercise's clock, in minutes:seconds")
            _play(args, chain, watch, console)
        finally:
            watch.stop()
        if (late := lateness(chain.world.latest_s, args.speed)) is not None:
            tell(late)
        journals = {device: reader.entries for device, reader in chain.journals.items()}
        chain.stop_services()
        return tally.count(
            journals,
            chain.directory / "gateway.db",
            chain.directory / "secretariat.db",
            args.seed,
            tally.Times(chain.world.ether.log, chain.world.start_unix_s, chain.boards_clock),
        )


def _play(args: argparse.Namespace, chain: Chain, watch: Watch, console: Console) -> None:
    assert chain.secretariat is not None
    assert chain.uplink is not None
    view = View(chain, watch, chain.page_and_way_in())
    live = console.is_terminal
    chain.switch_handsets_on()
    length_ms = round(SCRIPT_S if args.for_s is None else args.for_s * args.speed) * 1000

    def tell(text: str) -> None:
        view.note(text)
        if not live:
            console.print(f"{_clock(chain.world.now_ms):>6}  {text}", soft_wrap=True)

    director = Director(
        chain.world,
        chain.handsets,
        cut_backbone=chain.uplink.cut,
        restore_backbone=chain.uplink.restore,
        accept_sos=watch.accept_sos,
        say=watch.say,
        tell=tell,
    )
    watch.tell_by(tell)
    chance = random.Random(f"{args.seed}/script")  # noqa: S311  # an exercise, no secret
    steps, begins_ms = exercise.plan(args.handsets, length_ms, chance), chain.world.now_ms
    alone, last = (_clock(begins_ms + at_ms) for at_ms in exercise.accepting_ms(steps))
    watch.invite(
        f"(the simulated officer waits until {alone} by this clock; until {last} if you are"
        " signed in)"
    )
    director.schedule(steps, begins_ms)
    shown = (
        Live(view, console=console, refresh_per_second=_REFRESH_PER_S) if live else nullcontext()
    )
    with shown, suppress(KeyboardInterrupt):  # Ctrl-C ends the exercise; what it came to is told
        chain.run(_until_broken(chain), args.for_s)
    _look_once_more(chain)
    if args.picture is not None:
        save_picture(view, args.picture)


def clock_told(speed: float) -> str:
    """Return what the times of the terminal and of the pages are."""
    if speed == 1:
        return "the exercise's clock starts now: UTC on the pages is the time here"
    return (
        f"the exercise's clock starts now and runs at {speed:g} times the clock on the wall:"
        " UTC on the pages is the exercise's, not the time here"
    )


def lateness(late_s: float, speed: float) -> str | None:
    """Return what to say if the virtual boards fell behind the programs' clock by too much."""
    if late_s * speed < _LATE_SIMULATED_S:
        return None
    return (
        f"this machine was too busy for --speed {speed:g}: the boards were up to {late_s:.0f} s"
        " behind the other programs, and times are longer than they would be; try a lower one"
    )


def _look_once_more(chain: Chain) -> None:
    """Let every handset tell its whole journal again, while nothing new gets through.

    So whatever is counted at the gateway is in the journals that are counted.
    """
    for board in chain.handsets:
        chain.world.ether.block(board.name)
    end_ms = chain.world.now_ms
    readers = chain.journals.values()
    chain.run(
        lambda: (
            chain.world.now_ms >= end_ms + _LAST_LOOK_MS
            or all(reader.read_ms >= end_ms for reader in readers)
        )
    )


def _until_broken(chain: Chain) -> Callable[[], bool]:
    """Return what raises ChainError as soon as a part has died, and is never true."""
    next_look_s = time.monotonic()

    def broken() -> bool:
        nonlocal next_look_s
        if time.monotonic() >= next_look_s:
            next_look_s = time.monotonic() + _LOOK_EVERY_S
            if (failure := chain.failure()) is not None:
                raise ChainError(failure)
        return False

    return broken


def _check(args: argparse.Namespace) -> None:
    if not exercise.MIN_HANDSETS <= args.handsets <= exercise.MAX_HANDSETS:
        raise UsageError(
            f"--handsets must be from {exercise.MIN_HANDSETS} to {exercise.MAX_HANDSETS}"
        )
    if not MIN_SPEED <= args.speed <= MAX_SPEED:
        raise UsageError(f"--speed must be from {MIN_SPEED:g} to {MAX_SPEED:g}")
    if args.for_s is not None and not SHORTEST_S <= args.for_s <= LONGEST_S:
        raise UsageError(f"--for must be from {SHORTEST_S} to {LONGEST_S} seconds")


def _clock(simulated_ms: int) -> str:
    return f"{simulated_ms // 60_000}:{simulated_ms // 1000 % 60:02d}"


def _end(_number: int, _frame: FrameType | None) -> None:
    """End as Ctrl-C does; what is being put away is not interrupted by a second one."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
