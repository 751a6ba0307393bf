"""The same happening is stored once, whatever older copy of a box or of the server comes back."""

import asyncio
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from firmware.logic.link.journal import Journal
from firmware.logic.link.uplink import Uplink
from server.clock import SystemClock
from server.fleet.model.trips import TripFilter
from server.gateway.conversation import Conversation
from server.gateway.pipeline import Pipeline
from server.store import BoxAccount, BoxSecrets, Store
from server.store import records as store_records
from shared_protocol import messages, records
from shared_protocol.badges import badge_tag
from tests.firmware.logic.storage import MemoryStorage
from tests.fleet import BOOKING, MARIE_UID, NOW_S, fit_box, open_small_fleet
from tests.server.gateway.box_client import a_status
from tests.support import examples

PLACE = (480_061_000, 1_996_000)
SEGMENT_BYTES = 120  # of a few records: the box soon forgets what is acknowledged


async def told_again(store: Store, bodies: list[Any], count: int) -> list[Any]:
    """Tell these in epoch 1, and so many of them again in epoch 2; return the trips."""
    secrets = await fit_box(store)
    box = await store.boxes.by_wire_id(secrets.wire_id)
    assert box is not None
    tag = badge_tag(secrets.badge_key, MARIE_UID)
    told = [
        records.to_record(
            NOW_S + i, body if isinstance(body, tuple) else body(tag, BOOKING, 1_000, *PLACE, 0, 0)
        )
        for i, body in enumerate(bodies)
    ]
    pipeline = Pipeline(store)
    assert (await pipeline.accept(box, 1, 1, 1, told, NOW_S + 9, 0)).seq == len(bodies)
    assert (await pipeline.accept(box, 2, 1, 1, told[:count], NOW_S + 99, 0)).seq == count
    assert await store.records.stored() == len(bodies)
    return await store.trips.log(TripFilter())


async def test_a_flash_image_one_record_older_than_what_the_server_holds_doubles_no_trip(
    store: Store,
) -> None:
    bodies = [
        records.TripStart,
        records.Odometer(5_000),
        records.TripEnd(9_000, *PLACE, records.END_BADGE_HELD),
        records.Odometer(9_000),
    ]
    (trip,) = await told_again(store, bodies, 3)
    assert trip.distance_m == 8_000


async def test_an_older_image_doubles_no_trip_whose_times_were_mended_meanwhile(
    store: Store,
) -> None:
    bodies = [
        records.ClockState(1, 2, 1, 100),
        records.TripStart,
        records.TripEnd(9_000, *PLACE, records.END_BADGE_HELD),
        records.ClockState(2, 1, 0, 20),
        records.ClockMended(1, -3_600),
    ]
    (trip,) = await told_again(store, bodies, 3)
    assert trip.started_at_s == NOW_S + 1 - 3_600


