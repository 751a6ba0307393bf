"""NMEA sentences as a receiver sends them, checksum included."""

FLOOR_S = 1_451_606_400  # 2016-01-01


def sentence(body: str) -> bytes:
    checksum = 0
    for letter in body.encode():
        checksum ^= letter
    return "${}*{:02X}\r\n".format(body, checksum).encode()


def rmc(
    clock="213108.00", status="A", lat="4115.52048,N", lon="09601.41129,W", knots="0.281",
    date="260519", talker="GP", after_date=",,,A",
):  # fmt: skip
    """`after_date`: variation (two fields) and mode; in NMEA 4.1 also the navigational status."""
    return sentence(
        talker + "RMC," + ",".join((clock, status, lat, lon, knots, "173.23", date)) + after_date
    )
