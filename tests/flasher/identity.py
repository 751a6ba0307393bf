"""What `voiturier box add` writes for a board, with keys that are easily found again."""

KEY, BADGE_KEY = "5ec2e7" * 10 + "5ec2", "bad9e5" * 10 + "bad9"
IDENTITY = {
    "box_id": "0011223344556677",
    "key": KEY,
    "generation": 1,
    "badge_key": BADGE_KEY,
    "server_host": "voiturier.example",
    "server_port": 7400,
    "apn": "internet",
    "pdp_type": "IP",
    "apn_user": "",
    "apn_password": "",
    "sim_pin": "",
    "board": "lilygo_t_sim7670g_s3",
    "vehicle": "AB-123-CD",
    "odometer_m": 0,
    "start_relay": True,
    "ignition_line": True,
    "door_contact": False,
    "key_holder": False,
    "reader": "pn532",
}
