"""A board at its prompt, with power to be cut at any write: _local_board.py FIRMWARE PROTOCOL ID.

One JSON line in, one out after "= ": beside it the collector tells of files that it cannot close.
The flash is a piece of memory; what is erased reads 0xff.
"""

import json
import sys

import vfs

BLOCK_BYTES = 4096
BLOCKS = 16
IO_ERROR = -5
ERASED = b"\xff" * BLOCK_BYTES


class CutError(Exception):
    """The power went."""


class Power:
    """The flash as one life of the board sees it; after a cut nothing of this life reaches it."""

    def __init__(self, writes):
        self.off = False
        self._writes = writes

    def readblocks(self, block, buffer, offset=0):
        if self.off:  # an open file that the collector finds closes itself, without a heap
            return IO_ERROR
        start = block * BLOCK_BYTES + offset
        buffer[:] = memory[start : start + len(buffer)]
        return 0

    def writeblocks(self, block, buffer, offset=0):
        if self.off:
            return IO_ERROR
        self._spend()
        start = block * BLOCK_BYTES + offset
        memory[start : start + len(buffer)] = buffer
        return 0

    def ioctl(self, request, argument):
        if request == 4:
            return BLOCKS
        if request == 5:
            return BLOCK_BYTES
        if request == 6:
            if self.off:
                return IO_ERROR
            self._spend()
            start = argument * BLOCK_BYTES
            memory[start : start + BLOCK_BYTES] = ERASED
        return 0

    def _spend(self):
        if self._writes == 0:
            self.off = True
            raise CutError
        if self._writes is not None:
            self._writes -= 1


class Machine:
    @staticmethod
    def unique_id():
        return bytes.fromhex(sys.argv[3])


memory = bytearray(BLOCK_BYTES * BLOCKS)
lives = [Power(None)]  # the last one is the present
printed = []


def erase(files):
    for block in range(BLOCKS):
        memory[block * BLOCK_BYTES : (block + 1) * BLOCK_BYTES] = ERASED
    vfs.VfsLfs2.mkfs(Power(None), progsize=32, readsize=32, lookahead=32)
    power_on(None)
    for path, content in files.items():
        with open(path, "wb") as file:
            file.write(bytes.fromhex(content))


def power_on(writes):
    lives[-1].off = True
    vfs.umount("/")
    lives[:] = [Power(writes)]
    vfs.mount(vfs.VfsLfs2(lives[-1], progsize=32, readsize=32, lookahead=32, mtime=False), "/")


def run(program):
    printed.clear()
    try:
        exec(program, {"print": lambda *words: printed.append(" ".join([str(w) for w in words]))})
    except (CutError, OSError):
        if not lives[-1].off:
            raise
    return {"cut": lives[-1].off, "printed": "\n".join(printed)}


def read_settings(_):
    try:
        return settings.load()
    except settings.SettingsError as error:
        return {"refused": str(error)}


sys.path += sys.argv[1:3]
sys.modules["machine"] = Machine
sys.modules["turna_board.board"] = Machine  # there, which is all that anybody asks of it here
from turna_board import settings

DEEDS = {"erase": erase, "power_on": power_on, "run": run, "settings": read_settings}
line = sys.stdin.readline()
while line:
    name, what = json.loads(line)
    print("= " + json.dumps(DEEDS[name](what)))
    line = sys.stdin.readline()
