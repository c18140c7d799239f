"""What the page's certificate and key must be before others are served by them."""

import logging
import stat
from pathlib import Path

from turna_backbone.configuration import ConfigurationError
from turna_backbone.credentials import Credentials, CredentialsError

log = logging.getLogger(__name__)

# As long before its end as an operator may need to get a new one.
_TELL_FROM_DAYS = 14


def check(certificate: Path, key: Path, now_s: int) -> None:
    """Refuse what cannot be used; a certificate that ends serves on, and the log says when.

    A group may read the key: so do Debian's ssl-cert and the usual clients of ACME keep it.
    """
    try:
        days_left = Credentials(certificate, certificate, key).days_left(now_s)
        is_open = key.stat().st_mode & stat.S_IRWXO
    except (CredentialsError, OSError) as error:
        raise ConfigurationError(f"page: certificate or key cannot be used ({error})") from None
    if is_open:
        raise ConfigurationError(f"page: anybody may read {key}; run: chmod 600 {key}")
    if days_left < 0:
        log.warning("the page's certificate expired %d days ago file=%s", -days_left, certificate)
    elif days_left < _TELL_FROM_DAYS:
        log.warning("the page's certificate ends in %d days file=%s", days_left, certificate)
