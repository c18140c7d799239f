"""What the Secretariat says passes a real broker and a real gateway process, killed or not."""

import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.gateway.field import EPOCH_S, MASTER, Handset
from tests.integration.test_gateway_loses_nothing import GatewayProcess, running
from turna.deployment import GatewayPlan, TeamPlan, make_deployment
from turna_backbone.broker import Broker
from turna_backbone.clock import SystemClock
from turna_backbone.envelope import BOOT_ID_LENGTH
from turna_backbone.kit import read_mission
from turna_backbone.mqtt import Address, BackOff, MqttSession
from turna_protocol import keys, orders, packet
from turna_protocol.errors import MalformedError, NotAuthenticError
from turna_protocol.orders import Holding, OrderWindow
from turna_protocol.sealing import seal_report
from turna_secretariat import down_queries
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.down_desk import DownDeed, Revocation, Withdrawal
from turna_secretariat.down_words import Audience, read_saying
from turna_secretariat.inbox import Inbox
from turna_secretariat.presence import will
from turna_secretariat.registry import Registry
from turna_secretariat.subscriber import SUBSCRIPTIONS, Subscriber

TIMEOUT_S = 40.0
# The gateway's clock runs fast; what must not be over before the test is over lasts long.
LASTS_MIN = 7 * 24 * 60


class Secretariat:
    """The real subscriber on a real session."""

    def __init__(self, folder: Path, port: int) -> None:
        mission = read_mission(folder / "mission.json")
        self.registry = Registry(mission, keys.authentication_branch(MASTER))
        self.archive = Archive.in_file(folder / "archive.db")
        self.archive.open()
        self._inbox: Inbox = queue.Queue()
        boot_id = bytes(BOOT_ID_LENGTH)
        self._clock = SystemClock()
        self._session = MqttSession(
            addresses=[Address("127.0.0.1", port)],
            client_id="turna-secretariat",
            inbox=self._inbox,
            clock=self._clock,
            subscriptions=SUBSCRIPTIONS,
            will=will(boot_id),
            back_off=BackOff(first_ms=50, limit_ms=200),
        )
        self.subscriber = Subscriber(
            desk=Desk(self.archive, self.registry, mission.frame),
            registry=self.registry,
            session=self._session,
            inbox=self._inbox,
            clock=self._clock,
            boot_id=boot_id,
        )
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self.subscriber.run, args=(self._stopping,))

    def start(self) -> None:
        self._session.start()
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()
        self._session.stop()
        self.archive.close()

    def say(self, text: str, *devices: int) -> int:
        # Valid for long after any moment of the gateway's fast clock.
        lasts_min = LASTS_MIN + (self._clock.unix_s() - EPOCH_S) // 60
        saying = read_saying(
            "text",
            {"text": text},
            mode="exercise",
            audience=Audience(devices, False),
            lasts_min=max(lasts_min, LASTS_MIN),
            now_s=self._clock.unix_s(),
            frame=self.registry.mission.frame,
        )
        return self.do(DownDeed((saying,), "Aylin Demir"))

    def do(self, deed: DownDeed) -> int:
        self._inbox.put(deed)
        assert deed.done.wait(TIMEOUT_S)
        assert not deed.errors
        return deed.word_ids[0]

    def state(self, word_id: int) -> str:
        with self.archive.reader() as connection:
            word = down_queries.one_word(connection, self.registry, word_id)
        assert word is not None
        return str(word["handsets"][0]["state"])

    def gateway_states(self, word_id: int) -> list[str | None]:
        with self.archive.reader() as connection:
            word = down_queries.one_word(connection, self.registry, word_id)
        assert word is not None
        return [one["state"] for one in word["gateways"]]


