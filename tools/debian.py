"""Fetches Debian packages with all they need into a private folder: no root, nothing installed.

apt runs with its own state, from the mirror this machine is configured with, and checks the
archive's signature; `dpkg-deb` unpacks. Programs run either through the C library unpacked beside
them, on whatever Debian this is, or on the machine's own C library when they come from its suite.
"""

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

from tools import apt_sources
from tools.commands import CommandError, output, run
from tools.places import TOOLS

INDEX_IS_GOOD_FOR_S = 12 * 3600
PAUSES_S = (0, 10, 30)  # a mirror whose index is just being replaced is whole again soon
# Never used by a program unpacked here; they are most of the weight.
UNNEEDED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/lib/*/gconv")

OnProgress = Callable[[float, str], None]


class Tree(NamedTuple):
    """An unpacked set of packages."""

    root: Path

    def libraries(self) -> list[Path]:
        """Return the folders that hold shared libraries, those of single packages last."""
        patterns = ("lib/*-linux-gnu*", "usr/lib/*-linux-gnu*", "usr/lib/*-linux-gnu*/*")
        folders = [path for pattern in patterns for path in sorted(self.root.glob(pattern))]
        return [path.resolve() for path in folders if any(path.glob("lib*.so*"))]

    def loader(self) -> Path:
        """Return the dynamic loader that was unpacked, which starts programs with its libc."""
        for folder in self.libraries():
            for name in ("ld-linux*.so.*", "ld.so.1"):
                for path in sorted(folder.glob(name)):
                    return path
        raise CommandError(f"no dynamic loader among what was unpacked in {self.root}")


def architecture() -> str:
    """Return Debian's name for this machine's architecture."""
    return output(["dpkg", "--print-architecture"]).strip()


def own_suite() -> str:
    """Return the name of the Debian release that this machine runs."""
    for line in Path("/etc/os-release").read_text().splitlines():
        if line.startswith("VERSION_CODENAME="):
            return line.partition("=")[2].strip('"')
    raise CommandError("/etc/os-release does not name a Debian release")


