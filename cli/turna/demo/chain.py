"""The whole chain on one machine: mission kit, broker, Secretariat, gateway, virtual boards.

Everything but the boards' hardware and the satellite link is the real thing, each in a process of
its own.  `Chain` is a context: leaving it ends all of it.
"""

import json
import math
import random
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from turna.demo import exercise, services
from turna.demo.boards_clock import BoardsClock
from turna.demo.journal_reader import JournalReader
from turna.demo.services import Pace, Service
from turna.deployment import GatewayPlan, TeamPlan, make_deployment
from turna_backbone.broker import ACK_WAIT_S, Broker
from turna_protocol.mission import Mission
from turna_secretariat.accounts import OBSERVER, Accounts
from turna_secretariat.engines import sqlite_url
from turna_simulation.board import Board
from turna_simulation.chips.gnss import Place as GnssPlace
from turna_simulation.uplink import Uplink
from turna_simulation.world import World

REGION = "COMMON433"
HEALTH_INTERVAL_S = 240
# How long the parts may take to find each other before the demo gives up.
READY_TIMEOUT_S = 40.0
_METRES_PER_E5 = 1.11195  # one hundred-thousandth of a degree of latitude
_MISSION_AGE_S = 3600


class ChainError(Exception):
    """The chain did not come up; the message says which part and its last words."""


