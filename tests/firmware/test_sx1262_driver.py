"""The SX1262 driver on MicroPython against the simulated chip: what it alone has to get right."""

import pytest

from tests.firmware.radio_bench import LISTEN, START, SX1262, Bench


def test_set_up_leaves_nothing_at_its_wrong_default(bench: Bench) -> None:
    board = bench.add("board", START)
    bench.run(board)

    settings, clocks = board.chip_1262.radio.settings, board.chip_1262.radio.clocks
    channel = settings.modulation()
    assert settings.dcdc
    assert settings.rf_switch
    assert clocks.errors == 0
    assert clocks.image_suits(433_175_000)
    assert not clocks.image_suits(868_000_000)
    assert (channel.freq_hz, channel.sync_word) == (433_175_000, 0x1424)
    assert (channel.sf, channel.coding_rate, channel.low_data_rate) == (8, 5, False)
    assert settings.gain_loss_db() == settings.attenuation_db() == settings.impairment_db() == 0
    assert settings.register(0x08D8) & 0x1E == 0x1E  # transmit clamp, DS 15.2
    assert settings.register(0x0736) & 0x04  # IQ polarity, DS 15.4
    assert settings.register(0x08E7) == 0x38  # 140 mA
    assert board.chip.refusals == []
    assert board.board.faults == []


def test_where_the_amplifier_has_an_efficient_setting_it_is_used(bench: Bench) -> None:
    board = bench.add("board", "await radio.start(USUAL_CHANNEL.replace(power_dbm=14))")
    bench.run(board)

    assert board.chip_1262.radio.settings.registers[0x08E7] == 0x38
    assert board.chip_1262.radio.settings.radiated_dbm() == 14
    assert board.chip_1262.radio.settings.pa == (2, 2)


def test_500_khz_gets_its_own_modulation_quality(bench: Bench) -> None:
    board = bench.add("board", "await radio.start(USUAL_CHANNEL.replace(bandwidth_hz=500000))")
    bench.run(board)

    assert board.chip_1262.radio.settings.register(0x0889) & 0x04 == 0
    assert board.chip_1262.radio.settings.impairment_db() == 0


def test_low_data_rate_optimisation_follows_the_symbol_time(bench: Bench) -> None:
    for sf, bandwidth_hz, expected in ((10, 125_000, False), (11, 125_000, True)):
        steps = f"await radio.start(USUAL_CHANNEL.replace(sf={sf}, bandwidth_hz={bandwidth_hz}))"
        board = bench.add(f"sf{sf}", steps)
        bench.run(board)
        assert board.chip_1262.radio.settings.modulation().low_data_rate is expected


@pytest.mark.parametrize(("loss_db", "rssi", "snr_db_x4"), [(90, -80, 48), (135, -125, -32)])
def test_strength_and_ratio_are_in_dbm_and_quarter_decibels(
    bench: Bench, loss_db: int, rssi: int, snr_db_x4: int
) -> None:
    listener = bench.add("listener", LISTEN)
    sender = bench.add_sender("await asyncio.sleep_ms(200)\nawait radio.send(b'x')")
    bench.set_path_loss("sender", "listener", loss_db)
    bench.run(sender)
    bench.world.run_for(100)

    assert listener.values("rssi") == [rssi]
    assert listener.values("snr") == [pytest.approx(snr_db_x4, abs=1)]


def test_without_the_rf_switch_next_to_nothing_is_radiated(bench: Bench) -> None:
    rewired = SX1262.rewired.replace("{change}", "wires['dio2_is_rf_switch'] = False")
    board = bench.add("board", rewired + START + "\nawait radio.send(b'x')")
    bench.run(board)

    assert [r["power_dbm"] for r in bench.sent("board")] == [-20.0]


def test_a_collision_in_the_header_is_counted_as_an_error(bench: Bench) -> None:
    """An SX1276 has no such event."""
    listener = bench.add(
        "listener",
        START
        + """
await radio.receive_continuous()
say_packet(await radio.next_packet(2000))
say(header_errors=radio.counters.header_errors)
""",
    )
    for name, offset_ms in (("first", 200), ("second", 230)):
        steps = f"await asyncio.sleep_ms({offset_ms})\nawait radio.send(bytes(40))"
        bench.add(name, START + "\n" + steps)
        bench.set_path_loss(name, "listener", 90)
    bench.run(listener)

    assert listener.packets == []
    assert listener.values("header_errors") == [1]
