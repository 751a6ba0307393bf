"""Past its date, a position is gone: found as bytes before a purge, and nowhere after it."""

import shutil
from pathlib import Path

from server.fleet.model import TripFilter
from server.fleet.records import Holder
from server.fleet.trips import follow
from server.gateway.translate import read_record
from server.store import Batch, Store, backup
from shared_protocol import records
from tests.fleet import MARIE, NOW_S, fit_box, open_small_fleet
from tests.server.actions.privacy.purging import purged

DAY_S = 24 * 3600
OLD_LAT_E7, OLD_LON_E7 = 481_234_567, 19_987_651
NEW_LAT_E7, NEW_LON_E7 = 482_345_678, 20_198_763
TRIPS = 60  # more than a page of the database, so that pages split


def encodings(lat_e7: int, lon_e7: int) -> set[bytes]:
    """How a place may stand in a file: as numbers of a row or a body, and as text."""
    numbers = (lat_e7, lon_e7)
    return {
        *(number.to_bytes(4, order) for number in numbers for order in ("big", "little")),
        *(str(number).encode() for number in numbers),
    }


def found_in(folder: Path, lat_e7: int, lon_e7: int) -> dict[str, int]:
    """Count a place's encodings in every file under a folder."""
    counts = {}
    for path in sorted(folder.rglob("*")):
        held = path.read_bytes() if path.is_file() else b""
        counts[path.name] = sum(held.count(each) for each in encodings(lat_e7, lon_e7))
    return {name: count for name, count in counts.items() if count}


async def drive(
    store: Store, first: int, start_s: int, lat_e7: int, lon_e7: int, box_id: int
) -> None:
    """Report trips of an hour each, by their true bytes."""
    for i in range(first, first + TRIPS):
        at_s = start_s + i * 60
        told = (
            records.TripStart(bytes(8), 0, i * 1000, lat_e7, lon_e7, 0, 0),
            records.TripEnd(i * 1000 + 900, lat_e7, lon_e7, records.END_BADGE_HELD),
        )
        read = tuple(
            read_record(records.to_record(at_s + 30 * n, body), Holder(MARIE, 1), at_s + 60)
            for n, body in enumerate(told)
        )
        await store.records.append(Batch(box_id, 1, 2 * i + 1, 1, read, at_s + 60), follow)


async def test_an_old_trip_s_places_are_nowhere_after_its_date_and_the_totals_stay(
    tmp_path: Path,
) -> None:
    store = await open_small_fleet(tmp_path)
    box = await fit_box(store)
    await drive(store, 0, NOW_S, OLD_LAT_E7, OLD_LON_E7, box.box_id)
    await drive(store, TRIPS, NOW_S + 30 * DAY_S, NEW_LAT_E7, NEW_LON_E7, box.box_id)
    (tmp_path / "backups").mkdir()
    copy = tmp_path / "backups" / "voiturier-20260921-141320.db"
    backup.back_up(tmp_path, copy, NOW_S)
    for name in ("voiturier.db.version-3", "voiturier.db.replaced"):
        shutil.copy(copy, tmp_path / name)
    before = await store.trips.totals(TripFilter())
    held = found_in(tmp_path, OLD_LAT_E7, OLD_LON_E7)
    assert {"voiturier.db", copy.name, "voiturier.db.version-3", "voiturier.db.replaced"} <= set(
        held
    )
    assert "voiturier.db-wal" in held

    receipt = await purged(store, NOW_S + 61 * DAY_S)

    assert found_in(tmp_path, OLD_LAT_E7, OLD_LON_E7) == {}
    assert found_in(tmp_path, NEW_LAT_E7, NEW_LON_E7).keys() >= {"voiturier.db", copy.name}
    assert await store.trips.totals(TripFilter()) == before
    assert receipt is not None
    assert receipt.erased["places"] == 4 * TRIPS
    assert {each.name for each in receipt.files} >= {copy.name, "voiturier.db.version-3"}
    assert await store.purges.receipts(9) == [receipt]
    await store.close()
