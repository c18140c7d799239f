"""The kinds of field that only the longer forms need; `fields` has the everyday ones."""

from ..digits import DigitReader, DigitWriter
from ..errors import MalformedError, MisuseError
from ..record import Record
from .fields import put_tiered, take_tiered, whole_number

# INSARAG 2027: a team is an Olympic code (or SAR: multinational, NGO) and 01 to 99.
COUNTRIES = (
    # the mechanism's own come first and take fewer bits
    "SAR AZE KAZ KGZ TUR UZB HUN TKM CYP "
    "AFG ALB ALG AND ANG ANT ARG ARM ARU ASA AUS AUT BAH BAN BAR BDI BEL BEN BER BHU BIH BIZ BLR "
    "BOL BOT BRA BRN BRU BUL BUR CAF CAM CAN CAY CGO CHA CHI CHN CIV CMR COD COK COL COM CPV CRC "
    "CRO CUB CZE DEN DJI DMA DOM ECU EGY ERI ESA ESP EST ETH FIJ FIN FRA FSM GAB GAM GBR GBS GEO "
    "GEQ GER GHA GRE GRN GUA GUI GUM GUY HAI HKG HON INA IND IRI IRL IRQ ISL ISR ISV ITA IVB JAM "
    "JOR JPN KEN KIR KOR KOS KSA KUW LAO LAT LBA LBN LBR LCA LES LIE LTU LUX MAD MAR MAS MAW MDA "
    "MDV MEX MGL MHL MKD MLI MLT MNE MON MOZ MRI MTN MYA NAM NCA NED NEP NGR NIG NOR NRU NZL OMA "
    "PAK PAN PAR PER PHI PLE PLW PNG POL POR PRK PUR QAT ROU RSA RUS RWA SAM SEN SEY SGP SKN SLE "
    "SLO SMR SOL SOM SRB SRI SSD STP SUD SUI SUR SVK SWE SWZ SYR TAN TGA THA TJK TLS TOG TPE TTO "
    "TUN TUV UAE UGA UKR URU USA VAN VEN VIE VIN YEM ZAM ZIM"
)
_COUNTRY_TIERS = (10, 247)
_SERIAL_TIERS = (64, 1024, 8913)


class TeamId(Record):
    """A team's INSARAG identifier, as in TUR01."""

    FIELDS = ("country", "number")

    def __init__(self, country: str, number: int) -> None:
        self.country = country
        self.number = number


class Worksite(Record):
    """A worksite's INSARAG identifier, as in TUR01-0056; without a team it is the sender's own."""

    FIELDS = ("serial", "team")

    def __init__(self, serial: int, team: TeamId | None = None) -> None:
        self.serial = serial
        self.team = team


class Team:
    """A team, or None."""

    def put(self, digits: DigitWriter, value: object) -> None:
        digits.put(0 if value is None else 1, 2)
        if value is not None:
            _put_team(digits, value)

    def take(self, digits: DigitReader) -> TeamId | None:
        return _take_team(digits) if digits.take(2) else None


class WorksiteField:
    """A worksite: of the sender's own team, of another, or (where `optional`) none."""

    def __init__(self, *, optional: bool = False) -> None:
        self.optional = optional

    def put(self, digits: DigitWriter, value: object) -> None:
        kinds = 3 if self.optional else 2
        if value is None and self.optional:
            digits.put(2, kinds)
            return
        if not isinstance(value, Worksite):
            raise MisuseError("not a worksite")
        if not 1 <= whole_number(value.serial) <= 9999:
            raise MisuseError("a worksite's number is from 1 to 9999")
        digits.put(0 if value.team is None else 1, kinds)
        if value.team is not None:
            _put_team(digits, value.team)
        put_tiered(digits, value.serial - 1, _SERIAL_TIERS)

    def take(self, digits: DigitReader) -> Worksite | None:
        kind = digits.take(3 if self.optional else 2)
        if kind == 2:
            return None
        team = _take_team(digits) if kind else None
        return Worksite(take_tiered(digits, _SERIAL_TIERS) + 1, team)


class YesNo:
    """Yes, no, or None for unknown."""

    def put(self, digits: DigitWriter, value: object) -> None:
        if value is not None and value is not True and value is not False:
            raise MisuseError("neither yes nor no")
        digits.put(0 if value is None else (1 if value else 2), 3)

    def take(self, digits: DigitReader) -> bool | None:
        return (None, True, False)[digits.take(3)]


class Flag:
    """Yes or no."""

    def put(self, digits: DigitWriter, value: object) -> None:
        if value is not True and value is not False:
            raise MisuseError("neither yes nor no")
        digits.put(1 if value else 0, 2)

    def take(self, digits: DigitReader) -> bool:
        return digits.take(2) == 1


class Classes:
    """A measure that travels as a class and comes back as its upper bound; None for unknown."""

    def __init__(self, bounds: tuple[int, ...]) -> None:
        self.bounds = bounds

    def put(self, digits: DigitWriter, value: object) -> None:
        radix = len(self.bounds) + 1
        if value is None:
            digits.put(0, radix)
            return
        measure = whole_number(value)
        for index, bound in enumerate(self.bounds):
            if 0 <= measure <= bound:
                digits.put(index + 1, radix)
                return
        raise MisuseError(f"not within 0 to {self.bounds[-1]}")

    def take(self, digits: DigitReader) -> int | None:
        code = digits.take(len(self.bounds) + 1)
        return self.bounds[code - 1] if code else None


class States:
    """The state of each of a list of things, 0 being unknown: a tuple as long as the list."""

    def __init__(self, things: tuple[str, ...], states: tuple[str, ...]) -> None:
        self.things = things
        self.states = states

    def put(self, digits: DigitWriter, value: object) -> None:
        if not isinstance(value, tuple) or len(value) != len(self.things):
            raise MisuseError(f"not a tuple of {len(self.things)} states")
        for state in value:
            if not 0 <= whole_number(state) < len(self.states):
                raise MisuseError("no such state")
            digits.put(state, len(self.states))

    def take(self, digits: DigitReader) -> tuple[int, ...]:
        return tuple([digits.take(len(self.states)) for _ in self.things])


def _put_team(digits: DigitWriter, value: object) -> None:
    if not isinstance(value, TeamId):
        raise MisuseError("not a team")
    codes = COUNTRIES.split()
    if value.country not in codes:
        raise MisuseError("no such Olympic code")
    put_tiered(digits, codes.index(value.country), _COUNTRY_TIERS)
    if not 1 <= whole_number(value.number) <= 99:
        raise MisuseError("a team's number is from 1 to 99")
    digits.put(value.number - 1, 99)


def _take_team(digits: DigitReader) -> TeamId:
    codes = COUNTRIES.split()
    index = take_tiered(digits, _COUNTRY_TIERS)
    if index >= len(codes):
        raise MalformedError("no such Olympic code")
    return TeamId(codes[index], digits.take(99) + 1)
