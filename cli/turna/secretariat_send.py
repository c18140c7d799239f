"""`turna secretariat send`, `sent`, `withdraw`, `revoke`: what goes down to the field, by its page.

Signs in as the page does, so the same accounts, roles and countries count, and the same audit log.
"""

import argparse
import getpass
import http.client
import json
import os
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterable, Sequence
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from turna.asking import given_or_asked
from turna.usage import UsageError

KINDS = ("task", "text", "roll_call", "alert", "settings")
TASKS = ("send", "sent", "withdraw", "revoke")
_KEPT_IN = "TURNA_PASSWORD"  # in the environment, for scripts
_TIMEOUT_S = 20
_HANDSET = "its call sign, as in TUR01-2, or its number"
_WHY = 'why, as in "left in the school at Antakya"'
_ACCOUNT = f"who you are at the page; its password is asked for, or taken from {_KEPT_IN}"
_STATES = ("waiting", "queued", "sent", "delivered", "expired", "refused", "withdrawn")


def add_arguments(tasks: "argparse._SubParsersAction[Any]") -> None:
    """Add the four tasks to those of `turna secretariat`."""
    send = tasks.add_parser("send", help="say something to the field: a task, text, alert ...")
    send.add_argument("kind", choices=KINDS)
    send.add_argument(
        "fields",
        nargs="*",
        metavar="NAME=VALUE",
        help="as in `turna wire schema`: task=search worksite=TUR01-0003 text='...'; of an alert"
        " code=evacuate, code=cease_work or code=resume",
    )
    send.add_argument("--all", action="store_true", help="to every handset")
    send.add_argument("--team", action="append", default=[], help="may be repeated")
    send.add_argument("--device", action="append", default=[], metavar="HANDSET", help=_HANDSET)
    send.add_argument("--area", metavar="LAT,LON,METRES", help="to whoever was last seen there")
    send.add_argument("--mode", choices=("exercise", "actual", "test"))
    send.add_argument("--lasts", type=int, metavar="MINUTES", help="how long gateways try")
    send.add_argument("--yes", action="store_true", help="do not ask after showing the cost")
    sent = tasks.add_parser("sent", help="show what went down, and how far it is")
    sent.add_argument("number", nargs="?", type=int, help="one of them, with its gateways")
    sent.add_argument("--mode", choices=("exercise", "actual", "test"))
    withdraw = tasks.add_parser("withdraw", help="let gateways say something no more")
    withdraw.add_argument("number", type=int)
    revoke = tasks.add_parser("revoke", help="let lost handsets' keys count no more; for good")
    revoke.add_argument("devices", nargs="+", metavar="HANDSET", help=_HANDSET)
    revoke.add_argument("--reason", help="why, for whoever reads it later; asked for if missing")
    revoke.add_argument("--yes", action="store_true", help="do not ask")
    for task in (send, sent, withdraw, revoke):
        task.add_argument("--page", default="http://127.0.0.1:8470", help="default: %(default)s")
        task.add_argument("--account", required=True, help=_ACCOUNT)
        task.add_argument(
            "--ca", type=Path, metavar="FILE", help="who signed the page's certificate"
        )


def run(args: argparse.Namespace) -> int:
    """Do the task; the page's own words are shown where it refuses."""
    page = Page(args.page, args.ca)
    page.sign_in(args.account, _password(args.account))
    try:
        if args.task == "send":
            return _send(page, args)
        if args.task == "sent":
            return _sent(page, args)
        if args.task == "withdraw":
            _show([page.post(f"/api/down/{args.number}/withdrawn", {})])
            return 0
        return _revoke(page, args)
    finally:
        page.sign_out()


