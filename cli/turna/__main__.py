"""The command `turna`: each sub-command in a module of its own, imported when asked for."""

import argparse
import errno
import importlib
import os
import sys
import tempfile
from importlib.metadata import version

from turna import examples
from turna.usage import UsageError

# name -> (module with add_arguments(parser) and run(args) -> exit code, what it does)
COMMANDS = {
    "demo": (
        "turna.demo.command",
        "run a whole exercise here, from handsets to Secretariat",
    ),
    "wire": ("turna.wire", "turn reports into bytes and back, to test interoperability"),
    "deployment": (
        "turna.deployment_command",
        "make a mission kit, add handsets and gateways, put it on boards",
    ),
    "flash": ("turna.flash", "put MicroPython and Turna's firmware on a board"),
    "simulate": ("turna.simulate", "let virtual boards stand in for the boards of a mission kit"),
    "gateway": ("turna.gateway", "run and look after a field gateway"),
    "secretariat": ("turna.secretariat", "run and look after the Secretariat's archive and page"),
}


class _Parser(argparse.ArgumentParser):
    """Speaks of a sub-command's mistake with the usage of that sub-command."""

    def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def]  # as in its parent
        known, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return known, unknown


# What a full disk, a used-up quota or a limit on the size of files is called.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def main(argv: list[str] | None = None) -> int:
    """Run a sub-command. Exit code: 0 done, 1 it found something wrong, 2 used wrongly."""
    arguments = sys.argv[1:] if argv is None else argv
    parser = _parser(arguments)
    chosen = parser.parse_args(arguments)
    module = importlib.import_module(COMMANDS[chosen.command][0])
    try:
        code = int(module.run(chosen))
        sys.stdout.flush()
    except UsageError as error:
        print(f"turna {chosen.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone: nothing is left to say
        return 1
    except OSError as error:
        if error.errno not in _NO_ROOM:
            if error.filename is None:
                raise
            print(f"turna {chosen.command}: {error.filename}: {error.strerror}", file=sys.stderr)
            return 2
        print(f"turna {chosen.command}: {_no_room(error)}", file=sys.stderr)
        _forget_output()
        return 1
    return code


def _no_room(error: OSError) -> str:
    where = error.filename or f"the output or {tempfile.gettempdir()}"
    return f"{where}: {error.strerror}; free some, or name another folder in TMPDIR"


def _forget_output() -> None:
    """Let what could not be written go, or the interpreter tries again while it ends."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, sys.stdout.fileno())
    os.close(sink)


def _parser(arguments: list[str]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="turna", description="Field communications for rescue units, when nothing else works."
    )
    parser.add_argument("--version", action="version", version=f"turna {version('turna')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    wanted = next((word for word in arguments if not word.startswith("-")), None)
    for name, (module, purpose) in COMMANDS.items():
        command = commands.add_parser(
            name, help=purpose, description=purpose[0].upper() + purpose[1:] + "."
        )
        if name == wanted:  # the others' imports would cost every call their time
            importlib.import_module(module).add_arguments(command)
            examples.add_to(command, name)
    return parser


if __name__ == "__main__":
    sys.exit(main())
