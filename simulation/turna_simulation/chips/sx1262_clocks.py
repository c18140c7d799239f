"""The SX1262's oscillator and calibrations: what has to be right before anything else works."""

from . import sx1262_facts as facts
from .sx1262_facts import DeviceError, Wiring
from .sx1262_refusal import impossible, malformed

_PLL_BLOCK = 2


class Clocks:
    """The 32 MHz clock (crystal or TCXO) and what is calibrated against it."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self.errors = 0
        self.tcxo_millivolts: int | None = None
        self._tcxo_wait_us = 0
        self._runs = False
        self._calibrated = 0
        self._image_band_mhz = (0, 0)

    def start_cold(self) -> None:
        """Calibrate what the clocks allow, as after power-on and reset (9.2.2)."""
        self._calibrate_blocks(facts.CALIBRATE_ALL)
        self._image_band_mhz = facts.POWER_ON_IMAGE_BAND_MHZ

    def set_tcxo(self, parameters: bytes) -> None:
        """SetDIO3AsTCXOCtrl (13.3.6)."""
        if parameters[0] >= len(facts.TCXO_MILLIVOLTS):
            raise malformed("no such TCXO voltage")
        self.tcxo_millivolts = facts.TCXO_MILLIVOLTS[parameters[0]]
        self._tcxo_wait_us = facts.rtc_us(int.from_bytes(parameters[1:]))

    def clear_errors(self, _: bytes) -> None:
        """ClearDeviceErrors (13.6.2)."""
        self.errors = 0

    def calibrate(self, blocks: int) -> int:
        """Calibrate (13.1.12); return how long it takes."""
        if blocks & ~facts.CALIBRATE_ALL:
            raise malformed("reserved calibration bit")
        wait_us = self._wait_us()
        self._calibrate_blocks(blocks)
        if blocks & facts.CALIBRATE_IMAGE_BIT:
            self._image_band_mhz = facts.POWER_ON_IMAGE_BAND_MHZ
        return facts.CALIBRATION_US + wait_us

    def calibrate_image(self, low: int, high: int) -> int:
        """CalibrateImage (13.1.13), bounds in steps of 4 MHz, odd as in table 9-2."""
        if low > high or not low & high & 1:
            self.errors |= DeviceError.IMAGE_CALIBRATION
            raise impossible("no valid image calibration band")
        wait_us = self.start()
        self._image_band_mhz = (4 * low, 4 * high)
        self._calibrated |= facts.CALIBRATE_IMAGE_BIT
        return facts.IMAGE_CALIBRATION_US + wait_us

    def image_suits(self, freq_hz: int) -> bool:
        """Tell whether the image is calibrated for a frequency."""
        low_mhz, high_mhz = self._image_band_mhz
        return low_mhz * 1_000_000 <= freq_hz <= high_mhz * 1_000_000

    def start(self) -> int:
        """Return how long it takes to have the 32 MHz clock; refuse if it does not start."""
        wait_us = self._wait_us()
        if not self._starts():
            self.errors |= DeviceError.XOSC_START
            raise impossible("the 32 MHz oscillator does not start")
        self._runs = True
        return wait_us

    def stop(self) -> None:
        """Let the oscillator stop, as in STDBY_RC and asleep."""
        self._runs = False

    def check_pll(self) -> None:
        """Refuse to go on the air without a calibrated PLL."""
        if not self._calibrated >> _PLL_BLOCK & 1:
            self.errors |= DeviceError.PLL_LOCK
            raise impossible("the PLL was never calibrated")

    def _calibrate_blocks(self, blocks: int) -> None:
        if self._starts():
            self._calibrated |= blocks
            return
        self.errors |= DeviceError.XOSC_START
        self._calibrated |= blocks & facts.CALIBRATE_RC_ONLY
        failed = blocks & ~facts.CALIBRATE_RC_ONLY
        self._calibrated &= ~failed
        for bit, error in ((2, DeviceError.PLL_CALIBRATION), (3, DeviceError.ADC_CALIBRATION)):
            self.errors |= error if failed >> bit & 1 else 0

    def _starts(self) -> bool:
        needed = self._wiring.tcxo_millivolts
        if needed is None:
            return True
        given = self.tcxo_millivolts
        enough = given is not None and given >= needed
        return enough and self._tcxo_wait_us >= self._wiring.tcxo_start_us

    def _wait_us(self) -> int:
        waits = self.tcxo_millivolts is not None and not self._runs
        return self._tcxo_wait_us if waits else 0
