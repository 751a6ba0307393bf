"""The reader's loop: readers that wait, cannot, are gone; cards that prove themselves or do not."""

import random
from types import SimpleNamespace

import pytest

from firmware.logic.access.card import RANK_GRANTED, RANK_UNKNOWN, CardPresence, ReaderError
from firmware.logic.access.card_keys import CardKeys
from firmware.tasks import badge
from shared_protocol import messages
from shared_protocol.badges import badge_tag
from shared_protocol.records import ASSURANCE_HIGH, ASSURANCE_LOW
from simulator.devices.ntag424 import Ntag424
from tests.firmware.logic.held_sets import parts_of, taken
from tests.firmware.logic.host_aes import aes
from tests.firmware.logic.storage import MemoryStorage

KEY = b"k" * 32
UID = bytes.fromhex("04a1b2c3")
WAKE, WAIT, READ, REST = "wake", "wait", "read", "rest"
SILENT = ReaderError("silent")


class ScriptOverError(Exception):
    """The script is at its end."""


class ScriptedReader:
    """Answers in this order, whatever it is asked; notes what that was."""

    can_rest = True

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

    async def wait_for_cards(self, timeout_s: float) -> list[bytes]:
        return self._all(WAIT)

    async def read_cards(self) -> list[bytes]:
        return self._all(READ)

    async def read_card(self, uid: bytes) -> bytes:
        return self._answer(READ)

    def _all(self, asked: str) -> list[bytes]:
        answer = self._answer(asked)
        return [answer] if answer else []

    async def rest(self) -> None:
        self.asked.append(REST)

    async def drop_field(self) -> None:
        pass

    async def exchange(self, data: bytes) -> bytes:
        raise AssertionError("nobody speaks to a card without a key")


class Vehicle:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, bytes]] = []
        self.uids: list[bytes] = []
        self.learns = self.quiet = False

    async def badge_arrived(self, tag: bytes, assurance: int, uid: bytes = b"") -> None:
        self.uids.append(uid)
        self.told.append(("arrived" if assurance == ASSURANCE_LOW else "proved", tag))
        assert assurance in (ASSURANCE_LOW, ASSURANCE_HIGH)

    def badge_rank(self, tag: bytes) -> int:
        return RANK_GRANTED

    async def badge_not_genuine(self, tag: bytes) -> None:
        self.told.append(("forged", tag))

    async def badge_held(self, tag: bytes) -> None:
        self.told.append(("held", tag))

    async def badge_left(self, tag: bytes, was_held: bool) -> None:
        self.told.append(("left", tag))


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(badge, "_POLL_EVERY_S", 0)
    monkeypatch.setattr(badge, "_REST_S", 0)
    monkeypatch.setattr(badge, "_WAKE_AGAIN_S", 0)


def badge_task(reader, keys, uptime, vehicle, seed: int = 1) -> badge.BadgeTask:
    entropy = random.Random(seed).randbytes
    return badge.BadgeTask(
        reader=reader,
        presence=CardPresence(),
        badge_key=KEY,
        card_keys=keys,
        aes=aes,
        entropy=entropy,
        uptime=uptime,
        vehicle=vehicle,
    )


async def what_is_told(
    reader: ScriptedReader, every_ms: int = 250, keys: CardKeys | None = None
) -> list[tuple[str, bytes]]:
    """Run the script to its end; each look at the clock finds it so much later."""
    now_ms = iter(range(0, 1_000_000, every_ms))
    vehicle = Vehicle()
    uptime = SimpleNamespace(now_ms=lambda: next(now_ms))
    with pytest.raises(ScriptOverError):
        keys = CardKeys(MemoryStorage()) if keys is None else keys
        await badge_task(reader, keys, uptime, vehicle).run()
    return vehicle.told