class OneBox:
    """A box whose flash can be copied and put back, and a server of which the same is true.

    Its journal and its uplink are the firmware's, who answers is the gateway's. Some of its records
    are equal to others, so that honest ones are often equal.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: Counter[tuple[int, bytes]] = Counter()
        self.numbers = 0  # of lives, clocks and odometers: none comes twice
        self.images: list[dict[str, bytes]] = []
        self.copies = 0

    async def begin(self) -> None:
        self.store = await open_small_fleet(self.folder / "data")
        self.secrets: BoxSecrets = await fit_box(self.store)
        self.boot({})
        await self.backup()

    @property
    def data(self) -> Path:
        return self.folder / "data" / "voiturier.db"

    def number(self) -> int:
        self.numbers += 1
        return self.numbers

    def boot(self, image: dict[str, bytes]) -> None:
        self.flash = MemoryStorage()
        self.flash.files = dict(image)
        self.journal = Journal(self.flash, SEGMENT_BYTES)
        self.make(records.Boot(1, "1.0", self.number()))

    def make(self, body: tuple[object, ...]) -> None:
        record = records.to_record(NOW_S, body)
        self.journal.append(record, b"")
        self.made[record.kind, record.body] += 1

    def in_flash(self) -> Counter[tuple[int, bytes]]:
        found: Counter[tuple[int, bytes]] = Counter()
        seq = self.journal.oldest_seq
        while seq < self.journal.next_seq:
            seq, told, _ = self.journal.read(seq)
            seq += len(told)
            found.update((record.kind, record.body) for record in told)
        return found

    async def connect(self) -> None:
        """Talk until all is acknowledged; what was in flash is stored then, whatever came back."""
        before = self.in_flash()
        account = await self.store.boxes.by_wire_id(self.secrets.wire_id)
        assert account is not None
        await self.talk(account)
        stored = await self.stored()
        assert stored <= self.made, "nothing is stored twice"
        assert before <= stored, "nothing that the box held is missing"

    async def talk(self, account: BoxAccount) -> None:
        journal, uplink = self.journal, Uplink(self.journal)
        heard: list[Any] = []
        server = Conversation(
            account, heard.append, self.store, Pipeline(self.store), SystemClock()
        )
        uplink.connected(0)
        for _ in range(2000):
            message: Any
            if uplink.status_due(0):  # before the records, as the box's link does
                message = a_status(
                    epoch=journal.epoch, lowest_seq=journal.oldest_seq, next_seq=journal.next_seq
                )
            else:
                message = uplink.next_records(0)
            if message is None and not heard:
                assert journal.lowest_seq == journal.next_seq, "the talk has come to an end"
                return
            if message is not None:
                await server.receive(message)
            for answer in heard:
                if isinstance(answer, messages.Ack):
                    uplink.acknowledged(answer.epoch, answer.seq, answer.chain, 0)
                elif isinstance(answer, messages.Epoch) and journal.adopt(answer.epoch):
                    uplink.connected(0)
            heard.clear()
        raise AssertionError("the talk has no end")

    async def backup(self) -> None:
        await self.store.close()
        shutil.copy(self.data, self.folder / f"copy{self.copies}.db")
        self.copies += 1
        self.store = Store.open(self.folder / "data")

    async def restore(self, which: int) -> None:
        await self.store.close()
        for path in self.data.parent.glob("voiturier.db-*"):
            path.unlink()
        shutil.copy(self.folder / f"copy{which}.db", self.data)
        self.store = Store.open(self.folder / "data")

    def drive(self, count: int, equal: bool) -> None:
        for i in range(count):
            self.make(records.Odometer(i % 2 if equal else 1_000 + self.number()))

    def mend(self) -> None:
        """The clock turns out to have been wrong since its last jump."""
        number = self.number()
        self.make(records.ClockState(number, 2, 1, 100))
        self.drive(2, equal=True)
        self.make(records.ClockState(self.number(), 1, 0, 20))
        self.make(records.ClockMended(number, -3_600))

    async def live(self, life: list[tuple[Any, ...]]) -> None:
        for what, *args in life:
            match what:
                case "record":
                    self.drive(*args)
                case "mend":
                    self.mend()
                case "image":
                    self.images.append(dict(self.flash.files))
                case "put back" if self.images:
                    self.boot(self.images[args[0] % len(self.images)])
                case "boot":
                    self.boot(self.flash.files)
                case "wipe":
                    self.boot({})
                case "backup":
                    await self.backup()
                case "restore":
                    await self.restore(args[0] % self.copies)
                case "connect":
                    await self.connect()

    async def stored(self) -> Counter[tuple[int, bytes]]:
        def read() -> Counter[tuple[int, bytes]]:
            rows = self.store._engine.reader().execute("SELECT kind, body FROM record")
            return Counter((kind, bytes(body)) for kind, body in rows)

        return await self.store.in_reader(read)


def run(life: list[tuple[Any, ...]]) -> None:
    async def lived(folder: Path) -> None:
        box = OneBox(folder)
        await box.begin()
        try:
            await box.live(life)
            await box.connect()
        finally:
            await box.store.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(lived(Path(folder)))


WHICH = st.integers(0, 3)
RECORD = st.tuples(st.just("record"), st.integers(1, 8), st.booleans())
CONNECT = st.just(("connect",))
LIFE = st.lists(
    st.one_of(
        RECORD,
        CONNECT,
        st.sampled_from([("image",), ("mend",), ("boot",), ("backup",), ("wipe",)]),
        st.tuples(st.sampled_from(["put back", "restore"]), WHICH),
    ),
    max_size=30,
)
BACK = ("put back", 0)
CONNECTED = ("connect",)


@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LIFE)
@example([("record", 5, False), ("image",), ("record", 3, False), CONNECTED, BACK, CONNECTED])
@example([CONNECTED, ("image",), ("record", 1, True), CONNECTED, BACK])  # as many as it lost
@example([CONNECTED, ("image",), ("record", 4, True), CONNECTED, BACK, ("record", 9, True)])
@example([CONNECTED, ("image",), ("record", 4, True), CONNECTED, BACK, CONNECTED, BACK, BACK])
@example([("image",), ("mend",), CONNECTED, BACK, ("mend",), CONNECTED, ("restore", 0)])
@example([("record", 13, False), CONNECTED, ("record", 1, False), ("restore", 0)])  # gives some up
def test_over_images_and_copies_each_happening_is_stored_once_and_equal_ones_each(
    life: list[tuple[Any, ...]],
) -> None:
    run(life)


def test_an_image_loses_none_whether_it_has_made_fewer_records_than_it_lost_as_many_or_more() -> (
    None
):
    life: list[tuple[Any, ...]] = []
    for lost in range(1, 6):
        for made in range(8):
            image = [CONNECTED, ("image",), ("record", lost, True), CONNECTED]
            life += [*image, ("put back", -1), ("record", made, True), CONNECTED]
    run(life)


def test_an_image_that_still_has_what_the_server_noted_as_lost_brings_it_and_doubles_nothing() -> (
    None
):
    """The copy came back after the box had forgotten: a gap. Then so does the box's image."""
    told = [CONNECTED, ("record", 30, False), ("image",), CONNECTED]
    run([*told, ("restore", 0), CONNECTED, BACK, CONNECTED, BACK])


