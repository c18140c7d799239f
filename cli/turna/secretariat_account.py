"""`turna secretariat account`: who may sign in to the page; also while the Secretariat runs."""

import argparse
import getpass
import json
import secrets
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from turna.usage import UsageError
from turna_backbone.kit import read_mission
from turna_protocol.mission import Mission
from turna_secretariat import people_countries
from turna_secretariat.accounts import (
    PASSWORD_LEAST,
    PASSWORD_MOST,
    ROLES,
    AccountError,
    Accounts,
)
from turna_secretariat.audit import DONE, Entry, Looked
from turna_secretariat.config import Config
from turna_secretariat.deeds import ALL_COUNTRIES, KINDS, Noted, Value
from turna_secretariat.exports.selection import SelectionError, moment_ms

# 20 letters and digits: nobody guesses them, and they can be read out.
_MADE_BYTES = 15
_RULE = f"{PASSWORD_LEAST} to {PASSWORD_MOST} characters, of any kind"
# What is done to an account by its name alone, and what is said when it is done.
_SIMPLE = {
    "disable": ("let nobody in by an account any more", "nobody gets in by this account any more"),
    "enable": ("let its person in again, by the password that it had", "may sign in again"),
    "sign-out": ("end every session of an account", "is signed out everywhere"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    add = deeds.add_parser("add", help="make an account; the password is asked for")
    add.add_argument("--person", required=True, help="the name that stands by what they do")
    add.add_argument("--role", required=True, choices=ROLES)
    change = deeds.add_parser("change", help="change what is given; open sessions end")
    change.add_argument("--person", help="the name that stands by what they do")
    change.add_argument("--role", choices=ROLES)
    for deed, usual in ((add, "all"), (change, "as it is")):
        deed.add_argument(
            "--country",
            action="append",
            help=f"whose reports they see, as in tr; may be repeated; default: {usual}",
        )
    change.add_argument("--all-countries", action="store_true", help="let them see all")
    password = deeds.add_parser("password", help="set a new password; it is asked for")
    for deed in (add, password):
        deed.description = f"The password has {_RULE}; it is asked for twice, or piped in."
        deed.add_argument("--make", action="store_true", help="make a password and print it once")
    others = [deeds.add_parser(name, help=said) for name, (said, _) in _SIMPLE.items()]
    for deed in (add, change, password, *others):
        deed.add_argument("name", help="what they type to sign in")
    deeds.add_parser("list", help="show every account")
    _add_log(deeds.add_parser("log", help="show who did what, newest first"))
    for deed in deeds.choices.values():
        deed.add_argument("--config", type=Path, required=True, metavar="FILE")


def _add_log(log: argparse.ArgumentParser) -> None:
    log.add_argument("--limit", type=int, default=50, metavar="LINES")
    log.add_argument("--who", metavar="NAME", help="an account, or a person's whole name")
    log.add_argument(
        "--kind", action="append", choices=tuple(KINDS), help="of deeds; may be repeated"
    )
    log.add_argument("--refused", action="store_true", help="only what was not done")
    log.add_argument("--since", metavar="TIME", help="ISO 8601, or 90m, 24h, 3d")
    log.add_argument("--until", metavar="TIME")
    log.add_argument("--json", action="store_true", help="one object a line, for programs")


def run(config: Config, args: argparse.Namespace) -> int:
    """Do the deed; what cannot be is a UsageError."""
    accounts = Accounts(config.people)
    accounts.open()
    try:
        if args.deed in ("add", "change"):
            _require_countries(config, args.country or ())
        _DEEDS.get(args.deed, _simple)(accounts, args, config.clock.unix_s() * 1000)
    except (AccountError, SelectionError) as error:
        raise UsageError(str(error)) from None
    finally:
        accounts.close()
    return 0


def _require_countries(config: Config, countries: Sequence[str]) -> None:
    """Refuse an account that would never see anything; tell of one that sees nothing yet."""
    if not countries:
        return
    mission = _mission(config)
    people_countries.require_known(countries, mission)
    absent = set(countries) - set(people_countries.of_mission(mission))
    if mission is not None and absent:
        _say(f"no handset of this mission is of {', '.join(sorted(absent))} yet")


def _mission(config: Config) -> Mission | None:
    return read_mission(config.mission) if config.mission.exists() else None


def _add(accounts: Accounts, args: argparse.Namespace, now_ms: int) -> None:
    if any(one.name == args.name for one in accounts.all()):  # before a password is asked for
        raise AccountError(f"there is an account {args.name!r} already")
    password = _asked(args)
    accounts.add(
        args.name,
        person=args.person,
        role=args.role,
        countries=args.country or (),
        password=password,
        now_ms=now_ms,
    )
    _show_made(args, password)
    seen = _in_words(args.country or ())
    _note(accounts, "account_add", now_ms, name=args.name, what=[args.person, args.role, *seen])
    countries = ", ".join(args.country or ()) or ALL_COUNTRIES
    _say(f"{args.name}: {args.person} may sign in now, as {args.role}, for {countries}")


def _password(accounts: Accounts, args: argparse.Namespace, now_ms: int) -> None:
    password = _asked(args)
    accounts.set_password(args.name, password)
    _show_made(args, password)
    _note(accounts, "account_password", now_ms, name=args.name)
    _say(f"{args.name}: has a new password")


def _change(accounts: Accounts, args: argparse.Namespace, now_ms: int) -> None:
    countries = [] if args.all_countries else args.country
    if args.person is None and args.role is None and countries is None:
        raise UsageError("say what is to be otherwise: --role, --person, --country")
    before = accounts.named(args.name)
    accounts.change(args.name, person=args.person, role=args.role, countries=countries)
    what = [word for word in (args.person, args.role) if word is not None]
    what += [] if countries is None else _in_words(countries)
    if what == [args.role]:
        _note(accounts, "account_role", now_ms, name=args.name, before=before.role, after=args.role)
    else:
        _note(accounts, "account_change", now_ms, name=args.name, what=what)
    _say(f"{args.name}: {', '.join(what)}; they sign in anew")


def _simple(accounts: Accounts, args: argparse.Namespace, now_ms: int) -> None:
    deed = args.deed.replace("-", "_")
    getattr(accounts, deed)(args.name)
    _note(accounts, f"account_{deed}", now_ms, name=args.name)
    _say(f"{args.name}: {_SIMPLE[args.deed][1]}")


def _list(accounts: Accounts, _args: argparse.Namespace, _now_ms: int) -> None:
    everybody = accounts.all()
    if not everybody:
        _say("there are no accounts yet: turna secretariat account add")
    for one in everybody:
        marks = [mark for mark in ("disabled", "is_demo") if getattr(one, mark)]
        words = (" ".join(one.countries) or "all countries", *marks)
        print(f"{one.name:20} {one.role:14} {one.person:30} {', '.join(words)}")


def _log(accounts: Accounts, args: argparse.Namespace, now_ms: int) -> None:
    if args.limit < 1:
        raise UsageError("--limit is at least 1")
    looked = Looked(
        who=args.who,
        kinds=args.kind or (),
        since_ms=moment_ms("--since", args.since, now_ms // 1000),
        until_ms=moment_ms("--until", args.until, now_ms // 1000),
        only_refused=args.refused,
    )
    for line in accounts.noted(args.limit, looked=looked):
        print(json.dumps(line, ensure_ascii=False) if args.json else _in_a_line(line))


def _in_a_line(line: dict[str, Any]) -> str:
    at = datetime.fromtimestamp(line["at_ms"] / 1000, UTC).isoformat(" ", "seconds")[:19]
    who = line["account"] or "(nobody)"
    if line["person"]:
        who = f"{line['person']} ({who})"
    outcome = line["outcome"] if line["outcome"] == DONE else line["outcome"].upper()
    because = f", {line['why']}" if line["why"] else ""
    return f"{at} UTC  {who}: {line['did']}: {outcome}{because} [{line['address']}]"


def _note(accounts: Accounts, code: str, now_ms: int, **about: Value) -> None:
    accounts.note(
        Entry(
            who=f"({getpass.getuser()})",
            person=None,
            deed=Noted(code, about),
            outcome=DONE,
            address="command line",
            at_ms=now_ms,
        )
    )


def _in_words(countries: Sequence[str]) -> list[str]:
    return [country.upper() for country in countries] or [ALL_COUNTRIES]


def _say(sentence: str) -> None:
    """Tell a person; not where programs read, which is where a made password goes, alone."""
    print(sentence, file=sys.stderr)


def _show_made(args: argparse.Namespace, password: str) -> None:
    """Print a password that was made here, once it is good for something."""
    if args.make:
        print(password)


def _asked(args: argparse.Namespace) -> str:
    """Return a password that a person typed twice, or piped in, or one made here."""
    if args.make:
        return secrets.token_urlsafe(_MADE_BYTES)
    if not sys.stdin.isatty():
        piped = sys.stdin.readline().rstrip("\n")
        if not piped:
            raise UsageError("no password came: type it in a terminal, pipe it in, or say --make")
        return piped
    typed = getpass.getpass(f"Password ({_RULE}): ")
    if getpass.getpass("Again: ") != typed:
        raise AccountError("the two passwords differ")
    return typed


_DEEDS = {"add": _add, "change": _change, "list": _list, "password": _password, "log": _log}