async def test_a_card_that_the_reader_waited_for_is_polled_until_it_has_gone() -> None:
    reader = ScriptedReader(b"", UID, UID, *[b""] * 5)
    tag = badge_tag(KEY, UID)
    assert await what_is_told(reader) == [("arrived", tag), ("left", tag)]
    assert reader.asked == [WAKE, WAIT] + [READ] * 5 + [WAIT]


async def test_a_reader_that_cannot_wait_is_polled_from_then_on() -> None:
    reader = ScriptedReader(b"", SILENT, b"", b"", UID, *[b""] * 5)
    tag = badge_tag(KEY, UID)
    assert await what_is_told(reader) == [("arrived", tag), ("left", tag)]
    assert reader.asked == [WAKE, WAIT] + [READ] * 8


async def test_a_reader_that_was_gone_is_not_taken_for_one_that_cannot_wait() -> None:
    reader = ScriptedReader(b"", SILENT, SILENT, SILENT, b"", UID)
    assert await what_is_told(reader) == [("arrived", badge_tag(KEY, UID))]
    assert reader.asked == [WAKE, WAIT, READ, WAKE, WAKE, WAIT]


async def test_after_a_wait_without_a_card_the_reader_is_asked_whether_it_is_there() -> None:
    reader = ScriptedReader(b"", b"", b"", b"", SILENT, b"", UID)
    assert await what_is_told(reader) == [("arrived", badge_tag(KEY, UID))]
    assert reader.asked == [WAKE, WAIT, READ, WAIT, READ, WAKE, WAIT]


async def test_a_phone_is_told_to_nobody_and_the_badge_is_looked_for_beside_it() -> None:
    phones = [bytes([8, 0, 0, number]) for number in range(9)]
    reader = ScriptedReader(b"", *phones, UID, phones[0], b"", b"")
    assert await what_is_told(reader) == [("arrived", badge_tag(KEY, UID))]
    assert reader.asked == [WAKE, WAIT] + [READ] * 12, "a wait would find the phone at once"


async def test_when_two_cards_end_the_wait_the_whole_field_is_read_before_any_is_told() -> None:
    class Wallet(ScriptedReader):
        def _all(self, asked: str) -> list[bytes]:
            return [self._answer(asked) for _ in range(2 if asked == WAIT else 3)]

    class Judging(Vehicle):
        def badge_rank(self, tag: bytes) -> int:
            return RANK_GRANTED if tag == badge_tag(KEY, UID) else RANK_UNKNOWN

    vehicle, uptime = Judging(), SimpleNamespace(now_ms=lambda: 0)
    others = [bytes([4, 0, 0, 1]), bytes([4, 0, 0, 2])]
    reader = Wallet(b"", *others, *others, UID)
    with pytest.raises(ScriptOverError):
        await badge_task(reader, CardKeys(MemoryStorage()), uptime, vehicle).run()
    assert vehicle.told == [("arrived", badge_tag(KEY, UID))]


async def test_in_a_quiet_car_the_reader_rests_after_a_wait_in_vain_until_a_card_comes() -> None:
    reader = ScriptedReader(*[b""] * 5, UID, b"")
    vehicle, uptime = Vehicle(), SimpleNamespace(now_ms=lambda: 0)
    vehicle.quiet = True
    with pytest.raises(ScriptOverError):
        await badge_task(reader, CardKeys(MemoryStorage()), uptime, vehicle).run()
    assert reader.asked == [WAKE, WAIT, READ, REST, READ, REST, READ, REST, READ, READ]


async def test_a_reader_that_cannot_rest_waits_in_a_quiet_car_too() -> None:
    reader = ScriptedReader(*[b""] * 5)
    reader.can_rest = False
    vehicle, uptime = Vehicle(), SimpleNamespace(now_ms=lambda: 0)
    vehicle.quiet = True
    with pytest.raises(ScriptOverError):
        await badge_task(reader, CardKeys(MemoryStorage()), uptime, vehicle).run()
    assert reader.asked == [WAKE, WAIT, READ, WAIT, READ]


