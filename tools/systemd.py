"""Fetches systemd's own checkers of units and udev rules: no root, nothing installed or started."""

from tools import debian
from tools.commands import output
from tools.debian import OnProgress
from tools.places import SYSTEMD
from tools.stamps import Stamp

SUITE = "trixie"  # Debian 12's udevadm cannot verify yet
ANALYZE = SYSTEMD / "systemd-analyze"
UDEVADM = SYSTEMD / "udevadm"
# Units that ours stands among.
UNITS = SYSTEMD / "tree" / "usr/lib/systemd/system"


def stamp() -> Stamp:
    return Stamp(SYSTEMD / "stamp", SUITE, str(SYSTEMD))


def provide(on_progress: OnProgress) -> str:
    """Make `systemd/systemd-analyze` and `systemd/udevadm` run; return what they are."""
    tree = debian.unpack(
        ["systemd", "udev"],
        suite=SUITE,
        arch=debian.architecture(),
        into=SYSTEMD / "tree",
        on_progress=on_progress,
    )
    debian.write_launcher_with_own_libc(ANALYZE, tree, "usr/bin/systemd-analyze")
    debian.write_launcher_with_own_libc(UDEVADM, tree, "usr/bin/udevadm")
    return output([ANALYZE, "--version"]).splitlines()[0]
