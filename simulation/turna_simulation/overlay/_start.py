"""What happens on a board between power and main.py, and after main.py has ended."""

import sys

import _console
import _link

_HOST = "/.host"  # below it, folders of the machine that simulates, read as if they were ROM
_PR_SET_PDEATHSIG = 1
_SIGKILL = 9
_SOFT_RESET = 5
_LAYOUT = {"progsize": 32, "readsize": 32, "lookahead": 32, "mtime": False}


def run(descriptor, namespace):
    """Boot; never returns."""
    leave = _bind_to_world()
    _link.connect(descriptor, leave)
    settings = _settings()
    _seed(settings)
    console = _console.install()
    _install_tasks()
    main = _first(_mount(settings))
    settings = None
    try:
        if main:
            execfile(main, namespace)
    except SystemExit:
        _link.ask("Q", _SOFT_RESET)
    except BaseException as error:
        sys.modules["sys"].print_exception(error)
    _prompt(console)


def _bind_to_world():
    """Die with the world, even out of a loop that never looks at the link."""
    import ffi

    libc = ffi.open("libc.so.6")
    libc.func("i", "prctl", "iiiii")(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    leave = libc.func("v", "_exit", "i")
    return lambda: leave(0)


def _settings():
    import json

    return json.loads(_link.ask("H"))


def _seed(settings):
    import os
    import random

    os._set_seed(settings["seed"].encode())
    random.seed(int(settings["seed"][:7], 16))


def _install_tasks():
    import _tasks

    sys.modules["_asyncio"] = _tasks


def _mount(settings):
    """Put littlefs at /, and the overlay and the firmware where they are out of the way."""
    import vfs

    from _disk import Disk

    image = open(settings["flash"], "rb")
    folders = [sys.path[0]] + settings["firmware"]
    vfs.umount("/")
    disk = Disk(image, settings["blocks"])
    try:
        files = vfs.VfsLfs2(disk, **_LAYOUT)
    except OSError:
        vfs.VfsLfs2.mkfs(disk, progsize=32, readsize=32, lookahead=32)
        files = vfs.VfsLfs2(disk, **_LAYOUT)
    vfs.mount(files, "/")
    places = [_HOST + str(number) for number in range(len(folders))]
    for place, folder in zip(places, folders):
        vfs.mount(vfs.VfsPosix(folder), place)
    sys.path[:] = [places[0], "", "/lib"] + places[1:] + [".frozen"]
    return ["/main.py"] + [place + "/main.py" for place in places[1:]]


def _first(paths):
    import os

    for path in paths:
        try:
            os.stat(path)
            return path
        except OSError:
            pass
    return None


def _prompt(console):
    """Stand at the prompt as a board does when its main.py has ended; Ctrl-D starts anew."""
    console.write("MicroPython v1.25.0; virtual board with ESP32S3\n>>> ")
    while True:
        try:
            character = console.buffer.read(1)
        except KeyboardInterrupt:
            character = b"\r"
        if character == b"\x04":
            console.write("\nMPY: soft reboot\n")
            _link.ask("Q", _SOFT_RESET)
        console.write("\n>>> ")
