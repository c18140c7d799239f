"""Official alerts brought by a person: what is kept, and what is refused with a reason."""

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.secretariat.exported import Exported, sos
from tests.secretariat.golden import golden
from tests.secretariat.live_page import PATIENCE_S, LivePage
from turna_protocol.errors import MalformedError
from turna_secretariat.exports import cap
from turna_secretariat.guard import BODY_LIMIT
from turna_secretariat.notices import NOTICE_BYTES_MAX, TEXT_MAX, read_notice

OFFICIAL = golden("sos.cap.xml")
_PIECES = (b"<", b">", b"&#x202e;", b"&#0;", b"<![CDATA[", b"]]>", b"<!DOCTYPE a>", b"\xfe\xff")
XML = {"content-type": "application/cap+xml"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    with (
        LivePage(tmp_path) as live,
        httpx.Client(timeout=PATIENCE_S, base_url=live.address) as client,
    ):
        yield client


def _bring(client: httpx.Client, content: bytes = OFFICIAL) -> httpx.Response:
    return client.post("/api/notices", content=content, headers=XML)


def test_what_we_export_we_can_read(exported: Exported) -> None:
    exported.file(sos())
    (entry,) = exported.entries()
    notice = read_notice(cap.alert(entry))

    assert (notice.identifier, notice.sent_s, notice.mode) == (
        entry.urn,
        entry.time_s,
        "exercise",
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"cap:1.2", b"cap:1.1", "CAP 1.2"),
        (b"<status>Exercise", b"<status>System", "status"),
        (b"<scope>Restricted</scope>", b"", "scope"),
        (b"-00:00</sent>", b"Z</sent>", "sent"),
        (b"<sent>2026-09", b"<sent>2026-13", "day"),
        (b"urn:ots:TEST:secretariat", b"a, b", "sender"),
        (b"<event>", b"<event>one</event><event>", "event"),
        (b"<urgency>Immediate", b"<urgency>Now", "urgency"),
        (b"trapped, 3 people", b"x" * 10_001, "description: longer than 10000 characters"),
        (b"trapped", b" " * NOTICE_BYTES_MAX, "bytes"),
        (b"<category>Rescue", b"<category>Sea", "category"),
        (b"<category>Rescue</category>", b"", "category"),
        (b"-00:00</expires>", b".5-00:00</expires>", "expires"),
        (b"trapped", b"<b>trapped</b>", "elements"),
        (b"</alert>", b"", "not well-formed XML, at line 2"),
        (b"trapped", b"\xff", "not well-formed XML, at line 2"),
        (b"trapped", b"&e;", "not well-formed XML, at line 2"),
        (b"utf-8", b"nonsense", "XML"),
        (b"utf-8", b"utf-16", "XML"),
    ],
)
def test_what_is_no_valid_alert_is_refused(old: bytes, new: bytes, said: str) -> None:
    assert old in OFFICIAL
    with pytest.raises(MalformedError, match=said):
        read_notice(OFFICIAL.replace(old, new, 1))


def test_entities_and_external_documents_are_refused_before_they_are_expanded() -> None:
    declared = b'<!DOCTYPE alert [<!ENTITY e SYSTEM "file:///etc/passwd">]><alert'
    with pytest.raises(MalformedError, match="DTD"):
        read_notice(OFFICIAL.replace(b"<alert", declared).replace(b"trapped", b"&e;"))


