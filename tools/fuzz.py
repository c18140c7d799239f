"""Feeds parsers with coverage-guided nonsense: python3 -m tools.fuzz [NAME...] [--seconds N].

A target is a file tests/fuzz/NAME.py with `fuzz(data: bytes) -> None`, which may raise only what
it does not catch itself: a finding. What was learnt is kept in .fuzz/NAME, findings beside it.
"""

import argparse
import importlib.util
import subprocess
import sys
from collections.abc import Sequence

from tools.places import PYTHON, ROOT

TARGETS = ROOT / "tests" / "fuzz"
CORPUS = ROOT / ".fuzz"
LONGEST_INPUT_BYTES = 4096
INSTRUMENTED = ("turna_protocol", "turna_backbone")


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz each target in a process of its own; return 1 if one had a finding."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.fuzz", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seconds", type=int, default=30, help="for each target (default 30)")
    options = parser.parse_args(arguments)
    known = sorted(path.stem for path in TARGETS.glob("[!_]*.py"))
    names: list[str] = options.names or known
    if unknown := set(names) - set(known):
        parser.error(
            f"no such target: {', '.join(sorted(unknown))} (there are: {', '.join(known)})"
        )
    if not names:
        parser.error("there are no targets in tests/fuzz")
    if importlib.util.find_spec("atheris") is None:
        parser.error("atheris, the fuzzer, has no release for this machine (it has for amd64)")
    return max(_fuzz(name, options.seconds) for name in names)


def _fuzz(name: str, seconds: int) -> int:
    corpus = CORPUS / name
    corpus.mkdir(parents=True, exist_ok=True)
    print(f"--- {name}: {seconds} s", flush=True)
    program = (
        "import sys, atheris\n"
        f"with atheris.instrument_imports(include={[*INSTRUMENTED, name]}):\n"
        f"    from {name} import fuzz\n"
        "atheris.Setup(sys.argv, fuzz)\n"
        "atheris.Fuzz()\n"
    )
    limits = [f"-max_total_time={seconds}", f"-max_len={LONGEST_INPUT_BYTES}", "-timeout=5"]
    found = f"-artifact_prefix={corpus}.finding-"
    command = [str(PYTHON), "-c", program, *limits, found, "-print_final_stats=0", str(corpus)]
    done = subprocess.run(command, cwd=TARGETS, check=False)
    print(f"--- {name}: {'a finding' if done.returncode else 'nothing found'}", flush=True)
    return 1 if done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
