"""The Python environment: what a larger lock has brought already is not brought again."""

from pathlib import Path

from tools import environment
from tools.environment import HELD_BY
from tools.places import REQUIREMENTS


def _named(lock: str) -> set[str]:
    lines = (REQUIREMENTS / f"{lock}.txt").read_text(encoding="utf-8").splitlines()
    return {line.split(" ")[0] for line in lines if line[:1].isalnum()}


def test_the_larger_lock_names_all_that_the_smaller_one_does_in_the_same_version() -> None:
    for lock, holder in HELD_BY.items():
        assert _named(lock) <= _named(holder)


def test_whoever_has_set_up_for_development_need_not_set_up_for_the_demo(tmp_path: Path) -> None:
    assert not environment.stamp("runtime", tmp_path).is_fresh()
    environment.stamp("dev", tmp_path).put()
    assert environment.stamp("runtime", tmp_path).is_fresh()


def test_the_demos_own_environment_is_not_enough_for_development(tmp_path: Path) -> None:
    environment.stamp("runtime", tmp_path).put()
    assert environment.stamp("runtime", tmp_path).is_fresh()
    assert not environment.stamp("dev", tmp_path).is_fresh()
