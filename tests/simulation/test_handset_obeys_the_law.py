"""A handset whose hour on the air is used up keeps silent, says so, and still sends an SOS."""

from pathlib import Path

from tests.simulation.handset_bench import HOLD_MS, Field
from turna_protocol.duty import HOUR_MS, SOS_RESERVE_PERCENT
from turna_protocol.regions import USUAL_CHANNEL, sub_band
from turna_simulation.world import World

REGION = "HU868"
# At SF12 two positions take most of the 3.6 s that sub-band N gives in an hour.
CHANNEL = USUAL_CHANNEL.replace(freq_hz=868_900_000, sf=12)


def test_an_hour_that_is_used_up_silences_all_but_an_sos(tmp_path: Path) -> None:
    band = sub_band(REGION, CHANNEL)
    assert band is not None
    assert band.duty_permille is not None
    hour_us = HOUR_MS * band.duty_permille
    routine_us = hour_us * (100 - SOS_RESERVE_PERCENT) // 100
    with World(seed=1) as world:
        field = Field(world, tmp_path, region=REGION, radio=vars(CHANNEL), position_interval_s=10)
        field.handset.parts.gnss.stand_at(3_620_123, 3_616_456)
        world.run_for(300_000)
        used_us = world.ether.airtime_us("handset")
        assert routine_us // 2 < used_us <= routine_us
        assert field.shows("AIRTIME USED UP"), field.screen()

        field.press(HOLD_MS)
        world.run_for(30_000)
        assert used_us < world.ether.airtime_us("handset") <= hour_us
