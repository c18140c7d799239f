"""The stand-in for the backbone's link does what its name says, no more."""

import socket
import socketserver
import threading
from collections.abc import Iterator

import pytest

from turna_simulation.uplink import Uplink


class _Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while data := self.request.recv(100):
            self.request.sendall(data)


@pytest.fixture
def uplink() -> Iterator[Uplink]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Echo) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        relay = Uplink("127.0.0.1", server.server_address[1])
        relay.start()
        yield relay
        relay.stop()
        server.shutdown()


def _connect(uplink: Uplink) -> socket.socket:
    return socket.create_connection(("127.0.0.1", uplink.port), timeout=5)


def _is_dropped(client: socket.socket) -> bool:
    try:
        return client.recv(100) == b""
    except ConnectionResetError:
        return True


def test_an_open_uplink_passes_bytes_both_ways(uplink: Uplink) -> None:
    with _connect(uplink) as client:
        client.sendall(b"report")
        assert client.recv(100) == b"report"


def test_a_cut_uplink_drops_what_was_open_and_refuses_what_is_new(uplink: Uplink) -> None:
    with _connect(uplink) as client:
        client.sendall(b"x")
        assert client.recv(100) == b"x"
        uplink.cut()
        assert _is_dropped(client)
    with _connect(uplink) as late:
        assert _is_dropped(late)
    assert uplink.refused_connections == 1


def test_a_silent_uplink_keeps_the_connection_and_passes_nothing_until_restored(
    uplink: Uplink,
) -> None:
    with _connect(uplink) as client:
        client.sendall(b"before")
        assert client.recv(100) == b"before"
        uplink.silence()
        client.sendall(b"during")
        client.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.recv(100)
        uplink.restore()
        client.settimeout(5)
        assert client.recv(100) == b"during"
