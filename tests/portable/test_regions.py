"""Regions: nothing is on the air before somebody said where we are, and nothing is guessed."""

from turna_protocol import regions
from turna_protocol.channel import Channel
from turna_protocol.regions import REGIONS, USUAL_CHANNEL, refusal


def on(freq_hz: int, power_dbm: int) -> Channel:
    return USUAL_CHANNEL.replace(freq_hz=freq_hz, power_dbm=power_dbm)


STATES = ("az", "kz", "kg", "tr", "uz", "hu", "tm", "cy")


def test_unset_refuses_every_transmission() -> None:
    for freq_hz in range(130_000_000, 1_000_000_000, 5_000_000):
        assert refusal(regions.UNSET, on(freq_hz, -9))


def test_a_region_nobody_wrote_down_refuses() -> None:
    assert refusal("ATLANTIS", on(433_175_000, 0))


def test_each_of_the_eight_states_has_a_profile_and_each_profile_a_source() -> None:
    for country in STATES:
        assert [one for one in REGIONS.values() if one.country == country], country
    for one in REGIONS.values():
        assert one.source


def test_states_whose_rules_are_not_known_do_not_transmit() -> None:
    for name in ("KG", "TM", "UZ923"):
        assert REGIONS[name].sub_bands == ()
        assert refusal(name, on(433_175_000, 0))
        assert refusal(name, on(868_100_000, 0))


def test_every_default_channel_lies_whole_inside_a_band_of_its_region() -> None:
    for region in REGIONS.values():
        for freq_hz in region.channels_hz:
            assert refusal(region.name, on(freq_hz, 10)) is None, (region.name, freq_hz)


def test_the_common_channel_is_legal_in_every_state_that_allows_433() -> None:
    for freq_hz in REGIONS["COMMON433"].channels_hz:
        for name in ("AZ433", "KZ433", "TR433", "UZ433", "HU433", "CY433"):
            assert refusal(name, on(freq_hz, 10)) is None
    common = REGIONS["COMMON433"].sub_bands[0]
    for name in ("AZ433", "KZ433", "TR433", "UZ433", "HU433", "CY433"):
        band = REGIONS[name].sub_bands[0]
        assert common.low_hz >= band.low_hz and common.high_hz <= band.high_hz
        assert common.eirp_max_dbm_x100 <= band.eirp_max_dbm_x100
        assert band.duty_permille is None or common.duty_permille == band.duty_permille


def test_power_counts_to_the_hundredth_of_a_decibel() -> None:
    assert refusal("COMMON433", on(433_175_000, 10)) is None
    assert refusal("COMMON433", on(433_175_000, 11))
    assert refusal("HU433", on(433_175_000, 12)) is None, "12.15 dBm are allowed"
    assert refusal("HU433", on(433_175_000, 13))
    assert refusal("KZ863", on(867_100_000, 14)), "25 mW EIRP are not quite 14 dBm"


def test_a_channel_that_touches_the_edge_of_a_band_is_outside() -> None:
    assert refusal("COMMON433", on(433_137_500, 10)) is None
    assert refusal("COMMON433", on(433_137_499, 10))
    assert refusal("HU868", on(868_650_000, 10)), "between M and N"


def test_neighbouring_bands_keep_separate_budgets() -> None:
    hungary = REGIONS["HU868"]
    low, high = hungary.sub_band(864_500_000, 125_000), hungary.sub_band(868_900_000, 125_000)
    assert low is not None and high is not None and low.name != high.name
    assert low.duty_permille == high.duty_permille == 1


def test_a_refusal_tells_a_person_what_is_wrong() -> None:
    said = refusal("HU433", on(433_175_000, 20))
    assert said == "region HU433: 20.00 dBm EIRP is too strong, 12.15 dBm allowed"
