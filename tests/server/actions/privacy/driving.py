"""Trips with places, told by their true bytes."""

from dataclasses import dataclass
from pathlib import Path

from server.fleet.model.trips import TripFilter
from server.fleet.records import Holder
from server.fleet.trips import follow
from server.gateway.translate import read_record
from server.store import Batch, Store
from shared_protocol import records
from tests.fleet import MARIE, fit_box

DAY_S = 24 * 3600
LAT_E7, LON_E7 = 481_234_567, 19_987_651


@dataclass
class Driver:
    """Drives one car, whose box tells of it."""

    store: Store
    box_id: int = 0
    seq: int = 0

    async def tell(
        self, at_s: int, *told: records.Record | tuple[int, ...], late_s: int = 60
    ) -> None:
        """Tell records as of then, which arrive that much later."""
        if not self.box_id:
            self.box_id = (await fit_box(self.store)).box_id
        arrived_s = at_s + late_s
        read = tuple(
            read_record(
                each if isinstance(each, records.Record) else records.to_record(at_s, each),
                Holder(MARIE, 1),
                arrived_s,
            )
            for each in told
        )
        batch = Batch(self.box_id, 1, self.seq + 1, 1, read, arrived_s)
        self.seq += len(told)
        await self.store.records.append(batch, follow)

    async def drive(
        self, at_s: int, lat_e7: int = LAT_E7, lon_e7: int = LON_E7, late_s: int = 60
    ) -> None:
        """Drive a kilometre and back within a second."""
        km_m = self.seq * 1000
        await self.tell(
            at_s,
            records.TripStart(bytes(8), 0, km_m, lat_e7, lon_e7, 0, 0),
            records.TripEnd(km_m + 900, lat_e7, lon_e7, records.END_BADGE_HELD),
            late_s=late_s,
        )

    async def begin(self, at_s: int) -> None:
        """Begin a trip and not end it."""
        await self.tell(at_s, records.TripStart(bytes(8), 0, 0, LAT_E7, LON_E7, 0, 0))


async def places(store: Store) -> list[bool]:
    """Whether each trip still has a place, in any form, the oldest first."""
    details = [
        await store.trips.get(i + 1) for i in range(len(await store.trips.log(TripFilter(), 100)))
    ]
    return [
        detail.trip.start_lat_e7 is not None
        or detail.trip.end_lat_e7 is not None
        or any("lat_e7" in record.fields for record in detail.records)
        for detail in details
        if detail is not None
    ]


def encodings(lat_e7: int, lon_e7: int) -> set[bytes]:
    """How a place may stand in a file: as numbers of a row or a body, and as text."""
    numbers = (lat_e7, lon_e7)
    return {
        *(number.to_bytes(4, order) for number in numbers for order in ("big", "little")),
        *(str(number).encode() for number in numbers),
    }


def found_in(folder: Path, lat_e7: int = LAT_E7, lon_e7: int = LON_E7) -> dict[str, int]:
    """Count a place's encodings in every file under a folder."""
    counts = {}
    for path in sorted(folder.rglob("*")):
        held = path.read_bytes() if path.is_file() else b""
        counts[path.name] = sum(held.count(each) for each in encodings(lat_e7, lon_e7))
    return {name: count for name, count in counts.items() if count}
