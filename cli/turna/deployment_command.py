"""`turna deployment`: make a mission kit, let it grow, show it, put it on boards, print labels."""

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from turna import countries, deployment, deployment_revoke, deployment_show, deployment_terms
from turna.asking import given_or_asked
from turna.deployment_boards import BOARDS
from turna.deployment_kit import (
    POWER_MODES,
    USUAL_POWER_MODE,
    NewHandset,
    device_of,
    read_kit,
    with_gateway,
    with_handset,
    with_new_board,
    write,
)
from turna.usage import UsageError
from turna_protocol.errors import MalformedError
from turna_protocol.packet import HOPS_MAX
from turna_protocol.regions import USUAL_CHANNEL

_DAY_S = 86_400


def add_arguments(parser: argparse.ArgumentParser) -> None:
    tasks = parser.add_subparsers(dest="task", required=True, metavar="TASK")
    _add_new(tasks.add_parser("new", help="make a mission kit: rules, channel, frame, master key"))
    _add_handset(tasks.add_parser("add-handset", help="add a handset, or give one another board"))
    _add_gateway(tasks.add_parser("add-gateway", help="add a gateway and its modem"))
    show = tasks.add_parser("show", help="show what is in a kit; never a key")
    show.add_argument("--json", action="store_true", help="print it as JSON")
    _add_provision(tasks.add_parser("provision", help="put a kit's settings on a board, over USB"))
    label = tasks.add_parser("label", help="print what to stick on a handset, as a page to print")
    label.add_argument("--handset", metavar="CALL_SIGN", help="default: a label for each")
    label.add_argument("--out", type=Path, required=True, metavar="FILE", help="HTML")
    revoke = tasks.add_parser("revoke", help="let lost handsets' keys count no more; for good")
    for task in tasks.choices.values():
        task.add_argument("kit", type=Path, metavar="FOLDER", help="the mission kit's folder")
    deployment_revoke.add_arguments(revoke)
    regions = tasks.add_parser("regions", help="list where what may be sent, and by which source")
    regions.add_argument("--json", action="store_true", help="print it as JSON")


def run(args: argparse.Namespace) -> int:
    """Do the task; what a person can put right is a UsageError."""
    if args.task == "regions":
        print(deployment_show.region_list(as_json=args.json))
    elif args.task == "new":
        _new(args)
    elif args.task == "add-handset":
        _handset(args)
    elif args.task == "add-gateway":
        _gateway(args)
    elif args.task == "show":
        kit = read_kit(args.kit)
        revoked = deployment_revoke.revoked(args.kit, kit.mission)
        print(deployment_show.kit(kit, revoked, as_json=args.json))
    elif args.task == "label":
        _label(args)
    elif args.task == "revoke":
        return deployment_revoke.run(args)
    else:
        from turna import provisioning  # its library is only needed, and only there, for this

        return provisioning.run(args)
    return 0


def _add_new(task: argparse.ArgumentParser) -> None:
    task.add_argument("--name", help="of the mission, as screens and exports show it")
    task.add_argument("--mode", choices=("exercise", "actual"), help="default: exercise")
    task.add_argument(
        "--region", help="`turna deployment regions` lists them; none is ever guessed"
    )
    task.add_argument("--origin", metavar="LAT,LON", help="the middle of the area, in degrees")
    task.add_argument(
        "--epoch", metavar="TIME", help="ISO 8601 with its zone; default: today, 00:00 UTC"
    )
    task.add_argument("--channel-hz", type=int, help="default: the region's first channel")
    task.add_argument(
        "--preamble",
        type=int,
        metavar="SYMBOLS",
        default=USUAL_CHANNEL.preamble_symbols,
        help="before each packet (default: 12); with 64 listening handsets last twice as long,"
        " and packets take nearly twice the time",
    )
    task.add_argument(
        "--hops",
        type=int,
        default=0,
        help=f"relays on a packet's way, 0 to {HOPS_MAX} (default: 0)",
    )
    task.add_argument("--power-dbm", type=int, help="default: what the region allows, at most 14")


