from pathlib import Path

import pytest

from tools.apt_sources import Mirror, mirrors


@pytest.fixture
def keyring(tmp_path: Path) -> Path:
    path = tmp_path / "debian.gpg"
    path.touch()
    return path


@pytest.fixture
def apt(tmp_path: Path) -> Path:
    folder = tmp_path / "apt"
    (folder / "sources.list.d").mkdir(parents=True)
    return folder


def test_a_line_names_a_mirror(apt: Path, keyring: Path) -> None:
    (apt / "sources.list").write_text(
        "# a comment\n"
        "deb-src http://debian.example/debian trixie main\n"
        "deb http://debian.example/debian trixie main contrib  # Debian\n"
    )
    assert mirrors(apt, (keyring,)) == [Mirror("http://debian.example/debian", keyring)]


def test_a_line_may_name_its_own_keys(apt: Path, keyring: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.gpg"
    own.touch()
    (apt / "sources.list").write_text(
        f"deb [ arch=amd64 signed-by={own} ] http://debian.example/debian bookworm main\n"
    )
    assert mirrors(apt, (keyring,)) == [Mirror("http://debian.example/debian", own)]


def test_a_stanza_names_mirrors_in_order(apt: Path, keyring: Path) -> None:
    (apt / "sources.list.d" / "debian.sources").write_text(
        "Types: deb\n"
        "# moved last year\n"
        "URIs: http://near.example/debian http://far.example/debian\n"
        "Suites: trixie trixie-updates\n"
        "Components: main\n"
    )
    found = mirrors(apt, (keyring,))
    assert [mirror.uri for mirror in found] == [
        "http://near.example/debian",
        "http://far.example/debian",
    ]


def test_other_archives_are_passed_over(apt: Path, keyring: Path) -> None:
    (apt / "sources.list").write_text(
        "deb http://vendor.example/apt any main\n"
        "deb http://debian.example/debian-security trixie-security main\n"
        "deb http://debian.example/debian trixie contrib\n"
    )
    (apt / "sources.list.d" / "off.sources").write_text(
        "Enabled: no\nTypes: deb\nURIs: http://off.example/\nSuites: trixie\nComponents: main\n"
    )
    assert mirrors(apt, (keyring,)) == []


def test_without_keys_no_mirror_is_trusted(apt: Path, tmp_path: Path) -> None:
    (apt / "sources.list").write_text("deb http://debian.example/debian trixie main\n")
    assert mirrors(apt, (tmp_path / "missing.gpg",)) == []
