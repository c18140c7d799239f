"""Which language the handset speaks: what was chosen in its menu, else what its settings say."""

from . import labels
from .languages import LANGUAGES

PATH = "/language"  # beside settings.json, which the board never writes


def begin(usual: str, path: str = PATH) -> None:
    """Speak the language last chosen here, or the usual one."""
    labels.speak(_chosen(path) or usual)


def choose(language: str, path: str = PATH) -> bool:
    """Speak a language from now on; return whether that outlasts a restart."""
    labels.speak(language)
    try:
        with open(path, "w") as file:
            file.write(language)
    except OSError:
        return False
    return True


def _chosen(path: str) -> str | None:
    try:
        with open(path) as file:
            chosen = file.read()
    except (OSError, ValueError):  # ValueError: what is there is no text
        return None
    return chosen if chosen in [code for code, _ in LANGUAGES] else None
