"""Whom a word names, for the eyes of who reads it: of other countries no team, no handset."""

from collections.abc import Iterable, Mapping
from typing import Any

from turna_secretariat.registry import Handset, Registry

_Named = dict[str, Any]


def everybody_of(handsets: Iterable[Handset]) -> _Named:
    """Name all handsets of some countries, as whoever sees only those may say it."""
    return {"countries": sorted({handset.country for handset in handsets})}


def named_to(
    registry: Registry, audience: Mapping[str, Any], view: frozenset[int] | None
) -> _Named:
    """Return how a kept audience reads for these eyes (None: all); `others` if some are left out.

    A place that was named is nobody's.
    """
    named: _Named = dict(audience["named"])
    if named.get("all") and not audience["all"]:  # so an earlier version kept a country's all
        known = map(registry.handset, audience["devices"])
        named = everybody_of(handset for handset in known if handset is not None)
    if view is None:
        return named
    in_view = _names_in(registry, view)
    shown = {way: _only(who, in_view[way]) if way in in_view else who for way, who in named.items()}
    return {way: who for way, who in shown.items() if who} | (
        {} if shown == named else {"others": True}
    )


def said_to(
    registry: Registry, body: Mapping[str, Any], view: frozenset[int] | None
) -> dict[str, Any]:
    """Return what was said; whose keys were revoked only of those in view."""
    if view is None or "revoked" not in body:
        return dict(body)
    in_view = _names_in(registry, view)["devices"]
    return {**body, "revoked": _only(body["revoked"], in_view)}


def _names_in(registry: Registry, view: frozenset[int]) -> dict[str, set[str]]:
    mine = [handset for handset in registry.handsets() if handset.device in view]
    return {
        "teams": {handset.team for handset in mine},
        "devices": {handset.call_sign for handset in mine},
        "countries": {handset.country for handset in mine},
    }


def _only(names: Iterable[str], in_view: set[str]) -> list[str]:
    return [name for name in names if name in in_view]
