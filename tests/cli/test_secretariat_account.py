"""`turna secretariat account`: accounts made, listed, changed and shut, beside a running page."""

import io
import json
from pathlib import Path

import pytest

from tests.secretariat.field import Field
from tests.secretariat.live_page import PASSWORD
from turna.__main__ import main
from turna_secretariat.accounts import Accounts
from turna_secretariat.audit import Entry
from turna_secretariat.config import TEMPLATE, read_config
from turna_secretariat.deeds import Noted


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
    assert "disable the account aylin: done [command line]" in newest
    assert "make the account aylin: Aylin Demir, officer, TR: done [command line]" in oldest


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("log", "--limit", "0"), "--limit is at least 1"),
        (("add", "b", "--person", "B", "--role", "officer"), "no password came: type it"),
        (("disable", "nobody"), "no account 'nobody'"),
        (("add", "Aylin", "--person", "A", "--role", "officer", "--make"), "a-z"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_exit_code_2(
    settings: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    says: str,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert _account(settings, *words) == 2
    assert says in capsys.readouterr().err


def test_the_last_administrator_stays_one(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _account(settings, "add", "root", "--person", "Root", "--role", "administrator", "--make")
    assert _account(settings, "change", "root", "--role", "officer") == 2
    assert _account(settings, "disable", "root") == 2
    assert capsys.readouterr().err.count("root is the last administrator") == 2
    assert _account(settings, "change", "root", "--country", "tr") == 2
    assert "sees all countries" in capsys.readouterr().err


def test_a_list_of_nobody_says_what_to_do(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _account(settings, "list") == 0
    assert "there are no accounts yet: turna secretariat account add" in capsys.readouterr().err


def test_a_damaged_database_of_accounts_is_named(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (settings.parent / "people.db").write_bytes(b"no database" * 500)
    assert _account(settings, "list") == 2
    assert "people.db: file is not a database" in capsys.readouterr().err


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
    said = capsys.readouterr().err
    assert "'xx' is no country of this mission: az, hu, kg, kz, tm, tr, uz" in said
    assert _account(settings, *ADD[:-1], "kz", "--make") == 0
    assert "no handset of this mission is of kz yet" in capsys.readouterr().err


def test_role_person_and_countries_change_and_what_was_not_said_stays(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _account(settings, *ADD, "--make")
    assert _account(settings, "change", "aylin") == 2
    assert "say what is to be otherwise" in capsys.readouterr().err
    assert _account(settings, "change", "aylin", "--role", "observer") == 0
    assert _account(settings, "change", "aylin", "--all-countries", "--person", "A. Demir") == 0
    accounts = _accounts(settings)
    changed = accounts.named("aylin")
    accounts.close()
    assert (changed.person, changed.role, changed.countries) == ("A. Demir", "observer", ())
    _account(settings, "log")
    newest, before, _ = capsys.readouterr().out.splitlines()[-3:]
    assert "change the account aylin: A. Demir, all countries" in newest
    assert "change the role of aylin from officer to observer: done" in before


def test_who_is_signed_out_or_let_in_again_is_told(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _account(settings, *ADD, "--make")
    accounts = _accounts(settings)
    token = accounts.begin_session(accounts.named("aylin").id, 0)
    assert _account(settings, "sign-out", "aylin") == 0
    assert accounts.of_session(token, 0) is None
    accounts.close()
    assert _account(settings, "disable", "aylin") == 0
    assert _account(settings, "enable", "aylin") == 0
    assert "aylin: may sign in again" in capsys.readouterr().err


def test_the_log_is_searched_by_person_kind_time_and_outcome_and_told_to_programs(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _account(settings, *ADD, "--make")
    accounts = _accounts(settings)
    deed = Noted("keys_revoked", {"whom": ["TUR01-1"], "why": "“lost”"})
    accounts.note(Entry("aylin", "Aylin Demir", deed, "refused", "192.0.2.1", 5_000, "not yours"))
    accounts.close()
    capsys.readouterr()

    line = (
        "1970-01-01 00:00:05 UTC  Aylin Demir (aylin): take away for ever the keys of TUR01-1:"
        " “lost”: REFUSED, not yours [192.0.2.1]\n"
    )
    for chosen in (
        ("--who", "Aylin Demir"),
        ("--kind", "keys"),
        ("--refused",),
        ("--until", "2000-01-01T00:00:00Z"),
    ):
        assert _account(settings, "log", *chosen) == 0
        assert capsys.readouterr().out == line, chosen
    assert _account(settings, "log", "--who", "aylin", "--since", "1h", "--json") == 0
    assert capsys.readouterr().out == ""
    assert _account(settings, "log", "--kind", "keys", "--json") == 0
    assert json.loads(capsys.readouterr().out)["about"]["whom"] == ["TUR01-1"]
    assert _account(settings, "log", "--since", "yesterday") == 2
    assert "--since" in capsys.readouterr().err
