"""What the Secretariat tells one gateway of what it may lack; retained on `.../resend`.

`runs` names its starts, oldest first, the present one last, each with the newest packet of this
gateway that the archive then held.  A gateway that took receipts of a run which is not among them,
or after which a later run held less, sees that the archive was put back from a copy.  `missing`
names numbers of handsets that nobody has brought yet.
"""

from dataclasses import dataclass
from typing import NamedTuple

from turna_backbone.envelope import BOOT_ID_LENGTH, DIGEST_LENGTH, VERSION, take_items
from turna_protocol import cbor
from turna_protocol.errors import MalformedError, MisuseError
from turna_protocol.keys import GENERATION_MAX
from turna_protocol.packet import DEVICE_MAX, SEQUENCE_MAX

# A month of daily restarts; an older gateway sends all that it keeps.
RUNS_LIMIT = 32
MISSING_LIMIT = 100


class Run(NamedTuple):
    """One start; `digest` is empty if the archive held nothing of this gateway."""

    boot_id: bytes
    digest: bytes


class Missing(NamedTuple):
    """Numbers of a handset, from the first to the last."""

    device: int
    generation: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Resend:
    """All that one gateway needs in order to find what it has to send again."""

    runs: tuple[Run, ...]
    missing: tuple[Missing, ...] = ()

    def pack(self) -> bytes:
        problem = _problem(self)
        if problem:
            raise MisuseError(problem)
        runs: cbor.Value = [list(run) for run in self.runs]
        missing: cbor.Value = [list(each) for each in self.missing]
        return cbor.encode([VERSION, runs, missing])

    @classmethod
    def unpack(cls, payload: bytes) -> "Resend":
        items = take_items(payload, 3)
        # `_problem` looks at the types.
        runs = tuple(Run._make(row) for row in _rows(items[1], len(Run._fields)))
        missing = tuple(Missing._make(row) for row in _rows(items[2], len(Missing._fields)))
        resend = cls(runs, missing)
        problem = _problem(resend)
        if problem:
            raise MalformedError(f"resend: {problem}")
        return resend


def _rows(item: object, width: int) -> list[list[object]]:
    if not isinstance(item, list | tuple):
        raise MalformedError("resend: not a list")
    rows = [list(row) if isinstance(row, list | tuple) else [] for row in item]
    if any(len(row) != width for row in rows):
        raise MalformedError("resend: wrong number of items")
    return rows


def _problem(resend: Resend) -> str:
    if not 1 <= len(resend.runs) <= RUNS_LIMIT or len(resend.missing) > MISSING_LIMIT:
        return "too many runs or numbers, or no run"
    for run in resend.runs:
        if not _octets(run.boot_id, (BOOT_ID_LENGTH,)):
            return "boot id: wrong length"
        if not _octets(run.digest, (0, DIGEST_LENGTH)):
            return "digest: wrong length"
    if not all(_is_missing(each) for each in resend.missing):
        return "missing: out of range"
    return ""


def _octets(value: object, lengths: tuple[int, ...]) -> bool:
    return isinstance(value, bytes) and len(value) in lengths


def _is_missing(each: Missing) -> bool:
    if any(type(value) is not int for value in each):  # a bool is none
        return False
    return (
        1 <= each.device <= DEVICE_MAX
        and 0 <= each.generation <= GENERATION_MAX
        and 0 <= each.first <= each.last <= SEQUENCE_MAX
    )
