"""Finds strace for the fault tests, or fetches Debian's privately: no root, nothing installed."""

import shutil

from tools import debian
from tools.commands import output
from tools.debian import OnProgress
from tools.places import STRACE
from tools.stamps import Stamp

SUITE = "trixie"
LAUNCHER = STRACE / "strace"


def stamp() -> Stamp:
    return Stamp(STRACE / "stamp", SUITE, str(STRACE), shutil.which("strace") or "")


def provide(on_progress: OnProgress) -> str:
    """Make `strace/strace` run; return what it is."""
    installed = shutil.which("strace")
    if installed is not None:
        debian.write_launcher(LAUNCHER, [installed])
    else:
        tree = debian.unpack(
            ["strace"],
            suite=SUITE,
            arch=debian.architecture(),
            into=STRACE / "tree",
            on_progress=on_progress,
        )
        debian.write_launcher_with_own_libc(LAUNCHER, tree, "usr/bin/strace")
    return output([LAUNCHER, "-V"]).splitlines()[0]