class Page:
    """The Secretariat's page, as a program uses it."""

    def __init__(self, address: str, authority: Path | None = None) -> None:
        if not address.startswith(("http://", "https://")):
            raise UsageError("--page: as in https://turna.example.org")
        self._address = address.rstrip("/")
        try:
            trusts = ssl.create_default_context(cafile=authority)
        except (OSError, ssl.SSLError) as error:
            raise UsageError(f"--ca {authority} cannot be used ({error})") from None
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar()),
            urllib.request.HTTPSHandler(context=trusts),
        )

    def sign_in(self, name: str, password: str) -> None:
        self.post("/api/login", {"name": name, "password": password})

    def sign_out(self) -> None:
        self.post("/api/logout", {})

    def get(self, path: str) -> Any:  # Any: the page's JSON
        return self._ask(urllib.request.Request(self._address + path))  # noqa: S310 - only HTTP

    def post(self, path: str, body: dict[str, object]) -> Any:  # Any: as above
        headers = {"content-type": "application/json", "origin": self._address}
        data = json.dumps(body).encode()
        whole = self._address + path
        return self._ask(urllib.request.Request(whole, data, headers))  # noqa: S310 - only HTTP

    def _ask(self, request: urllib.request.Request) -> Any:  # Any: as above
        try:
            with self._opener.open(request, timeout=_TIMEOUT_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise UsageError(_reason(error)) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise UsageError(f"{self._address} {_trouble(error)}") from None


def _send(page: Page, args: argparse.Namespace) -> int:
    words = {
        "kind": args.kind,
        "to": _to(page, args),
        "form": _form(args.fields),
        "mode": args.mode,
    }
    words["lasts_min"] = args.lasts
    _show_cost(page.post("/api/down/cost", words))
    if not args.yes and not agreed("Say it?"):
        print("nothing was said")
        return 1
    _show(page.post("/api/down", words))
    return 0


def _sent(page: Page, args: argparse.Namespace) -> int:
    if args.number is None:
        mode = "" if args.mode is None else f"?mode={args.mode}"
        _show(page.get(f"/api/down{mode}"))
        return 0
    word = page.get(f"/api/down/{args.number}")
    _show([word])
    for handset in word["handsets"]:
        said = ", ".join(_each_once(answer["said"] for answer in handset["answers"])) or "-"
        print(f"  {handset['call_sign']:<16} {handset['state']:<10} answers: {said}")
    for name in dict.fromkeys(part["gateway"] for part in word["gateways"]):
        parts = [_progress(part) for part in word["gateways"] if part["gateway"] == name]
        print(f"  by {name:<13} {', '.join(_each_once(parts))}")
    return 0


def _progress(part: dict[str, Any]) -> str:  # Any: the page's JSON
    """Return how far a gateway is with one part of a word."""
    state = part["state"] or f"asked {part['asked']} times"
    return f"{state} {part['reason']}".rstrip()


def _each_once(words: Iterable[str]) -> list[str]:
    return [word if n == 1 else f"{word} ({n} times)" for word, n in Counter(words).items()]


def _revoke(page: Page, args: argparse.Namespace) -> int:
    reason = given_or_asked(args.reason, "--reason", _WHY)
    devices = _devices(page, args.devices)
    names = ", ".join(args.devices)
    if not args.yes and not agreed(f"Handsets {names} need new keys ever after. Revoke them?"):
        print("nothing was revoked")
        return 1
    _post_revocation(page, devices, reason)
    return 0


def revoke(page: Page, account: str, devices: Sequence[int], reason: str) -> None:
    """Revoke handsets at a page, as somebody who may."""
    page.sign_in(account, _password(account))
    try:
        _post_revocation(page, devices, reason)
    finally:
        page.sign_out()


def _post_revocation(page: Page, devices: Sequence[int], reason: str) -> None:
    wanted: dict[str, object] = {"devices": list(devices), "reason": reason}
    for revoked in page.post("/api/down/revocations", wanted):
        if revoked["device"] in devices:
            print(
                f"{revoked['call_sign']}: keys up to generation {revoked['generation']} are revoked"
            )


def _devices(page: Page, named: Sequence[str]) -> list[int]:
    """Return the numbers of handsets that are called by their call signs, or by number."""
    known: dict[str, int] = {}
    if not all(name.isdecimal() for name in named):
        known = {one["call_sign"]: one["device"] for one in page.get("/api/handsets")}
    for name in named:
        if not name.isdecimal() and name not in known:
            raise UsageError(f"{name}: no such handset; there are {', '.join(sorted(known))}")
    return [int(name) if name.isdecimal() else known[name] for name in named]


def _to(page: Page, args: argparse.Namespace) -> dict[str, object]:
    devices = _devices(page, args.device)
    to: dict[str, object] = {"all": args.all, "teams": args.team, "devices": devices}
    if args.area is not None:
        try:
            lat, lon, radius_m = args.area.split(",")
            to["area"] = {"lat": float(lat), "lon": float(lon), "radius_m": int(radius_m)}
        except ValueError:
            raise UsageError("--area: as in 36.2,36.16,500") from None
    return to


def _form(fields: Sequence[str]) -> dict[str, object]:
    form: dict[str, object] = {}
    for field in fields:
        name, separator, value = field.partition("=")
        if not separator or not name:
            raise UsageError(f"{field}: as in NAME=VALUE")
        is_number = name != "text" and value.removeprefix("-").isdecimal()
        form[name] = int(value) if is_number else value
    return form


def _show_cost(cost: dict[str, Any]) -> None:  # Any: the page's JSON
    print(f"to {', '.join(cost['handsets'])}")
    for one in cost["costs"]:
        print(f"  {one['packets']} packets, {one['airtime_ms']} ms on the air for one round")
        for gateway in one["gateways"]:
            share = gateway["percent_of_the_hour"]
            text = "no limit here" if share is None else f"{share} % of its hour"
            print(f"  {gateway['gateway']}: {gateway['airtime_ms']} ms, {text}")


def _show(words: Sequence[dict[str, Any]]) -> None:  # Any: as above
    for word in words:
        said = word["said"]
        text = said.get("text") or said.get("alert") or said.get("task") or said.get("phrase") or ""
        states = [handset["state"] for handset in word["handsets"]]
        counts = ", ".join(f"{states.count(s)} {s}" for s in _STATES if s in states)
        mark = "" if word["mode"] == "actual" else f" [{word['mode'].upper()}]"
        to = f"to {_whom(word['to'])}, by {word['person']}"
        print(f"{word['id']:>5} {word['kind']}{mark} {to}: {text}; {counts}{_taken_back(word)}")


def _whom(to: dict[str, Any]) -> str:  # Any: as above
    """Return whom a word was for, as who said it named them."""
    names = ["everybody"] if to.get("all") else []
    names += [country.upper() for country in to.get("countries", ())]
    names += [*to.get("teams", ()), *to.get("devices", ())]
    if area := to.get("area"):
        names.append(f"{area['lat']}, {area['lon']} ± {area['radius_m']} m")
    return ", ".join([*names, "others"] if to.get("others") else names) or "nobody named"


def _taken_back(word: dict[str, Any]) -> str:  # Any: as above
    if word["withdrawn_ms"] is None:
        return ""
    at = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(word["withdrawn_ms"] / 1000))
    return f"; taken back by {word['withdrawn_by']}, {at}"


def agreed(question: str) -> bool:
    """Ask somebody at a terminal; no answer is no."""
    if not sys.stdin.isatty():
        raise UsageError(f"nobody is here to be asked: {question} If so, say --yes")
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def _password(account: str) -> str:
    kept = os.environ.get(_KEPT_IN)
    if kept is not None:
        return kept
    if not sys.stdin.isatty():
        raise UsageError(f"no password: put it into {_KEPT_IN}, or run this in a terminal")
    return getpass.getpass(f"Password of {account}: ")


def _trouble(error: Exception) -> str:
    """Return what is wrong with a page that does not answer, and what to do."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"cannot be trusted ({reason.verify_message}): --ca says who signed its certificate"
    if isinstance(reason, OSError):
        words = reason.strerror or reason
        return f"cannot be reached ({words}): does the Secretariat run, and is --page its address?"
    return "does not answer as the page does: is --page its address?"


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["detail"])
    except (ValueError, KeyError, TypeError):
        return f"the page answers {error.code} {error.reason}"