class Chain:
    """Builds the parts in order; `tell` hears what is being done."""

    def __init__(
        self,
        directory: Path,
        *,
        handsets: int,
        seed: int,
        speed: float,
        tell: Callable[[str], None],
    ) -> None:
        self._tell = tell
        self._speed = speed
        self._random = random.Random(f"{seed}/exercise")  # noqa: S311  # an exercise, no secret
        self.directory = directory
        started_unix_s = int(time.time())
        self.mission = self._make_kit(handsets, started_unix_s - _MISSION_AGE_S)
        self.world = World(seed, started_unix_s, directory=self.directory / "boards")
        self._broker = Broker(
            self.directory / "broker", ack_wait_s=max(1, round(ACK_WAIT_S / speed))
        )
        self.uplink: Uplink | None = None
        self.secretariat: Service | None = None
        self.password = secrets.token_urlsafe(12)
        self._accounts = Accounts(sqlite_url(directory / "people.db"))
        self.gateway: Service | None = None
        self.handsets: list[Board] = []
        self.journals: dict[int, JournalReader] = {}
        self.started_s = 0.0
        self.boards_clock = BoardsClock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop_services()
        self._accounts.close()
        self.world.close()

    def start(self) -> None:
        """Bring everything up; return when the gateway has its modem, its backbone, its clock."""
        self._tell("broker: nats-server with MQTT")
        self._broker.start()
        self.uplink = Uplink(self._broker.host, self._broker.port)
        self.uplink.start()
        self._tell("boards: a modem and its USB serial port")
        modem = self.world.add_board(
            "modem",
            position=_metres(exercise.GATEWAY_LAT_E5, exercise.GATEWAY_LON_E5),
            files={"/settings.json": (self.directory / "kit" / "modem.json").read_bytes()},
            rom=True,
        )
        port = modem.open_pty()
        self.started_s = time.monotonic()
        pace = Pace(self.world.start_unix_s, self._speed, self.started_s)
        modem.power_on()
        self._tell("Secretariat: archive, subscriber, page")
        self.secretariat = services.secretariat(
            self.directory,
            broker_port=self._broker.port,
            pace=pace,
            password=self.password,
            officer=exercise.OFFICER,
        )
        if self.secretariat.port != services.USUAL_PAGE_PORT:
            self._tell(
                f"port {services.USUAL_PAGE_PORT} is taken by another program;"
                f" the page is on {self.secretariat.port} instead"
            )
        self.secretariat.start()
        self._accounts.open()
        self._tell("gateway: serial port, store, uplink")
        self.gateway = services.gateway(
            self.directory,
            name=exercise.GATEWAY_NAME,
            modem_port=port,
            broker_port=self.uplink.port,
            pace=pace,
        )
        self.gateway.start()
        self._wait_until_ready()

    def switch_handsets_on(self) -> None:
        """Put the handsets at their places and switch them on."""
        for index, device in enumerate(self.mission.devices):
            board = self._add_handset(index, device.device, device.call_sign)
            self.handsets.append(board)
            board.power_on()
            self.journals[device.device] = JournalReader(self.world, board, session=index + 1)

    def page_and_way_in(self) -> str:
        """Return the page's address, and how a visitor signs in there."""
        assert self.secretariat is not None
        return f"{self.secretariat.address}  sign in as {services.VISITOR}: {self.password}"

    def told_at_the_start(self) -> list[str]:
        """Return what a visitor needs: the accounts, and where the settings lie."""
        assert self.secretariat is not None
        assert self.gateway is not None
        names = ", ".join(f"{name} ({role})" for name, role in services.VISITORS.items())
        return [
            f"accounts, made for this demo alone and gone with it: {names}",
            f"settings: {self.secretariat.settings} and {self.gateway.settings.name} beside it",
        ]

    def is_visited(self) -> bool:
        """Tell whether somebody is signed in on the page who could accept an SOS."""
        simulated_s = (time.monotonic() - self.started_s) * self._speed
        now_ms = self.world.start_unix_s * 1000 + int(simulated_s * 1000)
        able = [name for name, role in services.VISITORS.items() if role != OBSERVER]
        return any(self._accounts.is_signed_in(name, now_ms) for name in able)

    def run(self, until: Callable[[], bool], for_s: float | None = None) -> None:
        """Let virtual time pass at the chosen speed."""
        give_up_s = None if for_s is None else time.monotonic() + for_s

        def reached() -> bool:
            now_s = time.monotonic()
            paced_ms = int((now_s - self.started_s) * self._speed * 1000)
            self.boards_clock.note(paced_ms, self.world.now_ms)
            return until() or (give_up_s is not None and now_s >= give_up_s)

        self.world.run_paced(self._speed, until=reached, started_s=self.started_s)

    def stop_services(self) -> None:
        """End gateway, Secretariat and broker in good order; what they stored stays readable."""
        for service in (self.gateway, self.secretariat):
            if service is not None:
                service.stop()
        if self.uplink is not None:
            self.uplink.stop()
        self._broker.stop()

    def failure(self) -> str | None:
        """Return which part has died and its last words, or None."""
        for service in (self.secretariat, self.gateway):
            if service is not None and service.failed():
                return f"the {service.name} ended by itself: {service.last_words()}"
        if not self._broker.alive():
            return "the broker ended by itself"
        return None

    def _wait_until_ready(self) -> None:
        give_up_s = time.monotonic() + READY_TIMEOUT_S
        next_look_s = 0.0

        def ready() -> bool:
            nonlocal next_look_s
            if time.monotonic() < next_look_s:
                return False
            next_look_s = time.monotonic() + 0.2
            if (failure := self.failure()) is not None:
                raise ChainError(failure)
            return self._is_ready()

        self.run(ready, READY_TIMEOUT_S)
        if time.monotonic() >= give_up_s:
            raise ChainError(f"not ready after {READY_TIMEOUT_S:.0f} s")

    def _is_ready(self) -> bool:
        assert self.gateway is not None
        assert self.secretariat is not None
        try:
            status = self.gateway.get("/status.json")
            feed = self.secretariat.get("/api/status")["feed"]
        except OSError:
            return False
        up: bool = status["modem"]["up"] and status["backbone"]["up"] and feed["connected"]
        return up

    def _make_kit(self, handsets: int, epoch_s: int) -> Mission:
        teams: dict[tuple[str, str], int] = {}
        for index in range(handsets):
            team = exercise.team_of(index)
            teams[team] = teams.get(team, 0) + 1
        return make_deployment(
            self.directory / "kit",
            name=exercise.MISSION_NAME,
            mode="exercise",
            origin=(exercise.ORIGIN_LAT_E5, exercise.ORIGIN_LON_E5),
            epoch_s=epoch_s,
            region=REGION,
            teams=[
                TeamPlan(name, country, handsets=count) for (name, country), count in teams.items()
            ],
            gateways=[GatewayPlan(exercise.GATEWAY_NAME, exercise.GATEWAY_COUNTRY)],
        )

    def _add_handset(self, index: int, device: int, call_sign: str) -> Board:
        place = exercise.place_of(index, self._random)
        settings = json.loads((self.directory / "kit" / f"handset-{device}.json").read_text())
        settings["health_interval_s"] = HEALTH_INTERVAL_S
        board = self.world.add_board(
            call_sign,
            position=_metres(place.lat_e5, place.lon_e5),
            files={"/settings.json": json.dumps(settings).encode()},
            rom=True,
        )
        board.parts.gnss.follow(
            lambda elapsed_s: GnssPlace(
                place.lat_e5 + place.north_e5_per_min * elapsed_s // 60,
                place.lon_e5 + place.east_e5_per_min * elapsed_s // 60,
                90,
            )
        )
        return board


def _metres(lat_e5: int, lon_e5: int) -> tuple[float, float]:
    """Return metres east and north of the origin."""
    east = (lon_e5 - exercise.ORIGIN_LON_E5) * _METRES_PER_E5
    north = (lat_e5 - exercise.ORIGIN_LAT_E5) * _METRES_PER_E5
    return east * math.cos(math.radians(exercise.ORIGIN_LAT_E5 / 100_000)), north
