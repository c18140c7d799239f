"""Fetches mosquitto, the broker of the integration tests, without touching the system."""

from tools import debian
from tools.commands import output
from tools.debian import OnProgress
from tools.places import MOSQUITTO
from tools.stamps import Stamp

SUITE = "trixie"
PROGRAMS = {"mosquitto": "usr/sbin/mosquitto", "mosquitto_passwd": "usr/bin/mosquitto_passwd"}
SAYS_ITS_VERSION_WITH = 3  # mosquitto's exit code after -h


def stamp() -> Stamp:
    return Stamp(MOSQUITTO / "stamp", SUITE, *PROGRAMS, str(MOSQUITTO))


def provide(on_progress: OnProgress) -> str:
    """Make `mosquitto/mosquitto` and `mosquitto/mosquitto_passwd` run; return what it is."""
    tree = debian.unpack(
        ["mosquitto"],
        suite=SUITE,
        arch=debian.architecture(),
        into=MOSQUITTO / "tree",
        on_progress=on_progress,
    )
    for name, program in PROGRAMS.items():
        debian.write_launcher_with_own_libc(MOSQUITTO / name, tree, program)
    said = output([MOSQUITTO / "mosquitto", "-h"], good=(SAYS_ITS_VERSION_WITH,))
    return said.splitlines()[0]
