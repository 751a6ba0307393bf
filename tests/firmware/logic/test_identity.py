"""The identity file: read whole, or refused by the name of its first bad field."""

from firmware.identity import Identity, IdentityError, parse_identity
from firmware.version import TIME_FLOOR_S

GOOD = {
    "box_id": "0102030405060708",
    "key": "11" * 32,
    "generation": 1,
    "badge_key": "22" * 32,
    "server_host": "boxes.example.org",
    "server_port": 7400,
    "apn": "internet",
    "board": "host",
    "vehicle": "AB-123-CD",
}


def test_a_good_file_is_read():
    assert parse_identity(GOOD) == Identity(
        bytes(range(1, 9)), b"\x11" * 32, 1, b"\x22" * 32, "boxes.example.org", 7400,
        "internet", "host", 0, TIME_FLOOR_S, False, True, True, False, False, "pn532",
        "IP", "", "", "",
    )  # fmt: skip


def test_what_card_and_network_want_is_read():
    data = dict(GOOD)
    data.update(pdp_type="IPV4V6", apn_user="box", apn_password="s3cret, login", sim_pin="00123456")
    identity = parse_identity(data)
    assert identity[-4:] == ("IPV4V6", "box", "s3cret, login", "00123456")
    assert identity.reader == "pn532"


def test_each_bad_field_is_named_and_its_value_is_not():
    for name, value in (
        ("box_id", "01"), ("key", "zz" * 32), ("key", 5), ("generation", -1), ("generation", "1"),
        ("badge_key", "22" * 31), ("server_host", 'a"b'),
        ("server_host", "a\r\nAT+CFUN=0"), ("server_port", 65536), ("apn", "x" * 65),
        ("board", "toaster"), ("ignition_proven", "yes"), ("odometer_m", -1),
        ("time_floor_s", "2026"), ("start_relay", 0), ("ignition_line", 1),
        ("door_contact", "yes"), ("key_holder", 1), ("reader", "rdm6300"),
        ("pdp_type", "PPP"), ("pdp_type", "ip"), ("apn_user", 'a"b'), ("apn_user", "x" * 65),
        ("apn_password", "a\r\nAT+CFUN=0"), ("apn_password", 5),
        ("sim_pin", 1234), ("sim_pin", "123"), ("sim_pin", "123456789"), ("sim_pin", "12a4"),
    ):  # fmt: skip
        data = dict(GOOD)
        data[name] = value
        try:
            parse_identity(data)
        except IdentityError as error:
            assert name in str(error)
            assert str(value) not in str(error).replace(name, "") or len(str(value)) < 3
        else:
            raise AssertionError(name)


def test_a_missing_field_is_named():
    for name in GOOD:
        if name != "vehicle":
            data = dict(GOOD)
            del data[name]
            try:
                parse_identity(data)
            except IdentityError as error:
                assert str(error) == "identity field " + name + ": missing"
            else:
                raise AssertionError(name)


def test_a_file_that_is_not_an_object_is_refused():
    for data in ([], None, "x", 5):
        try:
            parse_identity(data)
        except IdentityError:
            pass
        else:
            raise AssertionError(data)
