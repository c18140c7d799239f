"""Lines given to `turna wire`: an answer or a refusal by line number, never a traceback."""

import argparse
import io
import json

from tests.fuzz._vectors import FRAME, packets, report_contents, report_forms
from turna import wire

SEEDS = [
    *(b"\0" + json.dumps(form, ensure_ascii=False).encode() for form in report_forms()),
    *(b"\1" + content.hex().encode() for content in report_contents()),
    *(b"\3" + packet.hex().encode() for packet in packets()[:4]),
]
_ORIGIN = (FRAME.origin_lat_e5, FRAME.origin_lon_e5)


def fuzz(data: bytes) -> None:
    if not data:
        return
    args = argparse.Namespace(
        action="decode" if data[0] & 1 else "encode",
        packet=bool(data[0] & 2),
        origin=_ORIGIN,
        epoch=FRAME.epoch_s,
    )
    said, refused = _run(args, data[1:])
    if args.action == "encode" and said and not refused:
        args.action = "decode"
        assert not _run(args, said.encode())[1], "what encodes must decode"


def _run(args: argparse.Namespace, lines: bytes) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    status = wire.run(args, io.BytesIO(lines), out, err)
    assert status == (1 if err.getvalue() else 0)
    return out.getvalue(), err.getvalue()
