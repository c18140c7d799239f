"""Official alerts brought by a person: what is kept, and what is refused with a reason."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.secretariat.exported import Exported, sos
from tests.secretariat.golden import golden
from tests.secretariat.live_page import PATIENCE_S, LivePage
from turna_protocol.errors import MalformedError
from turna_secretariat.exports import cap
from turna_secretariat.notices import read_notice

OFFICIAL = golden("sos.cap.xml")
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
        (b"trapped", b"x" * 9_000, "too long"),
        (b"trapped", b"x" * 70_000, "bytes"),
        (b"trapped", b"<b>trapped</b>", "elements"),
        (b"</alert>", b"", "XML"),
        (b"trapped", b"\xff", "XML"),
        (b"trapped", b"&e;", "XML"),
        (b"utf-8", b"nonsense", "XML"),
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


def test_nonsense_is_refused_with_a_reason(client: httpx.Client) -> None:
    assert _bring(client, b"nonsense").status_code == 422
    assert client.get("/api/notices").json() == []
