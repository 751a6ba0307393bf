"""The identity of a box whose server is not there."""

START_S = 1_700_000_000
IDENTITY = {
    "box_id": "0102030405060708",
    "key": "11" * 32,
    "generation": 1,
    "badge_key": "22" * 32,
    "epoch": 1,
    "server_host": "127.0.0.1",
    "server_port": 1,
    "apn": "internet",
    "board": "host",
}
