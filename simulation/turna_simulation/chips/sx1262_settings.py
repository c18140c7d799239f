"""The SX1262's settings: everything that commands and registers set and the radio looks up.

Methods named after commands take their parameter bytes and refuse what the datasheet forbids.
"""

from ..lora import Modulation
from . import sx1262_facts as facts
from .sx1262_facts import Mode, Wiring
from .sx1262_refusal import impossible, malformed

PACKET_TYPE_GFSK = 0
PACKET_TYPE_LORA = 1
_LORA_MODULATION_PARAMETERS = 4
_LORA_PACKET_PARAMETERS = 6


class Settings:
    """As after a cold start."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self.registers = dict(facts.RESET_VALUES)
        self.packet_type = PACKET_TYPE_GFSK
        self.dcdc = False
        self.rf_switch = False
        self.freq_hz = 0
        self.tx_base = self.rx_base = 0
        self.fallback = Mode.STDBY_RC
        self.stop_on_preamble = False
        self.cad = b""
        self._modulation = b""
        self._packet = b""
        self.pa = (0, 0)
        self._power_dbm: int | None = None

    # Commands.

    def set_regulator(self, parameters: bytes) -> None:
        """SetRegulatorMode (13.1.11)."""
        self.dcdc = bool(parameters[0])

    def set_rf_switch(self, parameters: bytes) -> None:
        """SetDIO2AsRfSwitchCtrl (13.3.5)."""
        self.rf_switch = bool(parameters[0])

    def set_frequency(self, parameters: bytes) -> None:
        """SetRfFrequency (13.4.1)."""
        freq_hz = int.from_bytes(parameters) * facts.CRYSTAL_HZ + (1 << 24) >> 25
        if not 150_000_000 <= freq_hz <= 960_000_000:
            raise malformed("frequency out of range")
        self.freq_hz = freq_hz

    def set_packet_type(self, parameters: bytes) -> None:
        """SetPacketType (13.4.2); the other packet type's parameters are void."""
        if parameters[0] not in (PACKET_TYPE_GFSK, PACKET_TYPE_LORA):
            raise malformed("no such packet type")
        self.packet_type = parameters[0]
        self._modulation = self._packet = b""

    def set_modulation(self, parameters: bytes) -> None:
        """SetModulationParams (13.4.5): their number depends on the packet type."""
        if self.packet_type != PACKET_TYPE_LORA or len(parameters) != _LORA_MODULATION_PARAMETERS:
            raise malformed("modulation parameters of another packet type")
        sf, bandwidth, coding_rate, low_data_rate = parameters
        if not 5 <= sf <= 12 or bandwidth not in facts.BANDWIDTH_HZ or low_data_rate > 1:
            raise malformed("modulation parameter out of range")
        if not 1 <= coding_rate <= 4:
            raise malformed("coding rate out of range")
        self._modulation = parameters

    def set_packet(self, parameters: bytes) -> None:
        """SetPacketParams (13.4.6): after the modulation, and as many as the packet type has."""
        if self.packet_type != PACKET_TYPE_LORA or len(parameters) != _LORA_PACKET_PARAMETERS:
            raise malformed("packet parameters of another packet type")
        if not self._modulation:
            raise impossible("packet parameters before modulation parameters")
        if parameters[:2] == b"\0\0" or max(parameters[2], parameters[4], parameters[5]) > 1:
            raise malformed("packet parameter out of range")
        self._packet = parameters

    def set_pa(self, parameters: bytes) -> None:
        """SetPaConfig (13.1.14); sets the over-current limit too."""
        duty, hp_max, device, lut = parameters
        if device != 0 or lut != 1:
            raise malformed("PA configuration of another chip")
        if (duty, hp_max) not in facts.PA_ROWS_DBM:
            raise malformed("PA configuration that the datasheet does not give")
        self.pa = (duty, hp_max)
        self.registers[facts.REG_OCP] = facts.OCP_SX1262

    def set_tx(self, parameters: bytes) -> None:
        """SetTxParams (13.4.4)."""
        power_dbm = parameters[0] - 256 if parameters[0] > 127 else parameters[0]
        if not facts.LOWEST_POWER_DBM <= power_dbm <= 22 or parameters[1] > 7:
            raise malformed("power or ramp time out of range")
        self._power_dbm = power_dbm

    def set_buffer_base(self, parameters: bytes) -> None:
        """SetBufferBaseAddress (13.4.8)."""
        self.tx_base, self.rx_base = parameters

    def set_fallback(self, parameters: bytes) -> None:
        """SetRxTxFallbackMode (13.1.15)."""
        if parameters[0] not in facts.FALLBACK_MODES:
            raise malformed("no such fallback mode")
        self.fallback = facts.FALLBACK_MODES[parameters[0]]

    def set_stop_on_preamble(self, parameters: bytes) -> None:
        """StopTimerOnPreamble (13.1.6)."""
        self.stop_on_preamble = bool(parameters[0])

    def set_cad(self, parameters: bytes) -> None:
        """SetCadParams (13.4.7)."""
        if parameters[0] > 4 or parameters[3] > 1:
            raise malformed("CAD parameter out of range")
        self.cad = parameters

    def write_registers(self, address: int, values: bytes) -> None:
        """WriteRegister (13.2.1)."""
        for i, value in enumerate(values):
            self.registers[address + i] = value

    def register(self, address: int) -> int:
        """ReadRegister (13.2.2)."""
        return self.registers.get(address, 0)

    def forget_in_sleep(self) -> None:
        """Lose what warm sleep loses: registers that are not on the retention list (9.6)."""
        first = facts.REG_RETENTION + 1
        count = min(self.register(facts.REG_RETENTION), facts.RETENTION_MAX)
        kept = {
            self.register(first + 2 * i) << 8 | self.register(first + 1 + 2 * i)
            for i in range(count)
        }
        for address in facts.FORGOTTEN_IN_SLEEP:
            if address not in kept:
                self.registers[address] = facts.RESET_VALUES.get(address, 0)

    # What follows from them.

    @property
    def payload_length(self) -> int:
        """How long the packet to send is, or the longest to receive."""
        return self._packet[3]

    @property
    def explicit_header(self) -> bool:
        """Whether packets have a header."""
        return not self._packet[2]

    @property
    def iq_inverted(self) -> bool:
        """Whether chirps go the other way."""
        return bool(self._packet[5])

    def check_channel(self) -> None:
        """Refuse to go on the air without a channel."""
        if not self._modulation or not self._packet:
            raise impossible("modulation or packet parameters missing")
        if not self.freq_hz:
            raise impossible("no frequency set")

    def check_power(self) -> None:
        """Refuse to transmit without an output power."""
        if self._power_dbm is None or self.pa == (0, 0):
            raise impossible("no output power set")

    def modulation(self) -> Modulation:
        """Return the channel as the air sees it."""
        sf, bandwidth, coding_rate, low_data_rate = self._modulation
        high, low = (self.register(facts.REG_SYNC_WORD + i) for i in range(2))
        return Modulation(
            freq_hz=self.freq_hz,
            bandwidth_hz=facts.BANDWIDTH_HZ[bandwidth],
            sf=sf,
            coding_rate=coding_rate + 4,
            low_data_rate=bool(low_data_rate),
            preamble_symbols=int.from_bytes(self._packet[:2]),
            sync_word=high << 8 | low,
            iq_inverted=self.iq_inverted,
            explicit_header=self.explicit_header,
            crc=bool(self._packet[4]),
            payload_length=self.payload_length,
        )

    def radiated_dbm(self) -> float:
        """Return what leaves the antenna: the amplifier's output as switch and clamp let it."""
        if self._switch_open():
            return facts.OPEN_SWITCH_TX_DBM
        power_dbm = facts.radiated_dbm(self.pa, self._power_dbm or 0, self.registers)
        clamped = self.register(facts.REG_TX_CLAMP) & facts.TX_CLAMP_BITS != facts.TX_CLAMP_BITS
        if clamped and not self._wiring.antenna_matched:
            power_dbm -= facts.CLAMPED_PA_DB
        return power_dbm + self._wiring.amplifier_db

    def impairment_db(self) -> float:
        """Return what a wrong bit 2 of 0x0889 costs the receivers (15.1)."""
        is_500_khz = self.modulation().bandwidth_hz == 500_000
        bit_set = bool(self.register(facts.REG_TX_MODULATION) & 4)
        return facts.POOR_MODULATION_DB if bit_set is is_500_khz else 0.0

    def attenuation_db(self) -> float:
        """Return what an RF switch that nobody drives costs in reception."""
        return facts.OPEN_SWITCH_RX_DB if self._switch_open() else 0.0

    def gain_loss_db(self) -> float:
        """Return what the power-saving receiver gain costs (9.6)."""
        boosted = self.register(facts.REG_RX_GAIN) == facts.RX_GAIN_BOOSTED
        return 0.0 if boosted else facts.RX_GAIN_SAVING_DB

    def spoils_reception(self, length: int) -> bool:
        """Tell whether bit 2 of 0x0736 contradicts the polarity and a packet suffers (15.4)."""
        bit_set = bool(self.register(facts.REG_IQ_POLARITY) & 4)
        return bit_set is self.iq_inverted and length > facts.WRONG_IQ_BIT_MAX_LENGTH

    def _switch_open(self) -> bool:
        return self._wiring.rf_switch_on_dio2 and not self.rf_switch
