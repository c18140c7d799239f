"""`turna secretariat account`: who may sign in to the page; also while the Secretariat runs."""

import argparse
import getpass
import secrets
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from turna.usage import UsageError
from turna_backbone.kit import read_mission
from turna_secretariat.accounts import (
    PASSWORD_LEAST,
    PASSWORD_MOST,
    ROLES,
    AccountError,
    Accounts,
)
from turna_secretariat.config import Config

# 20 letters and digits: nobody guesses them, and they can be read out.
_MADE_BYTES = 15
_RULE = f"{PASSWORD_LEAST} to {PASSWORD_MOST} characters, of any kind"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    add = deeds.add_parser("add", help="make an account; the password is asked for")
    add.add_argument("--person", required=True, help="the name that stands by what they do")
    add.add_argument("--role", required=True, choices=ROLES)
    add.add_argument(
        "--country",
        action="append",
        default=[],
        help="whose reports they see, as in tr; may be repeated; default: all",
    )
    password = deeds.add_parser("password", help="set a new password; it is asked for")
    disable = deeds.add_parser("disable", help="let nobody in by an account any more")
    for deed in (add, password):
        deed.description = f"The password has {_RULE}; it is asked for twice, or piped in."
        deed.add_argument("--make", action="store_true", help="make a password and print it once")
    for deed in (add, password, disable):
        deed.add_argument("name", help="what they type to sign in")
    deeds.add_parser("list", help="show every account")
    log = deeds.add_parser("log", help="show who did what, newest first")
    log.add_argument("--limit", type=int, default=50, metavar="LINES")
    for deed in deeds.choices.values():
        deed.add_argument("--config", type=Path, required=True, metavar="FILE")


def run(config: Config, args: argparse.Namespace) -> int:
    """Do the deed; what cannot be is a UsageError."""
    accounts = Accounts(config.people)
    accounts.open()
    try:
        if args.deed == "add":
            _require_countries(config, args.country)
        {"add": _add, "list": _list, "disable": _disable, "password": _password, "log": _log}[
            args.deed
        ](accounts, args, config.clock.unix_s() * 1000)
    except AccountError as error:
        raise UsageError(str(error)) from None
    finally:
        accounts.close()
    return 0


def _require_countries(config: Config, countries: Sequence[str]) -> None:
    """Refuse an account that would see nothing, where the mission's kit can be asked."""
    if not countries or not config.mission.exists():
        return
    known = {device.country for device in read_mission(config.mission).devices}
    for country in countries:
        if country not in known:
            raise AccountError(f"no handset of this mission is of the country {country!r}")


def _add(accounts: Accounts, args: argparse.Namespace, now_ms: int) -> None:
    if any(one.name == args.name for one in accounts.all()):  # before a password is asked for
        raise AccountError(f"there is an account {args.name!r} already")
    password = _asked(args)
    accounts.add(
        args.name,
        person=args.person,
        role=args.role,
        countries=args.country,
        password=password,
        now_ms=now_ms,
    )
    _show_made(args, password)
    _note(accounts, f"account add {args.name} {args.role}", now_ms)
    countries = ", ".join(args.country) or "all countries"
    _say(f"{args.name}: {args.person} may sign in now, as {args.role}, for {countries}")


def _password(accounts: Accounts, args: argparse.Namespace, now_ms: int) -> None:
    password = _asked(args)
    accounts.set_password(args.name, password)
    _show_made(args, password)
    _note(accounts, f"account password {args.name}", now_ms)
    _say(f"{args.name}: has a new password")


def _disable(accounts: Accounts, args: argparse.Namespace, now_ms: int) -> None:
    accounts.disable(args.name)
    _note(accounts, f"account disable {args.name}", now_ms)


def _list(accounts: Accounts, _args: argparse.Namespace, _now_ms: int) -> None:
    for one in accounts.all():
        marks = [mark for mark in ("disabled", "is_demo") if getattr(one, mark)]
        words = (" ".join(one.countries) or "all countries", *marks)
        print(f"{one.name:20} {one.role:14} {one.person:30} {', '.join(words)}")


def _log(accounts: Accounts, args: argparse.Namespace, _now_ms: int) -> None:
    for line in accounts.noted(args.limit):
        at = datetime.fromtimestamp(line["at_ms"] / 1000, UTC).isoformat(" ", "seconds")
        who = line["account"] or "(nobody)"
        print(f"{at}  {who:20} {line['address']:16} {line['did']}: {line['came_of_it']}")


def _note(accounts: Accounts, did: str, now_ms: int) -> None:
    accounts.note(f"({getpass.getuser()})", did, "done", "command line", now_ms)


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
        return sys.stdin.readline().rstrip("\n")
    typed = getpass.getpass(f"Password ({_RULE}): ")
    if getpass.getpass("Again: ") != typed:
        raise AccountError("the two passwords differ")
    return typed
