"""The page's certificate: what cannot be used is refused, one that ends is told of."""

import time
from datetime import timedelta
from pathlib import Path

import pytest

from tests.integration.certificates import Authority
from turna_backbone.configuration import ConfigurationError
from turna_secretariat import page_tls


@pytest.mark.parametrize(
    ("until", "told"),
    [
        (timedelta(days=60), ""),
        (timedelta(days=10, hours=1), "the page's certificate ends in 10 days"),
        (timedelta(hours=-1), "the page's certificate expired 1 days ago"),
    ],
)
def test_a_certificate_that_ends_serves_on_and_is_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, until: timedelta, told: str
) -> None:
    made = Authority(tmp_path).issue("page", host="127.0.0.1", until=until)
    page_tls.check(made.certificate, made.key, int(time.time()))
    assert told in caplog.text
    assert bool(told) == bool(caplog.text)


def test_a_key_that_anybody_may_read_is_refused_and_a_groups_is_not(tmp_path: Path) -> None:
    made = Authority(tmp_path).issue("page", host="127.0.0.1")
    made.key.chmod(0o640)
    page_tls.check(made.certificate, made.key, int(time.time()))
    made.key.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        page_tls.check(made.certificate, made.key, int(time.time()))


@pytest.mark.parametrize("missing", ["certificate", "key"])
def test_a_missing_file_is_one_sentence(tmp_path: Path, missing: str) -> None:
    made = Authority(tmp_path).issue("page", host="127.0.0.1")
    Path(getattr(made, missing)).unlink()
    with pytest.raises(ConfigurationError, match="certificate or key cannot be used"):
        page_tls.check(made.certificate, made.key, int(time.time()))
