"""The identity file of a box: written once, for the technician to put on the box.

Holds the box's keys, so it is readable by its owner only, and nothing of it is ever printed.
"""

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from server.config import Address
from server.fleet.model.bookings import Vehicle
from server.fleet.model.trips import TripFilter
from server.store import BoxSecrets, Store


@dataclass(frozen=True, slots=True)
class Wiring:
    """What this car has, and the box therefore reads and drives."""

    start_relay: bool = True  # False: a door-only car, whose start nothing interrupts
    ignition_line: bool = True  # False: nothing is ever seen off, so nothing is inhibited by it
    door_contact: bool = False
    key_holder: bool = False
    reader: str = "pn532"


@dataclass(frozen=True, slots=True)
class SimCard:
    """What the card in the box and its network want before they let the modem in."""

    apn: str = "internet"
    pdp_type: str = "IP"  # of PDP_TYPES
    apn_user: str = ""  # "": no login
    apn_password: str = ""
    sim_pin: str = ""  # "": none


PDP_TYPES = ("IP", "IPV6", "IPV4V6")
"""The kinds of address that a network gives, as 27.007 writes them."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """What a box must know besides its secrets."""

    server: Address
    sim: SimCard
    board: str
    plate: str
    odometer_m: int  # where an empty box begins to count
    wiring: Wiring


async def fitting_of(
    store: Store,
    vehicle: Vehicle,
    server: Address,
    sim: SimCard,
    board: str,
    wiring: Wiring,
) -> Fitting:
    """Return what a new box of this car must know: it goes on counting where the last one was."""
    newest = await store.trips.log(TripFilter(vehicle_id=vehicle.vehicle_id))
    believed = [trip.last_odometer_m for trip in newest if not trip.distance_doubtful]
    odometer_m = believed[0] if believed else 0
    return Fitting(server, sim, board, vehicle.plate, odometer_m, wiring)


def identity_of(box: BoxSecrets, fitting: Fitting) -> dict[str, Any]:
    """Return the content of the file."""
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


class IdentityDraft:
    """A file being written; it gets its name only when it is whole."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, identity: dict[str, Any]) -> None:
        """Put the content on disk."""
        os.write(self._descriptor, (json.dumps(identity, indent=1) + "\n").encode())
        os.fsync(self._descriptor)


@contextmanager
def identity_file(path: Path) -> Iterator[IdentityDraft]:
    """Open a draft beside `path`, and rename it there when the block has ended well.

    Opening comes before the box is made, so that a folder that cannot be written costs no box.

    Raises:
        OSError: the file cannot be written there.
    """
    if path.is_dir():  # a rename would tell too late
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        yield IdentityDraft(descriptor)
        draft.replace(path)
    finally:
        os.close(descriptor)
        draft.unlink(missing_ok=True)
