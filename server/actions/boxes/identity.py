"""What a box is told to be itself: its keys, its car, where the server is.

It leaves the server as a file (server/identity_file.py), or as the answer to who makes the box
(web/api/boxes.py). Never here: making keys (store/boxes.py).
"""

from dataclasses import asdict, dataclass
from typing import Any

from server.config import Address
from server.fleet.model.bookings import Vehicle
from server.fleet.model.fitting import BoardKind, SimCard, Wiring
from server.fleet.model.trips import TripFilter
from server.store import BoxSecrets, Store


@dataclass(frozen=True, slots=True)
class Fitting:
    """What a box must know besides its secrets."""

    server: Address
    sim: SimCard
    board: BoardKind
    plate: str
    odometer_m: int  # where an empty box begins to count
    wiring: Wiring


async def fitting_of(
    store: Store,
    vehicle: Vehicle,
    server: Address,
    sim: SimCard,
    board: BoardKind,
    wiring: Wiring,
) -> Fitting:
    """Return what a new box of this car must know: it goes on counting where the last one was."""
    newest = await store.trips.log(TripFilter(vehicle_id=vehicle.vehicle_id))
    believed = [trip.last_odometer_m for trip in newest if not trip.distance_doubtful]
    odometer_m = believed[0] if believed else 0
    return Fitting(server, sim, board, vehicle.plate, odometer_m, wiring)


def identity_of(box: BoxSecrets, fitting: Fitting) -> dict[str, Any]:
    """Return what a box is told; `firmware/identity.py` reads it."""
    return {
        "box_id": box.wire_id.hex(),
        "key": box.key.hex(),
        "generation": box.generation,
        "badge_key": box.badge_key.hex(),
        "server_host": fitting.server.host,
        "server_port": fitting.server.port,
        **asdict(fitting.sim),
        "board": fitting.board,
        "vehicle": fitting.plate,
        "odometer_m": fitting.odometer_m,
        **asdict(fitting.wiring),
    }
