"""A car that is offline: what it tells arrives when it likes."""

import json

from server.fleet import fleet_file
from server.fleet.model.trips import Refusal, Trip, TripFilter
from server.gateway.pipeline import Pipeline
from server.store import BoxAccount, Store
from shared_protocol import records
from shared_protocol.badges import badge_tag
from tests.fleet import BOOKING, HOUR_S, MARIE_UID, PAUL_UID, agent, fit_box, fleet

DAY_S = 24 * HOUR_S
PLACE = (480_061_000, 1_996_000)
WALK_UP = 0
END = records.TripEnd(9_000, *PLACE, records.END_BADGE_HELD)


class OneCar:
    """The small fleet's car and its box."""

    def __init__(self, store: Store, box: BoxAccount) -> None:
        self.store, self.box = store, box
        self.next_seq = 1

    def tag(self, uid: bytes) -> bytes:
        return badge_tag(self.box.badge_key, uid)

    async def tell(self, arrives_s: int, *told: tuple[int, tuple[object, ...]]) -> None:
        """Let these (time, body) arrive; a time of 0 is unknown."""
        batch = [records.to_record(at_s, body) for at_s, body in told]
        await Pipeline(self.store).accept(self.box, 1, self.next_seq, 1, batch, arrives_s)
        self.next_seq += len(batch)

    def start(self, uid: bytes, booking: int = BOOKING) -> tuple[object, ...]:
        return records.TripStart(self.tag(uid), booking, 1_000, *PLACE, 0, 0)

    async def trip(self) -> Trip:
        (trip,) = await self.store.trips.log(TripFilter())
        return trip

    async def refusal(self) -> Refusal:
        (refusal,) = await self.store.refusals.log()
        return refusal

    async def load(self, at_s: int, *agents: dict[str, object]) -> None:
        text = json.dumps(fleet([], list(agents), []))
        await self.store.fleet.load(fleet_file.parse(text), {}, at_s)

    async def hand_over(self, at_s: int) -> None:
        """Marie's badge goes to Paul."""
        paul = agent("paul.morin", PAUL_UID, directorate="DDPP", role="manager")
        paul["badges"] = [PAUL_UID.hex(), MARIE_UID.hex()]
        await self.load(at_s, agent("marie.leroy", MARIE_UID) | {"badges": []}, paul)


async def one_car(store: Store) -> OneCar:
    secrets = await fit_box(store)
    box = await store.boxes.by_wire_id(secrets.wire_id)
    assert box is not None
    return OneCar(store, box)
