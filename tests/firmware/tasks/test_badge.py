"""The reader's loop with readers that wait by themselves, that cannot, and that are gone."""

from types import SimpleNamespace

import pytest

from firmware.drivers.pn532 import ReaderError
from firmware.tasks import badge
from shared_protocol.badges import badge_tag
from shared_protocol.records import ASSURANCE_LOW

KEY = b"k" * 32
UID = bytes.fromhex("04a1b2c3")
WAKE, WAIT, READ = "wake", "wait", "read"
SILENT = ReaderError("silent")


class ScriptOverError(Exception):
    """The script is at its end."""


class ScriptedReader:
    """Answers in this order, whatever it is asked; notes what that was."""

    def __init__(self, *answers: bytes | ReaderError) -> None:
        self.asked: list[str] = []
        self._answers = list(answers)

    def _answer(self, asked: str) -> bytes:
        if not self._answers:
            raise ScriptOverError
        self.asked.append(asked)
        answer = self._answers.pop(0)
        if isinstance(answer, ReaderError):
            raise answer
        return answer

    async def wake(self) -> None:
        self._answer(WAKE)

    async def wait_for_card(self, timeout_s: float) -> bytes:
        return self._answer(WAIT)

    async def read_card(self) -> bytes:
        return self._answer(READ)


class Vehicle:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, bytes]] = []

    async def badge_arrived(self, tag: bytes, assurance: int) -> None:
        assert assurance == ASSURANCE_LOW
        self.told.append(("arrived", tag))

    async def badge_held(self, tag: bytes) -> None:
        self.told.append(("held", tag))

    async def badge_left(self, tag: bytes, was_held: bool) -> None:
        self.told.append(("left", tag))


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(badge, "_POLL_EVERY_S", 0)
    monkeypatch.setattr(badge, "_WAKE_AGAIN_S", 0)


async def what_is_told(reader: ScriptedReader, every_ms: int = 250) -> list[tuple[str, bytes]]:
    """Run the script to its end; each look at the clock finds it so much later."""
    now_ms = iter(range(0, 1_000_000, every_ms))
    vehicle = Vehicle()
    uptime = SimpleNamespace(now_ms=lambda: next(now_ms))
    with pytest.raises(ScriptOverError):
        await badge.BadgeTask(reader, KEY, uptime, vehicle).run()
    return vehicle.told


async def test_a_card_that_the_reader_waited_for_is_polled_until_it_has_gone() -> None:
    reader = ScriptedReader(b"", UID, UID, b"", b"", b"")
    tag = badge_tag(KEY, UID)
    assert await what_is_told(reader) == [("arrived", tag), ("left", tag)]
    assert reader.asked == [WAKE, WAIT, READ, READ, READ, WAIT]


async def test_a_reader_that_cannot_wait_is_polled_from_then_on() -> None:
    reader = ScriptedReader(b"", SILENT, b"", b"", UID, b"", b"", b"")
    tag = badge_tag(KEY, UID)
    assert await what_is_told(reader) == [("arrived", tag), ("left", tag)]
    assert reader.asked == [WAKE, WAIT] + [READ] * 6


async def test_a_reader_that_was_gone_is_not_taken_for_one_that_cannot_wait() -> None:
    reader = ScriptedReader(b"", SILENT, SILENT, SILENT, b"", UID)
    assert await what_is_told(reader) == [("arrived", badge_tag(KEY, UID))]
    assert reader.asked == [WAKE, WAIT, READ, WAKE, WAKE, WAIT]


async def test_after_a_wait_without_a_card_the_reader_is_asked_whether_it_is_there() -> None:
    reader = ScriptedReader(b"", b"", b"", b"", SILENT, b"", UID)
    assert await what_is_told(reader) == [("arrived", badge_tag(KEY, UID))]
    assert reader.asked == [WAKE, WAIT, READ, WAIT, READ, WAKE, WAIT]
