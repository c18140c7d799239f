"""The gateway's Debian package: installed into an empty root, without network, and taken off."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tools import package
from tools.places import REQUIREMENTS


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the package without the foreign wheels, which only the network has."""
    folder = tmp_path_factory.mktemp("package")
    return package.build(folder, "amd64", "# nothing\n", [], folder / "dist")


def dpkg(root: Path, *words: str) -> str:
    """Run dpkg on a root of its own; the package's scripts see it as DPKG_ROOT."""
    for name in ("info", "updates"):
        (root / "var/lib/dpkg" / name).mkdir(parents=True, exist_ok=True)
    (root / "var/lib/dpkg/status").touch()
    force = [
        "--force-script-chrootless",
        "--force-depends",
        "--force-not-root",
        "--force-architecture",
    ]
    done = subprocess.run(
        ["dpkg", f"--root={root}", *force, f"--log={root}/log", *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.timeout(180)  # two environments are made
def test_it_is_installed_upgraded_and_taken_off_and_the_reports_stay_until_it_is_purged(
    built: Path, tmp_path: Path
) -> None:
    said = dpkg(tmp_path, "--install", str(built))
    turna = tmp_path / "opt/turna/bin/turna"
    version = subprocess.run([turna, "--version"], capture_output=True, text=True, check=True)

    assert version.stdout.startswith("turna ")
    assert "sudo turna gateway check" in said
    assert "systemctl start turna-gateway" in said
    settings = tmp_path / "etc/turna/gateway.toml"
    assert "/var/lib/turna/gateway.db" in settings.read_text()
    assert (tmp_path / "usr/bin/turna").readlink() == Path("../../opt/turna/bin/turna")

    store = tmp_path / "var/lib/turna/gateway.db"
    assert store.parent.stat().st_mode & 0o777 == 0o700
    store.write_bytes(b"reports")
    mine = settings.read_text().replace("8480", "8481")
    settings.write_text(mine)
    left_over = tmp_path / "opt/turna/bin/of-the-old-version"
    left_over.touch()
    said = dpkg(tmp_path, "--force-confdef", "--install", str(built))
    assert "mission.json" not in said, "whoever upgrades has set it up already"
    assert settings.read_text() == mine
    assert turna.exists()
    assert not left_over.exists()

    dpkg(tmp_path, "--remove", "turna-gateway")
    assert settings.read_text() == mine
    assert not turna.exists()
    assert store.exists()
    dpkg(tmp_path, "--purge", "turna-gateway")
    assert not store.exists()
    assert not settings.exists()


def test_an_upgrade_takes_no_keys_away_from_the_service() -> None:
    commands = (package.DEPLOY / "debian/postinst").read_text()

    assert "chown root:turna /etc/turna\n" in commands
    assert "chown -R" not in commands


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="a machine without systemd")
def test_its_unit_is_one_that_systemd_understands(built: Path, tmp_path: Path) -> None:
    subprocess.run(["dpkg-deb", "--extract", built, tmp_path], check=True)
    unit = tmp_path / "usr/lib/systemd/system/turna-gateway.service"
    program = tmp_path / "turna"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit.write_text(unit.read_text().replace("/opt/turna/bin/turna", str(program)))

    verified = subprocess.run(
        ["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False
    )

    assert "turna-gateway" not in verified.stderr
    assert verified.returncode == 0


def test_it_brings_what_the_gateway_imports_and_not_what_others_do() -> None:
    chosen = package.requirements_of_gateway()

    for needed in ("paho-mqtt", "cbor2", "cryptography", "fastapi", "prometheus-client", "rich"):
        assert f"\n{needed}==" in f"\n{chosen}"
    assert "openpyxl==" not in chosen
    assert "sqlalchemy==" not in chosen
    lock = (REQUIREMENTS / "runtime.txt").read_text()
    assert all(name in lock for name in package.NOT_FOR_GATEWAYS)


def test_logs_cannot_fill_the_disk(built: Path, tmp_path: Path) -> None:
    subprocess.run(["dpkg-deb", "--extract", built, tmp_path], check=True)

    limits = (tmp_path / "usr/lib/systemd/journald.conf.d/turna.conf").read_text()

    assert "SystemMaxUse=64M" in limits
