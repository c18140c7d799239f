"""Brokers as a settings file names them: a list of "host:port"."""

from turna_backbone.configuration import Table
from turna_backbone.mqtt import Address

_HINT = 'must be a list of "host:port" texts, such as ["10.0.0.1:1883"]'


def read_brokers(table: Table) -> tuple[Address, ...]:
    """Return the addresses under the key `brokers`, in the order in which they are tried."""
    addresses = []
    for text in table.texts("brokers", _HINT):
        host, _, port = text.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) <= 65535:
            raise table.error("brokers", f"{_HINT}, not {text!r}")
        addresses.append(Address(host, int(port)))
    return tuple(addresses)
