"""A ROM file system is dearer than a frozen image: by what, is counted, and counted rightly."""

from pathlib import Path

import pytest

from tests.simulation.bench import said
from tests.simulation.handset_bench import Field
from tools.places import MICROPYTHON_32
from turna_simulation import libraries
from turna_simulation.esp32 import LEFT_BY_AN_ESP32_BYTES, esp32_heap, staying
from turna_simulation.frozen import tables_bytes
from turna_simulation.interpreter import heap_bytes
from turna_simulation.rom import compiled
from turna_simulation.world import FIRMWARE, World

# The function is never called, so what a module takes beside its tables is the same for each.
MODULES = {
    "string": "def f():\n    return 'a text with blanks, which is no name'\n",
    "strings": "def f():\n    return 'one text, and', 'another text', 'and a third', b'bytes!'\n",
    "empty": "def f():\n    return b'', ''\n",
    "long_integer": "def f():\n    return 123456789012345678\n",
    "word": "def f():\n    return 0x80000000\n",
    "fraction": "def f():\n    return 3.14159\n",
    "group": "def f():\n    return (1, 'two, and some more', (3, b'four of these'))\n",
    "many": "def f():\n    return [" + "".join(f"'text {n} of many', " for n in range(90)) + "]\n",
    "names": "def f(a):\n" + "".join(f"    a.name_{n}()\n" for n in range(90)),
}
BLOCK_BYTES = 16  # a further one, or not, for the pool of the interpreter's names
IMPORTING = """
import gc
def sweep(levels):
    a = b = c = d = e = f = g = h = None
    if levels:
        sweep(levels - 1)
def settled():
    sweep(12)
    gc.collect()
    gc.collect()
    return gc.mem_alloc()
__import__("first")
before = settled()
__import__("module")
print(settled() - before)
"""
# The board's own main.py, and a task beside it that tells what is in memory after a minute.
TELLING = """
import asyncio, sys
run = asyncio.run
async def tell():
    await asyncio.sleep(60)
    print("loaded", " ".join(sys.modules))
async def both(role):
    asyncio.create_task(tell())
    await role
asyncio.run = lambda role: run(both(role))
exec(open("/rom/main.py").read())
"""


@pytest.fixture(scope="module")
def narrow() -> Path:
    unavailable = MICROPYTHON_32 / "UNAVAILABLE"
    if unavailable.exists():
        pytest.skip(unavailable.read_text().strip())
    return MICROPYTHON_32 / "micropython"


def test_what_is_counted_for_tables_is_what_the_interpreter_takes_for_them(
    tmp_path: Path, narrow: Path
) -> None:
    beside = []
    for name, text in MODULES.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "first.py").write_text("def f():\n    pass\n")
        (folder / "module.py").write_text(text)
        with World(seed=1) as world:
            board = world.add_board(
                "board",
                files={"/main.py": IMPORTING.encode()},
                firmware=[folder],
                rom=True,
                micropython=narrow,
            )
            board.power_on()
            world.run_for(5_000)
            taken = int(said(board)[0])
        beside.append(taken - tables_bytes(compiled(folder / "module.py")))
    assert max(beside) - min(beside) <= BLOCK_BYTES, beside


@pytest.mark.slow
def test_the_heap_allows_for_nothing_but_modules_that_a_handset_holds_all_the_time(
    tmp_path: Path, narrow: Path
) -> None:
    counted = staying((*FIRMWARE, libraries.folder()))
    with World(seed=1) as world:
        field = Field(world, tmp_path, rom=True, micropython=narrow, heap="160K")
        field.handset.power_cut()
        field.handset.write_files({"/main.py": TELLING.encode()})
        field.handset.power_on()
        world.run_for(65_000)
        output = field.handset.serial.output.decode(errors="replace")
    loaded = next(line for line in output.splitlines() if line.startswith("loaded")).split()
    assert set(counted) <= set(loaded)
    saved = sum(tables_bytes(compiled(source)) for source in counted.values())
    assert 0 <= LEFT_BY_AN_ESP32_BYTES + saved - heap_bytes(esp32_heap()) < 1024
