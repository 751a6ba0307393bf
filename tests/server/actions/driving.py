"""A box that reports trips, for the tests of what people do with them."""

from server.fleet.records import (
    FleetRecord,
    Holder,
    Position,
    ReadRecord,
    TripEnded,
    TripStarted,
)
from server.fleet.trips import follow
from server.store import Batch, Store
from tests.fleet import MARIE, NOW_S, fit_box


class ReportingBox:
    """The box of CAR, fitted with its first trip."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._box_id: int | None = None
        self._seq = 1
        self._trips = 0

    async def start_trip(
        self,
        agent_id: int | None = MARIE,
        directorate_id: int = 1,
        where: Position | None = None,
    ) -> int:
        """Let a trip of this driver begin, which ends one under way; return its id."""
        holder = Holder(agent_id, directorate_id if agent_id else None)
        await self._tell(TripStarted(NOW_S, 0, holder, where))
        self._trips += 1
        return self._trips

    async def end_trip(self) -> None:
        await self._tell(TripEnded(NOW_S + 60, 0, "badge_held", None))

    async def _tell(self, event: FleetRecord) -> None:
        if self._box_id is None:
            self._box_id = (await fit_box(self._store)).box_id
        told = (ReadRecord(2, "x", NOW_S, b"", {}, event),)
        batch = Batch(self._box_id, 1, self._seq, 1, told, NOW_S)
        await self._store.records.append(batch, follow)
        self._seq += 1
