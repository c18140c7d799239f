"""SPI, I2C and UART of the ESP32 port; the wires they take decide whom they reach."""

import ustruct

import _link
from _gpio import number_of
from _ports import Port

_CALL_US = 15  # set-up of one transfer
_ENODEV = 19
_ETIMEDOUT = 110
_NONE = 255


def _pin(pin, default):
    return default if pin is None else number_of(pin)


class SPI:
    MSB = 0
    LSB = 1

    _DEFAULTS = {1: (36, 35, 37), 2: (36, 35, 37)}  # sck, mosi, miso of the ESP32-S3 port

    def __init__(self, id=1, baudrate=500000, **options):
        if id not in self._DEFAULTS:
            raise ValueError("SPI(%d) doesn't exist" % id)
        self._id = id
        sck, mosi, miso = self._DEFAULTS[id]
        self._settings = {
            "baudrate": baudrate,
            "polarity": 0,
            "phase": 0,
            "bits": 8,
            "firstbit": 0,
            "sck": sck,
            "mosi": mosi,
            "miso": miso,
        }
        self.init(**options)

    def init(self, **options):
        for name in options:
            if name not in self._settings:
                raise TypeError("extra keyword arguments given")
        self._settings.update(options)
        s = self._settings
        self._khz = s["baudrate"] // 1000
        pins = [_NONE if s[n] is None else number_of(s[n]) for n in ("sck", "mosi", "miso")]
        mode = s["polarity"] << 1 | s["phase"] | s["firstbit"] << 2
        _link.tell("s", self._id, bytes(pins + [mode]) + ustruct.pack("<I", s["baudrate"]))

    def deinit(self):
        _link.tell("s", self._id, bytes((_NONE, _NONE, _NONE, 0, 0, 0, 0, 0)))

    def write(self, data):
        _link.spend(self._duration_us(len(data)))
        _link.tell("W", self._id, data)

    def read(self, count, write=0):
        _link.take_time(self._duration_us(count))
        return _link.ask("S", self._id, bytes((write,)) * count)

    def readinto(self, buffer, write=0):
        buffer[:] = self.read(len(buffer), write)

    def write_readinto(self, data, buffer):
        if len(data) != len(buffer):
            raise ValueError("buffers must be the same length")
        _link.take_time(self._duration_us(len(data)))
        buffer[:] = _link.ask("S", self._id, data)

    def _duration_us(self, count):
        return _CALL_US + count * 8000 // self._khz


class SoftSPI(SPI):
    _DEFAULTS = {0: (None, None, None)}

    def __init__(self, baudrate=500000, **options):
        super().__init__(0, baudrate, **options)


