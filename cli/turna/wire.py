"""`turna wire`: reports as JSON lines to bytes in hex and back, to test interoperability."""

import argparse
import codecs
import json
import sys
from collections.abc import Callable, Iterator
from typing import BinaryIO, TextIO

from turna_protocol import json_form, keys, packet, sealing
from turna_protocol.errors import MalformedError, MisuseError, NotAuthenticError
from turna_protocol.frame import Frame
from turna_protocol.key_parts import KEY_BYTES
from turna_protocol.reports import decode_report, encode_report

# Longer than any report in either form; whatever feeds us more is not a report.
MAX_LINE_BYTES = 65_536

# A frame that no place and no time is near: all travels absolute, and what does not is noticed.
_NO_PLACE_E5 = 1_000_000_000
_NO_MOMENT_S = -1_000_000_000_000
EPOCH_MAX_S = 0xFFFFFFFF  # as a mission kit's

# What a packet is refused for, by the reason that parts of the field count it under.
_REFUSALS = {
    "packet length": f"a packet has 1 to {packet.PACKET_BYTES_MAX} bytes, this has another length",
    "wire version": f"its first byte names a wire version other than {packet.WIRE_VERSION}",
    "kind": "its first byte names a kind of packet that does not exist",
    "kind without an address": "a packet, but no report: one that is sent to all",
    "short header": f"ends within the header of {packet.HEADER_BYTES} bytes",
    "device": f"its header names no device: those are 1 to {packet.DEVICE_MAX}",
    "packet without content": "too short for a sealed report: there is nothing between its tags",
    "link tag": "the link tag does not verify: damaged, or sealed under other keys than those of"
    " the throw-away deployment (`turna wire decode --help` names them)",
}

# The throw-away deployment of --packet. Its keys are no secret: never deploy them.
THROW_AWAY_MASTER = bytes(range(KEY_BYTES))
THROW_AWAY_HARDWARE_ID = bytes(6)
THROW_AWAY_GENERATION = 1
THROW_AWAY_DEVICE = 1

