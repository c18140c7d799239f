import subprocess
from pathlib import Path

import pytest

from tools import debian
from tools.commands import CommandError
from tools.debian import Tree, write_launcher


def test_a_launcher_passes_awkward_words_on(tmp_path: Path) -> None:
    launcher = tmp_path / "it's here" / "launcher"
    write_launcher(
        launcher, ["/bin/sh", "-c", 'echo "$GREETING" "$@"', "sh"], {"GREETING": "a 'b'"}
    )
    said = subprocess.run([launcher, "c d", "$e"], capture_output=True, text=True, check=True)
    assert said.stdout == "a 'b' c d $e\n"


def test_a_tree_finds_its_loader_and_libraries(tmp_path: Path) -> None:
    folder = tmp_path / "usr" / "lib" / "x86_64-linux-gnu"
    (folder / "pulseaudio").mkdir(parents=True)
    (folder / "locale").mkdir()
    (folder / "ld-linux-x86-64.so.2").touch()
    (folder / "libc.so.6").touch()
    (folder / "pulseaudio" / "libpulsecommon-16.1.so").touch()
    tree = Tree(tmp_path)
    assert tree.loader() == folder / "ld-linux-x86-64.so.2"
    assert tree.libraries() == [folder, folder / "pulseaudio"]


def test_a_tree_without_a_loader_says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no dynamic loader"):
        Tree(tmp_path).loader()


def test_a_release_that_a_mirror_has_only_half_of_gives_way_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def unpack(packages: list[str], *, suite: str, into: Path, **_: object) -> Tree:
        asked.append(suite)
        if suite != "next":
            raise CommandError(f"{suite}: File has unexpected size")
        return Tree(into)

    monkeypatch.setattr(debian, "unpack", unpack)

    def fetch(*suites: str) -> Tree:
        return debian.unpack_from_first(
            suites, ["micropython"], arch="i386", into=tmp_path, on_progress=lambda *_: None
        )

    assert fetch("this", "next", "after") == Tree(tmp_path)
    assert asked == ["this", "next"]
    with pytest.raises(CommandError, match=r"this: .*\nolder: "):
        fetch("this", "older")
