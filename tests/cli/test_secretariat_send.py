"""What goes down, by the command line: through the page's own door."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.secretariat.live_page import PASSWORD, LivePage
from turna.__main__ import main
from turna_secretariat.audit import Looked


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LivePage]:
    monkeypatch.setenv("TURNA_PASSWORD", PASSWORD)
    with LivePage(tmp_path, door_closed=True) as live:
        yield live


def turna(live: LivePage, task: str, *arguments: str, account: str = "aylin") -> int:
    where = ("--page", live.address, "--account", account)
    return main(["secretariat", task, *arguments, *where])


def test_a_task_is_said_with_its_cost_shown_and_followed(
    live: LivePage, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("task", "task=search", "worksite=TUR01-0003", "text=2. kat")
    assert turna(live, "send", *words, "--team", "TUR01", "--yes") == 0
    said = capsys.readouterr().out
    assert "ms on the air for one round" in said
    assert "% of its hour" in said
    assert "task [EXERCISE] to TUR01, by Aylin Demir: 2. kat; 1 waiting" in said

    assert turna(live, "sent", "1") == 0
    assert "TUR01-1" in capsys.readouterr().out
    assert turna(live, "withdraw", "1") == 0
    assert "1 withdrawn" in capsys.readouterr().out
    assert turna(live, "sent") == 0
    assert "; 1 withdrawn; taken back by Aylin Demir, 20" in capsys.readouterr().out


def test_a_resumption_says_of_the_alarm_who_took_it_back_and_each_gateway_stands_there_once(
    live: LivePage, capsys: pytest.CaptureFixture[str]
) -> None:
    for code in ("evacuate", "resume"):
        assert turna(live, "send", "alert", f"code={code}", "--all", "--yes") == 0
    capsys.readouterr()
    assert turna(live, "sent") == 0
    resume, evacuate = capsys.readouterr().out.splitlines()
    assert "alert [EXERCISE] to everybody, by Aylin Demir: evacuate; " in evacuate
    assert "taken back by Aylin Demir" in evacuate
    assert "taken back" not in resume
    assert turna(live, "send", "task", "task=search", "--all", "--yes") == 0
    capsys.readouterr()
    assert turna(live, "sent", "3") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(set(lines))
    assert sum("by hatay-1" in line for line in lines) == 1


@pytest.mark.parametrize("task", ["send", "sent", "withdraw", "revoke"])
def test_the_help_says_where_the_password_comes_from(
    task: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["secretariat", task, "--help"])
    assert "TURNA_PASSWORD" in capsys.readouterr().out


def test_nothing_is_said_without_somebody_to_ask(
    live: LivePage, capsys: pytest.CaptureFixture[str]
) -> None:
    assert turna(live, "send", "alert", "code=evacuate", "--all") == 2
    assert "say --yes" in capsys.readouterr().err
    assert turna(live, "sent") == 0
    assert capsys.readouterr().out == ""


def test_the_pages_refusals_are_shown_in_its_words(
    live: LivePage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert turna(live, "send", "task", "task=dance", "--all", "--yes") == 2
    assert "task: 'dance' is none of" in capsys.readouterr().err
    assert turna(live, "send", "task", "dance", "--all", "--yes") == 2
    assert "NAME=VALUE" in capsys.readouterr().err
    monkeypatch.setenv("TURNA_PASSWORD", "a wrong one")
    assert turna(live, "sent") == 2
    assert "name or password is wrong" in capsys.readouterr().err


def test_lost_keys_are_revoked(live: LivePage, capsys: pytest.CaptureFixture[str]) -> None:
    assert turna(live, "revoke", "2", "--yes") == 2
    assert "--reason is missing: why, as in" in capsys.readouterr().err
    assert turna(live, "revoke", "2", "--yes", "--reason", "left in the school") == 0
    assert capsys.readouterr().out == "AZE01-1: keys up to generation 1 are revoked\n"
    newest = live.accounts.noted(9, looked=Looked(kinds=("keys",)))[0]
    assert newest["did"] == "take away for ever the keys of AZE01-1: “left in the school”"


def test_a_handset_is_called_by_its_call_sign(
    live: LivePage, capsys: pytest.CaptureFixture[str]
) -> None:
    assert turna(live, "send", "text", "text=?", "--device", "AZE01-1", "--yes") == 0
    assert "to AZE01-1" in capsys.readouterr().out
    assert turna(live, "revoke", "XYZ01-1", "--yes", "--reason", "lost") == 2
    assert "XYZ01-1: no such handset; there are AZE01-1, TUR01-1" in capsys.readouterr().err


def test_a_page_that_is_not_there_is_said_to_be_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TURNA_PASSWORD", PASSWORD)
    for page in ("ftp://example.org", "http://127.0.0.1:1"):
        code = main(["secretariat", "sent", "--account", "aylin", "--page", page])
        assert code == 2
    said = capsys.readouterr().err
    assert "--page: as in" in said
    assert "cannot be reached (Connection refused): does the Secretariat run" in said
