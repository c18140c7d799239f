"""A stand-in for the backbone's link (satellite, microwave): a TCP relay that can be cut.

It stands for the wire only; the broker behind it and the client before it are real.
"""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")
_CHUNK_BYTES = 65536


class Uplink:
    """Relay connections from a local port to a broker until told otherwise.

    `cut` drops every connection and refuses new ones; `silence` keeps them open and forwards
    nothing (the half-open connection that keepalives exist for); `restore` ends either.
    """

    def __init__(self, broker_host: str, broker_port: int) -> None:
        self._broker = (broker_host, broker_port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="uplink", daemon=True)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._passing = asyncio.Event()
        self._cut = False
        self.port = 0
        self.refused_connections = 0

    def start(self) -> None:
        """Listen on a free loopback port, told by `port` afterwards."""
        self._thread.start()
        self._passing.set()
        self._call(self._listen())

    def cut(self) -> None:
        self._call(self._drop_all())

    def silence(self) -> None:
        self._loop.call_soon_threadsafe(self._passing.clear)

    def restore(self) -> None:
        self._cut = False
        self._loop.call_soon_threadsafe(self._passing.set)

    def stop(self) -> None:
        """Drop everything and end the thread. Safe to call twice."""
        if not self._thread.is_alive():
            return
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()

    def _call(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=5)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        await self._drop_all()
        pending = asyncio.all_tasks() - {asyncio.current_task()}
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

    async def _drop_all(self) -> None:
        self._cut = True
        for writer in list(self._writers):
            writer.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            self.refused_connections += 1
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._broker)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        try:
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        finally:
            self._writers -= {writer, far_writer}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(_CHUNK_BYTES):
                await self._passing.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass  # a dropped connection is what this relay is for
        finally:
            writer.transport.abort()
