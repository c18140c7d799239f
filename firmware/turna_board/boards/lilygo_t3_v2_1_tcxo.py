"""LilyGO T3 v2.1 (1.6.1) with a TCXO: as `lilygo_t3_v2_1`, but the radio's clock has a switch.

Pins as in LilyGO's LoRa series (`T3_V1_6_SX1276_TCXO`) and in Meshtastic's `tlora_v2_1_16_tcxo`,
which put the TCXO's enable on GPIO33, where the other has DIO1.  It stays on.
"""

# pyright: reportConstantRedefinition=false
from .lilygo_t3_v2_1 import *  # noqa: F403 - all that is not said here is the same

NAME = "lilygo_t3_v2_1_tcxo"
RADIO_TCXO_ENABLE = 33  # high before the radio is spoken to; its DIO1 goes nowhere
