"""The page for other machines: by TLS alone, with a cookie that never travels in the clear."""

import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.integration.certificates import Authority
from tests.secretariat.field import Field
from tests.secretariat.live_page import PASSWORD, QUICK_HASHER
from turna.__main__ import main
from turna_backbone.child import die_with_parent
from turna_secretariat.accounts import OBSERVER, Accounts
from turna_secretariat.config import read_config

PATIENCE_S = 30.0


def _settings(tmp_path: Path, port: int, certificate: Path, key: Path) -> Path:
    Field(tmp_path / "kit")
    settings = tmp_path / "secretariat.toml"
    settings.write_text(
        f"""
        [mission]
        kit = "kit/mission.json"
        keys = "kit/secretariat.keys.json"
        [backbone]
        brokers = ["127.0.0.1:9"]
        [page]
        host = "0.0.0.0"
        port = {port}
        certificate = "{certificate}"
        key = "{key}"
        """
    )
    return settings


def test_a_key_that_is_another_certificates_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    authority = Authority(tmp_path / "tls")
    one, other = (authority.issue(name, host="127.0.0.1") for name in ("one", "other"))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = _settings(tmp_path, port, one.certificate, other.key)

    assert main(["secretariat", "run", "--config", str(settings)]) == 2
    assert "page: certificate or key cannot be used" in capsys.readouterr().err


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Return where a Secretariat serves every machine; its broker is away."""
    credentials = Authority(tmp_path / "tls").issue("page", host="127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = _settings(tmp_path, port, credentials.certificate, credentials.key)
    accounts = Accounts(read_config(settings).people, QUICK_HASHER)
    accounts.open()
    accounts.add("aylin", person="Aylin Demir", role=OBSERVER, password=PASSWORD, now_ms=0)
    accounts.close()
    process = subprocess.Popen(
        [sys.executable, "-m", "turna", "secretariat", "run", "--config", str(settings)],
        preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509  # sets one flag, no more
    )
    _wait_for(port)
    yield f"127.0.0.1:{port}"
    process.terminate()
    assert process.wait(PATIENCE_S) == 0


def _wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the page did not open")


def test_the_page_is_served_by_tls_alone_and_its_cookie_stays_in_it(
    address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    context = ssl.create_default_context(cafile=tmp_path / "tls" / "ca.pem")
    with httpx.Client(timeout=PATIENCE_S, base_url=f"https://{address}", verify=context) as browser:
        answer = browser.post(
            "/api/login",
            json={"name": "aylin", "password": PASSWORD},
            headers={"origin": f"https://{address}"},
        )
        assert "secure" in answer.headers["set-cookie"].lower()
        assert browser.get("/api/me").json()["person"] == "Aylin Demir"

    where = ("--account", "aylin", "--page", f"https://{address}")
    monkeypatch.setenv("TURNA_PASSWORD", PASSWORD)
    assert main(["secretariat", "sent", *where, "--ca", str(tmp_path / "tls" / "ca.pem")]) == 0
    assert main(["secretariat", "sent", *where]) == 2
    assert "--ca says who signed its certificate" in capsys.readouterr().err

    with pytest.raises(httpx.HTTPError):
        httpx.get(f"https://{address}/healthz")  # by an authority that nobody here trusts
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"http://{address}/healthz")
