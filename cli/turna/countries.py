"""Which countries there are, and in which of them a region's rules let a handset transmit."""

import re

from turna.usage import UsageError
from turna_protocol import regions

# ISO 3166-1 alpha-2, all 249; xk, which it leaves to its users, is what Kosovo goes by.
_CODES = (
    "ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br "
    "bs bt bv bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz "
    "ec ee eg eh er es et fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw "
    "gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky "
    "kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo mp mq mr ms mt mu mv "
    "mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py "
    "qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf tg "
    "th tj tk tl tm tn to tr tt tv tw tz ua ug um us uy uz va vc ve vg vi vn vu wf ws ye yt za zm "
    "zw xk"
)
_COUNTRIES = frozenset(_CODES.split())
_TWO_LETTERS = re.compile(r"[a-z]{2}")
# Regions of several countries: turna_protocol.regions names them in its source.
_COMMON = {"COMMON433": ("az", "kz", "tr", "uz", "hu", "cy")}


def require_country(code: str) -> None:
    """Refuse what is no country."""
    if _TWO_LETTERS.fullmatch(code) is None:
        raise UsageError(f"{code!r}: a country is two small letters, as in tr")
    if code not in _COUNTRIES:
        raise UsageError(f"{code!r}: no country has this code (ISO 3166); as in tr, az, kz")


def covered_by(region: str) -> tuple[str, ...]:
    """Return the countries whose rules a region is made of."""
    known = regions.REGIONS.get(region)
    return _COMMON.get(region, (known.country,) if known is not None else ())


def warning(region: str, code: str) -> str | None:
    """Return what to say about a country that the region's rules are not of, or None."""
    covered = covered_by(region)
    if code in covered:
        return None
    there = ", ".join(covered).upper() or "no country"
    return (
        f"warning: region {region} has the rules of {there}, not of {code.upper()}:"
        f" in {code.upper()} transmit only as its own rules, or an authorisation there, allow"
    )
