"""What hangs on a board: buttons, lamp, buzzer, battery, display, GNSS, and wiring faults."""

import pytest

from tests.simulation.bench import board_with, said
from turna_handset import font
from turna_simulation.chips.gnss import Place, sentence
from turna_simulation.world import World

OLED = """
    import machine, time
    vext = machine.Pin(36, machine.Pin.OUT, value=0)
    reset = machine.Pin(21, machine.Pin.OUT, value=0)
    time.sleep_ms(10)
    reset.value(1)
    time.sleep_ms(10)
    bus = machine.I2C(0, scl=machine.Pin(18), sda=machine.Pin(17), freq=400000)
    def command(*codes):
        bus.writeto(0x3C, b"\\x00" + bytes(codes))
    command(0xAE, 0x20, 0x00, 0xA8, 0x3F, 0xD3, 0x00, 0x40, 0xA1, 0xC8, 0xDA, 0x12)
    command(0x8D, 0x14)
    command(0x21, 0, 127, 0x22, 0, 7)
"""


def test_an_edge_interrupts_where_the_firmware_asked_for_it() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import machine, time
            pin = machine.Pin(5, machine.Pin.IN, machine.Pin.PULL_UP)
            seen = []
            pin.irq(lambda pin: seen.append(pin.value()), pin.IRQ_FALLING | pin.IRQ_RISING)
            time.sleep_ms(1000)
            print(seen[0], seen[-1], len(seen) % 2)
            """,
        )
        world.at(500, lambda: board.press("up", hold_ms=100))
        world.run_for(1500)

        assert said(board) == ["0 1 0"]
        assert board.faults == []


def test_a_button_without_its_pull_up_floats() -> None:
    with World() as world:
        board = board_with(world, "import machine; machine.Pin(6, machine.Pin.IN).value()")
        world.run_for(500)

        assert board.faults == ["GPIO6 is read while it floats"]


def test_pins_that_the_chip_does_not_have_are_refused() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import machine
            for number in (22, 26, 49):
                try:
                    machine.Pin(number)
                except ValueError as error:
                    print(error)
            """,
        )
        world.run_for(500)

        assert said(board) == ["invalid pin"] * 3


def test_lamp_and_buzzer_follow_their_pins() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import machine, time
            lamp = machine.Pin(35, machine.Pin.OUT)
            for _ in range(3):
                lamp.on()
                time.sleep_ms(10)
                lamp.off()
            buzzer = machine.PWM(machine.Pin(4), freq=2700, duty_u16=32768)
            time.sleep_ms(100)
            buzzer.deinit()
            """,
        )
        world.run_for(1000)

        assert board.parts.lamp.blinks == 3
        notes = world.log.entries("bench", "buzzer")
        assert [note.fields["value"] for note in notes] == [2700, 0]
        assert notes[1].at_us - notes[0].at_us == pytest.approx(100_000, abs=50)


def test_the_battery_is_measured_only_while_its_divider_is_connected() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import machine
            switch = machine.Pin(37, machine.Pin.OUT, value=1)
            converter = machine.ADC(machine.Pin(1), atten=machine.ADC.ATTN_2_5DB)
            print(converter.read_uv())
            switch.value(0)
            print(converter.read_uv())
            """,
        )
        board.battery_mv = 3700
        world.run_for(500)

        assert said(board) == ["0", str(3700 * 204)]


