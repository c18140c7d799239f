"""Where everything lies, relative to the root of the repository."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
TOOLS = ROOT / ".tools"
STUBS = ROOT / ".stubs"
REQUIREMENTS = ROOT / "requirements"

MICROPYTHON_64 = TOOLS / "micropython" / "64"
MICROPYTHON_32 = TOOLS / "micropython" / "32"
MOSQUITTO = TOOLS / "mosquitto"
CHROMIUM = TOOLS / "chromium"
STRACE = TOOLS / "strace"
POSTGRESQL = TOOLS / "postgresql"
SYSTEMD = TOOLS / "systemd"

README = """\
What set-up put here (git-ignored; `make clean` removes it).

micropython/64/micropython  MicroPython's unix port, 64-bit: a launcher
micropython/32/micropython  the same, 32-bit; -X heapsize=110K gives it an ESP32-sized heap
                            (where this machine cannot run it, UNAVAILABLE beside it says why)
mosquitto/mosquitto         an MQTT broker: a launcher; mosquitto_passwd beside it
strace/strace               records and fails system calls: a launcher
chromium/chromium           a headless browser: a launcher, Playwright's executable_path
postgresql/postgres         a database server: a launcher; initdb beside it
systemd/systemd-analyze     judges units; udevadm beside it udev rules: launchers
../.venv                    Python with every locked dependency and Turna itself, editable
../.stubs/esp32             type stubs of MicroPython for the ESP32
"""


def shown(path: Path) -> str:
    """Return the path as a person in the repository would type it."""
    return os.path.relpath(path, ROOT) if path.is_relative_to(ROOT) else str(path)
