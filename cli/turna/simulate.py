"""`turna simulate`: virtual boards stand in for the boards of a mission kit, on the wall's clock.

What they write to flash stays in the kit's folder: a handset that starts again goes on with its
numbers and its journal, as it must with the same keys.
"""

import argparse
import math
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from turna import deployment
from turna.demo.view import braille
from turna.deployment import Kit
from turna.deployment_boards import BOARDS
from turna.deployment_kit import read_kit
from turna.usage import UsageError
from turna_backbone.database_file import lock
from turna_simulation.board import Board
from turna_simulation.chips.gnss import Place
from turna_simulation.models import BOARDS as MODELS
from turna_simulation.models import PROFILES
from turna_simulation.world import World

_FOLDER = "simulated"
_RING_E5 = 700  # handsets stand on a ring about the gateway, some 700 m wide
_METRES_PER_E5 = 1.11195
_ALTITUDE_M = 90
_LATE_S = 3.0  # behind the clock: more than an ordinary pause of a busy machine
# As on the handset: docs/handset.md.
_GESTURES_MS = {"press": (100,), "long": (800,), "double": (80, 80), "hold": (2_300,)}
_BETWEEN_MS = 150
_HELP = """\
  CALL_SIGN press | long | double | hold    use its button (long: select, hold: SOS)
  CALL_SIGN screen                          see its display
  CALL_SIGN away | back                     out of everybody's range, and back
  CALL_SIGN off | on                        take its battery out, put it in
  end                                       or Ctrl-C"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kit", type=Path, metavar="FOLDER", help="the mission kit's folder")
    parser.add_argument(
        "--gateway", metavar="NAME", help="whose modem to stand in for (default: the first)"
    )
    parser.add_argument(
        "--blank",
        choices=tuple(BOARDS),
        metavar="BOARD",
        help="also a board without settings, to try `turna deployment provision` on",
    )
    parser.add_argument(
        "--only-blank", action="store_true", help="nothing but the board without settings"
    )


def run(args: argparse.Namespace) -> int:
    """Run the boards until Ctrl-C or `end`."""
    kit = read_kit(args.kit)
    if args.only_blank and args.blank is None:
        raise UsageError("--only-blank needs --blank BOARD")
    folder = args.kit / _FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)  # the boards' flash holds their keys
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # its ports go away as by Ctrl-C
    with ExitStack() as ending:
        if not args.only_blank:
            ending.enter_context(_alone(folder / "boards"))
        if args.blank is not None:
            ending.enter_context(_alone(folder / f"blank-{args.blank}"))
        _run(args, kit, folder)
    return 0


@contextmanager
def _alone(what: Path) -> Iterator[None]:
    """Refuse to run boards that another `turna simulate` runs: they share flash and ports."""
    try:
        kept = lock(what)
    except BlockingIOError:
        raise UsageError(
            f"another `turna simulate` runs these boards already ({what} is in use): end it first"
        ) from None
    with kept:
        yield


def _run(args: argparse.Namespace, kit: Kit, folder: Path) -> None:
    with World(start_unix_s=int(time.time()), directory=folder) as world:
        boards = {} if args.only_blank else _put_up(world, kit, args.kit, args.gateway)
        if args.blank is not None:
            _put_up_blank(world, args.kit, args.blank)
        ended = threading.Event()
        reader = threading.Thread(
            target=_obey, args=(world, boards, ended.set, sys.stdin), daemon=True
        )
        if boards:
            print(_HELP, flush=True)
        reader.start()
        try:
            world.run_paced(until=_LateWatch(world, ended).is_over)
        except KeyboardInterrupt:
            print()


class _LateWatch:
    """Says once that a busy machine lets the boards fall behind the clock, and how far."""

    def __init__(self, world: World, ended: threading.Event) -> None:
        self._world = world
        self._ended = ended
        self._told = False

    def is_over(self) -> bool:
        """Tell whether the boards have been ended; the world's loop asks all the time."""
        if not self._told and (said := lateness(self._world.latest_s)) is not None:
            self._told = True
            print(said, flush=True)
        return self._ended.is_set()


def lateness(late_s: float) -> str | None:
    """Return what to say if the boards are behind the clock by more than a pause."""
    if late_s < _LATE_S:
        return None
    return (
        f"this machine is too busy for so many boards: they are {late_s:.0f} s behind the clock;"
        " reports come later and look older than they would, the more the longer it lasts"
    )


