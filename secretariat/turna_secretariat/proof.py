"""Proves a person by name and password, slowly on purpose and seldom enough."""

import logging
from threading import Lock

from turna_backbone.clock import Clock
from turna_secretariat.accounts import Account, AccountError, Accounts
from turna_secretariat.audit import REFUSED, Entry
from turna_secretariat.deeds import Noted
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
        # Not by the time of day: set back, it would lock everybody out for as long.
        steady_s = self._clock.now_ms() / 1000
        with self._one_at_a_time:
            wait_s = self._throttle.wait_s(name, address, steady_s)
            if wait_s > 0:
                raise TooOftenError(int(wait_s) + 1)
            found = self._accounts.proved(name, password)
            if found is None:
                self._throttle.failed(name, address, steady_s)
            else:
                self._throttle.succeeded(name, address)
        if found is None:
            log.warning("a sign-in failed address=%s", address)
            self._accounts.note(
                Entry(
                    who="",
                    person=None,
                    deed=self._tried(name),
                    outcome=REFUSED,
                    address=address,
                    at_ms=self._clock.unix_ms(),
                    why="name or password is wrong",
                )
            )
        return found

    def _tried(self, name: str) -> Noted:
        """Return whose name was typed; nothing that is no name: people type passwords there."""
        try:
            return Noted("sign_in", {"name": self._accounts.named(name).name})
        except AccountError:
            return Noted("sign_in_unknown")
