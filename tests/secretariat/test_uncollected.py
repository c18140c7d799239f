"""Looking for garbage is put off while much is built, and never for good."""

import gc

import pytest

from turna_secretariat.uncollected import uncollected


def test_whoever_ends_last_lets_garbage_be_looked_for_again() -> None:
    uncollected.__enter__()
    uncollected.__enter__()
    uncollected.__exit__()
    assert not gc.isenabled()
    uncollected.__exit__()
    assert gc.isenabled()


def test_what_breaks_off_meanwhile_does_not_put_it_off_for_good() -> None:
    with pytest.raises(ZeroDivisionError), uncollected:
        1 / 0  # noqa: B018 - it is to break off
    assert gc.isenabled()
