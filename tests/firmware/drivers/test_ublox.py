"""The u-blox driver: what it says to sleep and to wake, and when it believes that it sleeps."""

from firmware.drivers.ublox import UbloxReceiver
from tests.firmware.drivers.scripted import ScriptedStream


class Hours:
    ms = 5

    def now_ms(self) -> int:
        return self.ms


def checksum(data: bytes) -> bytes:
    """UBX's 8-bit Fletcher, as the interface description of the M8 gives it."""
    a = b = 0
    for byte in data:
        a = (a + byte) % 256
        b = (b + a) % 256
    return bytes((a, b))


def test_its_request_to_sleep_is_a_whole_ubx_message() -> None:
    stream = ScriptedStream()
    receiver = UbloxReceiver(stream, Hours())
    receiver.sleep()
    (said,) = stream.said
    assert said[:6] == bytes.fromhex("b56202411000"), "RXM-PMREQ with 16 bytes"
    assert said[6:10] == bytes(4), "version 0"
    assert int.from_bytes(said[10:14], "little") == 0, "without end"
    assert int.from_bytes(said[14:18], "little") == 2, "backup"
    assert int.from_bytes(said[18:22], "little") == 8, "woken by its receive line"
    assert said[-2:] == checksum(said[2:-2])


async def test_only_what_is_heard_says_that_it_is_awake() -> None:
    stream, hours = ScriptedStream(), Hours()
    receiver = UbloxReceiver(stream, hours)
    hours.ms = 9000
    receiver.wake()
    assert receiver.heard_ms == 5, "the byte may have been lost"
    stream.hear(b"$GNRMC")
    assert await receiver.read() == b"$GNRMC"
    assert receiver.heard_ms == 9000