async def test_an_image_that_begins_above_one_loses_nothing_that_it_told_before(
    tmp_path: Path,
) -> None:
    box = OneBox(tmp_path)
    await box.begin()
    await box.live([("record", 30, False), CONNECTED, ("image",), ("record", 1, False), CONNECTED])
    await box.live([BACK, CONNECTED])
    assert box.journal.oldest_seq > 1
    lost = await box.store.records.lost()
    await box.store.close()
    assert lost == 0


async def test_a_batch_of_another_history_is_not_stored_and_the_answer_says_which_is_held(
    store: Store,
) -> None:
    secrets = await fit_box(store)
    box = await store.boxes.by_wire_id(secrets.wire_id)
    assert box is not None
    told = [records.to_record(0, records.Odometer(metres)) for metres in range(9)]
    pipeline = Pipeline(store)
    held = await pipeline.accept(box, 1, 1, 1, told[:4], NOW_S, 0)
    chain = held.chain
    assert chain is not None
    for first_seq, batch, before in (
        (5, told[4:], chain ^ 1),  # what it follows on is not what is held
        (1, [told[8], *told[1:]], 0),  # it begins otherwise, and goes further
    ):
        assert await pipeline.accept(box, 1, first_seq, 1, batch, NOW_S, before) == held
    assert await store.records.stored() == 4
    assert (await pipeline.accept(box, 1, 3, 1, told[2:], NOW_S, 0)) == held, "no chain of ours"
    assert (await pipeline.accept(box, 1, 5, 1, told[4:], NOW_S, chain)).seq == 9


PLANTED = {
    "a box believes any acknowledgement": patch.object(
        Journal, "is_of_here", lambda journal, seq, chain: True
    ),
    "what is told again is not known again": patch.object(
        store_records,
        "told_again",
        lambda db, batch, first_seq, chains: [False] * len(chains),
    ),
    "what was noted as lost is never told": patch.object(
        store_records.Records, "lost_to", lambda store, box_id, epoch: asyncio.sleep(0, 0)
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_defect_is_found(name: str) -> None:
    gap = [CONNECTED, ("record", 30, False), ("image",), CONNECTED, ("restore", 0), CONNECTED]
    fork = [("record", 3, True), CONNECTED, ("put back", -1), ("record", 5, True), CONNECTED]
    with PLANTED[name], pytest.raises(AssertionError):
        run([*gap, BACK, CONNECTED, ("image",), *fork])