class Field(ScriptedReader):
    """A reader that finds all the cards that lie there, at each search."""

    def __init__(self, *cards: bytes, searches: int = 4) -> None:
        super().__init__(*[b""] * searches)
        self.cards = list(cards)

    def _all(self, asked: str) -> list[bytes]:
        self._answer(asked)
        return self.cards


async def uids_given(reader: ScriptedReader, *, learns: bool) -> list[bytes]:
    vehicle, uptime = Vehicle(), SimpleNamespace(now_ms=lambda: 0)
    vehicle.learns = learns
    with pytest.raises(ScriptOverError):
        await badge_task(reader, CardKeys(MemoryStorage()), uptime, vehicle).run()
    return vehicle.uids


async def test_a_uid_goes_to_the_car_only_where_it_learns_and_the_card_lies_alone() -> None:
    phone, other = bytes([8, 1, 2, 3]), bytes([4, 0, 0, 1])
    assert await uids_given(Field(UID), learns=True) == [UID]
    assert await uids_given(Field(UID), learns=False) == [b""]
    assert await uids_given(Field(UID, phone), learns=True) == [UID]
    assert await uids_given(Field(UID, other), learns=True) == [b""]
    assert await uids_given(Field(phone), learns=True) == []


async def test_a_reader_that_falls_silent_while_it_is_asked_again_lets_no_card_be_learned() -> None:
    reader = ScriptedReader(b"", UID, SILENT, b"")
    assert await uids_given(reader, learns=True) == [b""]


# Cards that prove themselves.

CARD = bytes.fromhex("04a1b2c3d4e5f6")
TAG = badge_tag(KEY, CARD)
CARD_KEY = bytes(range(16))


def keys_of(*pairs: tuple[bytes, bytes]) -> CardKeys:
    keys = CardKeys(MemoryStorage())
    for part in parts_of([messages.CardKey(badge_tag(KEY, uid), key) for uid, key in pairs]):
        taken(keys, part)
    return keys


class CardReader(ScriptedReader):
    """A script of what each search finds; `card` answers what it is told, `times` times in all."""

    def __init__(
        self, *answers: bytes | ReaderError, card: Ntag424 | None = None, times: int = 100
    ) -> None:
        super().__init__(*answers)
        self.exchanges = 0
        self._card = card
        self._times = times

    async def drop_field(self) -> None:
        if self._card is not None:
            self._card.lose_field()

    async def exchange(self, data: bytes) -> bytes:
        self.exchanges += 1
        if self._card is None or self.exchanges > self._times:
            return b""
        return self._card.answer(data)[1]


def genuine() -> Ntag424:
    return Ntag424(CARD, CARD_KEY, random.Random(2))


async def test_a_card_with_a_key_counts_once_it_has_proved_itself() -> None:
    reader = CardReader(b"", CARD, CARD, CARD, *[b""] * 5, card=genuine())
    told = await what_is_told(reader, keys=keys_of((CARD, CARD_KEY)))
    assert told == [("proved", TAG), ("left", TAG)]
    assert reader.exchanges == 3
    assert reader.asked == [WAKE, WAIT] + [READ] * 6 + [WAIT]


async def test_a_card_without_a_key_is_known_by_its_uid_beside_others_that_have_one() -> None:
    reader = CardReader(b"", UID)
    assert await what_is_told(reader, keys=keys_of((CARD, CARD_KEY))) == [
        ("arrived", badge_tag(KEY, UID))
    ]
    assert reader.exchanges == 0


async def test_a_card_with_another_key_is_not_genuine_and_is_told_once_however_long_it_stays() -> (
    None
):
    reader = CardReader(b"", *[CARD] * 20, b"", b"", b"", card=genuine())
    assert await what_is_told(reader, keys=keys_of((CARD, bytes(16)))) == [("forged", TAG)]
    assert reader.exchanges == 3, "it is not asked again while it stays"


