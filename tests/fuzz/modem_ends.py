"""Both ends of the serial link, whatever the other writes: they live and answer within bounds."""

from tests.fuzz._vectors import FRAMES, HELLO, SETTING
from turna_protocol.modem.device_client import DeviceClient
from turna_protocol.modem.host_link import HostLink
from turna_protocol.modem.modem_link import ModemLink

SEEDS = [FRAMES[0], *(FRAMES[0] + frame for frame in FRAMES), b"".join(FRAMES)]
_PIECE = 61
_BYTES_MAX = 20_000


def fuzz(data: bytes) -> None:
    host, client = HostLink(session=1, setting=SETTING), DeviceClient(session=1)
    host.opened(0)
    client.opened(0)
    ends: tuple[HostLink | DeviceClient | ModemLink, ...] = (host, client, ModemLink(HELLO))
    for end in ends:
        for now_ms, start in enumerate(range(0, len(data), _PIECE)):
            end.receive(data[start : start + _PIECE], now_ms * 40)
            assert len(end.to_send(now_ms * 40)) < _BYTES_MAX
            while end.next_event() is not None:
                pass
