"""Proves a person by name and password, slowly on purpose and seldom enough."""

import logging
from threading import Lock

from turna_backbone.clock import Clock
from turna_secretariat.accounts import SIGN_IN, Account, Accounts
from turna_secretariat.throttle import Throttle

log = logging.getLogger(__name__)


class TooOftenError(Exception):
    """Too many wrong passwords: nobody is proved for `wait_s` seconds more."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"too many wrong passwords: wait {wait_s // 60 + 1} minutes")
        self.wait_s = wait_s


class Proof:
    """One for all ways in, so that they share their count of failures."""

    def __init__(self, accounts: Accounts, clock: Clock) -> None:
        self._accounts = accounts
        self._clock = clock
        self._throttle = Throttle()
        # Each proof takes tens of megabytes and milliseconds.
        self._one_at_a_time = Lock()

    def account(self, name: str, password: str, address: str) -> Account | None:
        """Return who it is, None if name or password is wrong, or raise TooOftenError."""
        now_s = self._clock.unix_s()
        with self._one_at_a_time:
            wait_s = self._throttle.wait_s(name, address, now_s)
            if wait_s > 0:
                raise TooOftenError(int(wait_s) + 1)
            found = self._accounts.proved(name, password)
            if found is None:
                self._throttle.failed(name, address, now_s)
            else:
                self._throttle.succeeded(name, address)
        if found is None:
            log.warning("a sign-in failed address=%s", address)
            # Not what was typed: people type passwords where names belong.
            self._accounts.note("", SIGN_IN, "refused", address, now_s * 1000)
        return found
