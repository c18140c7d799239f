"""Certificates and access rules against a real mosquitto with the deployed configuration."""

import queue
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from tests.backbone.peer import Peer
from tests.integration.certificates import DAY, Authority
from tests.integration.mosquitto import Mosquitto, needs_mosquitto
from turna_backbone.clock import SystemClock
from turna_backbone.credentials import Credentials, CredentialsError
from turna_backbone.mqtt import (
    Address,
    BackOff,
    Connected,
    Disconnected,
    Message,
    MqttEvent,
    MqttSession,
    Published,
)

pytestmark = needs_mosquitto
OURS = "ots/v1/tr/g/hatay-1/receipt"
REPORT_OF_OURS = "ots/v1/tr/u/afad-1/report"
SIGNS = ("ots/v1/sys/sec/conn", "ots/v1/sys/sec/numbers")


class Net:
    """One authority, one broker, sessions that end with the test."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._stack = stack
        self.authority = Authority(folder / "ca")
        self.broker = stack.enter_context(Mosquitto(folder / "broker", self.authority))
        self.now_s = SystemClock().unix_s

    def join(
        self, credentials: Credentials, *filters: str, addresses: tuple[Address, ...] = ()
    ) -> Peer:
        inbox: queue.Queue[MqttEvent] = queue.Queue()
        session = MqttSession(
            addresses=addresses or (self.broker.address,),
            client_id=f"turna-{credentials.certificate.stem}",
            inbox=inbox,
            clock=SystemClock(),
            subscriptions=filters,
            back_off=BackOff(first_ms=20, limit_ms=100),
            tls=lambda: credentials.context(self.now_s()),
        )
        session.start()
        self._stack.callback(session.stop)
        return Peer(session, inbox)

    def member(self, name: str, *filters: str) -> Peer:
        peer = self.join(self.authority.issue(name), *filters)
        peer.next(Connected)
        return peer


@pytest.fixture
def net(tmp_path: Path) -> Iterator[Net]:
    with ExitStack() as stack:
        yield Net(tmp_path, stack)


def test_a_gateway_reaches_the_secretariat_and_is_answered(net: Net) -> None:
    secretariat = net.member("secretariat", "ots/v1/+/u/+/report")
    gateway = net.member("hatay-1", OURS)

    token = gateway.session.publish(REPORT_OF_OURS, b"report")
    assert gateway.next(Published)[:2] == (token, True)
    assert secretariat.next(Message).payload == b"report"
    secretariat.session.publish(OURS, b"receipt")

    assert gateway.next(Message).payload == b"receipt"


def test_fault_68_a_hostile_gateway_with_a_good_certificate_writes_none_of_our_topics(
    net: Net,
) -> None:
    secretariat = net.member("secretariat", "ots/v1/+/u/+/report", "ots/v1/+/g/+/conn")
    gateway = net.member("hatay-1", OURS, "ots/v1/sys/sec/conn")
    hostile = net.member("baku-1")

    for topic in (REPORT_OF_OURS, "ots/v1/tr/g/hatay-1/conn", OURS, *SIGNS):
        hostile.session.publish(topic, b"forged")
        # MQTT 5: not authorized.  What it is allowed to say is accepted.
        assert hostile.next(Published).code == 0x87
    hostile.session.publish("ots/v1/az/u/fhn-1/report", b"its own")

    assert secretariat.next(Message).payload == b"its own"
    assert secretariat.messages() == []
    assert gateway.messages() == []


def test_what_the_run_before_left_is_heard_before_the_own_birth_comes_back(net: Net) -> None:
    before = net.member("secretariat")
    for topic in SIGNS:
        before.session.publish(topic, b"before", retain=True)
        assert before.next(Published).accepted
    before.session.stop()
    secretariat = net.member("secretariat", *SIGNS)
    secretariat.session.publish(SIGNS[0], b"birth", retain=True)

    heard = [secretariat.next(Message) for _ in range(3)]
    assert {(one.topic, one.payload, one.retained) for one in heard[:2]} == {
        (topic, b"before", True) for topic in SIGNS
    }
    assert (heard[2].payload, heard[2].retained) == (b"birth", False)


def test_fault_68_a_hostile_gateway_with_a_good_certificate_hears_nothing_of_ours(net: Net) -> None:
    hostile = net.member("baku-1", OURS, "ots/v1/tr/#", "#", "ots/v1/az/g/baku-1/receipt")
    gateway = net.member("hatay-1", OURS)
    secretariat = net.member("secretariat")

    gateway.session.publish(REPORT_OF_OURS, b"secret")
    gateway.next(Published)
    secretariat.session.publish(OURS, b"secret")
    assert gateway.next(Message).payload == b"secret"
    secretariat.session.publish("ots/v1/az/g/baku-1/receipt", b"for baku")

    # What mosquitto grants to a wildcard it does not deliver: only its own arrives.
    assert hostile.next(Message).payload == b"for baku"
    assert {payload for _, payload in hostile.messages()} <= {b"for baku"}


def test_what_goes_down_reaches_its_gateway_alone_and_only_that_one_tells_of_it(net: Net) -> None:
    down, told = "ots/v1/tr/g/hatay-1/down", "ots/v1/tr/g/hatay-1/down-ack"
    gateway = net.member("hatay-1", down)
    hostile = net.member("baku-1", down, "ots/v1/+/g/+/down", "ots/v1/az/g/baku-1/down")
    secretariat = net.member("secretariat", "ots/v1/+/g/+/down-ack")

    for topic in (down, told, "ots/v1/az/g/baku-1/down"):
        hostile.session.publish(topic, b"forged")
        assert hostile.next(Published).code == 0x87  # MQTT 5: not authorized
    secretariat.session.publish(down, b"order")
    secretariat.session.publish("ots/v1/az/g/baku-1/down", b"for baku")
    gateway.session.publish(told, b"sent")

    assert gateway.next(Message).payload == b"order"
    assert gateway.messages() == []
    assert hostile.next(Message).payload == b"for baku"
    assert secretariat.next(Message).payload == b"sent"
    assert secretariat.messages() == []


def test_fault_69_an_expired_certificate_of_ours_is_told_before_the_broker_is_asked(
    net: Net,
) -> None:
    expired = net.authority.issue("hatay-1", since=-30 * DAY, until=-2 * DAY)

    assert "expired 2 days ago" in net.join(expired).next(Disconnected).reason


def test_fault_69_the_broker_refuses_an_expired_certificate_whatever_our_clock_says(
    net: Net,
) -> None:
    expired = net.authority.issue("hatay-1", since=-30 * DAY, until=-2 * DAY)
    really = net.now_s
    net.now_s = lambda: really() - 10 * 24 * 3600

    assert net.join(expired).is_told("certificate expired")


def test_fault_69_the_days_that_a_certificate_has_left_are_known(net: Net) -> None:
    credentials = net.authority.issue("hatay-1", until=timedelta(days=6, hours=12))

    assert credentials.days_left(net.now_s()) == 6


def test_fault_70_a_revoked_certificate_is_refused_and_called_revoked(net: Net) -> None:
    revoked = net.authority.issue("hatay-1")
    net.authority.revoke(revoked)
    net.broker.end(signal.SIGTERM)
    net.broker.start()

    assert net.join(revoked).is_told("certificate revoked")
    net.member("baku-1")  # the others go on


def test_fault_71_a_gateway_of_a_foreign_authority_is_refused(net: Net, tmp_path: Path) -> None:
    foreign = Authority(tmp_path / "foreign", "foreign").issue("hatay-1")
    trusting = Credentials(net.authority.certificate, foreign.certificate, foreign.key)

    assert net.join(trusting).is_told("unknown ca")


def test_fault_71_a_broker_of_a_foreign_authority_is_never_talked_to(
    net: Net, tmp_path: Path
) -> None:
    foreign = Authority(tmp_path / "foreign", "foreign").issue("hatay-1")

    peer = net.join(foreign)

    assert "certificate verify failed" in peer.next(Disconnected).reason
    assert peer.session.publish(REPORT_OF_OURS, b"secret") is None


def test_fault_71_a_broker_with_a_certificate_of_another_host_is_never_talked_to(
    tmp_path: Path,
) -> None:
    with ExitStack() as stack:
        net = Net(tmp_path, stack)
        other = net.authority.issue("other", host="other.example")
        broker = stack.enter_context(Mosquitto(tmp_path / "other", net.authority, other))

        peer = net.join(net.authority.issue("hatay-1"), addresses=(broker.address,))

        assert "not valid for '127.0.0.1'" in peer.next(Disconnected).reason


def test_fault_72_two_authorities_are_trusted_while_one_replaces_the_other(
    net: Net, tmp_path: Path
) -> None:
    new = Authority(tmp_path / "new", "new")
    both = tmp_path / "both.pem"
    both.write_bytes(new.certificate.read_bytes() + net.authority.certificate.read_bytes())
    issued = net.authority.issue("hatay-1")

    net.join(Credentials(both, issued.certificate, issued.key)).next(Connected)


def test_fault_73_a_key_that_others_may_read_is_not_used(net: Net) -> None:
    credentials = net.authority.issue("hatay-1")
    credentials.key.chmod(0o644)

    assert f"chmod 600 {credentials.key}" in net.join(credentials).next(Disconnected).reason


def test_fault_73_files_that_cannot_be_read_are_named_and_taken_up_once_they_can(net: Net) -> None:
    credentials = net.authority.issue("hatay-1")
    content = credentials.certificate.read_bytes()
    credentials.certificate.write_bytes(b"nonsense")
    peer = net.join(credentials)
    assert str(credentials.certificate) in peer.next(Disconnected).reason

    credentials.certificate.write_bytes(content)

    peer.next(Connected)


def test_fault_53_a_clock_in_1970_waits_for_the_time_and_verifies_all_the_same(net: Net) -> None:
    really, net.now_s = net.now_s, lambda: 1_000
    peer = net.join(net.authority.issue("hatay-1"))
    assert "clock was never set" in peer.next(Disconnected).reason

    net.now_s = really

    peer.next(Connected)


def test_verification_cannot_be_switched_off(net: Net) -> None:
    context = net.authority.issue("hatay-1").context(net.now_s())

    assert (context.check_hostname, context.verify_mode.name) == (True, "CERT_REQUIRED")
    with pytest.raises(CredentialsError):
        net.authority.issue("hatay-1").context(0)


def test_the_session_goes_round_the_hosts_until_one_answers(net: Net) -> None:
    nobody = Address("127.0.0.1", 1)

    peer = net.join(net.authority.issue("hatay-1"), addresses=(nobody, net.broker.address))

    assert peer.next(Disconnected).broker == "127.0.0.1:1"
    peer.next(Connected)


def test_fault_65_a_second_client_of_the_same_name_is_told_as_such(net: Net) -> None:
    credentials = net.authority.issue("hatay-1")
    first = net.join(credentials)
    first.next(Connected)
    net.join(credentials).next(Connected)

    assert "taken over" in first.next(Disconnected).reason.lower()


def test_fault_66_a_broker_that_forgot_everything_is_subscribed_to_again(net: Net) -> None:
    gateway = net.member("hatay-1", OURS)
    net.broker.end(signal.SIGKILL)
    net.broker.lose_everything()
    net.broker.start()
    assert gateway.next(Connected).session_present is False

    net.member("secretariat").session.publish(OURS, b"receipt")

    assert gateway.next(Message).payload == b"receipt"
