"""The whole chain in virtual time: boards, and beside them the real gateway and Secretariat cores.

Nothing waits and nothing threads, so one seed gives one history.  Stand-ins: the hardware (`world`)
and the broker with its network (`virtual_backbone`); the stores are real SQLite files.
"""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Protocol

from turna_backbone.clock import SteppedClock
from turna_backbone.envelope import BOOT_ID_LENGTH
from turna_backbone.kit import read_gateway_keys, read_mission, read_secretariat_keys
from turna_backbone.mqtt import MqttEvent
from turna_gateway.gateway import Gateway
from turna_gateway.identity import Identity
from turna_gateway.keyring import Keyring
from turna_gateway.modem_radio import ModemRadio, radio_setting
from turna_gateway.ports import Event, Radio
from turna_gateway.store import Store
from turna_protocol.mission import Mission
from turna_protocol.regions import sub_band
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.inbox import Inbox
from turna_secretariat.registry import Registry
from turna_secretariat.subscriber import SUBSCRIPTIONS, Subscriber

from .air_radio import AirRadio
from .board import Board
from .host_serial import HostSerial
from .models import PROFILES
from .propagation import Position
from .scheduler import Event as Scheduled
from .virtual_backbone import Party, VirtualBackbone
from .world import World

# Gateway and Secretariat look at their inboxes this long after something has come, in virtual time.
THINKING_US = 2_000
_BOOT_ID = bytes(range(BOOT_ID_LENGTH))


class _Inbox:
    """A queue that wakes its owner a moment after something was put into it."""

    def __init__(self, wake: "_Alarm") -> None:
        self.events: SimpleQueue[Event] = SimpleQueue()
        self._wake = wake

    def put_nowait(self, item: Event) -> None:
        self.events.put(item)
        self._wake.within_us(THINKING_US)

    def take(self) -> list[Event]:
        taken = []
        while not self.events.empty():
            taken.append(self.events.get())
        return taken


class _Line(Protocol):
    """What lies between the gateway and its antenna."""

    def open(self) -> None: ...

    def pump(self) -> None: ...


class _Action(Protocol):
    def __call__(self) -> None: ...


class _Alarm:
    """One pending call; asked again, it keeps the earlier time."""

    def __init__(self, world: World, action: _Action) -> None:
        self._world = world
        self._action = action
        self._pending: Scheduled | None = None
        self._at_us = 0

    def within_us(self, delay_us: int) -> None:
        at_us = self._world.scheduler.now_us + max(0, delay_us)
        if self._pending is not None:
            if self._at_us <= at_us:
                return
            self._pending.cancel()
        self._at_us = at_us
        self._pending = self._world.scheduler.at(at_us, self._ring)

    def _ring(self) -> None:
        self._pending = None
        self._action()


class VirtualGateway:
    """The gateway's core on a virtual modem's serial port, or on an antenna of its own."""

    def __init__(
        self, world: World, backbone: VirtualBackbone, modem: Board | None, kit: Path, name: str
    ) -> None:
        self._world = world
        mission = read_mission(kit / "mission.json")
        keys = read_gateway_keys(kit / f"gateway-{name}.keys.json")
        known = mission.gateway(name)
        assert known is not None
        identity = Identity(
            name=known.name, index=known.index, country=known.country, boot_id=_BOOT_ID
        )
        band = sub_band(mission.region, mission.channel)
        assert band is not None
        self._clock = SteppedClock(epoch_s=world.start_unix_s)
        self._look = _Alarm(world, self._process)
        self._inbox = _Inbox(self._look)
        self.uplink: Party = backbone.join(identity.subscriptions(), self._inbox.put_nowait)
        self._line, port = self._connected(mission, modem)
        self._store = Store(kit.parent / f"{name}.db")
        self._store.open()
        self.core = Gateway(
            identity=identity,
            mission=mission,
            band=band,
            keyring=Keyring(mission, keys.link_branch),
            store=self._store,
            radio=port,
            uplink=self.uplink,
            clock=self._clock,
        )
        self.core.load()

    def start(self) -> None:
        """Open the serial port and connect to the backbone."""
        self._line.open()
        self.uplink.connect()
        self._look.within_us(0)

    def close(self) -> None:
        self._store.close()

    def _connected(self, mission: Mission, modem: Board | None) -> tuple[_Line, Radio]:
        if modem is None:
            air = AirRadio(self._world, mission, self._inbox)
            return air, air
        radio = ModemRadio(
            setting=radio_setting(mission), unique_id=None, session=1, inbox=self._inbox
        )
        return HostSerial(radio, modem.serial, self._world.scheduler), radio

    def _process(self) -> None:
        self._clock.advance_to(self._world.now_ms)
        events = self._inbox.take()
        if events:
            self.core.process(events)
        else:
            self.core.tick()
        self._line.pump()
        due_ms = self.core.deadline_ms() - self._world.now_ms
        self._look.within_us(max(1, due_ms) * 1000)


