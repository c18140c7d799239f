"""The SX1276 driver on MicroPython against the simulated chip, and the SX1262 as its opposite."""

import pytest

from tests.firmware.radio_bench import LISTEN, START, SX1262, SX1276, Bench, RadioBoard
from turna_simulation.chips import sx1276_facts as facts
from turna_simulation.chips.sx1276_facts import Mode
from turna_simulation.interpreter import find_micropython

OLD, NEW = SX1276.model, SX1262.model


def add(bench: Bench, name: str, steps: str) -> RadioBoard:
    """Put up a board with an SX1276."""
    return bench.add(name, steps, model=OLD)


def test_set_up_leaves_nothing_at_its_wrong_default(bench: Bench) -> None:
    board = add(bench, "board", START)
    bench.run(board)

    settings = board.chip_1276.radio.settings
    channel = settings.modulation()
    assert abs(channel.freq_hz - 433_175_000) < 61
    assert (channel.sf, channel.coding_rate, channel.low_data_rate) == (8, 5, False)
    assert (channel.sync_word, channel.preamble_symbols, channel.crc) == (0x1424, 12, True)
    assert settings.desensitised_db() == 0
    assert board.chip_1276.radio.mode is Mode.STANDBY
    assert board.chip.refusals == []
    assert board.board.faults == []


@pytest.mark.parametrize("freq_hz", [433_175_000, 868_100_000])
@pytest.mark.parametrize("bandwidth_hz", [62_500, 125_000, 250_000, 500_000])
def test_errata_image_and_gain_are_right_on_every_channel(
    bench: Bench, freq_hz: int, bandwidth_hz: int
) -> None:
    changes = f"freq_hz={freq_hz}, bandwidth_hz={bandwidth_hz}"
    board = add(bench, "board", f"await radio.start(USUAL_CHANNEL.replace({changes}))")
    bench.run(board)

    settings = board.chip_1276.radio.settings
    assert settings.desensitised_db() == 0
    assert abs(settings.image_hz - freq_hz) < 61
    assert board.chip.refusals == []


def test_20_dbm_gets_the_amplifiers_supply_and_current(bench: Bench) -> None:
    board = add(bench, "board", "await radio.start(USUAL_CHANNEL.replace(power_dbm=20))")
    bench.run(board)

    settings = board.chip_1276.radio.settings
    assert settings.lora(facts.PA_CONFIG) == 0xFF
    assert settings.lora(facts.PA_DAC) == 0x87
    assert facts.current_limit_milliamps(settings.lora(facts.OCP)) == 140


@pytest.mark.parametrize("bits", [64, 32])
@pytest.mark.parametrize(("sender", "listener"), [(OLD, NEW), (NEW, OLD), (OLD, OLD)])
def test_both_kinds_of_chip_understand_each_other(
    bench: Bench, sender: str, listener: str, bits: int
) -> None:
    try:
        interpreter = find_micropython(bits)
    except FileNotFoundError as reason:
        pytest.skip(str(reason))
    hears = bench.add("listener", LISTEN, interpreter, "110K", listener)
    sends = bench.add(
        "sender",
        START
        + """
await asyncio.sleep_ms(300)
for length in (1, 17, 120, 255):
    await radio.send(bytes(range(length)))
""",
        interpreter,
        "110K",
        sender,
    )
    bench.run(sends)
    bench.world.run_for(200)

    assert hears.packets == [bytes(range(length)) for length in (1, 17, 120, 255)]
    for board in (hears, sends):
        assert board.board.parts.radio.refusals == []
        assert board.board.faults == []


@pytest.mark.parametrize("sf", [7, 9, 12])
def test_they_agree_on_every_rate_and_its_optimisation(bench: Bench, sf: int) -> None:
    start = f"await radio.start(USUAL_CHANNEL.replace(sf={sf}))\nawait radio.receive_continuous()\n"
    hear = "\nsay_packet(await radio.next_packet(8000))"
    call = "\nawait asyncio.sleep_ms(500)\nawait radio.send(b'from ' * 8)" + hear
    answer = hear + "\nawait asyncio.sleep_ms(100)\nawait radio.send(b'back ' * 8)"
    old = add(bench, "old", start + call)
    new = bench.add("new", start + answer)
    bench.run(old)

    assert (old.packets, new.packets) == ([b"back " * 8], [b"from " * 8])


@pytest.mark.parametrize(
    ("freq_hz", "loss_db"), [(433_175_000, 90), (868_100_000, 90), (433_175_000, 132)]
)
def test_strength_is_right_in_each_band_and_below_the_noise(
    bench: Bench, freq_hz: int, loss_db: int
) -> None:
    configure = f"await radio.start(USUAL_CHANNEL.replace(freq_hz={freq_hz}))"
    listener = add(bench, "listener", LISTEN.replace(START, configure))
    sender = bench.add(
        "sender", configure + "\nawait asyncio.sleep_ms(300)\nawait radio.send(b'x')"
    )
    bench.set_path_loss("sender", "listener", loss_db)
    bench.run(sender)
    bench.world.run_for(100)

    assert listener.values("rssi") == [pytest.approx(10 - loss_db, abs=1)]
    assert (listener.values("snr")[0] < 0) is (loss_db > 127)


def test_receive_duty_cycle_becomes_continuous_reception(bench: Bench) -> None:
    board = add(bench, "board", START + "\nsay(possible=await radio.receive_duty_cycle(64))")
    bench.run(board)

    assert board.values("possible") == [False]
    assert board.chip_1276.radio.mode is Mode.RX_CONTINUOUS


def test_a_radio_whose_tcxo_nobody_switches_on_is_named_at_set_up(bench: Bench) -> None:
    steps = "Pin(33, Pin.OUT, value=0)\nawait attempt(radio.start(USUAL_CHANNEL))"
    board = bench.add("board", steps, model="lilygo_t3_v2_1_tcxo")
    bench.run(board)

    assert board.values("error") == ["the image calibration does not end"]
    assert "the oscillator does not run" in board.chip.refusals
    assert bench.sent("board") == []


def test_a_radio_with_a_tcxo_sends_once_it_is_switched_on(bench: Bench) -> None:
    board = bench.add("board", START + "\nawait radio.send(b'x')", model="lilygo_t3_v2_1_tcxo")
    bench.run(board)

    assert board.chip.refusals == []
    assert len(bench.sent("board")) == 1
