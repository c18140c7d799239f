from pathlib import Path

from tools.stamps import Stamp


def test_a_product_is_fresh_only_after_it_was_made(tmp_path: Path) -> None:
    stamp = Stamp(tmp_path / "product" / "stamp", "version 1")
    assert not stamp.is_fresh()
    stamp.put()
    assert Stamp(tmp_path / "product" / "stamp", "version 1").is_fresh()


def test_another_ingredient_makes_it_stale(tmp_path: Path) -> None:
    recipe = tmp_path / "recipe"
    recipe.write_text("one egg")
    Stamp(tmp_path / "stamp", recipe).put()
    recipe.write_text("two eggs")
    assert not Stamp(tmp_path / "stamp", recipe).is_fresh()


def test_where_one_ingredient_ends_and_the_next_begins_matters(tmp_path: Path) -> None:
    Stamp(tmp_path / "stamp", "ab", "c").put()
    assert not Stamp(tmp_path / "stamp", "a", "bc").is_fresh()
