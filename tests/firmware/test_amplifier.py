"""A board with an amplifier behind its radio: powers are those at the antenna."""

import pytest

from tests.firmware.radio_bench import Bench

CHIP_MAX_DBM, AMPLIFIER_DB = 19, 18


def test_what_is_radiated_is_what_was_asked_for(bench: Bench) -> None:
    board = bench.add(
        "board",
        """
for power_dbm in (9, 10, 14, 37):
    await radio.start(USUAL_CHANNEL.replace(power_dbm=power_dbm))
    await radio.send(b"x")
""",
        model="station_g2",
    )
    bench.run(board)

    assert [r["power_dbm"] for r in bench.sent("board")] == [9, 10, 14, 37]
    assert board.chip_1262.radio.settings.radiated_dbm() == CHIP_MAX_DBM + AMPLIFIER_DB


@pytest.mark.parametrize("power_dbm", [8, 38])
def test_less_than_the_chip_can_or_more_than_the_amplifier_bears_is_refused(
    bench: Bench, power_dbm: int
) -> None:
    board = bench.add(
        "board",
        f"""
from turna_protocol.errors import MisuseError
try:
    await radio.start(USUAL_CHANNEL.replace(power_dbm={power_dbm}))
except MisuseError as error:
    say(misuse=str(error))
""",
        model="station_g2",
    )
    bench.run(board)

    assert board.values("misuse") == ["power_dbm"]
    assert bench.sent("board") == []
