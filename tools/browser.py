"""Finds a headless browser for the tests of the Secretariat's page, or fetches Debian's privately.

Chromium starts copies of itself by its own path, so it cannot run through another loader: it is
taken from the suite this machine runs and uses the machine's C library, all else from its folder.
"""

import shutil
from pathlib import Path

from tools import debian
from tools.commands import CommandError, output
from tools.debian import OnProgress
from tools.places import CHROMIUM
from tools.stamps import Stamp

INSTALLED_NAMES = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium-headless-shell", "fonts-dejavu-core", "fontconfig-config")
# The machine's own C library; and hardware rendering, which headless pages do without.
LEAVE_OUT = ("libc6_", "libllvm", "libgl1-mesa-dri_", "mesa-libgallium_", "libz3-4_", "x11-utils_")
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""

LAUNCHER = CHROMIUM / "chromium"


def stamp() -> Stamp:
    return Stamp(CHROMIUM / "stamp", *PACKAGES, *LEAVE_OUT, str(CHROMIUM), _installed() or "")


def provide(on_progress: OnProgress) -> str:
    """Make `chromium/chromium` start a headless browser; return what it is."""
    installed = _installed()
    if installed is not None:
        debian.write_launcher(LAUNCHER, [installed])
    else:
        _fetch(on_progress)
    return _prove(LAUNCHER)


def _installed() -> str | None:
    return next((path for name in INSTALLED_NAMES if (path := shutil.which(name))), None)


def _fetch(on_progress: OnProgress) -> None:
    tree = debian.unpack(
        PACKAGES,
        suite=debian.own_suite(),
        arch=debian.architecture(),
        into=CHROMIUM / "tree",
        on_progress=on_progress,
        leave_out=LEAVE_OUT,
    )
    fonts_conf = CHROMIUM / "fonts.conf"
    fonts_conf.write_text(
        FONTS.format(fonts=tree.root / "usr/share/fonts", cache=CHROMIUM / "font-cache")
    )
    environment = {
        "LD_LIBRARY_PATH": ":".join(str(folder) for folder in tree.libraries()),
        "FONTCONFIG_FILE": str(fonts_conf),
    }
    program = tree.root / "usr/lib/chromium/chromium-headless-shell"
    debian.write_launcher(LAUNCHER, [program], environment)


def _prove(launcher: Path) -> str:
    version = output([launcher, "--version", "--no-sandbox"]).strip()
    page = output(
        [
            *(launcher, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
            *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
            f"--user-data-dir={CHROMIUM / 'profile'}",
            *("--dump-dom", "data:text/html,<p id=a></p><script>a.append(6*7)</script>"),
        ]
    )
    shutil.rmtree(CHROMIUM / "profile", ignore_errors=True)
    if "42" not in page:
        raise CommandError(f"{version} starts but does not run a page")
    return version
