"""What happens on a board between power and main.py, and after main.py has ended."""

import gc
import sys

import _console
import _gpio
import _link

_HOST = "/.host"  # below it, folders of the machine that simulates, read as if they were ROM
_PR_SET_PDEATHSIG = 1
_SIGKILL = 9
_RESERVE_BYTES = 4096  # to tell of a full heap, which takes none on a board
_PROT_READ = 1
_MAP_PRIVATE = 2
_SOFT_RESET = 5
_LAYOUT = {"progsize": 32, "readsize": 32, "lookahead": 32, "mtime": False}


def run(descriptor, namespace):
    """Boot; never returns."""
    leave = _bind_to_world()
    _link.connect(descriptor, leave)
    settings = _settings()
    _gpio.soc.update(settings["soc"])
    _seed(settings)
    console = _console.install()
    _install_tasks()
    main = _first(_mount(settings))
    heap_bytes = settings["heap"]
    if settings["rom"]:
        _learn_names()
    settings = None
    if not heap_bytes:
        _console.install_gc()
    beside = (bytearray(_RESERVE_BYTES), _ballast(heap_bytes))
    try:
        if main:
            execfile(main, namespace)
    except SystemExit:
        _link.ask("Q", _SOFT_RESET)
    except BaseException as error:
        del beside
        gc.collect()
        try:
            sys.modules["sys"].print_exception(error)
        except MemoryError:
            leave(_link.NO_MEMORY_LEFT)
        except KeyboardInterrupt:
            pass  # a host that wants the prompt has it now
    import _repl

    _repl.prompt(console)


def _bind_to_world():
    """Die with the world, even out of a loop that never looks at the link."""
    import ffi

    libc = ffi.open("libc.so.6")
    libc.func("i", "prctl", "iiiii")(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    return libc.func("v", "_exit", "i")


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
    rom = open(settings["rom"], "rb") if settings["rom"] else None
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
    if rom:
        vfs.mount(vfs.VfsRom(_mapped(rom)), "/rom")
        places.append("/rom")
    sys.path[:] = [places[0], "", "/lib"] + places[1:] + [".frozen"]
    return ["/main.py"] + [place + "/main.py" for place in places[1:]]


def _mapped(file):
    """Return the bytes behind an address of the host's memory, which take no heap."""
    import ffi
    import uctypes

    size = file.seek(0, 2)
    call = ffi.open("libc.so.6").func("P", "mmap", "pLiiil")
    return uctypes.bytearray_at(call(None, size, _PROT_READ, _MAP_PRIVATE, file.fileno(), 0), size)


def _learn_names():
    """Hold the names of the firmware in memory, as an image does in its ROM."""
    __import__("_names")
    sys.modules.pop("_names")


def _ballast(heap_bytes):
    """Return what fills the heap until the firmware has as much of it as the board is to have."""
    import esp32
    import machine

    gc.collect()
    if not heap_bytes:
        return b""
    surplus = gc.mem_free() - heap_bytes
    if surplus < 0:
        raise ValueError("the overlay takes %d bytes more than it may" % -surplus)
    return bytearray(surplus)


def _first(paths):
    import os

    for path in paths:
        try:
            os.stat(path)
            return path
        except OSError:
            pass
    return None
