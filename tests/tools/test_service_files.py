"""What systemd and udev themselves say of the files that a gateway is installed with."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tools import systemd
from tools.places import ROOT

UNIT = ROOT / "deploy/systemd/turna-gateway.service"
RULES = ROOT / "deploy/udev/70-turna-modem.rules"
# systemd's own measure of what a service may still do, in tenths, from 0 to 100.
EXPOSURE_MAX = 40


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a system with our unit, as far as the checker looks."""
    units = tmp_path / "usr/lib/systemd/system"
    shutil.copytree(systemd.UNITS, units, symlinks=True)
    shutil.copy(UNIT, units)
    program = tmp_path / "opt/turna/bin/turna"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    return tmp_path


def told(*command: str | Path) -> tuple[int, str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stderr


def verify(root: Path) -> tuple[int, str]:
    return told(systemd.ANALYZE, "verify", "--man=no", f"--root={root}", UNIT.name)


def test_systemd_finds_nothing_wrong_with_the_unit(root: Path) -> None:
    assert verify(root) == (0, "")


def test_systemd_would_tell_of_a_setting_that_does_not_exist(root: Path) -> None:
    installed = root / "usr/lib/systemd/system" / UNIT.name
    installed.write_text(UNIT.read_text().replace("WatchdogSec=", "WatchdogSeconds="))

    assert "Unknown key 'WatchdogSeconds'" in verify(root)[1]


def test_the_service_may_do_little_by_systemds_own_measure(root: Path) -> None:
    words = ("security", "--offline=true", f"--root={root}", f"--threshold={EXPOSURE_MAX}")

    assert told(systemd.ANALYZE, *words, UNIT.name)[0] == 0


def test_udev_finds_nothing_wrong_with_the_rule(tmp_path: Path) -> None:
    assert told(systemd.UDEVADM, "verify", RULES) == (0, "")

    wrong = tmp_path / RULES.name
    wrong.write_text(RULES.read_text().replace('LABEL="turna_end"', 'LABEL="end"'))
    code, said = told(systemd.UDEVADM, "verify", wrong)
    assert code != 0
    assert "no matching label" in said
