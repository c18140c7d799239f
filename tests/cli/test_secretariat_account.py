"""`turna secretariat account`: accounts made, listed, changed and shut, beside a running page."""

import io
from pathlib import Path

import pytest

from tests.secretariat.field import Field
from tests.secretariat.live_page import PASSWORD
from turna.__main__ import main
from turna_secretariat.accounts import Accounts
from turna_secretariat.config import TEMPLATE, read_config


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "secretariat.toml"
    path.write_text(TEMPLATE)
    return path


def _account(settings: Path, *words: str) -> int:
    return main(["secretariat", "account", *words, "--config", str(settings)])


def _accounts(settings: Path) -> Accounts:
    accounts = Accounts(read_config(settings).people)
    accounts.open()
    return accounts


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))


ADD = ("add", "aylin", "--person", "Aylin Demir", "--role", "officer", "--country", "tr")


def test_an_account_is_made_with_the_password_that_comes_in(
    settings: Path, typed: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _account(settings, *ADD) == 0
    accounts = _accounts(settings)
    found = accounts.proved("aylin", PASSWORD)
    accounts.close()
    assert found is not None
    assert (found.person, found.role, found.countries) == ("Aylin Demir", "officer", ("tr",))
    said = "aylin: Aylin Demir may sign in now, as officer, for tr\n"
    assert capsys.readouterr().err.endswith(said)

    assert _account(settings, "list") == 0
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.split() == ["aylin", "officer", "Aylin", "Demir", "tr"]


def test_a_password_is_made_and_printed_once(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _account(settings, *ADD, "--make") == 0
    made = capsys.readouterr().out.strip()
    accounts = _accounts(settings)
    assert accounts.proved("aylin", made) is not None

    assert _account(settings, "password", "aylin", "--make") == 0
    assert accounts.proved("aylin", made) is None
    accounts.close()


def test_who_is_disabled_stays_in_the_list_and_the_log_says_who_did_it(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _account(settings, *ADD, "--make")
    assert _account(settings, "disable", "aylin") == 0
    _account(settings, "list")
    assert "disabled" in capsys.readouterr().out

    assert _account(settings, "log") == 0
    newest, oldest = capsys.readouterr().out.splitlines()
    assert "account disable aylin: done" in newest
    assert "account add aylin officer: done" in oldest


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("disable", "nobody"), "no account 'nobody'"),
        (("add", "Aylin", "--person", "A", "--role", "officer", "--make"), "a-z"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_exit_code_2(
    settings: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    assert _account(settings, *words) == 2
    assert says in capsys.readouterr().err


def test_a_password_that_is_too_short_is_refused(
    settings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert _account(settings, *ADD) == 2
    said = capsys.readouterr()
    assert "15 to 256" in said.err
    assert "short" not in said.err.replace("shorter", "")


def test_the_rule_for_passwords_is_told_before_one_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["secretariat", "account", "add", "--help"])
    assert "15 to 256 characters" in " ".join(capsys.readouterr().out.split())


def test_no_password_is_shown_for_an_account_that_is_there_already(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _account(settings, *ADD, "--make") == 0
    capsys.readouterr()

    assert _account(settings, *ADD, "--make") == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "there is an account 'aylin' already" in told.err


def test_a_country_without_a_handset_is_refused(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Field(read_config(settings).mission.parent)

    assert _account(settings, *ADD[:-1], "xx", "--make") == 2
    assert "no handset of this mission is of the country 'xx'" in capsys.readouterr().err
    assert _account(settings, *ADD, "--make") == 0
