"""Works on a board's littlefs image while the board is off.

Runs as `micropython _image.py IMAGE BLOCKS`; reads one JSON command per line from standard input
(["write", path, hex] or ["read", path] or ["list", path]) and answers each with a JSON line.
"""

import json
import os
import sys

import vfs

BLOCK_BYTES = 4096
_LAYOUT = {"progsize": 32, "readsize": 32, "lookahead": 32, "mtime": False}


class Image:
    """A block device on the host's file, without a board's costs."""

    def __init__(self, path, blocks):
        self._file = open(path, "r+b")
        self._blocks = blocks

    def readblocks(self, block, buffer, offset=0):
        self._file.seek(block * BLOCK_BYTES + offset)
        self._file.readinto(buffer)

    def writeblocks(self, block, buffer, offset=0):
        self._file.seek(block * BLOCK_BYTES + offset)
        self._file.write(buffer)

    def ioctl(self, request, argument):
        if request == 4:
            return self._blocks
        if request == 5:
            return BLOCK_BYTES
        if request == 6:
            self._file.seek(argument * BLOCK_BYTES)
            self._file.write(b"\xff" * BLOCK_BYTES)
        if request in (2, 3):
            self._file.flush()
        return 0


def mount(path, blocks):
    image = Image(path, blocks)
    try:
        files = vfs.VfsLfs2(image, **_LAYOUT)
    except OSError:
        vfs.VfsLfs2.mkfs(image, progsize=32, readsize=32, lookahead=32)
        files = vfs.VfsLfs2(image, **_LAYOUT)
    vfs.mount(files, "/flash")


def write(path, text):
    folder = ""
    for part in path.strip("/").split("/")[:-1]:
        folder += "/" + part
        try:
            os.mkdir("/flash" + folder)
        except OSError:
            pass
    with open("/flash" + path, "wb") as file:
        file.write(bytes.fromhex(text))


def read(path):
    try:
        with open("/flash" + path, "rb") as file:
            return file.read().hex()
    except OSError:
        return None


def names(path):
    return sorted([entry[0] for entry in os.ilistdir("/flash" + path)])


mount(sys.argv[1], int(sys.argv[2]))
for line in sys.stdin:
    command = json.loads(line)
    if command[0] == "write":
        print(json.dumps(write(command[1], command[2])))
    elif command[0] == "read":
        print(json.dumps(read(command[1])))
    else:
        print(json.dumps(names(command[1])))
