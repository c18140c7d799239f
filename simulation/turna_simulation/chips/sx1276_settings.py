"""The SX1276's registers, and what of the radio follows from them."""

from ..lora import Modulation
from . import sx1276_facts as facts
from .sx1276_facts import Wiring


class Settings:
    """Both register pages, as after a reset."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._common = dict(facts.COMMON_RESET)
        self._lora = dict(facts.LORA_RESET)
        self._fsk = dict(facts.FSK_RESET)
        # Power-on calibrates at the frequency after reset (2.1.3.8).
        self.image_hz = self.freq_hz

    @property
    def long_range(self) -> bool:
        """Whether the LoRa page and modem are active."""
        return bool(self._common[facts.OP_MODE] & facts.LONG_RANGE)

    def read(self, address: int) -> int:
        """Return a stored register of the active page."""
        return self._page(address).get(address, 0)

    def write(self, address: int, value: int) -> None:
        """Store a register of the active page."""
        self._page(address)[address] = value

    def lora(self, address: int) -> int:
        """Return a register of the LoRa page, or a common one."""
        page = self._lora if address in facts.PAGED else self._common
        return page.get(address, 0)

    @property
    def freq_hz(self) -> int:
        """The carrier, in steps of 61 Hz."""
        steps = 0
        for i in range(3):
            steps = steps << 8 | self._common[facts.FRF + i]
        return steps * facts.CRYSTAL_HZ + (1 << 18) >> 19

    @property
    def sf(self) -> int:
        """The spreading factor."""
        return self.lora(facts.MODEM_2) >> 4

    @property
    def bandwidth_hz(self) -> int:
        """The bandwidth."""
        return facts.BANDWIDTH_HZ[self.lora(facts.MODEM_1) >> 4]

    @property
    def explicit_header(self) -> bool:
        """Whether packets have a header."""
        return not self.lora(facts.MODEM_1) & 1

    def why_not_on_air(self) -> str:
        """Return what is wrong with the channel, or nothing."""
        if not self.long_range:
            return "on the air in FSK mode"
        if not any(low <= self.freq_hz <= high for low, high in facts.BANDS_HZ):
            return "no such carrier"
        if self.lora(facts.MODEM_1) >> 4 >= len(facts.BANDWIDTH_HZ):
            return "no such bandwidth"
        if not 6 <= self.sf <= 12 or (self.sf == 6 and self.explicit_header):
            return "no such spreading factor, or 6 with a header"
        return "" if 1 <= self.lora(facts.MODEM_1) >> 1 & 7 <= 4 else "no such coding rate"

    def modulation(self) -> Modulation:
        """Return the channel as the air sees it."""
        modem_1, modem_2 = self.lora(facts.MODEM_1), self.lora(facts.MODEM_2)
        return Modulation(
            freq_hz=self.freq_hz,
            bandwidth_hz=self.bandwidth_hz,
            sf=self.sf,
            coding_rate=(modem_1 >> 1 & 7) + 4,
            low_data_rate=bool(self.lora(facts.MODEM_3) & 8),
            preamble_symbols=self.lora(facts.PREAMBLE) << 8 | self.lora(facts.PREAMBLE + 1),
            sync_word=facts.spread_sync_word(self.lora(facts.SYNC_WORD)),
            explicit_header=self.explicit_header,
            crc=bool(modem_2 & 4),
            payload_length=self.lora(facts.PAYLOAD_LENGTH),
        )

    def radiated_dbm(self) -> float:
        """Return what leaves the antenna."""
        registers = (self.lora(at) for at in (facts.PA_CONFIG, facts.PA_DAC, facts.OCP))
        return facts.radiated_dbm(self._wiring, *registers)

    @property
    def rssi_offset_dbm(self) -> int:
        """What a strength of zero means, which depends on the band's port (5.5.5)."""
        low = self.freq_hz <= facts.LOW_BAND_LIMIT_HZ
        return facts.RSSI_OFFSET_LOW_DBM if low else facts.RSSI_OFFSET_HIGH_DBM

    def desensitised_db(self) -> float:
        """Return what wrong settings cost in reception."""
        loss_db = 0.0
        if abs(self.image_hz - self.freq_hz) > facts.IMAGE_REACH_HZ:
            loss_db += facts.WRONG_IMAGE_DB
        if self.freq_hz > facts.LOW_BAND_LIMIT_HZ and self.lora(facts.LNA) & 3 != 3:
            loss_db += facts.LNA_SAVING_DB
        detection = (self.lora(facts.DETECT_OPTIMIZE) & 7, self.lora(facts.DETECT_THRESHOLD))
        if detection != ((5, 0x0C) if self.sf == 6 else (3, 0x0A)):
            loss_db += facts.DEAF_DB
        return loss_db + self._errata_db()

    def _errata_db(self) -> float:
        automatic = bool(self.lora(facts.DETECT_OPTIMIZE) & 0x80)
        if self.bandwidth_hz < 500_000:
            remedied = not automatic and self.lora(facts.IF_1) == 0x40
            return 0.0 if remedied and not self.lora(facts.IF_2) else facts.SPURIOUS_DB
        second = 0x7F if self.freq_hz <= facts.LOW_BAND_LIMIT_HZ else 0x64
        wide = (self.lora(facts.WIDE_1), self.lora(facts.WIDE_2)) == (0x02, second)
        return 0.0 if wide and automatic else facts.WIDE_BAND_DB

    def _page(self, address: int) -> dict[int, int]:
        if address not in facts.PAGED:
            return self._common
        return self._lora if self.long_range else self._fsk
