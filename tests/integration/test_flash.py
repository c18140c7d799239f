"""Firmware onto a board: what esptool is told, which images are refused, and what mpremote copies.

No flashing of a chip is tried here: esptool needs one.  Copying and reading back run on a virtual
board (see test_provisioning.py for what is real in it and what stands in).
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tools import firmware as firmware_tool
from tools.places import MICROPYTHON_64
from turna import firmware_files, flash
from turna.__main__ import main
from turna.deployment_boards import BOARDS
from turna.usage import UsageError
from turna_protocol.frame import Frame
from turna_protocol.reports import Sitrep, encode_report
from turna_simulation.board import Board
from turna_simulation.world import World

PATIENCE_S = 150
SPEED = 20.0
FEW = (("firmware", "turna_modem"),)  # to copy all takes minutes, at the speed of a serial line
MODEM = {"/settings.json": b'{"role": "modem", "board": "heltec_v3"}'}
INSTALL = """
import sys
from turna import flash
from turna.deployment_boards import BOARDS
try:
    flash.install(BOARDS[sys.argv[2]], sys.argv[1], %r)
except flash.UsageError as error:
    sys.exit(str(error))
"""

pytestmark = pytest.mark.timeout(PATIENCE_S + 20)


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def started(world: World, board: Board) -> str:
    port = board.open_pty()
    board.power_on()
    world.run_for(5_000)
    return port


def run_beside(world: World, command: list[str], folder: Path) -> tuple[int, str]:
    """Run a command while the world turns; return its code and what it said."""
    told = folder / "told"
    with told.open("w") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, start_new_session=True)
    give_up_s = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < give_up_s:
        world.run_paced(SPEED, for_ms=2_000)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait(1), told.read_text()


@pytest.mark.slow
def test_the_firmware_is_copied_compiled_read_back_and_speaks(world: World, tmp_path: Path) -> None:
    board = world.add_board("board", files=MODEM)
    port = started(world, board)
    command = [sys.executable, "-c", INSTALL % (FEW,), port]
    code, told = run_beside(world, [*command, "heltec_v2"], tmp_path)
    assert (code, board.read_file("/lib/turna_modem/app.mpy")) == (1, None)
    assert "a Heltec WiFi LoRa 32 V2 has no memory for the firmware as files" in told

    code, told = run_beside(world, [*command, "heltec_v3"], tmp_path)
    assert code == 0, told
    assert "files are as they were sent" in told
    held = board.read_file("/lib/turna_modem/app.mpy")
    assert held is not None
    assert held[:1] == b"M"
    assert board.read_file("/main.py") == Path("firmware/main.py").read_bytes()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Yield a folder and the address at which a web server shows it; it says what it was asked."""
    folder = tmp_path / "firmware"
    folder.mkdir()
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"]
    with subprocess.Popen(
        [*command, "--directory", folder], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        port = server.stdout.readline().partition(" port ")[2].split()[0]
        yield folder, f"http://127.0.0.1:{port}"
        server.kill()


def test_mip_installs_the_package_from_a_server_and_micropython_reads_it(
    served: tuple[Path, str], tmp_path: Path
) -> None:
    made, address = served
    lib = tmp_path / "lib"
    assert firmware_tool.main(["--into", str(made), "--address", address]) == 0
    on_micropython(f"import mip; mip.install('{address}/package.json', target='{lib}')")
    compiled = {path.relative_to(lib).as_posix(): path for path in lib.rglob("*.mpy")}
    assert len(compiled) > 200
    for place, path in compiled.items():
        assert path.read_bytes() == (made / "lib" / place).read_bytes()
    report = encode_report(Sitrep(mode=1, trapped=4), Frame(0, 0, 0))
    assert on_micropython(READS % str(lib)) == f"{report.hex()} Қазақша\n"


# Compiled modules as installed, below /lib of a board: the encoder of reports, the screen's words.
READS = """
import sys
sys.path.insert(0, %r)
from turna_handset.languages import LANGUAGES
from turna_protocol.frame import Frame
from turna_protocol.reports import Sitrep, encode_report
print(encode_report(Sitrep(mode=1, trapped=4), Frame(0, 0, 0)).hex(), dict(LANGUAGES)["kk"])
"""


def on_micropython(program: str) -> str:
    command = [str(MICROPYTHON_64 / "micropython"), "-c", program]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_package_and_manifest_name_every_module_that_boards_run(tmp_path: Path) -> None:
    assert firmware_tool.main(["--into", str(tmp_path / "firmware")]) == 0
    made = tmp_path / "firmware"
    package = json.loads((made / "package.json").read_text())
    ours = {
        path.relative_to(base).with_suffix(".mpy").as_posix()
        for base in (Path("firmware"), Path("protocol"))
        for path in base.rglob("*.py")
        if path.parts[1].startswith("turna_")
    } | {"microdot.mpy"}
    assert {place for place, _ in package["urls"]} == ours
    assert all((made / source).exists() for _, source in package["urls"])

    frozen: set[str] = set()

    def freeze_package(name: str, base_path: str, opt: int) -> None:
        del opt
        base = Path(base_path)
        frozen.update(p.relative_to(base).as_posix() for p in (base / name).rglob("*.py"))

    def freeze_module(name: str, base_path: str, opt: int) -> None:
        del opt
        assert (Path(base_path) / name).exists()
        frozen.add(name)

    included: list[str] = []
    names = {"package": freeze_package, "module": freeze_module, "include": included.append}
    exec((made / "manifest.py").read_text(), names)
    assert frozen == {name.replace(".mpy", ".py") for name in ours} | {"main.py"}
    assert included == ["$(PORT_DIR)/boards/manifest.py"]


def test_bytecode_of_another_version_is_refused_with_both_versions_named(tmp_path: Path) -> None:
    compiled = firmware_files.compile_into(tmp_path / "lib", [("firmware", "turna_modem")])
    theirs = firmware_files.bytecode_version(next(iter(compiled.values())))
    firmware_files.require_version(compiled.values(), 0x2800 | theirs, "1.29.0")
    with pytest.raises(UsageError, match=rf"version {theirs}, MicroPython 1\.40\.0 .* reads 7"):
        firmware_files.require_version(compiled.values(), 7, "1.40.0")
    damaged = tmp_path / "damaged.mpy"
    damaged.write_bytes(b"print()")
    with pytest.raises(UsageError, match="no compiled MicroPython module"):
        firmware_files.bytecode_version(damaged)


def image_for(path: Path, chip: int, *, is_frozen: bool = True) -> Path:
    frozen = b"turna_board/board.py" if is_frozen else b""
    path.write_bytes(bytes([0xE9]) + bytes(11) + chip.to_bytes(2, "little") + bytes(100) + frozen)
    return path


@pytest.mark.parametrize(
    ("board", "chip", "offset"), [("heltec_v3", 9, "0x0"), ("lilygo_t3_v2_1", 0, "0x1000")]
)
def test_esptool_is_told_chip_port_and_where_the_image_goes(
    board: str, chip: int, offset: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = image_for(tmp_path / "image.bin", chip)
    words = ["--board", board, "--port", "/dev/ttyUSB7", "--image", str(image), "--dry-run"]
    assert main(["flash", *words]) == 0
    told = capsys.readouterr().out
    kind = BOARDS[board].chip
    assert f"esptool --chip {kind} --port /dev/ttyUSB7 erase-flash" in told
    assert f"--baud 460800 write-flash {offset} {image}" in told


@pytest.mark.skipif(find_spec("esptool") is None, reason="esptool is in no lock: source only")
@pytest.mark.parametrize("board", ["heltec_v3", "lilygo_t3_v2_1"])
def test_esptool_takes_the_words_that_it_is_given_up_to_the_port(
    board: str, tmp_path: Path
) -> None:
    kind = BOARDS[board]
    image = image_for(tmp_path / "image.bin", 9 if kind.chip == "esp32s3" else 0)
    for words in flash.esptool_commands(kind, "/dev/nowhere", image):
        command = [sys.executable, "-m", "esptool", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "Could not open /dev/nowhere" in done.stdout + done.stderr
        assert done.returncode == 2


def test_an_image_for_another_chip_or_none_at_all_is_refused(tmp_path: Path) -> None:
    wrong = image_for(tmp_path / "s3.bin", 9)
    with pytest.raises(UsageError, match=r"is for esp32s3, .* has an esp32: take ESP32_GENERIC-"):
        flash.require_image(wrong, BOARDS["heltec_v2"])
    text = tmp_path / "text.bin"
    text.write_text("no image")
    with pytest.raises(UsageError, match="is no image for an ESP32"):
        flash.require_image(text, BOARDS["heltec_v3"])
    with pytest.raises(UsageError, match="cannot be read"):
        flash.require_image(tmp_path / "none.bin", BOARDS["heltec_v3"])


@pytest.mark.parametrize("has_image", [False, True])
def test_a_board_that_has_no_room_is_refused_before_the_plan_also_in_a_dry_run(
    has_image: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = image_for(tmp_path / "image.bin", 0, is_frozen=False)
    given = ["--image", str(image)] if has_image else []
    words = ["--board", "heltec_v2", "--port", "/dev/ttyUSB7", "--dry-run"]
    assert main(["flash", *words, *given]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "a Heltec WiFi LoRa 32 V2 has no memory for the firmware as files" in told.err


def test_without_an_image_micropython_stays_and_nothing_is_erased() -> None:
    assert flash.esptool_commands(BOARDS["heltec_v3"], "/dev/ttyUSB0", None) == []
