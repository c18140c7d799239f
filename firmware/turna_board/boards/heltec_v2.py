"""Heltec WiFi LoRa 32 V2.1: ESP32, SX1276 (868 MHz) or SX1278 (433 MHz), SSD1306, CP2102 on UART0.

Pins as in Meshtastic's variant `heltec_v2.1`.  GNSS is not on the board; it is wired to the header.
"""

NAME = "heltec_v2"
MCU = "esp32"

RADIO = "sx1276"
RADIO_SPI = 1
RADIO_SPI_HZ = 8_000_000  # the chip takes 10 MHz
RADIO_SCK = 5
RADIO_MISO = 19
RADIO_MOSI = 27
RADIO_NSS = 18
RADIO_RESET = 14
RADIO_DIO0 = 26
RADIO_TCXO_ENABLE = None
RADIO_WAKES = True  # its line can wake the processor from deep sleep
RADIO_AMPLIFIER_DB = 0
RADIO_CHIP_MAX_DBM = None

RAIL = 21  # Vext: OLED, header, battery divider
RAIL_ON = 0
RAIL_RESTS = False  # without it the battery cannot be measured
PMU_RAILS = ()

DISPLAY = "ssd1306"
DISPLAY_I2C = 0
DISPLAY_SDA = 4
DISPLAY_SCL = 15
DISPLAY_RESET = 16

BUTTON_USER = 0
BUTTON_PULL_UP = True
BUTTON_UP = None
BUTTON_DOWN = None

LED = 25
LED_ON = 1
BUZZER = None

BATTERY_ADC = 37
BATTERY_ATTENUATION = "ATTN_6DB"
BATTERY_SWITCH = None
BATTERY_DIVIDER_PERMILLE = 3_200

GNSS_UART = 1
GNSS_RX = 36  # input only, external
GNSS_TX = 33
GNSS_BAUD = 9_600
GNSS_WAKE = None
