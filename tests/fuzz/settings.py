"""JSON of the mission kit and of a handset's settings: refused by field, or the same again."""

import json

from tests.fuzz._vectors import HANDSET, MISSION
from turna_handset.kit import read_provisioning
from turna_protocol.errors import MalformedError
from turna_protocol.mission import mission_from_json, mission_to_json

SEEDS = [json.dumps(form).encode() for form in (MISSION, HANDSET)]


def fuzz(data: bytes) -> None:
    try:
        form = json.loads(data)
    except (ValueError, RecursionError):
        return
    try:
        mission = mission_from_json(form)
        assert mission_from_json(mission_to_json(mission)) == mission
    except MalformedError:
        pass
    if isinstance(form, dict):
        try:
            provisioning = read_provisioning(form)
        except MalformedError:
            return
        assert "link_key" not in repr(provisioning)
