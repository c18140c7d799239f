"""What each part draws in each state, and where that is said.

Milliamperes from the battery: the boards' regulators are linear, so what flows out flows in.
Datasheets name the typical value at 3.3 V and 25 C.  Where a measurement is worse than the
datasheet, the measurement counts.  Nothing here was measured by us.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Current:
    """One figure and who gives it."""

    milliamperes: float
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


NONE = Current(0.0, "no supply")
SLOWLY = "awake at 80 MHz"

# How long MicroPython computes where the virtual clock stands still.  Estimates, on the high side:
# no board was timed.  A waking runs the tasks that are due, some thousand bytecodes each.
WAKING_US = 25_000
# Composing, encoding, sealing and saving a report, its modules loaded from flash for it.
REPORT_US = 1_000_000

_S3 = "ESP32-S3 datasheet v2.0, modem-sleep currents"
_ESP32 = "ESP32 datasheet v4, current consumption by power mode"
_ESP32S3 = {
    "off": NONE,
    "awake at 160 MHz": Current(40.0, f"{_S3}: 27.6 mA idle, 39.9 mA with one core at work"),
    SLOWLY: Current(28.4, f"{_S3}: 22.0 mA idle, 28.4 mA with one core at work"),
    "light sleep": Current(0.78, "measured on an ESP32-S3 devkit (MoleNet V6); datasheet 0.24 mA"),
    "deep sleep": Current(0.008, "ESP32-S3 datasheet v2.0: RTC memory and timer"),
}
_ESP32_CLASSIC = {
    "off": NONE,
    "awake at 160 MHz": Current(44.0, f"{_ESP32}: 27 to 44 mA"),
    SLOWLY: Current(31.0, f"{_ESP32}: 20 to 31 mA"),
    "light sleep": Current(0.8, f"{_ESP32}: 0.8 mA"),
    "deep sleep": Current(0.01, f"{_ESP32}: 10 uA"),
}
# The TCXO of these boards is fed by the radio while its oscillator runs.
_TCXO_MA = 1.5
_TCXO = "and 1.5 mA, the most a TCXO of this size draws (NDK NT2016SA)"
_SX1262_DS = "SX1261/2 datasheet, table 3-5"
_SX1262 = {
    "off": NONE,
    "sleeps": Current(0.0012, "settings kept: 0.6 uA (datasheet), 1.2 uA measured on a module"),
    "stands by": Current(0.6, f"{_SX1262_DS}: RC oscillator"),
    "stands by, oscillator on": Current(0.8 + _TCXO_MA, f"{_SX1262_DS}: 0.8 mA, {_TCXO}"),
    "receives": Current(5.3 + _TCXO_MA, f"{_SX1262_DS}: 5.3 mA, LoRa, boosted, DC-DC, {_TCXO}"),
    "receives without DC-DC": Current(10.1 + _TCXO_MA, f"{_SX1262_DS}: 10.1 mA, LDO, {_TCXO}"),
    "transmits": Current(
        70.5 + _TCXO_MA, f"Semtech's table for 10 dBm (SWL2001): 70.5 mA, {_TCXO}"
    ),
}
_SX1262_G2 = {
    **_SX1262,
    "transmits": Current(400.0, "estimate: the amplifier of 18 dB behind the chip"),
}
_SX1276_DS = "SX1276 datasheet, table 6"
_SX1276 = {
    "off": NONE,
    "sleeps": Current(0.0002, _SX1276_DS),
    "stands by": Current(1.6, _SX1276_DS),
    "receives": Current(11.5, "measured on a T-Beam (Meshtastic's sheet); datasheet 10.8 mA"),
    "transmits": Current(87.0, f"{_SX1276_DS}: 87 mA at 17 dBm from PA_BOOST, less at 10 dBm"),
}
_BACKUP = Current(0.03, "backup supply, u-blox and Quectel datasheets: 15 to 32 uA")
# Of a module wired to the header one chooses what it is: docs/hardware.md advises this.
_M10 = {
    "off": _BACKUP,
    "searches": Current(15.0, "u-blox MAX-M10S: twice the figure for tracking"),
    "tracks": Current(8.0, "u-blox MAX-M10S: 25 mW by its maker"),
}
_L76K = {
    "off": _BACKUP,
    "searches": Current(30.0, "estimate: Quectel L76K; the board comes with it or a MAX-M10S"),
    "tracks": Current(30.0, "as above"),
}
_NEO6M = {
    "off": _BACKUP,
    "searches": Current(47.0, "NEO-6M, measured (Meshtastic's sheet)"),
    "tracks": Current(40.0, "NEO-6M, measured (Meshtastic's sheet)"),
}
_NO_RECEIVER = {"off": NONE}
OTHER = {
    ("display", "lit"): Current(7.0, "SSD1306 of a T-Beam, measured (Meshtastic's sheet)"),
    ("display", "dark"): Current(0.01, "SSD1306 datasheet, sleep; measured too"),
    ("light", "on"): Current(3.0, "estimate: a red LED behind 470 ohms"),
    ("light", "off"): NONE,
    ("Wi-Fi", "access point"): Current(95.0, "ESP32-S3 datasheet: receiving 88 to 95 mA"),
    ("Wi-Fi", "off"): NONE,
}

_KINDS = {
    "heltec_v3": Kind(
        _ESP32S3, _SX1262,
        Current(0.025, "deep sleep of the board: 15 to 25 uA (as reported, Vext off)"), _M10,
    ),
    "lilygo_t3_s3": Kind(
        _ESP32S3, _SX1262,
        Current(0.08, "estimate: regulator, charger and 200 k divider; nobody reports the board"),
        _NO_RECEIVER,
    ),
    "tbeam_supreme": Kind(
        _ESP32S3, _SX1262,
        Current(0.3, "estimate: AXP2101, clock, sensors asleep, PSRAM; nobody reports the board"),
        _L76K,
    ),
    "station_g2": Kind(
        _ESP32S3, _SX1262_G2,
        Current(5.0, "estimate: 12 V converter and amplifier; a board for the mains"), _M10,
    ),
    "tbeam_1_1": Kind(
        _ESP32_CLASSIC, _SX1276,
        Current(2.3, "deep sleep of the board, all off, measured (Meshtastic's sheet)"), _NEO6M,
    ),
    "tbeam_1_2_sx1262": Kind(
        _ESP32_CLASSIC, _SX1262,
        Current(2.3, "as a T-Beam 1.1: nobody reports the board"), _NEO6M,
    ),
    "heltec_v2": Kind(
        _ESP32_CLASSIC, _SX1276,
        Current(1.0, "estimate: CP2102 and charger on the battery's side"), _M10,
    ),
    "lilygo_t3_v2_1": Kind(
        _ESP32_CLASSIC, _SX1276, Current(0.2, "estimate: CH9102 and regulator"), _NO_RECEIVER,
    ),
}  # fmt: skip


def kind_of(model: str) -> Kind:
    """Return the figures of a kind of board."""
    return _KINDS[model]


def models() -> tuple[str, ...]:
    """Name the boards that have figures."""
    return tuple(_KINDS)
