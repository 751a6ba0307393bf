"""A trip that ended away from its car's site stays marked, whatever becomes of the site."""

from server.fleet import fleet_file
from server.fleet.model.trips import TripFilter
from server.fleet.records import Holder, Position, ReadRecord, TripEnded, TripStarted
from server.fleet.trips import follow
from server.store import Batch, Store
from tests.fleet import NOW_S, fit_box

HERE, AWAY = Position(480_086_000, 1_996_000), Position(479_955_000, 1_922_000)


async def move_site(store: Store, place: Position | None) -> None:
    where = "" if place is None else f', "lat": {place.lat_e7 / 1e7}, "lon": {place.lon_e7 / 1e7}'
    text = f'{{"sites": [{{"code": "PREF", "name": "Préfecture"{where}}}]}}'
    await store.fleet.load(fleet_file.parse(text), {}, NOW_S)


class Journeys:
    """One box that reports whole trips."""

    def __init__(self, store: Store, box_id: int) -> None:
        self._store, self._box_id, self._seq = store, box_id, 1

    async def end_at(self, place: Position | None) -> bool:
        """Report a trip that ended there; tell whether it is marked."""
        events = TripStarted(NOW_S, 0, Holder(), None), TripEnded(NOW_S, 0, "badge_held", place)
        records = tuple(ReadRecord(2, "x", NOW_S, b"", {}, event) for event in events)
        batch = Batch(self._box_id, 1, self._seq, 1, records, NOW_S)
        self._seq = 1 + (await self._store.records.append(batch, follow)).seq
        return (await self._store.trips.log(TripFilter()))[0].wrong_site


async def test_only_a_known_place_outside_a_known_site_is_marked(store: Store) -> None:
    journeys = Journeys(store, (await fit_box(store)).box_id)
    assert not await journeys.end_at(AWAY), "nobody has said where the site is"
    await move_site(store, HERE)
    assert not await journeys.end_at(HERE)
    assert not await journeys.end_at(None)
    assert await journeys.end_at(AWAY)


async def test_a_mark_outlives_the_site_it_was_made_for(store: Store) -> None:
    journeys = Journeys(store, (await fit_box(store)).box_id)
    await move_site(store, HERE)
    assert await journeys.end_at(AWAY)
    await move_site(store, AWAY)
    assert not await journeys.end_at(AWAY)
    assert [trip.wrong_site for trip in await store.trips.log(TripFilter())] == [False, True]


async def test_a_file_that_does_not_say_where_a_site_is_leaves_it_where_it_was(
    store: Store,
) -> None:
    journeys = Journeys(store, (await fit_box(store)).box_id)
    await move_site(store, HERE)
    await move_site(store, None)
    assert await journeys.end_at(AWAY)
