"""Makes what goes on boards: python3 -m tools.firmware [--into FOLDER] [--address URL].

`lib/` compiled modules, `package.json` for `mpremote mip install`, `manifest.py` to freeze the same
in an image of MicroPython's own build, `main.py`.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.places import ROOT, shown
from turna.firmware_files import write_package


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the package and say where it is."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.firmware", description=__doc__)
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "firmware", metavar="FOLDER")
    parser.add_argument("--address", default="", metavar="URL", help="where it will be served")
    given = parser.parse_args(arguments)
    into: Path = given.into
    write_package(into, address=given.address)
    print(f"made {shown(into)}: lib/, main.py, package.json (mip), manifest.py (freezing)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
