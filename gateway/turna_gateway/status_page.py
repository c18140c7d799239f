"""Serves the status board on the local network, in a thread of its own.

A page for people at /, its parts below /static (what speaks ten languages is the Secretariat's
page's as well), its map's coasts and rivers at /base-map.json, /status.json, /metrics for
Prometheus, /healthz.  Read only: nothing that arrives here can change anything.
"""

import json
import threading
from importlib.resources import files

import uvicorn
from fastapi import FastAPI, Response
from fastapi.staticfiles import StaticFiles

from turna_backbone import base_map
from turna_gateway.metrics import CONTENT_TYPE, metrics_text
from turna_gateway.status import StatusBoard

_STOP_TIMEOUT_S = 3.0
# The page asks nobody but this gateway, and nobody may frame it.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


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
        if self._thread.is_alive():
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
    html = files(__package__).joinpath("static/page.html").read_text(encoding="utf-8")
    shared = ("turna_backbone", "page")
    app.mount("/static", StaticFiles(packages=[(str(__package__), "static"), shared]))

    @app.get("/status.json")
    def status() -> Response:
        return Response(board.snapshot, media_type="application/json")

    @app.get("/")
    def page() -> Response:
        return Response(html, media_type="text/html", headers={"Content-Security-Policy": _POLICY})

    @app.get("/base-map.json")
    def coasts() -> Response:
        if not base_map.is_here():
            return Response(status_code=404)
        headers = {"Content-Encoding": "gzip", "Cache-Control": "private, max-age=86400"}
        return Response(base_map.packed(), media_type="application/geo+json", headers=headers)

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(metrics_text(json.loads(board.snapshot)), media_type=CONTENT_TYPE)

    @app.get("/healthz")
    def healthz() -> Response:
        healthy = board.is_healthy
        return Response("ok\n" if healthy else "degraded\n", 200 if healthy else 503)

    return app
