"""The kinds of board that can be handed out: names as in the firmware, chip and image for flashing.

Chips: docs/hardware.md.  Images by the names of https://micropython.org/download.
"""

from dataclasses import dataclass

# Where the boot loader of a chip looks for its image (Espressif's esptool, "Flash Modes").
_IMAGE_OFFSETS = {"esp32": 0x1000, "esp32s3": 0x0}


@dataclass(frozen=True)
class BoardKind:
    """One line of boards; `name` is that of its profile in the firmware."""

    name: str
    title: str
    chip: str
    image: str
    # Whether modules as files, which are run from the heap, leave enough of it for the firmware:
    # they take 70 kB beside its 100 (docs/decisions/0010). Else they must be frozen in the image.
    files_fit: bool

    @property
    def image_offset(self) -> int:
        return _IMAGE_OFFSETS[self.chip]


_KINDS = (
    BoardKind("heltec_v3", "Heltec WiFi LoRa 32 V3", "esp32s3", "ESP32_GENERIC_S3", True),
    BoardKind("heltec_v2", "Heltec WiFi LoRa 32 V2", "esp32", "ESP32_GENERIC", False),
    BoardKind("tbeam", "LilyGO T-Beam 1.1 and 1.2", "esp32", "ESP32_GENERIC-SPIRAM", True),
    BoardKind("tbeam_supreme", "LilyGO T-Beam Supreme", "esp32s3", "ESP32_GENERIC_S3", True),
    BoardKind("lilygo_t3_v2_1", "LilyGO T3 V2.1 (LoRa32)", "esp32", "ESP32_GENERIC", False),
    BoardKind(
        "lilygo_t3_v2_1_tcxo", "LilyGO T3 V2.1 (LoRa32) with TCXO", "esp32", "ESP32_GENERIC", False
    ),
    BoardKind("lilygo_t3_s3", "LilyGO T3-S3", "esp32s3", "ESP32_GENERIC_S3", True),
    BoardKind("station_g2", "B&Q Station G2", "esp32s3", "ESP32_GENERIC_S3-SPIRAM_OCT", True),
)
BOARDS = {kind.name: kind for kind in _KINDS}
