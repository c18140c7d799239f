"""B&Q Station G2: ESP32-S3 with eight-wire PSRAM, SX1262 and a power amplifier, SH1107, native USB.

Pins as in Meshtastic's variant `station-g2`.  The amplifier saturates at 19 dBm from the chip.  Its
gain is the difference of the maker's 36.5 dBm at 19 dBm, rounded up so that never more is radiated
than asked for; with less drive it has to be measured.  GNSS is wired to the socket.
"""

NAME = "station_g2"
MCU = "esp32s3_octal"

RADIO = "sx1262"
RADIO_SPI = 1
RADIO_SPI_HZ = 8_000_000  # the chip takes 16 MHz
RADIO_SCK = 12
RADIO_MISO = 14
RADIO_MOSI = 13
RADIO_NSS = 11
RADIO_RESET = 21
RADIO_BUSY = 47
RADIO_DIO1 = 48
RADIO_TCXO_MILLIVOLTS = 1800
RADIO_DIO2_IS_RF_SWITCH = True
RADIO_WAKES = False  # its line cannot wake the processor from deep sleep
RADIO_AMPLIFIER_DB = 18
RADIO_CHIP_MAX_DBM = 19

RAIL = None
RAIL_ON = 0
RAIL_RESTS = False
PMU_RAILS = ()

DISPLAY = "sh1107"
DISPLAY_I2C = 0
DISPLAY_SDA = 5
DISPLAY_SCL = 6
DISPLAY_RESET = None

BUTTON_USER = 38
BUTTON_PULL_UP = True
BUTTON_UP = None
BUTTON_DOWN = None

LED = None
LED_ON = 1
BUZZER = None

BATTERY_ADC = 4
BATTERY_ATTENUATION = "ATTN_6DB"
BATTERY_SWITCH = None
BATTERY_DIVIDER_PERMILLE = 4_000

GNSS_UART = 1
GNSS_RX = 7  # external
GNSS_TX = 15
GNSS_BAUD = 9_600
GNSS_WAKE = None
