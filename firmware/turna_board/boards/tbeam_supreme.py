"""LilyGO T-Beam Supreme: ESP32-S3FN8 with PSRAM, SX1262, AXP2101, SH1106, GNSS, native USB.

Pins and rails as in Meshtastic's variant `tbeam-s3-core`.  ALDO2 feeds the clock and its bus; it is
never touched.
"""

NAME = "tbeam_supreme"
MCU = "esp32s3"

RADIO = "sx1262"
RADIO_SPI = 1
RADIO_SPI_HZ = 8_000_000  # the chip takes 16 MHz
RADIO_SCK = 12
RADIO_MISO = 13
RADIO_MOSI = 11
RADIO_NSS = 10
RADIO_RESET = 5
RADIO_BUSY = 4
RADIO_DIO1 = 1
RADIO_TCXO_MILLIVOLTS = 1800
RADIO_DIO2_IS_RF_SWITCH = True
RADIO_WAKES = True  # its line can wake the processor from deep sleep
RADIO_AMPLIFIER_DB = 0
RADIO_CHIP_MAX_DBM = None

RAIL = None
RAIL_ON = 0
RAIL_RESTS = False
PMU_I2C = 1
PMU_SDA = 42
PMU_SCL = 41
PMU_RAILS = (("axp2101", ("aldo1", "aldo3", "aldo4")),)  # OLED, radio, GNSS last

DISPLAY = "sh1106"
DISPLAY_I2C = 0
DISPLAY_SDA = 17
DISPLAY_SCL = 18
DISPLAY_RESET = None

BUTTON_USER = 0
BUTTON_PULL_UP = True
BUTTON_UP = None
BUTTON_DOWN = None

LED = None
LED_ON = 1
BUZZER = None

BATTERY_ADC = None
BATTERY_ATTENUATION = None
BATTERY_SWITCH = None
BATTERY_DIVIDER_PERMILLE = 0

GNSS_UART = 1
GNSS_RX = 9
GNSS_TX = 8
GNSS_BAUD = 9_600
GNSS_WAKE = 7  # its standby line, high is awake
