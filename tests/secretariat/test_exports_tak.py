"""Sending to TAK over real sockets of this machine: datagrams, a stream, one that breaks."""

import socket
import ssl
import subprocess
import sys
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.integration.certificates import Authority
from tests.secretariat.exported import ANTAKYA, NOW_MS, Exported, sitrep, sos, worksite_report
from tests.secretariat.field import Field
from turna_protocol import codes
from turna_protocol.mission import Mission
from turna_secretariat.archive import Archive
from turna_secretariat.config import TEMPLATE
from turna_secretariat.desk import Desk
from turna_secretariat.exports import tak
from turna_secretariat.exports.selection import Selection, SelectionError
from turna_secretariat.registry import Registry

GROUP = "239.2.3.1"


class BrokenSink:
    """Takes some events and then no more."""

    def __init__(self, takes: int) -> None:
        self.taken: list[bytes] = []
        self._takes = takes

    def check(self) -> None:
        return

    def send(self, event: bytes) -> None:
        if len(self.taken) == self._takes:
            raise OSError("no route")
        self.taken.append(event)

    def close(self) -> None:
        return


def _feed(exported: Exported) -> tak.Feed:
    return tak.Feed(exported.archive, exported.registry, Selection(mode="exercise"))


def _listening(kind: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, kind)
    listening.settimeout(10)
    listening.bind(("127.0.0.1", 0))
    return listening


def _require_marked(event: ET.Element) -> None:
    """Assert that nobody takes it for real: neither a program nor who looks at the map."""
    assert event.get("opex") == "e"
    contact, remarks = event.find("detail/contact"), event.findtext("detail/remarks")
    assert contact is not None
    assert str(contact.get("callsign")).startswith("EXERCISE ")
    assert str(remarks).startswith("EXERCISE ")


def _received(listening: socket.socket, context: ssl.SSLContext) -> bytes:
    connection, _ = listening.accept()
    with context.wrap_socket(connection, server_side=True) as stream:
        said = b""
        while more := stream.recv(65_536):
            said += more
        return said


def test_each_datagram_is_one_event(exported: Exported) -> None:
    exported.file(sos(), sitrep(fix=ANTAKYA))
    with _listening(socket.SOCK_DGRAM) as listening:
        sink = tak.open_sink(tak.read_target(f"udp://127.0.0.1:{listening.getsockname()[1]}"))
        _feed(exported).send_new(sink)
        events = [ET.fromstring(listening.recv(65_536)) for _ in range(2)]
        sink.close()

    assert [event.get("type") for event in events] == ["b-a-o-tbl", "a-f-G-U-C"]


def test_a_datagram_reaches_the_multicast_group_that_atak_listens_to(exported: Exported) -> None:
    exported.file(sos())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.settimeout(10)
        listening.bind(("", 0))
        try:
            joined = socket.inet_aton(GROUP) + socket.inet_aton("0.0.0.0")
            listening.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
        except OSError:
            pytest.skip("this machine has no route for multicast")
        sink = tak.open_sink(tak.read_target(f"udp://{GROUP}:{listening.getsockname()[1]}"))
        _feed(exported).send_new(sink)
        event = ET.fromstring(listening.recv(65_536))
        sink.close()

    assert event.get("type") == "b-a-o-tbl"
    _require_marked(event)


def test_a_stream_carries_one_document_after_the_other(exported: Exported) -> None:
    exported.file(sos(), sitrep(fix=ANTAKYA))
    with _listening(socket.SOCK_STREAM) as listening:
        listening.listen()
        sink = tak.open_sink(tak.read_target(f"tcp://127.0.0.1:{listening.getsockname()[1]}"))
        _feed(exported).send_new(sink)
        sink.close()
        connection, _ = listening.accept()
        with connection, connection.makefile("rb") as stream:
            documents = stream.read().split(b"<?xml")[1:]

    events = [ET.fromstring(b"<?xml" + document) for document in documents]
    assert [event.get("type") for event in events] == ["b-a-o-tbl", "a-f-G-U-C"]
    for event in events:
        _require_marked(event)


@pytest.mark.parametrize(("mode", "opex"), [("exercise", "e"), ("actual", "o"), ("test", "s")])
def test_one_feed_sends_one_mode_and_says_which(exported: Exported, mode: str, opex: str) -> None:
    exported.file(*(sos(mode=each) for each in range(3)), sitrep(fix=ANTAKYA))
    exported.file(sitrep(fix=ANTAKYA, mode=codes.ACTUAL))
    sink = BrokenSink(takes=9)
    tak.Feed(exported.archive, exported.registry, Selection(mode=mode)).send_new(sink)
    events = [ET.fromstring(event) for event in sink.taken]

    assert [event.get("opex") for event in events] == [opex] * (1 if mode == "test" else 2)
    for event in events:
        words = ET.tostring(event, encoding="unicode")
        assert ("EXERCISE" in words) is (mode == "exercise")


