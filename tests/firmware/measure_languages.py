"""Says how much of the heap speaking takes; runs on MicroPython, code in place or from files.

measure_languages.py ROM (an image, mounted) or FOLDER FOLDER (where compiled modules lie).
"""

import gc
import sys

if len(sys.argv) == 2:
    import vfs

    with open(sys.argv[1], "rb") as file:  # noqa: PTH123 - MicroPython has no pathlib
        image = memoryview(file.read())
    vfs.mount(vfs.VfsRom(image), "/rom")
    sys.path.insert(0, "/rom")
else:
    sys.path[:0] = sys.argv[1:]

import turna_protocol.codes  # the reports need them in any case
import turna_protocol.text  # noqa: F401


def used() -> int:
    gc.collect()
    return int(gc.mem_alloc())  # type: ignore[attr-defined]  # MicroPython only


def show(name: str, count: int) -> None:
    sys.stdout.write(f"{name} {count}\n")


start = used()
from turna_handset import labels  # noqa: E402

show("speaking", used() - start)
for code in ("kk", "tr", "uz@cyrillic"):
    labels.speak(code)
before = used()
for code in ("kk", "tr", "uz@cyrillic") * 10:
    labels.speak(code)
show("growth", used() - before)

from turna_handset.languages import ids  # noqa: E402

before = used()
texts = {}
for place in range(0, len(ids.STARTS) - 2, 2):
    begin = ids.STARTS[place] << 8 | ids.STARTS[place + 1]
    end = ids.STARTS[place + 2] << 8 | ids.STARTS[place + 3]
    label = ids.IDS[begin:end].decode()
    texts[label] = labels.text(label)
show("dictionary", used() - before)