class VirtualSecretariat:
    """The Secretariat's subscriber and archive."""

    def __init__(self, world: World, backbone: VirtualBackbone, kit: Path) -> None:
        self._world = world
        self._clock = SteppedClock(epoch_s=world.start_unix_s)
        mission = read_mission(kit / "mission.json")
        keys = read_secretariat_keys(kit / "secretariat.keys.json")
        self.registry = Registry(mission, keys.authentication_branch)
        self.archive = Archive.in_file(kit.parent / "secretariat.db")
        self.archive.open()
        self.inbox: Inbox = Inbox()
        self._look = _Alarm(world, self._process)
        self.session: Party = backbone.join(SUBSCRIPTIONS, self._take)
        self.subscriber = Subscriber(
            desk=Desk(self.archive, self.registry, mission.frame),
            registry=self.registry,
            session=self.session,
            inbox=self.inbox,
            clock=self._clock,
            boot_id=_BOOT_ID,
        )

    def start(self) -> None:
        self._clock.advance_to(self._world.now_ms)
        self.subscriber.load()
        self.session.connect()

    def close(self) -> None:
        self.archive.close()

    def wake(self) -> None:
        """Look at the inbox soon: somebody has put a deed into it."""
        self._look.within_us(THINKING_US)

    def _take(self, event: MqttEvent) -> None:
        self.inbox.put(event)
        self.wake()

    def _process(self) -> None:
        self._clock.advance_to(self._world.now_ms)
        self.subscriber.step(0)
        if not self.inbox.empty():
            self.wake()
        due_ms = self.subscriber.deadline_ms()
        if due_ms is not None:
            self._look.within_us(max(1, due_ms - self._clock.unix_s() * 1000) * 1000)


class VirtualChain:
    """One mission kit brought to life: a modem with its gateway, a Secretariat, handsets."""

    def __init__(
        self,
        world: World,
        kit: Path,
        *,
        gateway: str,
        heap: str | None = None,
        micropython: Path | None = None,
        rom: bool = False,
    ) -> None:
        self.world = world
        self._kit = kit
        self._add_board = partial(world.add_board, heap=heap, micropython=micropython, rom=rom)
        self.mission: Mission = read_mission(kit / "mission.json")
        self.backbone = VirtualBackbone(world.scheduler)
        self.modem = self._add_board(
            "modem", files={"/settings.json": (kit / "modem.json").read_bytes()}
        )
        self.gateway = VirtualGateway(world, self.backbone, self.modem, kit, gateway)
        self.secretariat = VirtualSecretariat(world, self.backbone, kit)
        self.handsets: dict[int, Board] = {}

    def start(self) -> None:
        """Switch the modem on and let gateway and Secretariat find each other."""
        self.modem.power_on()
        self.secretariat.start()
        self.gateway.start()

    def add_handset(
        self,
        device: int,
        *,
        position: Position,
        changes: Mapping[str, object] | None = None,
        model: str = "heltec_v3",
    ) -> Board:
        """Put a provisioned handset somewhere; `changes` go over its settings. It is off."""
        known = self.mission.device(device)
        assert known is not None
        settings = json.loads((self._kit / f"handset-{device}.json").read_text())
        settings |= {"board": PROFILES[model], **(changes or {})}
        board = self._add_board(
            known.call_sign,
            model,
            position=position,
            files={"/settings.json": json.dumps(settings).encode()},
        )
        self.handsets[device] = board
        return board

    def add_relay(self, name: str, *, position: Position) -> Board:
        """Put a relay somewhere, with the kit's settings for relays. It is off."""
        settings = (self._kit / "relay.json").read_bytes()
        return self._add_board(name, position=position, files={"/settings.json": settings})

    def close(self) -> None:
        self.gateway.close()
        self.secretariat.close()
