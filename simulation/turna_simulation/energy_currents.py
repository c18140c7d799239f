"""What each part draws in each state: the least, the typical and the most, and where that is said.

Milliamperes from the battery: the boards' regulators are linear, so what flows out flows in.  One
rule for all: typical is the data sheet's typical value (3.3 V, 25 C), or what is said here in its
place; the most is the data sheet's, or the worst that somebody measured and published; an estimate
is called one, and is uncertain by a half at least.  Nothing here was measured by us.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Current:
    """One figure with its uncertainty and who gives it."""

    least: float
    typical: float
    most: float
    source: str


@dataclass(frozen=True)
class Kind:
    """One kind of board."""

    processor: dict[str, Current]
    radio: dict[str, Current]
    floor: (
        Current  # regulator, power chip, USB bridge, divider: what flows whatever the firmware does
    )
    receiver: dict[str, Current]  # empty: the board has none


NONE = Current(0.0, 0.0, 0.0, "no supply")
SLOWLY = "awake at 80 MHz"
COMPUTES = "computes at 80 MHz"

# How long MicroPython computes where the virtual clock stands still.  Estimates, on the high side:
# no board was timed.  A waking runs the tasks that are due, some thousand bytecodes each.
WAKING_US = 25_000
# Composing, encoding, sealing and saving a report, its modules loaded from flash for it.
REPORT_US = 1_000_000

_S3 = "ESP32-S3 data sheet v2.0, modem sleep"
_ESP32 = "ESP32 data sheet v4, modem sleep"
_ESP32S3 = {
    "off": NONE,
    "awake at 160 MHz": Current(27.6, 27.6, 39.9, f"{_S3}: idle; most: one core at work"),
    SLOWLY: Current(22.0, 22.0, 28.4, f"{_S3}: idle; most: one core at work"),
    COMPUTES: Current(22.0, 28.4, 31.7, f"{_S3}: one core at work; most: a devkit, lucidar.me"),
    "light sleep": Current(
        0.24, 0.24, 1.3,
        "ESP32-S3 data sheet v2.0; most: MicroPython on a FeatherS3 (its issue 12104)",
    ),
    "deep sleep": Current(
        0.007, 0.008, 0.16, "ESP32-S3 data sheet v2.0; most: esp-idf issue 8875"
    ),
}  # fmt: skip
_ESP32_CLASSIC = {
    "off": NONE,
    "awake at 160 MHz": Current(27.0, 27.0, 44.0, f"{_ESP32}: 27 to 44 mA"),
    SLOWLY: Current(20.0, 20.0, 31.0, f"{_ESP32}: 20 to 31 mA"),
    COMPUTES: Current(20.0, 31.0, 32.7, f"{_ESP32}; most: a WROVER, MicroPython issue 12104"),
    "light sleep": Current(0.8, 0.8, 1.4, f"{_ESP32}; most: LilyGO TTGO-Micro32 issue 8"),
    "deep sleep": Current(0.005, 0.01, 0.15, "ESP32 data sheet v4; most: estimate"),
}
# The TCXO of these boards is fed by the radio while its oscillator runs.
_TCXO = "with a TCXO: 1.5 mA (NDK NT2016SA), 1 to 2"
_SX1262_DS = "SX1261/2 data sheet, table 3-5"
_SX1262 = {
    "off": NONE,
    "sleeps": Current(0.0006, 0.0006, 0.0012, f"{_SX1262_DS}; most: measured on a module"),
    "stands by": Current(0.6, 0.6, 0.8, f"{_SX1262_DS}: RC oscillator"),
    "stands by, oscillator on": Current(1.8, 2.3, 3.0, f"{_SX1262_DS}: 0.8 mA, {_TCXO}"),
    "receives": Current(6.3, 6.8, 7.4, f"{_SX1262_DS}: 5.3 mA, boosted, DC-DC, {_TCXO}"),
    "receives, sparing": Current(5.6, 6.1, 6.7, f"{_SX1262_DS}: 4.6 mA, DC-DC, {_TCXO}"),
    "receives without DC-DC": Current(11.1, 11.6, 12.4, f"{_SX1262_DS}: 10.1 mA, {_TCXO}"),
    "transmits": Current(
        46.0, 72.0, 80.0, f"Semtech's table for 10 dBm (SWL2001): 70.5 mA, {_TCXO}"
    ),
}
_SX1262_G2 = {
    **_SX1262,
    "transmits": Current(200.0, 400.0, 1000.0, "estimate: the amplifier behind the chip"),
}
_SX1276_DS = "SX1276 data sheet, table 6"
_SX1276 = {
    "off": NONE,
    "sleeps": Current(0.0002, 0.0002, 0.001, _SX1276_DS),
    "stands by": Current(1.6, 1.6, 1.8, _SX1276_DS),
    "receives": Current(10.8, 10.8, 12.0, f"{_SX1276_DS}; 11.5 measured on a T-Beam"),
    "transmits": Current(20.0, 87.0, 95.0, f"{_SX1276_DS}: 87 mA at 17 dBm, less at 10 dBm"),
}
# A TCXO that the processor feeds, from power-on on.
_SX1276_TCXO = {
    **_SX1276,
    "sleeps": Current(1.0, 1.5, 2.0, f"{_SX1276_DS}, {_TCXO}, fed all the time"),
    "stands by": Current(2.6, 3.1, 3.8, f"{_SX1276_DS}, {_TCXO}"),
    "receives": Current(11.8, 12.3, 14.0, f"{_SX1276_DS}, {_TCXO}"),
}
_BACKUP = Current(0.007, 0.03, 0.05, "backup supply, u-blox and Quectel data sheets: 7 to 32 uA")
# Of a module wired to the header one chooses what it is: docs/hardware.md advises this.
_M10 = {
    "off": _BACKUP,
    "searches": Current(10.0, 15.0, 25.0, "estimate: u-blox MAX-M10S, twice its tracking"),
    "tracks": Current(7.0, 8.0, 12.0, "u-blox MAX-M10S: 25 mW by its maker; most: estimate"),
}
_L76K = {
    "off": _BACKUP,
    "searches": Current(15.0, 41.0, 45.0, "Quectel L76K: 41 mA (Seeed); least: a MAX-M10S in it"),
    "tracks": Current(8.0, 41.0, 45.0, "as above"),
}
_NEO6M = {
    "off": _BACKUP,
    "searches": Current(45.0, 47.0, 67.0, "NEO-6M, measured (Meshtastic's sheet); most: its peak"),
    "tracks": Current(37.0, 40.0, 47.0, "NEO-6M, measured (Meshtastic's sheet)"),
}
_NO_RECEIVER = {"off": NONE}
OTHER = {
    ("display", "lit"): Current(
        5.0, 7.0, 15.0, "a T-Beam's SSD1306, measured (Meshtastic's sheet); most: half its pixels"
    ),
    ("display", "dark"): Current(0.001, 0.01, 0.02, "SSD1306 data sheet, sleep; measured too"),
    ("light", "on"): Current(1.5, 3.0, 6.0, "estimate: a red LED behind 470 ohms"),
    ("light", "off"): NONE,
    ("Wi-Fi", "access point"): Current(
        88.0, 95.0, 110.0, "ESP32-S3 data sheet: receiving 88 to 95 mA; most: some sending"
    ),
    ("Wi-Fi", "off"): NONE,
}

_KINDS = {
    "heltec_v3": Kind(
        _ESP32S3, _SX1262,
        Current(0.01, 0.02, 0.05, "deep sleep as owners report it: 15 to 25 uA, Vext off"), _M10,
    ),
    "lilygo_t3_s3": Kind(
        _ESP32S3, _SX1262,
        Current(0.02, 0.1, 1.35, "owners: 20 to 100 uA, 1.35 mA (LilyGo-LoRa-Series 128, 282)"),
        _NO_RECEIVER,
    ),
    "tbeam_supreme": Kind(
        _ESP32S3, _SX1262,
        Current(
            0.1, 0.3, 1.1,
            "estimate; least: off, an owner (LilyGo-LoRa-Series 301); most: another board with"
            " ESP32-S3 and AXP2101 (LilyGo-T-SIM7080G 167)",
        ),
        _L76K,
    ),
    "station_g2": Kind(
        _ESP32S3, _SX1262_G2,
        Current(2.5, 5.0, 20.0, "estimate: 12 V converter and amplifier; a board for the mains"),
        _M10,
    ),
    "tbeam_1_1": Kind(
        _ESP32_CLASSIC, _SX1276,
        Current(2.2, 2.3, 5.0, "deep sleep, all off, measured (Meshtastic's sheet); most: owners"),
        _NEO6M,
    ),
    "tbeam_1_2_sx1262": Kind(
        _ESP32_CLASSIC, _SX1262,
        Current(0.1, 2.3, 5.0, "as a T-Beam 1.1: nobody reports the board"), _NEO6M,
    ),
    "heltec_v2": Kind(
        _ESP32_CLASSIC, _SX1276,
        Current(0.5, 1.0, 2.0, "estimate: CP2102 and charger on the battery's side"), _M10,
    ),
    "lilygo_t3_v2_1": Kind(
        _ESP32_CLASSIC, _SX1276,
        Current(0.1, 0.2, 0.4, "estimate; an owner: 0.15 mA in deep sleep"), _NO_RECEIVER,
    ),
    "lilygo_t3_v2_1_tcxo": Kind(
        _ESP32_CLASSIC, _SX1276_TCXO,
        Current(0.1, 0.2, 0.4, "as a LilyGO T3 v2.1"), _NO_RECEIVER,
    ),
}  # fmt: skip


def kind_of(model: str) -> Kind:
    """Return the figures of a kind of board."""
    return _KINDS[model]


def models() -> tuple[str, ...]:
    """Name the boards that have figures."""
    return tuple(_KINDS)
