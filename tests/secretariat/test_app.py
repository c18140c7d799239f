"""Starting and configuring the Secretariat: what is wrong is said in one sentence."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.secretariat.field import Field
from turna.__main__ import main
from turna_backbone.configuration import ConfigurationError
from turna_secretariat.accounts import Accounts
from turna_secretariat.archive import Archive
from turna_secretariat.config import TEMPLATE, read_config
from turna_secretariat.engines import ArchiveError, sqlite_url
from turna_secretariat.guard import is_loopback


def test_the_printed_template_is_a_valid_file_that_serves_this_machine_only(
    tmp_path: Path,
) -> None:
    (tmp_path / "secretariat.toml").write_text(TEMPLATE)
    config = read_config(tmp_path / "secretariat.toml")

    assert (config.page_host, config.page_port) == ("127.0.0.1", 8470)
    assert config.archive == sqlite_url(tmp_path / "secretariat.db")


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("mysql://turna@db/turna", "must begin with postgresql://"),
        ("postgresql://turna:hunter2@db/turna", "must hold no password"),
        ("nonsense", "must be as in"),
    ],
)
def test_a_wrong_address_of_the_archive_is_one_sentence_without_its_password(
    tmp_path: Path, setting: str, problem: str
) -> None:
    path = 'path = "secretariat.db" '
    settings = TEMPLATE.replace(path, f'postgresql = "{setting}" ')
    (tmp_path / "secretariat.toml").write_text(settings)

    with pytest.raises(ConfigurationError, match=problem) as caught:
        read_config(tmp_path / "secretariat.toml")

    assert "hunter2" not in str(caught.value)


def test_an_archive_is_in_a_file_or_in_postgresql(tmp_path: Path) -> None:
    both = TEMPLATE.replace("# postgresql =", "postgresql =")
    (tmp_path / "both.toml").write_text(both)
    with pytest.raises(ConfigurationError, match="in one of them"):
        read_config(tmp_path / "both.toml")

    (tmp_path / "one.toml").write_text(both.replace('path = "secretariat.db"', ""))
    assert read_config(tmp_path / "one.toml").archive.drivername == "postgresql+psycopg"


def test_an_unknown_setting_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(TEMPLATE + "colour = 5\n")
    with pytest.raises(ConfigurationError, match=r"a\.toml:\d+: page\.colour"):
        read_config(tmp_path / "a.toml")


def test_a_port_that_another_process_holds_is_one_sentence_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Field(tmp_path / "kit")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = TEMPLATE.replace("8470", str(port))
        (tmp_path / "secretariat.toml").write_text(settings)
        code = main(["secretariat", "run", "--config", str(tmp_path / "secretariat.toml")])

    assert code == 2
    problem = f"port {port} cannot be opened (Address already in use): stop whoever serves there"
    assert problem in capsys.readouterr().err
    assert not (tmp_path / "secretariat.db").exists()


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("a", False)],
)
def test_loopback_is_told_from_the_rest_of_the_world(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("where", "is_looked_for"), [(slice(-65_536, -8192), True), (slice(8192, -8192), False)]
)
def test_an_archive_that_was_damaged_while_it_was_cut_off_is_not_served(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, where: slice, is_looked_for: bool
) -> None:
    path = tmp_path / "archive.db"
    archive = Archive.in_file(path)
    archive.open()
    with archive.transaction() as transaction:
        for number in range(300):
            transaction.count_refusal(f"reason {number}", "topic", bytes(1000), 1)
    archive.close()
    whole = bytearray(path.read_bytes())
    whole[where] = b"\xa5" * len(whole[where])
    path.write_bytes(whole)
    path.with_name("archive.db-wal").touch()

    with pytest.raises(ArchiveError, match="put back the last good copy"):
        Archive.in_file(path).open()
    assert ("was cut off: the archive is checked first" in caplog.text) is is_looked_for


def test_a_second_secretariat_on_the_same_archive_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Field(tmp_path / "kit")
    first = Archive.in_file(tmp_path / "secretariat.db")
    first.open()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    (tmp_path / "secretariat.toml").write_text(TEMPLATE.replace("8470", str(port)))

    assert main(["secretariat", "run", "--config", str(tmp_path / "secretariat.toml")]) == 2
    assert "another Secretariat writes this archive: stop it first" in capsys.readouterr().err

    beside = Archive.in_file(tmp_path / "secretariat.db")
    beside.open_to_read()
    beside.close()
    first.close()
    Archive.in_file(tmp_path / "secretariat.db").open()


def test_the_log_tells_where_the_page_is_and_why_there_is_no_broker(tmp_path: Path) -> None:
    Field(tmp_path / "kit")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = TEMPLATE.replace("8470", str(port)).replace("127.0.0.1:1883", "127.0.0.1:1")
    (tmp_path / "secretariat.toml").write_text(settings)
    command = [sys.executable, "-m", "turna", "secretariat", "run", "--config", "secretariat.toml"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        log = ""
        while running.poll() is None and not ("served" in log and "broker down" in log):
            log += running.stderr.readline()
        running.terminate()

    assert f"INFO the page is served address=http://127.0.0.1:{port}/" in log
    assert "WARNING broker down broker=127.0.0.1:1 reason=" in log
    assert log.count("no database was there, an empty one is made") == 1
    assert running.returncode == 0


def test_archive_and_accounts_are_their_owners_alone(tmp_path: Path) -> None:
    archive = Archive.in_file(tmp_path / "archive.db")
    accounts = Accounts(sqlite_url(tmp_path / "people.db"))
    archive.open()
    accounts.open()
    modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    accounts.close()
    archive.close()

    assert {"archive.db", "archive.db-wal", "people.db"} <= modes.keys()
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize("opened", [Archive, Accounts])
def test_a_missing_folder_is_refused_and_not_made(
    tmp_path: Path, opened: type[Archive | Accounts]
) -> None:
    with pytest.raises(ArchiveError, match=r"there is no folder .*nodir; make it"):
        opened(sqlite_url(tmp_path / "nodir" / "a.db")).open()

    assert not (tmp_path / "nodir").exists()


def test_a_page_for_other_machines_needs_a_certificate(tmp_path: Path) -> None:
    open_to_all = TEMPLATE.replace('host = "127.0.0.1"', 'host = "0.0.0.0"')
    (tmp_path / "a.toml").write_text(open_to_all)
    with pytest.raises(ConfigurationError, match="passwords would travel readable"):
        read_config(tmp_path / "a.toml")

    both = open_to_all.replace('# certificate = "page', 'certificate = "page')
    both = both.replace('# key = "page', 'key = "page')
    (tmp_path / "b.toml").write_text(both)
    assert read_config(tmp_path / "b.toml").page_certificate == tmp_path / "page.pem"

    (tmp_path / "c.toml").write_text(
        open_to_all.replace('# certificate = "page', 'certificate = "page')
    )
    with pytest.raises(ConfigurationError, match="stand together"):
        read_config(tmp_path / "c.toml")


def test_a_certificate_that_is_none_is_one_sentence_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Field(tmp_path / "kit")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = TEMPLATE.replace("8470", str(port))
    for setting in ('certificate = "page', 'key = "page'):
        settings = settings.replace(f"# {setting}", setting)
    (tmp_path / "secretariat.toml").write_text(settings)

    assert main(["secretariat", "run", "--config", str(tmp_path / "secretariat.toml")]) == 2
    assert "certificate or key cannot be used" in capsys.readouterr().err
