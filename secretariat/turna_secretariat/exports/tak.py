"""Sends what arrives to TAK clients: UDP (also multicast), TCP or TLS, an event at a time.

One way only: what a server says of others is thrown away.  An event that could not be handed to the
network is sent again; a datagram that is lost is replaced by the next position.
"""

import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from turna_secretariat import queries
from turna_secretariat.archive import Archive
from turna_secretariat.exports import cot
from turna_secretariat.exports.entry import Entry
from turna_secretariat.exports.selection import (
    Selection,
    SelectionError,
    select_after,
    select_among,
    select_one,
)
from turna_secretariat.registry import Registry

SCHEMES = ("udp", "tcp", "tls")
_BATCH = 100
_CONNECT_TIMEOUT_S = 5.0
_READS_AT_ONCE = 100  # then something is sent again, however much a server talks
# Stays within the network of the operations centre.
_MULTICAST_TTL = 1


class Sink(Protocol):
    """Where events go. OSError: not sent, try again."""

    def check(self) -> None: ...

    def send(self, event: bytes) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Target:
    """Where TAK listens."""

    scheme: str  # udp | tcp | tls
    host: str
    port: int


def read_target(text: str) -> Target:
    """Return the target of udp://, tcp:// or tls://HOST:PORT. SelectionError if it is none."""
    parts = urlsplit(text)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if parts.scheme not in SCHEMES or not host or not port or parts.path.strip("/"):
        raise SelectionError(
            f"{text!r} is no target: udp://239.2.3.1:6969, tcp://HOST:8087 or tls://HOST:8089"
        )
    return Target(parts.scheme, host, port)


def read_tls(ca: Path | None, certificate: Path | None, key: Path | None) -> ssl.SSLContext:
    """Return how a server is checked (`ca`, or the machine's own) and how it knows us.

    SelectionError if a file cannot be used. A server is never taken without a proof of its name.
    """
    try:
        context = ssl.create_default_context(cafile=ca)
        if certificate is not None:
            context.load_cert_chain(certificate, key)
    except OSError as error:  # ssl.SSLError is one
        raise SelectionError(f"the files for TLS cannot be used ({error})") from None
    return context


def open_sink(target: Target, tls: ssl.SSLContext | None = None) -> Sink:
    """Return the way to a target; `tls` is for tls:// alone."""
    return Datagrams(target) if target.scheme == "udp" else Stream(target, tls)


