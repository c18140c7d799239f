"""The frame of a deployment: the place and the moment its reports are measured from."""

from .record import Record

DAY_S = 86_400
LATITUDE_LIMIT_E5 = 90 * 100_000
LONGITUDE_LIMIT_E5 = 180 * 100_000
TURN_E5 = 2 * LONGITUDE_LIMIT_E5


class Frame(Record):
    """Origin in 1e-5 degrees (WGS84) and epoch in unix seconds, the same on every device."""

    FIELDS = ("origin_lat_e5", "origin_lon_e5", "epoch_s")

    def __init__(self, origin_lat_e5: int, origin_lon_e5: int, epoch_s: int) -> None:
        self.origin_lat_e5 = origin_lat_e5
        self.origin_lon_e5 = origin_lon_e5
        self.epoch_s = epoch_s

    def north_e5(self, lat_e5: int) -> int:
        """Return how far north of the origin a latitude is."""
        return lat_e5 - self.origin_lat_e5

    def east_e5(self, lon_e5: int) -> int:
        """Return how far east of the origin a longitude is, the shorter way round."""
        return normal_longitude_e5(lon_e5 - self.origin_lon_e5)

    def position_e5(self, north_e5: int, east_e5: int) -> tuple[int, int]:
        """Return latitude and longitude of so far north and east; the inverse of the two above."""
        return self.origin_lat_e5 + north_e5, normal_longitude_e5(self.origin_lon_e5 + east_e5)


def normal_longitude_e5(lon_e5: int) -> int:
    """Return the same meridian within -180 (included) and 180 (excluded) degrees."""
    return (lon_e5 + LONGITUDE_LIMIT_E5) % TURN_E5 - LONGITUDE_LIMIT_E5
