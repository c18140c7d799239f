"""LilyGO T3 v2.1 (1.6): ESP32-PICO-D4, SX1276 or SX1278, SSD1306, CH9102 on UART0.

Pins as in Meshtastic's variant `tlora_v2_1_16`.  A button is wired to the header.  The variant with
a TCXO is another board: `lilygo_t3_v2_1_tcxo`.
"""

NAME = "lilygo_t3_v2_1"
MCU = "esp32_pico"

RADIO = "sx1276"
RADIO_SPI = 1
RADIO_SPI_HZ = 8_000_000  # the chip takes 10 MHz
RADIO_SCK = 5
RADIO_MISO = 19
RADIO_MOSI = 27
RADIO_NSS = 18
RADIO_RESET = 23
RADIO_DIO0 = 26
RADIO_TCXO_ENABLE = None
RADIO_WAKES = True  # its line can wake the processor from deep sleep
RADIO_AMPLIFIER_DB = 0
RADIO_CHIP_MAX_DBM = None

RAIL = None
RAIL_ON = 0
RAIL_RESTS = False
PMU_RAILS = ()

DISPLAY = "ssd1306"
DISPLAY_I2C = 0
DISPLAY_SDA = 21
DISPLAY_SCL = 22
DISPLAY_RESET = None

BUTTON_USER = 0  # external
BUTTON_PULL_UP = True
BUTTON_UP = None
BUTTON_DOWN = None

LED = 25
LED_ON = 1
BUZZER = None

BATTERY_ADC = 35
BATTERY_ATTENUATION = "ATTN_11DB"
BATTERY_SWITCH = None
BATTERY_DIVIDER_PERMILLE = 2_000

GNSS_UART = None
GNSS_RX = None
GNSS_TX = None
GNSS_BAUD = 9_600
GNSS_WAKE = None