def test_a_bomb_of_entities_is_refused_at_once() -> None:
    halves = b"".join(b'<!ENTITY e%d "&e%d;&e%d;">' % (n, n - 1, n - 1) for n in range(1, 60))
    bomb = b'<!DOCTYPE alert [<!ENTITY e0 "ha">' + halves + b"]><alert"
    with pytest.raises(MalformedError, match="DTD or entities"):
        read_notice(OFFICIAL.replace(b"<alert", bomb).replace(b"trapped", b"&e59;"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-9", "windows-1251"])
def test_an_alert_in_another_encoding_is_read_if_it_says_which(encoding: str) -> None:
    text = "тревога" if encoding == "windows-1251" else "Göçük"
    said = OFFICIAL.decode().replace("trapped, 3 people", text)
    named = said.replace("utf-8", encoding.removesuffix("-sig"))
    infos = read_notice(named.encode(encoding)).body["infos"]

    assert isinstance(infos, list)
    assert infos[0]["description"] == text


def test_elements_in_elements_as_deep_as_a_file_can_hold_are_no_harm() -> None:
    deep = (NOTICE_BYTES_MAX - len(OFFICIAL)) // len(b"<a></a>")
    nested = b"<a>" * deep + b"</a>" * deep
    with pytest.raises(MalformedError, match="holds elements"):
        read_notice(OFFICIAL.replace(b"trapped", nested))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_becomes_of_a_file_it_is_an_alert_or_refused_in_a_sentence(
    data: st.DataObject,
) -> None:
    content = bytearray(OFFICIAL)
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(content)))
        to = min(len(content), at + data.draw(st.integers(0, 40)))
        content[at:to] = data.draw(st.binary(max_size=40) | st.sampled_from(_PIECES))
    try:
        shown = json.dumps(read_notice(bytes(content)).body, ensure_ascii=False)
    except MalformedError as error:
        shown = str(error)
    assert len(shown) > 10
    assert not {c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co")}


@given(st.binary(max_size=2_000))
def test_no_bytes_at_all_do_harm(content: bytes) -> None:
    with pytest.raises(MalformedError):
        read_notice(content)


def test_a_long_text_with_whatever_in_it_is_kept_whole_and_harmless() -> None:
    text = ("<script>alert(1)</script>\u202e\u2066" * 400)[:TEXT_MAX]
    written = "".join(f"&#{ord(c)};" for c in text).encode()
    infos = read_notice(OFFICIAL.replace(b"trapped, 3 people", written)).body["infos"]

    assert isinstance(infos, list)
    assert len(infos[0]["description"]) == TEXT_MAX
    assert infos[0]["description"] == text.replace("\u202e", "\ufffd").replace("\u2066", "\ufffd")


def test_paragraphs_of_a_warning_stay_paragraphs() -> None:
    changed = OFFICIAL.replace(b"trapped, 3 people", b"Leave.\r\n\r\nTake\twater.")
    infos = read_notice(changed).body["infos"]

    assert isinstance(infos, list)
    assert infos[0]["description"] == "Leave.\n\nTake water."


def test_a_cancellation_needs_not_say_again_what_it_takes_back_but_an_alert_does() -> None:
    bare = re.sub(rb"<info>.*</info>", b"", OFFICIAL, flags=re.DOTALL)
    with pytest.raises(MalformedError, match="info"):
        read_notice(bare)
    read = read_notice(bare.replace(b"<msgType>Alert", b"<msgType>Cancel"))

    assert (read.body["infos"], read.body["msgType"]) == ([], "Cancel")


def test_every_cut_off_alert_is_refused() -> None:
    whole = OFFICIAL.rstrip()
    for length in range(0, len(whole), 7):
        with pytest.raises(MalformedError):
            read_notice(whole[:length])


def test_an_alert_is_kept_once_under_the_name_of_who_brought_it(client: httpx.Client) -> None:
    assert _bring(client).status_code == 200
    (notice,) = client.get("/api/notices").json()
    again = _bring(client)

    assert (notice["person"], notice["mode"]) == ("Aylin Demir", "exercise")
    assert notice["alert"]["infos"][0]["headline"] == "EXERCISE SOS from TUR01-1"
    assert (again.status_code, again.json()["detail"]) == (409, "this alert is kept already")


def test_a_real_alert_does_not_stand_among_those_of_an_exercise(client: httpx.Client) -> None:
    _bring(client, OFFICIAL.replace(b"<status>Exercise", b"<status>Actual"))

    assert client.get("/api/notices").json() == []
    assert len(client.get("/api/notices?mode=actual").json()) == 1


def test_an_alert_longer_than_other_requests_is_kept_and_one_too_long_refused_unread(
    client: httpx.Client,
) -> None:
    written = b"".join(b"&#x%x;" % 0x430 for _ in range(TEXT_MAX))

    assert len(written) > BODY_LIMIT
    assert _bring(client, OFFICIAL.replace(b"trapped, 3 people", written)).status_code == 200
    assert _bring(client, b" " * (NOTICE_BYTES_MAX + 1)).status_code == 413
    assert client.post("/api/emt", content=b" " * (BODY_LIMIT + 1)).status_code == 413


def test_nonsense_is_refused_with_a_reason(client: httpx.Client) -> None:
    assert _bring(client, b"nonsense").status_code == 422
    assert client.get("/api/notices").json() == []
