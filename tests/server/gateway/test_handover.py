"""Metres between a next driver's badge and the end of the handover are neither driver's."""

import pytest

from server.fleet.model.trips import TripFilter
from server.gateway.pipeline import Pipeline
from server.store import Store
from shared_protocol import records
from shared_protocol.badges import badge_tag
from shared_protocol.records import (
    END_BADGE_HELD,
    END_OTHER_DRIVER,
    HANDOVER_ASKED,
    HANDOVER_DROPPED,
    HANDOVER_SEEN_OFF,
    LegStart,
    Odometer,
    TripEnd,
    TripHandover,
    TripStart,
)
from tests.fleet import BOOKING, MARIE_UID, NOW_S, PAUL_UID, fit_box

PLACE = (480_061_000, 1_996_000)


class Teller:
    """The box of the small fleet's car; `cut` tells each record in a batch of its own."""

    def __init__(self, store: Store, cut: bool) -> None:
        self._store, self._cut, self._seq = store, cut, 1

    async def tell(self, *bodies: tuple[object, ...]) -> None:
        box = await self._store.boxes.by_wire_id(self._wire_id)
        assert box is not None
        told = [records.to_record(NOW_S + self._seq + i, body) for i, body in enumerate(bodies)]
        for batch in [[each] for each in told] if self._cut else [told]:
            held = await Pipeline(self._store).accept(box, 1, self._seq, 1, batch, NOW_S)
            self._seq = held.seq + 1

    async def begin(self) -> None:
        secrets = await fit_box(self._store)
        self._wire_id = secrets.wire_id
        self.marie, self.paul = (badge_tag(secrets.badge_key, uid) for uid in (MARIE_UID, PAUL_UID))
        await self.tell(
            TripStart(self.marie, BOOKING, 1_000, *PLACE, 0, 0),
            LegStart(1_000),
            Odometer(4_000),
            self.handover(HANDOVER_ASKED, 5_000),
            Odometer(9_000),
        )

    def handover(self, stage: int, odometer_m: int) -> TripHandover:
        return TripHandover(odometer_m, self.paul, 0, 0, 0, stage)


@pytest.fixture(params=[False, True], ids=["one batch", "record by record"])
async def box(request: pytest.FixtureRequest, store: Store) -> Teller:
    teller = Teller(store, request.param)
    await teller.begin()
    return teller


async def between(store: Store) -> list[tuple[int, str | None, str | None, bool]]:
    """The rows of no trip, the newest first: metres, who before, who else, whether one of two."""
    return [
        (row.distance_m, row.after_agent_name, row.taking_name, row.is_handover)
        for row in await store.unassigned.log(9)
    ]


async def trips(store: Store) -> list[tuple[str | None, int]]:
    return [(trip.agent_name, trip.distance_m) for trip in await store.trips.log(TripFilter())]


async def test_metres_until_the_next_driver_has_the_car_are_between_the_two(
    store: Store, box: Teller
) -> None:
    await box.tell(
        box.handover(HANDOVER_SEEN_OFF, 11_000),
        TripEnd(12_000, *PLACE, END_OTHER_DRIVER),
        TripStart(box.paul, 0, 12_000, *PLACE, 0, 0),
        Odometer(15_000),
    )
    assert await trips(store) == [("Paul Morin", 3_000), ("Marie Leroy", 4_000)]
    assert await between(store) == [(7_000, "Marie Leroy", "Paul Morin", True)]
    detail = await store.trips.get(1)
    assert detail is not None
    assert [leg.last_odometer_m - leg.start_odometer_m for leg in detail.legs] == [4_000]


async def test_metres_until_the_former_driver_badges_again_are_between_the_two(
    store: Store, box: Teller
) -> None:
    await box.tell(box.handover(HANDOVER_DROPPED, 12_000), Odometer(15_000))
    assert await trips(store) == [("Marie Leroy", 7_000)]
    assert await between(store) == [(7_000, "Marie Leroy", "Paul Morin", True)]
    await box.tell(TripEnd(16_000, *PLACE, END_BADGE_HELD), Odometer(18_000))
    assert await between(store) == [
        (2_000, "Marie Leroy", None, False), (7_000, "Marie Leroy", "Paul Morin", True),
    ]  # fmt: skip


async def test_metres_up_to_an_end_that_came_first_are_between_the_two_and_no_later_ones(
    store: Store, box: Teller
) -> None:
    await box.tell(TripEnd(10_000, *PLACE, END_BADGE_HELD))
    await box.tell(Odometer(12_000))
    assert await trips(store) == [("Marie Leroy", 4_000)]
    assert await between(store) == [
        (2_000, "Marie Leroy", None, False), (5_000, "Marie Leroy", "Paul Morin", True),
    ]  # fmt: skip


async def test_who_waits_and_whose_badge_is_not_known_is_one_of_two_all_the_same(
    store: Store, box: Teller
) -> None:
    box.paul = b"nobody--"
    await box.tell(box.handover(HANDOVER_DROPPED, 9_000), box.handover(HANDOVER_ASKED, 9_500))
    await box.tell(box.handover(HANDOVER_DROPPED, 11_500), Odometer(12_000))
    assert await trips(store) == [("Marie Leroy", 5_000)]
    assert await between(store) == [
        (2_000, "Marie Leroy", None, True), (4_000, "Marie Leroy", "Paul Morin", True),
    ]  # fmt: skip


async def test_after_a_gap_the_metres_are_between_nobody(store: Store, box: Teller) -> None:
    account = await store.boxes.by_wire_id(box._wire_id)
    assert account is not None
    later = [records.to_record(NOW_S + 99, Odometer(20_000))]
    await Pipeline(store).accept(account, 1, 50, 50, later, NOW_S)
    assert await trips(store) == [("Marie Leroy", 4_000)]
    assert await between(store) == [
        (11_000, "Marie Leroy", None, False), (4_000, "Marie Leroy", "Paul Morin", True),
    ]  # fmt: skip


async def test_a_handover_that_waits_is_listed_until_it_is_settled(
    store: Store, box: Teller
) -> None:
    (waits,) = await store.trips.pending(9)
    assert (waits.agent_name, waits.wish, waits.asked_at_s) == (
        "Marie Leroy", "handover", NOW_S + 4
    )  # fmt: skip
    await box.tell(box.handover(HANDOVER_DROPPED, 12_000))
    assert await store.trips.pending(9) == []
    await box.tell(box.handover(HANDOVER_ASKED, 13_000))
    (again,) = await store.trips.pending(9)
    assert again.asked_at_s > waits.asked_at_s


async def test_metres_between_two_are_attributed_by_a_named_person_or_never(
    store: Store, box: Teller
) -> None:
    await box.tell(box.handover(HANDOVER_DROPPED, 12_000))
    (row,) = await store.unassigned.log(9)
    assert row.agent_name is None and row.attributed_at_s is None
    assert await store.unassigned.attribute(row.unassigned_id, 7_000, 2, 1, NOW_S)
    (row,) = await store.unassigned.log(9)
    assert (row.agent_name, row.attributed_by) == ("Paul Morin", "Marie Leroy")
    assert await trips(store) == [("Marie Leroy", 4_000)]
