"""`turna flash`: MicroPython's image by esptool, Turna's firmware by mpremote, then read back."""

import argparse
import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

from turna import firmware_files
from turna.board_prompt import BoardPrompt
from turna.deployment_boards import BOARDS, BoardKind
from turna.usage import UsageError

_BAUD = "460800"  # every bridge of these boards keeps up; esptool's own default is 115200
# The image's first byte and where it names its chip (esp-idf, esp_app_format.h).
_IMAGE_MAGIC = 0xE9
_CHIP_AT = 12
_CHIPS = {0: "esp32", 9: "esp32s3"}
# The name of a frozen module, which MicroPython keeps as plain text (tools/mpy-tool.py).
_FROZEN = b"turna_board/board.py"
_GREETING_PATIENCE_S = 30.0

_FACTS = """
import sys, json
try:
    import turna_board
    frozen = turna_board.__file__[0] != "/"
except (ImportError, AttributeError):
    frozen = False
print("TURNA " + json.dumps({
    "mpy": sys.implementation._mpy,
    "release": ".".join([str(part) for part in sys.implementation[1][:3]]),
    "frozen": frozen,
}))
"""
# What is there of a former release goes first: a .py beside a .mpy would be the one that is read.
_MAKE_ROOM = """
import os
def remove(path):
    if os.stat(path)[0] & 0x4000:
        for entry in os.ilistdir(path):
            remove(path + "/" + entry[0])
        os.rmdir(path)
    else:
        os.remove(path)
try:
    os.mkdir("/lib")
except OSError:
    pass
for top in %(tops)r:
    try:
        remove("/lib/" + top)
    except OSError:
        pass
print("TURNA {}")
"""
_READ_BACK = """
import hashlib, binascii, json
found = {}
for path in %(paths)r:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        part = file.read(512)
        while part:
            digest.update(part)
            part = file.read(512)
    found[path] = binascii.hexlify(digest.digest()).decode()
print("TURNA " + json.dumps(found))
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--board", required=True, choices=tuple(BOARDS))
    parser.add_argument("--port", required=True, metavar="DEVICE", help="as in /dev/ttyUSB0")
    parser.add_argument(
        "--image",
        type=Path,
        metavar="FILE",
        help="MicroPython for this board, from https://micropython.org/download (its name is"
        " printed); everything on the board is erased. Default: leave MicroPython as it is",
    )
    parser.add_argument("--dry-run", action="store_true", help="print the steps, and stop")


def run(args: argparse.Namespace) -> int:
    """Do the steps that are printed; UsageError where one cannot be done."""
    board = BOARDS[args.board]
    if args.image is not None:
        require_image(args.image, board)
    require_room(args.image, board)
    commands = esptool_commands(board, args.port, args.image)
    print(f"{board.title} ({board.chip}); MicroPython's image for it: {board.image}")
    for command in commands:
        print("  " + " ".join(["esptool", *command]))
    print(f"  mpremote: Turna's modules to /lib, {firmware_files.MAIN}; read back; restart")
    if args.dry_run:
        return 0
    for command in commands:
        _esptool(command)
    install(board, args.port, firmware_files.PACKAGES)
    print("done: the board says that it has no settings yet")
    print(f"Next: turna deployment provision FOLDER --handset CALL_SIGN --port {args.port}")
    return 0


def esptool_commands(board: BoardKind, port: str, image: Path | None) -> list[list[str]]:
    """Return what esptool is to do: nothing if MicroPython stays as it is."""
    if image is None:
        return []
    target = ["--chip", board.chip, "--port", port]
    write = ["write-flash", hex(board.image_offset), str(image)]
    return [[*target, "erase-flash"], [*target, "--baud", _BAUD, *write]]


def require_image(image: Path, board: BoardKind) -> None:
    """Refuse what is no image, or one for another chip."""
    try:
        header = image.read_bytes()[: _CHIP_AT + 2]
    except OSError as error:
        raise UsageError(f"{image} cannot be read: {error.strerror}") from None
    if len(header) < _CHIP_AT + 2 or header[0] != _IMAGE_MAGIC:
        raise UsageError(f"{image} is no image for an ESP32; take {board.image}-....bin")
    chip = _CHIPS.get(int.from_bytes(header[_CHIP_AT:], "little"), "another chip")
    if chip != board.chip:
        raise UsageError(
            f"{image} is for {chip}, a {board.title} has an {board.chip}:"
            f" take {board.image}-....bin"
        )


def require_room(image: Path | None, board: BoardKind) -> None:
    """Refuse a board without memory for the firmware as files, unless the image has it frozen."""
    if board.files_fit or (image is not None and _FROZEN in image.read_bytes()):
        return
    raise UsageError(_no_room(board))


def _no_room(board: BoardKind) -> str:
    return (
        f"a {board.title} has no memory for the firmware as files: freeze it in the image"
        " (`make firmware`, docs/hardware.md), and give that with --image"
    )


def install(board: BoardKind, port: str, packages: tuple[tuple[str, str], ...]) -> None:
    """Put our modules on a board that runs MicroPython, read them back, and start them."""
    prompt = BoardPrompt(port)
    prompt.reach()
    facts = prompt.ask(_FACTS)
    with tempfile.TemporaryDirectory() as folder:
        lib = Path(folder) / "lib"
        compiled = firmware_files.compile_into(lib, packages)
        mpy, release = facts["mpy"], facts["release"]
        assert isinstance(mpy, int)
        firmware_files.require_version(compiled.values(), mpy, str(release))
        if facts["frozen"]:
            print(f"  MicroPython {release} with Turna's firmware in its image: nothing to copy")
        elif not board.files_fit:
            raise UsageError(_no_room(board))
        else:
            print(f"  MicroPython {release}: copying {len(compiled)} modules")
            _copy(prompt, lib, compiled)
    prompt.reset()
    if prompt.greeting(_GREETING_PATIENCE_S) is None:
        raise UsageError("the firmware is on the board, but does not speak; see what it prints")


def _copy(prompt: BoardPrompt, lib: Path, compiled: dict[str, Path]) -> None:
    main = firmware_files.REPOSITORY / "firmware" / firmware_files.MAIN
    tops = sorted({place.partition("/")[0] for place in compiled})
    old = [*tops, *(top.replace(".mpy", ".py") for top in tops if top.endswith(".mpy"))]
    prompt.ask(_MAKE_ROOM % {"tops": old})
    prompt.copy([str(lib / top) for top in tops], "/lib/")
    prompt.copy([str(main)], f"/{firmware_files.MAIN}")
    sent = {f"/lib/{place}": _digest(path) for place, path in compiled.items()}
    sent[f"/{firmware_files.MAIN}"] = _digest(main)
    if prompt.ask(_READ_BACK % {"paths": sorted(sent)}) != sent:
        raise UsageError("what the board holds is not what was sent; run it again")
    print(f"  read back: all {len(sent)} files are as they were sent")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _esptool(words: list[str]) -> None:
    found = subprocess.run([sys.executable, "-c", "import esptool"], check=False)
    if found.returncode:
        raise UsageError("esptool is missing: pip install 'turna[flash]'")
    done = subprocess.run([sys.executable, "-m", "esptool", *words], check=False)
    if done.returncode:
        raise UsageError(f"esptool could not do it (code {done.returncode}); its words are above")