def test_the_command_follows_to_a_server_over_tcp_until_it_is_told_to_stop(
    tmp_path: Path, field: Field, registry: Registry
) -> None:
    settings = tmp_path / "secretariat.toml"
    settings.write_text(TEMPLATE)
    archive = Archive.in_file(tmp_path / "secretariat.db")
    archive.open()
    desk = Desk(archive, registry, field.mission.frame)
    exported = Exported(field, desk, archive, registry)
    exported.file(sos())
    command = [sys.executable, "-m", "turna", "secretariat", "tak", "--config", str(settings)]
    with _listening(socket.SOCK_STREAM) as listening:
        listening.listen()
        port = listening.getsockname()[1]
        options = ["--to", f"tcp://127.0.0.1:{port}", "--since", "9999d"]
        sending = subprocess.Popen([*command, *options], stderr=subprocess.PIPE, text=True)
        connection, _ = listening.accept()
        with connection:
            connection.settimeout(60)
            first = ET.fromstring(connection.recv(65_536))
            exported.file(sitrep(fix=ANTAKYA))
            second = ET.fromstring(connection.recv(65_536))
            sending.terminate()
            _, said = sending.communicate(timeout=60)
    archive.close()

    assert [event.get("type") for event in (first, second)] == ["b-a-o-tbl", "a-f-G-U-C"]
    for event in (first, second):
        _require_marked(event)
    assert (sending.returncode, "sent 2 EXERCISE events" in said) == (0, True)


def test_a_server_that_hung_up_is_called_again_before_an_event_is_given_to_nobody(
    exported: Exported,
) -> None:
    feed = _feed(exported)
    with _listening(socket.SOCK_STREAM) as listening:
        listening.listen()
        sink = tak.open_sink(tak.read_target(f"tcp://127.0.0.1:{listening.getsockname()[1]}"))
        exported.file(sos())
        feed.send_new(sink)
        first, _ = listening.accept()
        first.sendall(b"<event>of another client</event>" * 1000)  # as TAK servers do
        exported.file(sitrep(fix=ANTAKYA))
        feed.send_new(sink)
        first.shutdown(socket.SHUT_RDWR)
        first.close()
        exported.file(sitrep(fix=ANTAKYA))
        with pytest.raises(OSError, match=r"hung up|reset"):
            feed.send_new(sink)
        feed.send_new(sink)
        second, _ = listening.accept()
        with second:
            assert ET.fromstring(second.recv(65_536)).get("type") == "a-f-G-U-C"
        sink.close()

    assert feed.sent == 3


def test_a_server_that_proves_its_name_gets_the_events_by_tls(
    exported: Exported, tmp_path: Path
) -> None:
    exported.file(sos())
    authority = Authority(tmp_path / "tls")
    server, ours = authority.issue("tak", host="localhost"), authority.issue("secretariat")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority.certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(server.certificate, server.key)
    with _listening(socket.SOCK_STREAM) as listening, ThreadPoolExecutor() as elsewhere:
        listening.listen()
        arrived = elsewhere.submit(_received, listening, context)
        target = tak.read_target(f"tls://localhost:{listening.getsockname()[1]}")
        tls = tak.read_tls(authority.certificate, ours.certificate, ours.key)
        sink = tak.open_sink(target, tls)
        _feed(exported).send_new(sink)
        sink.close()

    assert ET.fromstring(arrived.result(10)).get("type") == "b-a-o-tbl"


def test_a_server_that_somebody_else_signed_gets_nothing(
    exported: Exported, tmp_path: Path
) -> None:
    exported.file(sos())
    ours, theirs = Authority(tmp_path / "ours"), Authority(tmp_path / "theirs")
    server = theirs.issue("tak", host="localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(server.certificate, server.key)
    with _listening(socket.SOCK_STREAM) as listening, ThreadPoolExecutor() as elsewhere:
        listening.listen()
        arrived = elsewhere.submit(_received, listening, context)
        target = tak.read_target(f"tls://localhost:{listening.getsockname()[1]}")
        sink = tak.open_sink(target, tak.read_tls(ours.certificate, None, None))
        feed = _feed(exported)
        with pytest.raises(OSError, match="certificate verify failed"):
            feed.send_new(sink)

        assert isinstance(arrived.exception(10), OSError)
    assert feed.sent == 0


def test_files_for_tls_that_are_none_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SelectionError, match="files for TLS"):
        tak.read_tls(tmp_path / "none.pem", None, None)


