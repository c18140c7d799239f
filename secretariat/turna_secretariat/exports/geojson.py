"""GeoJSON (RFC 7946): one feature a report; longitude first, null where no place is known."""

import json

from turna_secretariat.exports import forms
from turna_secretariat.exports.entry import Entry, Extract
from turna_secretariat.exports.harmless import one_line


def write(extract: Extract) -> bytes:
    """Return the collection; `name` is what map programs call the layer (RFC 7946, 6.1)."""
    collection = {
        "type": "FeatureCollection",
        "name": extract.title,
        "mode": extract.mode,
        **({"chosen": extract.chosen} if extract.chosen else {}),
        "features": [_feature(entry) for entry in extract.entries],
    }
    return json.dumps(collection, ensure_ascii=False).encode()


def _feature(entry: Entry) -> dict[str, object]:
    geometry = None
    if entry.place is not None:
        lat, lon = entry.place
        geometry = {"type": "Point", "coordinates": [lon, lat]}
    return {
        "type": "Feature",
        "id": entry.urn,
        "geometry": geometry,
        "properties": {
            "mode": entry.mode,
            "type": entry.type,
            "mission": one_line(entry.mission),
            "team": one_line(entry.team),
            "call_sign": one_line(entry.call_sign),
            "time": entry.time,
            "time_known": entry.observed_s is not None,
            "state": entry.state_name,
            "insarag": forms.numbered(entry),
            "report": _harmless(entry.body),
        },
    }


def _harmless(value: object) -> object:
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, dict):
        return {str(name): _harmless(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_harmless(item) for item in value]
    return value
