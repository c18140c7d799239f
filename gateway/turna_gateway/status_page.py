"""Serves the status board on a local address: /status.json and /healthz, in a thread of its own."""

import threading

import uvicorn
from fastapi import FastAPI, Response

from turna_gateway.status import StatusBoard

_STOP_TIMEOUT_S = 3.0


class StatusPage:
    """An HTTP server that reads nothing but the board's snapshot."""

    def __init__(self, board: StatusBoard, host: str, port: int) -> None:
        self._server = uvicorn.Server(
            uvicorn.Config(
                create_app(board),
                host=host,
                port=port,
                log_config=None,
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = threading.Thread(target=self._serve, name="status-page", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(_STOP_TIMEOUT_S)

    def _serve(self) -> None:
        try:
            self._server.run()
        except SystemExit:
            # uvicorn's word for "the port is taken", already logged: the gateway works without.
            return


def create_app(board: StatusBoard) -> FastAPI:
    """Return the application over a board."""
    app = FastAPI(openapi_url=None)

    @app.get("/status.json")
    def status() -> Response:
        return Response(board.snapshot, media_type="application/json")

    @app.get("/healthz")
    def healthz() -> Response:
        healthy = board.is_healthy
        return Response("ok\n" if healthy else "degraded\n", 200 if healthy else 503)

    return app