_FRAME_HELP = (
    "as every device of the deployment has it; without it, {0} are written absolute, and a report"
    " whose {1} counts from it is refused"
)
_PACKET_HELP = (
    "the whole sealed packet instead of its content, under the keys of a throw-away deployment:"
    f" master {THROW_AWAY_MASTER.hex()}, hardware id {THROW_AWAY_HARDWARE_ID.hex()},"
    f" generation {THROW_AWAY_GENERATION}, device {THROW_AWAY_DEVICE}, sequence 1, 2, 3, ..."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, purpose in (
        ("encode", "reports as JSON lines on standard input to hex, a line each"),
        ("decode", "hex lines on standard input to reports as JSON lines"),
    ):
        action = actions.add_parser(name, help=purpose, description=f"Turn {purpose}.")
        action.add_argument(
            "--origin",
            type=_origin,
            metavar="LAT,LON",
            help=f"origin in degrees, {_FRAME_HELP.format('positions', 'position')};"
            " south of the equator write --origin=-1.5,2",
        )
        action.add_argument(
            "--epoch",
            type=_epoch,
            metavar="TIME",
            help="ISO 8601 with its zone, or unix seconds, " + _FRAME_HELP.format("times", "time"),
        )
        action.add_argument("--packet", action="store_true", help=_PACKET_HELP)
    purpose = "print as JSON what a report looks like: fields of all types, of each, enumerations"
    actions.add_parser("schema", help=purpose, description=purpose.capitalize() + ".")


def run(
    args: argparse.Namespace,
    stdin: BinaryIO | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> int:
    """Do what was asked; the exit code is 1 if any line was refused."""
    out, err = stdout or sys.stdout, stderr or sys.stderr
    if args.action == "schema":
        print(json.dumps(json_form.schema(), indent=2), file=out)
        return 0
    given = stdin or sys.stdin.buffer
    if args.action == "encode":
        encode = _encoder(_frame(args.origin, args.epoch), args.packet)
        return _convert_lines(given, out, err, encode)
    return _convert_lines(given, out, err, _decoder(args.origin, args.epoch, args.packet))


def _convert_lines(stdin: BinaryIO, out: TextIO, err: TextIO, convert: Callable[[str], str]) -> int:
    refused = 0
    for number, line in _lines(stdin):
        try:
            if len(line) > MAX_LINE_BYTES:
                raise MalformedError(f"longer than {MAX_LINE_BYTES} bytes")
            if line.startswith(codecs.BOM_UTF8):
                raise MalformedError("begins with a byte order mark: save it as UTF-8 without one")
            text = line.decode()
            if text.strip():
                print(convert(text), file=out, flush=True)
        except UnicodeDecodeError:
            refused += 1
            print(f"line {number}: not UTF-8", file=err)
        except (MalformedError, MisuseError, NotAuthenticError) as error:
            refused += 1
            print(f"line {number}: {_REFUSALS.get(str(error), error)}", file=err)
    return 1 if refused else 0


def _lines(stdin: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield each line with its number; of one too long, only enough to see that it is."""
    number = 0
    while line := stdin.readline(MAX_LINE_BYTES + 1):
        number += 1
        yield number, line
        while len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            line = stdin.readline(MAX_LINE_BYTES + 1)


def _encoder(frame: Frame, as_packet: bool) -> Callable[[str], str]:
    sequence = 0

    def encode(line: str) -> str:
        nonlocal sequence
        content = encode_report(json_form.report_from_json(_parse_json(line)), frame)
        if not as_packet:
            return content.hex()
        sequence += 1
        link_key, authentication_key = _throw_away_keys(THROW_AWAY_DEVICE)
        return sealing.seal_report(
            content,
            device=THROW_AWAY_DEVICE,
            seq=sequence,
            link_key=link_key,
            authentication_key=authentication_key,
        ).hex()

    return encode


def _decoder(
    origin: tuple[int, int] | None, epoch_s: int | None, as_packet: bool
) -> Callable[[str], str]:
    def decode(line: str) -> str:
        try:
            data = bytes.fromhex(line)
        except ValueError:
            raise MalformedError("not hexadecimal") from None
        content = _open_packet(data) if as_packet else data
        try:
            report = decode_report(content, _frame(origin, epoch_s))
        except MalformedError:
            _require_frame(content, origin, epoch_s)
            raise
        return json.dumps(json_form.report_to_json(report), ensure_ascii=False)

    return decode


def _frame(origin: tuple[int, int] | None, epoch_s: int | None) -> Frame:
    lat_e5, lon_e5 = origin or (_NO_PLACE_E5, 0)
    return Frame(lat_e5, lon_e5, _NO_MOMENT_S if epoch_s is None else epoch_s)


def _require_frame(content: bytes, origin: tuple[int, int] | None, epoch_s: int | None) -> None:
    """Raise MalformedError if all that is wrong with a report is that its frame was not given."""
    trials = (
        ("position counts from its deployment's origin: give --origin", (0, 0), epoch_s),
        ("time counts from its deployment's epoch: give --epoch", origin, 0),
        (
            "position and time count from its deployment's frame: give --origin and --epoch",
            (0, 0),
            0,
        ),
    )
    for what, trial_origin, trial_epoch_s in trials:
        try:
            decode_report(content, _frame(origin or trial_origin, epoch_s or trial_epoch_s))
        except MalformedError:
            continue
        raise MalformedError(f"its {what}, as every device of that deployment has it")


def _open_packet(data: bytes) -> bytes:
    """Return the content of a packet, after both tags were verified."""
    header = packet.unpack_header(data)
    if header.kind != packet.REPORT:
        kind = packet.KIND_NAMES[header.kind].replace("_", " ")
        raise MalformedError(f"a packet, but no report: {kind}")
    link_key, authentication_key = _throw_away_keys(header.device)
    opened = sealing.open_link(data, link_key)
    if not sealing.verify_end_to_end(
        header.device, header.seq, opened.content, opened.end_to_end_tag, authentication_key
    ):
        raise NotAuthenticError("the end-to-end tag does not verify: sealed under other keys")
    return opened.content


def _throw_away_keys(device: int) -> tuple[bytes, bytes]:
    links = keys.link_branch(THROW_AWAY_MASTER)
    authentications = keys.authentication_branch(THROW_AWAY_MASTER)
    place = (THROW_AWAY_HARDWARE_ID, device, THROW_AWAY_GENERATION)
    return keys.link_key(links, *place), keys.authentication_key(authentications, *place)


def _parse_json(line: str) -> object:
    try:
        return json.loads(line, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise MalformedError(f"not JSON: {error.msg} at column {error.colno}") from None
    except (ValueError, RecursionError):
        raise MalformedError("not JSON of a sensible size") from None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise MalformedError(f"{name}: given twice")
        found[name] = value
    return found


def _no_constant(name: str) -> object:
    raise MalformedError(f"not JSON: {name}")


def _origin(text: str) -> tuple[int, int]:
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not LAT,LON in degrees") from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise argparse.ArgumentTypeError(f"{text!r} is not on Earth")
    return round(lat * 100_000), round(lon * 100_000)


def _epoch(text: str) -> int:
    try:
        epoch_s = json_form.time_from_json(int(text) if text.lstrip("-").isdecimal() else text)
    except MalformedError as error:
        reason = str(error).removeprefix("time: ")
        raise argparse.ArgumentTypeError(f"{text!r}: {reason}") from None
    if epoch_s > EPOCH_MAX_S:
        raise argparse.ArgumentTypeError(f"{text!r}: no epoch of a deployment is after 2106")
    return epoch_s