class I2C:
    _DEFAULTS = {0: (9, 8), 1: (9, 8)}  # scl, sda of the ESP32-S3 port

    def __init__(self, id=0, *, scl=None, sda=None, freq=400000, timeout=50000):
        if id not in self._DEFAULTS:
            raise ValueError("I2C(%d) doesn't exist" % id)
        self._id = id
        self._scl = _pin(scl, self._DEFAULTS[id][0])
        self._sda = _pin(sda, self._DEFAULTS[id][1])
        self.init(freq=freq)

    def init(self, scl=None, sda=None, freq=400000):
        self._scl = _pin(scl, self._scl)
        self._sda = _pin(sda, self._sda)
        self._khz = freq // 1000
        _link.tell("c", self._id, bytes((self._scl, self._sda)) + ustruct.pack("<I", freq))

    def scan(self):
        return [a for a in range(8, 0x78) if self._transfer(a, b"", 0, True)[0] == 0]

    def readfrom(self, addr, nbytes, stop=True):
        return self._checked(addr, b"", nbytes, stop)[1:]

    def readfrom_into(self, addr, buf, stop=True):
        buf[:] = self.readfrom(addr, len(buf), stop)

    def writeto(self, addr, buf, stop=True):
        self._checked(addr, buf, 0, stop)
        return len(buf)

    def writevto(self, addr, vector, stop=True):
        return self.writeto(addr, b"".join([bytes(part) for part in vector]), stop)

    def readfrom_mem(self, addr, memaddr, nbytes, *, addrsize=8):
        return self._checked(addr, memaddr.to_bytes(addrsize // 8, "big"), nbytes, True)[1:]

    def readfrom_mem_into(self, addr, memaddr, buf, *, addrsize=8):
        buf[:] = self.readfrom_mem(addr, memaddr, len(buf), addrsize=addrsize)

    def writeto_mem(self, addr, memaddr, buf, *, addrsize=8):
        self._checked(addr, memaddr.to_bytes(addrsize // 8, "big") + bytes(buf), 0, True)

    def _checked(self, addr, data, count, stop):
        reply = self._transfer(addr, data, count, stop)
        if reply[0]:
            raise OSError(_ENODEV if reply[0] == 1 else _ETIMEDOUT)
        return reply

    def _transfer(self, addr, data, count, stop):
        _link.take_time(_CALL_US + (len(data) + count + 2) * 9000 // self._khz)
        head = ustruct.pack("<BBH", addr, 1 if stop else 0, count)
        return _link.ask("X", self._id, head + bytes(data))


class SoftI2C(I2C):
    _DEFAULTS = {2: (None, None)}

    def __init__(self, scl, sda, *, freq=400000, timeout=50000):
        super().__init__(2, scl=scl, sda=sda, freq=freq)


class UART(Port):
    INV_TX = 1
    INV_RX = 2
    RTS = 1
    CTS = 2

    _DEFAULTS = {1: (17, 18), 2: (None, None)}  # tx, rx of the ESP32-S3 port

    def __init__(self, id, baudrate=115200, bits=8, parity=None, stop=1, **options):
        if id not in self._DEFAULTS:
            raise ValueError(
                "UART(%d) is disabled" % id if id == 0 else "UART(%d) does not exist" % id
            )
        super().__init__(id)
        tx, rx = self._DEFAULTS[id]
        self._settings = {"tx": tx, "rx": rx, "txbuf": 256, "rxbuf": 256, "timeout": 0}
        self.init(baudrate, bits, parity, stop, **options)

    def init(self, baudrate=115200, bits=8, parity=None, stop=1, **options):
        s = self._settings
        for name in options:
            if name not in s and name not in ("timeout_char", "rts", "cts", "invert", "flow"):
                raise TypeError("extra keyword arguments given")
        s.update(options)
        self.forget()
        pins = [_NONE if s[n] is None else number_of(s[n]) for n in ("tx", "rx")]
        parity = 0 if parity is None else parity + 1
        frame = bytes(pins + [bits, parity, stop])
        sizes = ustruct.pack("<IHH", baudrate, s["rxbuf"], s["txbuf"])
        _link.tell("u", self.port_number, frame + sizes)

    def deinit(self):
        _link.tell("u", self.port_number, bytes((_NONE, _NONE, 8, 0, 1)) + bytes(8))

    def read(self, count=-1):
        data = self._gather(4096 if count is None or count < 0 else count)
        return data or None

    def readinto(self, buffer, count=-1):
        data = self._gather(len(buffer) if count < 0 else count)
        buffer[: len(data)] = data
        return len(data) or None

    def readline(self, limit=-1):
        line = self.take_line(limit)
        left_us = self._settings["timeout"] * 1000
        while not line.endswith(b"\n") and len(line) != limit and left_us > 0:
            left_us = self.wait_readable(left_us)
            line += self.take_line(limit - len(line) if limit >= 0 else -1)
        return line or None

    def write(self, data):
        return self.send(data)

    def flush(self):
        while not self.txdone():
            _link.wait(1000, 0)

    def txdone(self):
        return bool(_link.ask("E", self.port_number)[0])

    def _gather(self, count):
        data = self.take(count)
        left_us = self._settings["timeout"] * 1000
        while len(data) < count and left_us > 0:
            left_us = self.wait_readable(left_us)
            data += self.take(count - len(data))
        return data
