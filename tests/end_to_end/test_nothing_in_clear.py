"""Acceptance 7: a listener on the TCP stream sees no UID, no position and no key."""

from tests.chain import DRIVER_BADGE, Chain


def test_the_stream_holds_no_uid_position_or_key(chain: Chain) -> None:
    chain.get_ready()
    chain.car.present_badge(DRIVER_BADGE)
    chain.world.run_for(5)
    chain.car.set_ignition(True)
    chain.car.drive(speed_kmh=50)
    chain.world.run_for(120)
    chain.car.drive(speed_kmh=0)
    chain.world.run_for(5)
    chain.car.set_ignition(False)
    chain.car.present_badge(DRIVER_BADGE, hold_s=4)
    chain.world.run_for(30)
    (trip,) = chain.trips()["trips"]
    assert trip["state"] == "ended"

    up = b"".join(data for direction, data in chain.car.tcp_capture if direction == "up")
    down = b"".join(data for direction, data in chain.car.tcp_capture if direction == "down")
    assert len(up) > 500
    latitude, longitude = chain.car.position
    box_key = bytes.fromhex(str(chain.identity["key"]))
    badge_key = bytes.fromhex(str(chain.identity["badge_key"]))
    secrets = {
        "UID": DRIVER_BADGE,
        "box key": box_key,
        "badge key": badge_key,
        "UID in hex": DRIVER_BADGE.hex().encode(),
        "box key in hex": box_key.hex().encode(),
        "plate": b"AB-123-CD",
    }
    for name, degrees in (("latitude", latitude), ("longitude", longitude)):
        coarse = round(degrees * 10**7)
        for near in range(coarse - 5, coarse + 6):  # the receiver's own rounding
            secrets[f"{name} {near}"] = near.to_bytes(4, "big")
        secrets[f"{name} as text"] = f"{degrees:.3f}".encode()
    for stream in (up, down):
        assert [name for name, secret in secrets.items() if secret in stream] == []
    # The test can fail: the box's public id is on the stream, once a connection, in clear.
    assert bytes.fromhex(str(chain.identity["box_id"])) in up
