"""Other people's modules that boards hold: from their packages as installed, never copied here."""

import atexit
import functools
import importlib.util
import shutil
import tempfile
from pathlib import Path

# Module on the board, and the package of this Python that brings it.
MODULES = (("microdot.py", "microdot"),)


@functools.cache
def folder() -> Path:
    """Return a folder with these modules, and nothing else of their packages."""
    place = Path(tempfile.mkdtemp(prefix="turna-libraries-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    for name, package in MODULES:
        spec = importlib.util.find_spec(package)
        assert spec is not None, package
        assert spec.submodule_search_locations, package
        shutil.copyfile(Path(spec.submodule_search_locations[0]) / name, place / name)
    return place
