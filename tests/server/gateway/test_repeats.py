"""The same happening is stored once, whatever older copy of a box or of the server comes back."""

import pytest

from server.fleet.model import TripFilter
from server.gateway.pipeline import Pipeline
from server.store import Store
from shared_protocol import records
from shared_protocol.badges import badge_tag
from tests.fleet import BOOKING, MARIE_UID, NOW_S, fit_box

PLACE = (480_061_000, 1_996_000)


@pytest.mark.xfail(strict=True, reason="finding L16: an older flash image doubles a trip")
async def test_a_flash_image_one_record_older_than_what_the_server_holds_doubles_no_trip(
    store: Store,
) -> None:
    secrets = await fit_box(store)
    box = await store.boxes.by_wire_id(secrets.wire_id)
    assert box is not None
    tag = badge_tag(secrets.badge_key, MARIE_UID)
    bodies = [
        records.TripStart(tag, BOOKING, 1_000, *PLACE, 0, 0),
        records.Odometer(5_000),
        records.TripEnd(9_000, *PLACE, records.END_BADGE_HELD),
        records.Odometer(9_000),
    ]
    told = [records.to_record(NOW_S + i, body) for i, body in enumerate(bodies)]
    pipeline = Pipeline(store)
    assert await pipeline.accept(box, 1, 1, 1, told, NOW_S + 9) == 4
    assert await pipeline.accept(box, 2, 1, 1, told[:3], NOW_S + 99) == 3
    (trip,) = await store.trips.log(TripFilter())
    assert (trip.distance_m, await store.records.stored()) == (8_000, 4)