def unpack(
    packages: Sequence[str],
    *,
    suite: str,
    arch: str,
    into: Path,
    on_progress: OnProgress,
    leave_out: tuple[str, ...] = (),
) -> Tree:
    """Fetch the packages and all they depend on; unpack those not left out into a new folder."""
    apt = _Apt(suite, arch)
    apt.refresh(on_progress)
    archives = [
        archive
        for archive in apt.download(packages, on_progress)
        if not archive.name.startswith(leave_out)
    ]
    part = into.with_name(into.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    sums = []
    for done, archive in enumerate(archives):
        on_progress(0.8 + 0.2 * done / len(archives), f"unpacking {archive.name.split('_')[0]}")
        sums.append(f"{hashlib.sha256(archive.read_bytes()).hexdigest()}  {archive.name}\n")
        run(["dpkg-deb", "-x", archive, part])
    for pattern in UNNEEDED:
        for folder in part.glob(pattern):
            shutil.rmtree(folder)
    (part / "SHA256SUMS").write_text("".join(sums))
    apt.forget_downloads()
    shutil.rmtree(into, ignore_errors=True)
    part.rename(into)
    return Tree(into)


def unpack_from_first(
    suites: Sequence[str],
    packages: Sequence[str],
    *,
    arch: str,
    into: Path,
    on_progress: OnProgress,
) -> Tree:
    """Unpack from the first Debian release of which the mirror has a whole list of packages."""
    problems = []
    for suite in suites:
        try:
            return unpack(packages, suite=suite, arch=arch, into=into, on_progress=on_progress)
        except CommandError as problem:
            problems.append(str(problem))
    raise CommandError("\n".join(problems))


def write_launcher(
    launcher: Path, command: Sequence[str | Path], environment: Mapping[str, str] | None = None
) -> None:
    """Write an executable that runs the command with the arguments it is given."""
    lines = ["#!/bin/sh"]
    lines += [f"export {name}={_quoted(value)}" for name, value in (environment or {}).items()]
    lines.append("exec " + " ".join(_quoted(str(word)) for word in command) + ' "$@"')
    launcher.parent.mkdir(parents=True, exist_ok=True)
    launcher.write_text("\n".join(lines) + "\n")
    launcher.chmod(0o755)


def write_launcher_with_own_libc(launcher: Path, tree: Tree, program: str) -> None:
    """Write a launcher for a program that may need a newer C library than this machine's."""
    path = ":".join(str(folder) for folder in tree.libraries())
    write_launcher(launcher, [tree.loader(), "--library-path", path, tree.root / program])


class _Apt:
    """apt-get with a state of its own, under .tools/apt."""

    def __init__(self, suite: str, arch: str) -> None:
        self._suite = suite
        self._arch = arch
        self._state = TOOLS / "apt" / f"{suite}-{arch}"
        self._archives = self._state / "cache" / "archives"

    def refresh(self, on_progress: OnProgress) -> None:
        """Have a list of packages that is recent and signed by Debian."""
        updated = self._state / "updated"
        if updated.exists() and time.time() - updated.stat().st_mtime < INDEX_IS_GOOD_FOR_S:
            return
        mirrors = apt_sources.mirrors()
        if not mirrors:
            raise CommandError("this machine has no Debian mirror configured in /etc/apt")
        for folder in ("lists/partial", "cache/archives/partial"):
            (self._state / folder).mkdir(parents=True, exist_ok=True)
        (self._state / "status").touch()
        problems = []
        for pause_s, mirror in product(PAUSES_S, mirrors):
            time.sleep(pause_s)
            options = f"[arch={self._arch} signed-by={mirror.keyring}]"
            source = f"deb {options} {mirror.uri} {self._suite} main\n"
            (self._state / "sources.list").write_text(source)
            try:
                self._run(["update"], lambda part, doing: on_progress(0.3 * part, doing))
            except CommandError as problem:
                problems.append(str(problem))
            else:
                updated.touch()
                return
        raise CommandError("\n".join(problems))

    def download(self, packages: Sequence[str], on_progress: OnProgress) -> list[Path]:
        self.forget_downloads()
        self._run(
            ["--yes", "--no-install-recommends", "--download-only", "install", *packages],
            lambda part, doing: on_progress(0.3 + 0.5 * part, doing),
        )
        archives = sorted(self._archives.glob("*.deb"))
        if not archives:
            raise CommandError(f"apt fetched nothing for {' '.join(packages)}")
        return archives

    def forget_downloads(self) -> None:
        for archive in self._archives.glob("*.deb"):
            archive.unlink()

    def _run(self, command: Sequence[str], on_progress: OnProgress) -> None:
        state = self._state
        options = [
            f"Dir::Etc::sourcelist={state / 'sources.list'}",
            "Dir::Etc::sourceparts=-",
            f"Dir::State::lists={state / 'lists'}",
            f"Dir::State::status={state / 'status'}",
            f"Dir::Cache={state / 'cache'}",
            "Dir::Cache::pkgcache=",  # rebuilt in a second, and large
            "Dir::Cache::srcpkgcache=",
            "Acquire::GzipIndexes=true",
            f"APT::Architecture={self._arch}",
            f"APT::Architectures::={self._arch}",
            f"APT::Sandbox::User={_user()}",
            "APT::Get::AllowUnauthenticated=false",
            "Acquire::AllowInsecureRepositories=false",
            "Acquire::Languages=none",
            "Acquire::Retries=3",
            "APT::Update::Error-Mode=any",
            "Debug::NoLocking=true",
            "APT::Status-Fd=1",
        ]
        words = ["apt-get", "-qq", *(word for option in options for word in ("-o", option))]

        def on_line(line: str) -> None:
            # dlstatus:<number>:<percent>:<what is being done>
            fields = line.split(":", 3)
            if fields[0] == "dlstatus" and len(fields) == 4:
                on_progress(float(fields[2]) / 100, fields[3].strip())

        run([*words, *command], on_line=on_line, environment={**os.environ, "LC_ALL": "C.UTF-8"})


def _user() -> str:
    return subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"
