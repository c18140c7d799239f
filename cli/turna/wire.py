"""`turna wire`: reports as JSON lines to bytes in hex and back, to test interoperability."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from typing import BinaryIO, TextIO

from turna_protocol import json_form, keys, packet, sealing
from turna_protocol.errors import MalformedError, MisuseError, NotAuthenticError
from turna_protocol.frame import Frame
from turna_protocol.iso8601 import parse_time
from turna_protocol.reports import decode_report, encode_report

# Longer than any report in either form; whatever feeds us more is not a report.
MAX_LINE_BYTES = 65_536

# The throw-away deployment of --packet. Its keys are no secret: never deploy them.
THROW_AWAY_MASTER = bytes(range(keys.KEY_BYTES))
THROW_AWAY_HARDWARE_ID = bytes(6)
THROW_AWAY_GENERATION = 1
THROW_AWAY_DEVICE = 1

_FRAME_HELP = "as every device of the deployment has it; without it, {} travel absolute"
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
            help=f"origin in degrees, {_FRAME_HELP.format('positions')};"
            " south of the equator write --origin=-1.5,2",
        )
        action.add_argument(
            "--epoch",
            type=_epoch,
            metavar="TIME",
            help=f"ISO 8601 or unix seconds, {_FRAME_HELP.format('times')}",
        )
        action.add_argument("--packet", action="store_true", help=_PACKET_HELP)
    purpose = "print the enumerations and each type's fields as JSON"
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
    lat_e5, lon_e5 = args.origin or (0, 0)
    frame = Frame(lat_e5, lon_e5, args.epoch or 0)
    convert = _encoder if args.action == "encode" else _decoder
    return _convert_lines(stdin or sys.stdin.buffer, out, err, convert(frame, args.packet))


def _convert_lines(stdin: BinaryIO, out: TextIO, err: TextIO, convert: Callable[[str], str]) -> int:
    refused = 0
    for number, line in _lines(stdin):
        try:
            if len(line) > MAX_LINE_BYTES:
                raise MalformedError(f"longer than {MAX_LINE_BYTES} bytes")
            text = line.decode()
            if text.strip():
                print(convert(text), file=out, flush=True)
        except UnicodeDecodeError:
            refused += 1
            print(f"line {number}: not UTF-8", file=err)
        except (MalformedError, MisuseError, NotAuthenticError) as error:
            refused += 1
            print(f"line {number}: {error}", file=err)
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


def _decoder(frame: Frame, as_packet: bool) -> Callable[[str], str]:
    def decode(line: str) -> str:
        try:
            data = bytes.fromhex(line)
        except ValueError:
            raise MalformedError("not hexadecimal") from None
        report = decode_report(_open_packet(data) if as_packet else data, frame)
        return json.dumps(json_form.report_to_json(report), ensure_ascii=False)

    return decode


def _open_packet(data: bytes) -> bytes:
    """Return the content of a packet, after both tags were verified."""
    header = packet.unpack_header(data)
    if header.kind != packet.REPORT:
        raise MalformedError("a packet, but no report")
    link_key, authentication_key = _throw_away_keys(header.device)
    opened = sealing.open_link(data, link_key)
    if not sealing.verify_end_to_end(
        header.device, header.seq, opened.content, opened.end_to_end_tag, authentication_key
    ):
        raise NotAuthenticError("end-to-end tag does not verify")
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
        return int(text) if text.lstrip("-").isdecimal() else parse_time(text)
    except MalformedError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}, nor unix seconds") from None