def _put_up(world: World, kit: Kit, directory: Path, gateway: str | None) -> dict[str, Board]:
    """Switch the modem and every handset on; return the handsets by call sign."""
    if not kit.mission.gateways:
        raise UsageError("there is no gateway in this kit yet")
    name = gateway or kit.mission.gateways[0].name
    if kit.mission.gateway(name) is None:
        raise UsageError(f"there is no gateway {name} in this kit")
    _put_up_modem(world, kit, directory, name, directory / f"modem-{name}.json")
    second = deployment.second_modem_file(directory, name)
    if second.exists():
        _put_up_modem(world, kit, directory, name, second)
    boards = {}
    for index, device in enumerate(kit.mission.devices):
        angle = 2 * math.pi * index / len(kit.mission.devices)
        north_e5, east_e5 = round(_RING_E5 * math.sin(angle)), round(_RING_E5 * math.cos(angle))
        board = world.add_board(
            device.call_sign,
            _model(kit.handset_boards[device.device]),
            position=(east_e5 * _METRES_PER_E5, north_e5 * _METRES_PER_E5),
            files={
                "/settings.json": deployment.handset_file(directory, device.device).read_bytes()
            },
            rom=True,
        )
        lat_e5, lon_e5 = kit.mission.frame.position_e5(north_e5, east_e5)
        board.parts.gnss.follow(_standing(Place(lat_e5, lon_e5, _ALTITUDE_M)))
        board.power_on()
        boards[device.call_sign] = board
        print(f"{device.call_sign}: on", flush=True)
    return boards


def _put_up_modem(world: World, kit: Kit, directory: Path, gateway: str, settings: Path) -> None:
    modem = world.add_board(
        settings.stem,
        _model(kit.modem_boards[gateway]),
        files={"/settings.json": settings.read_bytes()},
        rom=True,
    )
    port = modem.open_pty(directory.resolve() / f"{settings.stem}.tty")
    modem.power_on()
    print(f"modem of {gateway}: {port}  unique_id {modem.unique_id.hex()}", flush=True)


def _put_up_blank(world: World, directory: Path, board: str) -> None:
    blank = world.add_board(f"blank-{board}", _model(board))
    port = blank.open_pty(directory.resolve() / f"blank-{board}.tty")
    blank.power_on()
    print(f"{board} without settings, hardware id {blank.unique_id.hex()}: {port}", flush=True)


def _model(board: str) -> str:
    """Return a virtual board whose firmware profile this is."""
    return next(model for model in MODELS if PROFILES[model] == board)


def _standing(place: Place) -> Callable[[int], Place]:
    return lambda _elapsed_s: place


def _obey(
    world: World, boards: dict[str, Board], end: Callable[[], None], lines: Iterable[str]
) -> None:
    """Hand what a person types to the world's loop; of no use to those who type nothing."""
    for line in lines:
        words = line.split()
        if words == ["end"]:
            world.post(end)
        elif words:
            world.post(partial(_say_and_do, world, boards, words))


def _say_and_do(world: World, boards: dict[str, Board], words: list[str]) -> None:
    print(_did(world, boards, words), flush=True)


def _did(world: World, boards: dict[str, Board], words: list[str]) -> str:
    """Do one line; return what to say about it."""
    board = next((b for name, b in boards.items() if name.lower() == words[0].lower()), None)
    deed = words[1] if len(words) == 2 else ""
    if board is None or deed not in (*_GESTURES_MS, "screen", "away", "back", "off", "on"):
        return _HELP
    if deed == "screen":
        return _seen(board)
    if deed in _GESTURES_MS:
        at_ms = world.now_ms
        for hold_ms in _GESTURES_MS[deed]:
            world.at(at_ms, partial(board.press, "user", hold_ms))
            at_ms += hold_ms + _BETWEEN_MS
    elif deed in ("away", "back"):
        change = world.ether.block if deed == "away" else world.ether.unblock
        change(board.name)
    elif deed == "off":
        board.power_cut()
    else:
        board.power_on()
    return f"{board.name}: {deed}"


def _seen(board: Board) -> str:
    screen = board.screen()
    if not screen.dark:
        return "\n".join(braille(screen))
    return "(dark: press lights it)" if board.powered else "(dark: it is off)"