def _add_handset(task: argparse.ArgumentParser) -> None:
    task.add_argument("--team", help="as in TUR01: Olympic country code and two digits")
    task.add_argument("--country", help="two letters, as in tr")
    _add_board(task)
    which = task.add_mutually_exclusive_group()
    which.add_argument("--hardware-id", metavar="HEX", help="the board's unique id, twelve digits")
    which.add_argument("--port", metavar="DEVICE", help="ask the board on this serial port for it")
    which.add_argument(
        "--virtual", action="store_true", help="no board: a handset that only `turna simulate` runs"
    )
    task.add_argument("--call-sign", help="default: the team and the next number, as in TUR01-2")
    task.add_argument("--language", choices=deployment_terms.LANGUAGES, help="default: en")
    task.add_argument(
        "--power",
        choices=POWER_MODES,
        default=USUAL_POWER_MODE,
        help=f"how it saves power until its bearer chooses otherwise (default: {USUAL_POWER_MODE})",
    )
    task.add_argument(
        "--frequency-mhz", type=float, help="a gateway's second channel; default: the mission's"
    )
    task.add_argument(
        "--replaces", metavar="CALL_SIGN", help="give this handset the board: new keys, same name"
    )


def _add_gateway(task: argparse.ArgumentParser) -> None:
    task.add_argument("--name", help="as in hatay-1; also its name at the broker")
    task.add_argument("--country", help="two letters, as in tr")
    task.add_argument(
        "--second-frequency-mhz", type=float, help="of a second modem, for twice the handsets"
    )
    _add_board(task)


def _add_board(task: argparse.ArgumentParser) -> None:
    task.add_argument("--board", choices=tuple(BOARDS), help=f"default: {deployment.USUAL_BOARD}")


def _add_provision(task: argparse.ArgumentParser) -> None:
    what = task.add_mutually_exclusive_group(required=True)
    what.add_argument("--handset", metavar="CALL_SIGN", help="put this handset's settings on it")
    what.add_argument("--modem", metavar="GATEWAY", help="make it the modem of this gateway")
    what.add_argument(
        "--relay", choices=tuple(BOARDS), metavar="BOARD", help="make it a relay, on such a board"
    )
    task.add_argument("--port", required=True, metavar="DEVICE", help="as in /dev/ttyUSB0")
    task.add_argument("--dry-run", action="store_true", help="say what would be done, and stop")
    task.add_argument("--label", type=Path, metavar="FILE", help="also print its label, as HTML")