class Listener:
    """A handset that hears what the gateway says, and takes each order once."""

    def __init__(self, gateway: GatewayProcess) -> None:
        self.handset = Handset(1)
        self.taken: list[int] = []
        self.acknowledged: set[tuple[int, int]] = set()
        self.heard = 0
        self._gateway = gateway
        self._window = OrderWindow()
        self._seq = 100

    def listen(self) -> None:
        while not self._gateway.said.empty():
            self._hear(self._gateway.said.get())

    def hold(self, number: int) -> None:
        self._seq += 1
        self._gateway.hear(
            seal_report(
                orders.pack_holding(Holding(orders.ORDERS, number, 0)),
                device=1,
                seq=self._seq,
                link_key=self.handset.link_key,
                authentication_key=self.handset.authentication_key,
                kind=packet.HOLDING,
            )
        )

    def _hear(self, said: bytes) -> None:
        for handset in (self.handset, Handset(2)):
            self.acknowledged |= {(handset.device, seq) for seq in handset.acknowledged(said)}
        if packet.packet_kind(said) != packet.ORDER:
            return
        try:
            order = orders.open_order(said, self.handset.link_key, self.handset.authentication_key)
        except (MalformedError, NotAuthenticError):
            return
        self.heard += 1
        if self._window.is_new(order.number):
            self._window.take(order.number)
            self.taken.append(order.number)


class Net:
    """Broker, gateway, Secretariat and one handset."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.broker = stack.enter_context(Broker(folder / "broker", ack_wait_s=2))
        self.secretariat = Secretariat(folder, self.broker.port)
        self.secretariat.start()
        stack.callback(self.secretariat.stop)
        self.gateway = stack.enter_context(running(folder, self.broker))
        self.listener = Listener(self.gateway)

    def comes_true(self, claim: Callable[[], bool]) -> bool:
        give_up_at = time.monotonic() + TIMEOUT_S
        while time.monotonic() < give_up_at:
            self.listener.listen()
            if claim():
                return True
            time.sleep(0.05)
        return False


@pytest.fixture
def net(tmp_path: Path) -> Iterator[Net]:
    make_deployment(
        tmp_path,
        name="Hatay",
        mode="exercise",
        origin=(3_620_000, 3_616_000),
        epoch_s=EPOCH_S,
        region="KZ433",
        teams=[TeamPlan("AFAD", "tr", hardware_ids=(f"{1:012x}", f"{2:012x}"))],
        gateways=[GatewayPlan("hatay-1", "tr")],
        master=MASTER,
    )
    with ExitStack() as stack:
        yield Net(tmp_path, stack)


def test_an_order_survives_every_kill_and_is_delivered_by_the_handsets_own_word(net: Net) -> None:
    word = net.secretariat.say("come back", 1)
    assert net.comes_true(lambda: net.listener.heard > 0)
    assert net.comes_true(lambda: net.secretariat.state(word) == "sent")

    net.gateway.end(signal.SIGKILL)
    net.broker.kill()
    net.broker.start()
    heard = net.listener.heard
    net.gateway.start()
    assert net.comes_true(lambda: net.listener.heard > heard), "the gateway kept it"
    assert net.listener.taken == [0], "and the handset took it once"

    net.listener.hold(0)
    assert net.comes_true(lambda: net.secretariat.state(word) == "delivered")
    assert net.comes_true(lambda: net.secretariat.gateway_states(word) == ["delivered"])


def test_what_is_said_while_the_gateway_is_away_waits_and_what_is_withdrawn_is_not_said(
    net: Net,
) -> None:
    net.gateway.end(signal.SIGKILL)
    first, second = (net.secretariat.say(text, 1) for text in ("one", "two"))
    net.secretariat.do(DownDeed(Withdrawal(first), "Aylin Demir"))
    net.gateway.start()

    assert net.comes_true(lambda: net.secretariat.gateway_states(second) == ["sent"])
    assert net.comes_true(lambda: net.secretariat.gateway_states(first) == ["withdrawn"])
    assert 1 in net.listener.taken


def test_a_revoked_handset_is_acknowledged_no_more_not_even_after_a_restart(net: Net) -> None:
    word = net.secretariat.do(DownDeed(Revocation((1,)), "Aylin Demir"))
    assert net.comes_true(lambda: net.secretariat.gateway_states(word) == ["delivered"])
    net.gateway.end(signal.SIGKILL)
    net.gateway.start()

    def the_other_is_acknowledged() -> bool:
        net.gateway.hear(Handset(1).seal(7))
        net.gateway.hear(Handset(2).seal(8))
        return (2, 8) in net.listener.acknowledged

    assert net.comes_true(the_other_is_acknowledged)
    assert net.listener.acknowledged == {(2, 8)}