async def test_a_copy_of_the_uid_that_never_answers_is_not_genuine_after_three_attempts() -> None:
    reader = CardReader(b"", CARD, *[CARD] * 20)
    assert await what_is_told(reader, keys=keys_of((CARD, CARD_KEY))) == [("forged", TAG)]
    assert reader.exchanges == 3


async def test_a_card_that_moved_is_asked_again_while_it_stays() -> None:
    for silences in (1, 2):
        card = genuine()

        class Moving(CardReader):
            async def exchange(self, data: bytes) -> bytes:
                self.exchanges += 1
                return b"" if self.exchanges <= silences else card.answer(data)[1]  # noqa: B023

        reader = Moving(b"", CARD, CARD, CARD, CARD, card=card)
        assert await what_is_told(reader, keys=keys_of((CARD, CARD_KEY))) == [("proved", TAG)]


@pytest.mark.parametrize("times", [0, 1, 2])
async def test_a_card_that_leaves_in_mid_proof_is_no_forger_and_counts_when_it_comes_again(
    times: int,
) -> None:
    card = genuine()
    reader = CardReader(b"", CARD, CARD, b"", card=card, times=times)
    keys = keys_of((CARD, CARD_KEY))
    assert await what_is_told(reader, keys=keys) == []
    reader = CardReader(b"", CARD, b"", CARD, CARD, card=card)
    assert await what_is_told(reader, keys=keys) == [("proved", TAG)]
    assert reader.asked == [WAKE, WAIT, READ, WAIT, READ], "at once, not after a pause"


async def test_another_card_in_its_place_proves_nothing_for_it() -> None:
    reader = CardReader(b"", CARD, UID, b"", b"", card=genuine())
    assert await what_is_told(reader, keys=keys_of((CARD, CARD_KEY))) == []
    assert reader.exchanges == 0


async def test_a_reader_that_goes_in_mid_proof_makes_no_forger() -> None:
    reader = CardReader(b"", CARD, SILENT, b"", CARD, CARD, card=genuine())
    assert await what_is_told(reader, keys=keys_of((CARD, CARD_KEY))) == [("proved", TAG)]
    assert reader.asked == [WAKE, WAIT, READ, WAKE, WAIT, READ]


async def test_a_forger_that_is_held_ends_nothing() -> None:
    reader = CardReader(b"", *[CARD] * 20)
    told = await what_is_told(reader, 1000, keys_of((CARD, CARD_KEY)))
    assert told == [("forged", TAG)]


async def test_what_a_genuine_card_answered_once_proves_nothing_the_next_time() -> None:
    recorded: list[bytes] = []
    card = genuine()

    class Recording(CardReader):
        async def exchange(self, data: bytes) -> bytes:
            recorded.append(card.answer(data)[1])
            return recorded[-1]

    class Replaying(CardReader):
        async def exchange(self, data: bytes) -> bytes:
            return recorded.pop(0)

    keys = keys_of((CARD, CARD_KEY))
    vehicle, uptime = Vehicle(), SimpleNamespace(now_ms=lambda: 0)
    for seed, reader in enumerate((Recording(b"", CARD, CARD), Replaying(b"", CARD, CARD))):
        with pytest.raises(ScriptOverError):
            await badge_task(reader, keys, uptime, vehicle, seed).run()
    assert vehicle.told == [("proved", TAG), ("forged", TAG)]
    assert recorded == []


async def test_a_card_whose_key_damage_may_have_taken_is_not_let_in_by_its_number() -> None:
    storage = MemoryStorage()
    keys = CardKeys(storage)
    for part in parts_of([messages.CardKey(TAG, CARD_KEY)]):
        taken(keys, part)
    for name in storage.files:
        storage.files[name] = storage.files[name][:-1]
    reader = ScriptedReader(b"", CARD, CARD, b"", b"", b"")
    assert await what_is_told(reader, keys=CardKeys(storage)) == [("forged", TAG)]