def test_text_on_the_display_can_be_read() -> None:
    rows = b"".join(font.glyph(character) for character in "SOS 7")
    with World() as world:
        board = board_with(
            world,
            OLED
            + f"""
    rows = {rows!r}
    pages = bytearray(1024)
    for index in range(len(rows)):
        character, y = divmod(index, {font.HEIGHT})
        for x in range({font.WIDTH}):
            if rows[index] << x & 0x80:
                place = (24 + y) // 8 * 128 + character * {font.WIDTH} + x
                pages[place] |= 1 << (24 + y) % 8
    bus.writeto(0x3C, b"\\x40" + pages)
    command(0xAF)
    """,
        )
        world.run_for(1000)

        assert board.faults == []
        assert board.screen().text(font) == ["SOS 7"]
        assert board.screen().png().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("forgotten", "instead"),
    [
        ("command(0x8D, 0x14)", ""),  # charge pump
        ("command(0xAF)", ""),  # display on
    ],
)
def test_a_display_that_was_not_started_stays_dark(forgotten: str, instead: str) -> None:
    firmware = OLED + '    bus.writeto(0x3C, b"\\x40" + b"\\xff" * 1024)\n    command(0xAF)\n'
    with World() as world:
        board = board_with(world, firmware.replace(forgotten, instead))
        world.run_for(1000)

        assert board.screen().dark


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("machine.Pin(36, machine.Pin.OUT, value=1)", "machine.Pin(36, machine.Pin.OUT, value=0)"),
        ("reset.value(0)", "reset.value(1)"),
        ("scl=machine.Pin(17), sda=machine.Pin(18)", "scl=machine.Pin(18), sda=machine.Pin(17)"),
    ],
)
def test_a_display_without_power_reset_or_wires_does_not_answer(wrong: str, right: str) -> None:
    with World() as world:
        board = board_with(world, OLED.replace(right, wrong))
        world.run_for(1000)

        assert "OSError: [Errno 19] ENODEV" in said(board)


def test_display_memory_comes_up_with_noise() -> None:
    with World() as world:
        board = board_with(world, OLED + "    command(0xAF)\n")
        world.run_for(1000)

        assert sum(board.screen().pixels) > 1000


GNSS = """
    import machine, time
    machine.Pin(36, machine.Pin.OUT, value=0)  # Vext feeds the receiver
    uart = machine.UART(1, 9600, tx=machine.Pin(47), rx=machine.Pin(48), rxbuf=%d)
    while True:
        time.sleep_ms(%d)
        print((uart.read() or b"").decode(), end="")
"""


def test_the_gnss_receiver_says_nothing_of_a_place_until_it_has_a_fix() -> None:
    with World(start_unix_s=1_785_567_600) as world:
        board = board_with(world, GNSS % (512, 500))
        board.parts.gnss.stand_at(36_20210, 36_15980, 85)
        world.run_for(20_000)
        without = said(board)
        world.run_for(20_000)
        with_fix = said(board)

        assert all(",36" not in line for line in without)
        line = next(line for line in with_fix if line.startswith("$GNRMC") and ",A," in line)
        assert line.startswith("$GNRMC,0700")
        assert ",A,3612.12600,N,03609.58800,E," in line
        assert line.encode() + b"\r\n" == sentence(line[1:].partition("*")[0])


def test_a_moving_receiver_follows_its_track() -> None:
    with World() as world:
        board = board_with(world, GNSS % (512, 1000))
        board.parts.gnss.follow(lambda elapsed_s: Place(36_00000 + elapsed_s, 36_00000))
        world.run_for(42_000)

        fixes = [line for line in said(board) if line.startswith("$GNGGA") and ",N," in line]
        assert fixes[0] != fixes[-1]


def test_a_receiver_ring_that_nobody_empties_overflows_silently() -> None:
    with World() as world:
        board = board_with(world, GNSS % (256, 5000))
        board.parts.gnss.stand_at(36_20210, 36_15980)
        world.run_for(46_000)

        assert max(len(text) for text in said(board)) < 256
        assert board.mcu.uarts[1].lost_bytes > 0


def test_a_uart_at_the_wrong_speed_reads_nonsense() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import machine, time
            machine.Pin(36, machine.Pin.OUT, value=0)
            uart = machine.UART(1, 115200, tx=machine.Pin(47), rx=machine.Pin(48))
            time.sleep(2)
            print(b"GN" in uart.read())
            """,
        )
        world.run_for(3000)

        assert said(board) == ["False"]


def test_spi_without_a_selected_chip_is_a_fault() -> None:
    with World() as world:
        board = board_with(
            world,
            """
            import machine
            spi = machine.SPI(1, 8000000, sck=machine.Pin(9), mosi=machine.Pin(10),
                              miso=machine.Pin(11))
            print(spi.read(2))
            """,
        )
        world.run_for(500)

        assert said(board) == [r"b'\xff\xff'"]
        assert board.faults == ["SPI transfer with 0 chips selected"]
