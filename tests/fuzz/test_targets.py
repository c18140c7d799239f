"""A short run of every fuzz target: changes that are the same every time, then guided ones.

`make fuzz` gives each much longer. A finding is kept in .fuzz/ and becomes a test of its own.
"""

import itertools
from pathlib import Path

import pytest

from tools import fuzz
from tools.mutation import mutations, sample

NAMES = fuzz.names()
SEED = 20_270_101
INPUTS = 3_000
GUIDED_S = 1


def test_there_is_a_target_for_each_way_in() -> None:
    assert len(NAMES) >= 9


@pytest.mark.parametrize("name", NAMES)
def test_survives_what_it_knows_cut_flipped_and_spliced(name: str) -> None:
    target = fuzz.target(name)
    for data in itertools.islice(mutations(target.seeds, SEED), INPUTS):
        target.fuzz(data)
    for data in sample(target.seeds, SEED, INPUTS):
        target.fuzz(data)


@pytest.mark.parametrize("name", NAMES)
def test_survives_a_fuzzer_guided_by_coverage(name: str) -> None:
    """Where the fuzzer has no release, its stand-in goes on for as long instead."""
    assert fuzz.run(fuzz.target(name), GUIDED_S, guided=fuzz.is_guided()) == 0


def test_the_same_seed_gives_the_same_inputs() -> None:
    seeds = [b"one", b"another"]
    assert list(sample(seeds, 1, 500)) == list(sample(seeds, 1, 500))
    assert list(sample(seeds, 1, 500)) != list(sample(seeds, 2, 500))


def test_what_a_target_lets_out_is_a_finding_and_is_kept(tmp_path: Path) -> None:
    def breaks(data: bytes) -> None:
        assert data != b"ab"

    chosen = fuzz.Target("breaks", breaks, [b"abc"])
    assert fuzz.run(chosen, 5, guided=False, keep_in=tmp_path) == 1
    (finding,) = tmp_path.glob("breaks.finding-*")
    assert finding.read_bytes() == b"ab"
