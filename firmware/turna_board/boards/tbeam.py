"""LilyGO T-Beam 1.1 and 1.2: ESP32 with PSRAM, SX1276 or SX1262, AXP192 or AXP2101, GNSS, no OLED.

Pins and rails as in Meshtastic's variant `tbeam`.  Radio and power chip are found out at the start;
an SSD1306 is wired to the header.  DCDC1 feeds it, and the power chip's bus: it is never touched.
"""

NAME = "tbeam"
MCU = "esp32_psram"

RADIO = "either"
RADIO_SPI = 1
RADIO_SPI_HZ = 8_000_000  # the SX1276 takes 10 MHz
RADIO_SCK = 5
RADIO_MISO = 19
RADIO_MOSI = 27
RADIO_NSS = 18
RADIO_RESET = 23
RADIO_DIO0 = 26  # of the SX1276
RADIO_TCXO_ENABLE = None
RADIO_BUSY = 32  # of the SX1262, and its DIO1
RADIO_DIO1 = 33
RADIO_TCXO_MILLIVOLTS = 1800
RADIO_DIO2_IS_RF_SWITCH = True
RADIO_WAKES = True  # its line can wake the processor from deep sleep
RADIO_AMPLIFIER_DB = 0
RADIO_CHIP_MAX_DBM = None

RAIL = None
RAIL_ON = 0
RAIL_RESTS = False
PMU_I2C = 0
PMU_SDA = 21
PMU_SCL = 22
PMU_RAILS = (("axp192", ("ldo2", "ldo3")), ("axp2101", ("aldo2", "aldo3")))  # radio, GNSS last

DISPLAY = "ssd1306"
DISPLAY_I2C = 0
DISPLAY_SDA = 21
DISPLAY_SCL = 22
DISPLAY_RESET = None

BUTTON_USER = 38  # input only, pulled up on the board
BUTTON_PULL_UP = False
BUTTON_UP = None
BUTTON_DOWN = None

LED = 4
LED_ON = 0
BUZZER = None

BATTERY_ADC = None
BATTERY_ATTENUATION = None
BATTERY_SWITCH = None
BATTERY_DIVIDER_PERMILLE = 0

GNSS_UART = 1
GNSS_RX = 34  # input only
GNSS_TX = 12
GNSS_BAUD = 9_600
GNSS_WAKE = None
