"""Finds PostgreSQL for the archive's tests, or fetches Debian's privately; starts nothing.

Its programs start each other by their own place, so, like the browser, they come from the suite
this machine runs and use the machine's C library, all else from their folder.
"""

from pathlib import Path

from tools import debian
from tools.commands import CommandError, output
from tools.debian import OnProgress
from tools.places import POSTGRESQL
from tools.stamps import Stamp

PACKAGES = ("postgresql",)
# The machine's own C library; compiled queries, which a test's few rows never ask for; Perl, for
# Debian's scripts that look after a system's clusters.
LEAVE_OUT = ("libc6_", "libllvm", "libz3-4_", "perl", "libperl", "locales", "postgresql-common")
PROGRAMS = ("initdb", "postgres")
_BIN = "usr/lib/postgresql/*/bin"


def stamp() -> Stamp:
    return Stamp(
        POSTGRESQL / "stamp", *PACKAGES, *LEAVE_OUT, str(POSTGRESQL), str(_newest(Path("/")))
    )


def provide(on_progress: OnProgress) -> str:
    """Make `postgresql/initdb` and `postgresql/postgres` run; return what they are."""
    installed = _newest(Path("/"))
    if installed is not None:
        for name in PROGRAMS:
            debian.write_launcher(POSTGRESQL / name, [installed / name])
    else:
        fetch(on_progress)
    return output([POSTGRESQL / "postgres", "--version"]).strip()


def fetch(on_progress: OnProgress) -> None:
    """Unpack Debian's packages and write launchers for what is in them."""
    tree = debian.unpack(
        PACKAGES,
        suite=debian.own_suite(),
        arch=debian.architecture(),
        into=POSTGRESQL / "tree",
        on_progress=on_progress,
        leave_out=LEAVE_OUT,
    )
    programs = _newest(tree.root)
    if programs is None:
        raise CommandError("Debian's package postgresql brought no server")
    environment = {"LD_LIBRARY_PATH": ":".join(str(folder) for folder in tree.libraries())}
    for name in PROGRAMS:
        debian.write_launcher(POSTGRESQL / name, [programs / name], environment)


def _newest(root: Path) -> Path | None:
    """Return the folder of the newest server's programs."""
    found = [path.parent for path in root.glob(f"{_BIN}/initdb")]
    return max(found, key=lambda path: int(path.parent.name), default=None)
