"""Heltec WiFi LoRa 32 V3: ESP32-S3FN8, SX1262, SSD1306, CP2102 on UART0.

Pins as in Heltec's schematic (HTIT-WB32LA V3.1) and Meshtastic's variant `heltec_v3`.  GNSS, buzzer
and the two extra buttons are not on the board; they are wired to the header.
"""

NAME = "heltec_v3"
MCU = "esp32s3"

RADIO = "sx1262"
RADIO_SPI = 1
RADIO_SPI_HZ = 8_000_000  # the chip takes 16 MHz
RADIO_SCK = 9
RADIO_MISO = 11
RADIO_MOSI = 10
RADIO_NSS = 8
RADIO_RESET = 12
RADIO_BUSY = 13
RADIO_DIO1 = 14
RADIO_TCXO_MILLIVOLTS = 1800
RADIO_DIO2_IS_RF_SWITCH = True
RADIO_WAKES = True  # its line can wake the processor from deep sleep
RADIO_AMPLIFIER_DB = 0
RADIO_CHIP_MAX_DBM = None

RAIL = 36  # Vext: OLED and header
RAIL_ON = 0
RAIL_RESTS = True  # nothing hangs on it that is needed all the time
PMU_RAILS = ()

DISPLAY = "ssd1306"
DISPLAY_I2C = 0
DISPLAY_SDA = 17
DISPLAY_SCL = 18
DISPLAY_RESET = 21

BUTTON_USER = 0  # active low
BUTTON_PULL_UP = True
BUTTON_UP = 5  # external, active low, pulled up by the processor
BUTTON_DOWN = 6

LED = 35
LED_ON = 1
BUZZER = 4  # external

BATTERY_ADC = 1
BATTERY_ATTENUATION = "ATTN_2_5DB"  # 1.25 V on an ESP32-S3: 6.1 V of battery
BATTERY_SWITCH = 37  # ADC_CTRL: low is on with V3 and V3.1, high with V3.2
BATTERY_DIVIDER_PERMILLE = 4_900  # 390k over 100k

GNSS_UART = 1
GNSS_RX = 48  # the processor's receiving end
GNSS_TX = 47
GNSS_BAUD = 9_600
GNSS_WAKE = None
