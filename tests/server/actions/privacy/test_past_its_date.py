"""Past its date, a position is gone: found as bytes before a purge, and nowhere after it."""

import shutil
from pathlib import Path

from server.fleet.audit import Act
from server.fleet.model.trips import TripFilter
from server.store import backup
from server.store.audit import Sought
from tests.fleet import NOW_S, open_small_fleet
from tests.server.actions.privacy.driving import DAY_S, Driver, found_in
from tests.server.actions.privacy.purging import purged

NEW_LAT_E7, NEW_LON_E7 = 482_345_678, 20_198_763
TRIPS = 60  # more than a page of the database, so that pages split


async def test_an_old_trip_s_places_are_nowhere_after_its_date_and_the_totals_stay(
    tmp_path: Path,
) -> None:
    store = await open_small_fleet(tmp_path)
    driver = Driver(store)
    for i in range(TRIPS):
        await driver.drive(NOW_S + 60 * i)
    for i in range(TRIPS):
        await driver.drive(NOW_S + 30 * DAY_S + 60 * i, NEW_LAT_E7, NEW_LON_E7)
    (tmp_path / "backups").mkdir()
    copy = tmp_path / "backups" / "voiturier-20260921-141320.db"
    backup.back_up(tmp_path, copy, NOW_S)
    for name in ("voiturier.db.version-3", "voiturier.db.replaced"):
        shutil.copy(copy, tmp_path / name)
    before = await store.trips.totals(TripFilter())
    held = found_in(tmp_path)
    assert {"voiturier.db", copy.name, "voiturier.db.version-3", "voiturier.db.replaced"} <= set(
        held
    )
    assert "voiturier.db-wal" in held

    receipt = await purged(store, NOW_S + 61 * DAY_S)

    assert found_in(tmp_path) == {}
    assert found_in(tmp_path, NEW_LAT_E7, NEW_LON_E7).keys() >= {"voiturier.db", copy.name}
    assert await store.trips.totals(TripFilter()) == before
    assert receipt is not None
    assert receipt.erased["places"] == 4 * TRIPS
    assert {each.name for each in receipt.files} >= {copy.name, "voiturier.db.version-3"}
    assert await store.purges.receipts(9) == [receipt]
    assert (await store.audit.verify()).broken is None
    (said,) = await store.audit.page(Sought(), 9)
    assert (said.entry.act, said.entry.object_id) == (Act.ERASE_DUE, receipt.purge_id)
    await store.close()