def test_what_could_not_be_sent_is_sent_when_the_way_is_back(exported: Exported) -> None:
    exported.file(sos(), sitrep(fix=ANTAKYA), worksite_report())
    feed = _feed(exported)
    with pytest.raises(OSError, match="no route"):
        feed.send_new(BrokenSink(takes=1))
    back = BrokenSink(takes=9)
    feed.send_new(back)
    feed.send_new(back)

    assert (feed.sent, feed.left_out) == (2, 1)
    assert [ET.fromstring(event).get("type") for event in back.taken] == ["a-f-G-U-C"]


def _types(sink: BrokenSink) -> list[str | None]:
    return [ET.fromstring(event).get("type") for event in sink.taken]


@pytest.mark.parametrize("deed", ["false_alarm", "acted", "refused"])
def test_an_alert_that_was_sent_ends_once_when_a_person_ends_the_call(
    exported: Exported, deed: str
) -> None:
    exported.file(sos(), sos(mode=codes.ACTUAL), sitrep(fix=ANTAKYA))
    feed, sink = _feed(exported), BrokenSink(takes=9)
    feed.send_new(sink)
    for other in ("read", "accepted"):
        exported.did(other)
        feed.send_new(sink)
    exported.did("acted", 2)  # in earnest: another feed's
    exported.did("read", 3)
    feed.send_new(sink)
    assert _types(sink) == ["b-a-o-tbl", "a-f-G-U-C"]

    exported.did(deed)
    feed.send_new(sink)
    feed.send_new(sink)

    assert _types(sink)[2:] == ["b-a-o-can"]
    began, ended = ET.fromstring(sink.taken[0]), ET.fromstring(sink.taken[2])
    assert began.get("uid") == ended.get("uid")
    _require_marked(ended)


def test_the_end_of_an_alert_is_sent_when_the_way_is_back(exported: Exported) -> None:
    exported.file(sos())
    feed = _feed(exported)
    feed.send_new(BrokenSink(takes=1))
    exported.did("false_alarm")
    with pytest.raises(OSError, match="no route"):
        feed.send_new(BrokenSink(takes=0))
    back = BrokenSink(takes=9)
    feed.send_new(back)

    assert _types(back) == ["b-a-o-can"]


def test_an_alert_stays_while_its_handset_calls_on_and_comes_back_when_it_calls_anew(
    exported: Exported,
) -> None:
    exported.file(sos(), sos())
    feed, sink = _feed(exported), BrokenSink(takes=9)
    feed.send_new(sink)
    exported.did("false_alarm", 1)
    feed.send_new(sink)
    assert _types(sink) == ["b-a-o-tbl"] * 2

    exported.did("false_alarm", 2)
    feed.send_new(sink)
    exported.file(sos())
    feed.send_new(sink)
    assert _types(sink)[2:] == ["b-a-o-can", "b-a-o-tbl"]


def test_a_call_that_was_ended_before_is_sent_as_ended(exported: Exported) -> None:
    exported.file(sos())
    exported.did("false_alarm")
    sink = BrokenSink(takes=9)
    _feed(exported).send_new(sink)

    assert _types(sink) == ["b-a-o-can"]


def test_what_is_proved_late_is_sent_though_newer_reports_were_sent_before_it(
    exported: Exported,
) -> None:
    mission = exported.field.mission
    known = {name: getattr(mission, name) for name in Mission.FIELDS}
    known["devices"] = tuple(each for each in mission.devices if each.device != 2)
    older = Registry(Mission(**known), exported.registry.authentication_branch)
    before = Desk(exported.archive, older, mission.frame)
    before.file([exported.field.carried(sos(), device=2, seq=7)], NOW_MS)
    exported.file(sitrep(fix=ANTAKYA))
    feed, sink = _feed(exported), BrokenSink(takes=9)
    feed.send_new(sink)
    assert _types(sink) == ["a-f-G-U-C"]

    desk = Desk(exported.archive, exported.registry, mission.frame)
    desk.prove_late(desk.unproved(), NOW_MS)
    with pytest.raises(OSError, match="no route"):
        feed.send_new(BrokenSink(takes=0))
    exported.file(sitrep(fix=ANTAKYA))
    feed.send_new(sink)
    feed.send_new(sink)

    assert _types(sink)[1:] == ["a-f-G-U-C", "b-a-o-tbl"]


def test_more_than_a_batch_is_sent_in_one_go(exported: Exported) -> None:
    exported.file(*[sos()] * 105)
    sink = BrokenSink(takes=999)
    _feed(exported).send_new(sink)

    assert len(sink.taken) == 105


@pytest.mark.parametrize(
    "text",
    ["", "239.2.3.1:6969", "http://a:1", "udp://a", "udp://:1", "tcp://a:99999", "tcp://a:x"],
)
def test_what_is_no_target_is_refused(text: str) -> None:
    with pytest.raises(SelectionError, match="no target"):
        tak.read_target(text)
