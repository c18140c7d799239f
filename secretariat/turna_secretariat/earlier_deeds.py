"""Reads what versions 1 and 2 of the audit log said: an address of HTTP, or words for an account.

What was written stays as it is; beside it stands from now on what kind of deed it was.
"""

import json

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from turna_secretariat.deeds import Noted, tried
from turna_secretariat.people_schema import audit

_OF_ACCOUNT = {
    "account disable ": "account_disable",
    "account enable ": "account_enable",
    "account password ": "account_password",
    "account sign out ": "account_sign_out",
}
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_AT_ONCE = 10_000


def fill(connection: Connection) -> None:
    """Say of every line that has no deed yet which one it was."""
    without = sa.select(audit.c.id, audit.c.account, audit.c.did)
    without = without.where(audit.c.deed.is_(None)).limit(_AT_ONCE)
    while rows := connection.execute(without).all():
        for row in rows:
            deed = read(row.account, row.did).harmless()
            known = {"deed": deed.code, "about": json.dumps(dict(deed.about), ensure_ascii=False)}
            connection.execute(audit.update().where(audit.c.id == row.id).values(**known))


def read(account: str, did: str) -> Noted:
    """Return the deed that an earlier line tells of."""
    if did == "sign in":
        return Noted("sign_in", {"name": account}) if account else Noted("sign_in_unknown")
    method, _, path = did.partition(" ")
    if method in _METHODS:
        deed = tried(method, path)
        return Noted("earlier", {"what": did}) if deed.code == "unknown" else deed
    for words, code in _OF_ACCOUNT.items():
        if did.startswith(words):
            return Noted(code, {"name": did.removeprefix(words)})
    for words, code in (("account add ", "account_add"), ("account change ", "account_change")):
        if did.startswith(words):
            name, *rest = did.removeprefix(words).split(" ")
            return Noted(code, {"name": name, "what": rest})
    return Noted("earlier", {"what": did})