def _new(args: argparse.Namespace) -> None:
    if (args.kit / deployment.MASTER_FILE).exists():
        raise UsageError(f"{args.kit} is a mission kit already; its keys are not made twice")
    name = given_or_asked(args.name, "--name", "the mission's name")
    region = given_or_asked(args.region, "--region", deployment_terms.region_question())
    channel = deployment_terms.channel(region, args.channel_hz, args.power_dbm, args.preamble)
    origin = given_or_asked(
        args.origin, "--origin", "the middle of the area, as LAT,LON in degrees"
    )
    try:
        made = deployment.make_deployment(
            args.kit,
            name=name,
            mode=given_or_asked(args.mode, "--mode", "exercise or actual", "exercise"),
            origin=deployment_terms.origin(origin),
            epoch_s=deployment_terms.epoch_s(args.epoch, int(time.time()) // _DAY_S * _DAY_S),
            region=region,
            channel=channel,
            hops=args.hops,
            teams=(),
            gateways=(),
        )
    except MalformedError as error:
        raise UsageError(f"such a deployment would be refused: {error}") from None
    deployment_terms.write_service_settings(args.kit, made, {})
    where = f"{region}, {channel.freq_hz / 1e6:.3f} MHz"
    print(f"{args.kit}: {made.name} ({made.mode.upper()}), {where}")
    print(f"origin {deployment_terms.origin_in_words(made.frame)}")
    print(f"epoch {datetime.fromtimestamp(made.frame.epoch_s, UTC):%Y-%m-%d %H:%M} UTC")
    print(
        f"Keep {args.kit / deployment.MASTER_FILE} where nobody else can read it: it is all keys."
    )
    print(f"Next: turna deployment add-gateway {args.kit}; turna deployment add-handset {args.kit}")


def _handset(args: argparse.Namespace) -> None:
    kit = read_kit(args.kit)
    board = args.board or deployment.USUAL_BOARD
    if args.replaces is None:
        team = given_or_asked(args.team, "--team", "the team, as in TUR01")
        country = given_or_asked(args.country, "--country", "its country, two letters as in tr")
        hardware_id = _hardware_id(args)
        freq_hz = deployment_terms.second_channel(kit.mission, args.frequency_mhz)
        new = NewHandset(
            team, country, board, hardware_id, args.call_sign, args.language, args.power, freq_hz
        )
        grown, made = with_handset(kit, new)
    else:
        hardware_id = _hardware_id(args)
        if hardware_id is None:
            raise UsageError("--virtual replaces no board; give --hardware-id or --port")
        old_board = kit.handset_boards[device_of(kit.mission, args.replaces).device]
        grown, made = with_new_board(kit, args.replaces, hardware_id, args.board or old_board)
    write(args.kit, grown)
    _warn(kit, made.country)
    print(
        f"{made.call_sign}: handset {made.device}, {grown.handset_boards[made.device]},"
        f" hardware id {made.hardware_id}, generation {made.generation}"
    )
    print(_RENEW)
    if args.virtual:
        print(f"Next: turna simulate {args.kit}")
    else:
        onto = f"--handset {made.call_sign} --port /dev/ttyUSB0"
        print(f"Next: turna deployment provision {args.kit} {onto}")


_RENEW = (
    "mission.json has changed: copy it to the Secretariat and each gateway, and start them again."
)


def _warn(kit: deployment.Kit, country: str) -> None:
    said = countries.warning(kit.mission.region, country)
    if said is not None:
        print(said, file=sys.stderr)


def _hardware_id(args: argparse.Namespace) -> str | None:
    if args.virtual:
        return None
    if args.port is not None:
        from turna import provisioning

        return provisioning.read_hardware_id(args.port)
    return given_or_asked(
        args.hardware_id, "--hardware-id", "the board's unique id (or give --port, or --virtual)"
    )


def _gateway(args: argparse.Namespace) -> None:
    kit = read_kit(args.kit)
    name = given_or_asked(args.name, "--name", "the gateway's name, as in hatay-1")
    country = given_or_asked(args.country, "--country", "its country, two letters as in tr")
    second_hz = deployment_terms.second_channel(kit.mission, args.second_frequency_mhz)
    board = args.board or deployment.USUAL_BOARD
    grown, made = with_gateway(kit, name, country, board, second_hz)
    write(args.kit, grown)
    deployment_terms.write_service_settings(args.kit, grown.mission, grown.second_modems)
    _warn(kit, made.country)
    print(f"{made.name}: gateway {made.index}, modem on a {grown.modem_boards[made.name]}")
    print(_RENEW)
    if second_hz is not None:
        print(f"Second modem, {second_hz / 1e6} MHz: put the unique ids of both into its .toml;")
        print(f"handsets on it: add-handset --frequency-mhz {second_hz / 1e6}")
    print(f"Next: turna gateway run --config {args.kit / f'gateway-{made.name}.toml'}")


def _label(args: argparse.Namespace) -> None:
    from turna import labels

    kit = read_kit(args.kit)
    devices = kit.mission.devices
    if args.handset is not None:
        devices = (device_of(kit.mission, args.handset),)
    if not devices:
        raise UsageError("there is no handset in this kit yet")
    args.out.write_text(labels.page(kit, devices), encoding="utf-8")
    print(f"{args.out}: {len(devices)} to print")