class Datagrams:
    """Each event is one datagram."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._socket: socket.socket | None = None

    def check(self) -> None:
        """Nobody can tell whether datagrams are listened to."""

    def send(self, event: bytes) -> None:
        found = socket.getaddrinfo(self._target.host, self._target.port, type=socket.SOCK_DGRAM)
        family, _, _, _, address = found[0]
        if self._socket is None:
            self._socket = _datagram_socket(family)
        # Not connected: else a listener that is away for a moment would hold up those that are not.
        self._socket.sendto(event, address)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _datagram_socket(family: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET:
        made.setsockopt(
            socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, struct.pack("b", _MULTICAST_TTL)
        )
    return made


class Stream:
    """Each event is a document in one stream, as TAK servers take it on 8087, by TLS on 8089."""

    def __init__(self, target: Target, tls: ssl.SSLContext | None = None) -> None:
        self._target = target
        self._tls = tls
        self._socket: socket.socket | None = None

    def check(self) -> None:
        """Throw away what has come; OSError if the server has hung up: it would take no event."""
        if self._socket is None:
            return
        try:
            _discard(self._socket)
        except OSError:
            self.close()
            raise

    def send(self, event: bytes) -> None:
        if self._socket is None:
            self._socket = self._connected()
        try:
            self._socket.sendall(event)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connected(self) -> socket.socket:
        address = (self._target.host, self._target.port)
        made = socket.create_connection(address, _CONNECT_TIMEOUT_S)
        if self._target.scheme != "tls":
            return made
        tls = ssl.create_default_context() if self._tls is None else self._tls
        try:
            return tls.wrap_socket(made, server_hostname=self._target.host)
        except OSError:
            made.close()
            raise


def _discard(stream: socket.socket) -> None:
    """Read what is there: unread, it would fill up until the server gives us up."""
    stream.setblocking(False)
    try:
        for _ in range(_READS_AT_ONCE):
            if not stream.recv(65_536):
                raise ConnectionResetError("the server has hung up")
    except (BlockingIOError, ssl.SSLWantReadError):
        return
    finally:
        stream.settimeout(_CONNECT_TIMEOUT_S)


class Feed:
    """Hands each selected report to a sink once, in order; keeps its place when the sink fails.

    An alert that it has sent ends for the sink too, when a person ends the call.
    """

    def __init__(self, archive: Archive, registry: Registry, selection: Selection) -> None:
        self._archive = archive
        self._registry = registry
        self._selection = selection
        self._after_id = 0
        self._change_id: int | None = None  # up to here it knows what has changed
        self._seen: set[int] = set()  # reports that are selected, since the changes were read
        self._calling: set[tuple[int, int]] = set()  # the handsets whose alert the sink shows
        self.sent = 0
        self.left_out = 0

    def send_new(self, sink: Sink) -> None:
        """Send everything that is new. OSError: the rest is still to be sent."""
        sink.check()
        if self._change_id is None:
            with self._archive.reader() as connection:
                self._change_id = queries.newest_change(connection)
        self._send_reports(sink)
        self._send_changes(sink, self._change_id)

    def _send_reports(self, sink: Sink) -> None:
        while True:
            with self._archive.reader() as connection:
                entries = select_after(
                    connection, self._registry, self._selection, self._after_id, _BATCH
                )
            if not entries:
                return
            for entry in entries:
                self._take(sink, entry)
                self._after_id = entry.id

    def _send_changes(self, sink: Sink, change_id: int) -> None:
        """Send the end of each alert whose call a person has ended since, and what is proved late.

        What came of a handset that the kit did not know is older than what was sent since.
        """
        while True:
            with self._archive.reader() as connection:
                changes = queries.changes_after(connection, change_id)
                said = [c["report_id"] for c in changes if c["kind"] == "state"]
                ends = [select_one(connection, self._registry, number) for number in said]
                stored = {c["report_id"] for c in changes if c["kind"] == "report"}
                passed = {n for n in stored - self._seen if n <= self._after_id}
                late = select_among(connection, self._registry, self._selection, passed)
            if not changes:
                self._seen.clear()
                return
            for entry in late:
                self._take(sink, entry)
            for end in ends:
                if end is not None and self._is_end(end):
                    self._send(sink, end)
            self._change_id = change_id = changes[-1]["id"]

    def _take(self, sink: Sink, entry: Entry) -> None:
        if not self._send(sink, entry):
            self.left_out += 1
        self._seen.add(entry.id)

    def _is_end(self, entry: Entry) -> bool:
        is_shown = entry.mode == self._selection.mode and _handset(entry) in self._calling
        return is_shown and entry.type == "sos" and entry.stands.ended is not None

    def _send(self, sink: Sink, entry: Entry) -> bool:
        """Send a report if there is an event of it, and return whether there is."""
        made = cot.event(entry)
        if made is None:
            return False
        sink.send(made)
        self.sent += 1
        if cot.is_call(entry):
            self._calling.add(_handset(entry))
        elif entry.type == "sos":
            self._calling.discard(_handset(entry))
        return True


def _handset(entry: Entry) -> tuple[int, int]:
    return entry.device, entry.generation


def follow(
    feed: Feed,
    sink: Sink,
    *,
    stopping: threading.Event,
    every_s: float,
    failed: Callable[[OSError], None],
) -> None:
    """Send what arrives until told to stop; `failed` hears the first of each row of failures."""
    working = True
    while not stopping.is_set():
        try:
            feed.send_new(sink)
            working = True
        except OSError as error:
            if working:
                failed(error)
            working = False
        stopping.wait(every_s)
