"""What a scenario says, once it is read. Data only: reading.py reads it, player.py plays it."""

from dataclasses import dataclass, field

from simulator.devices.modem.surroundings import Surroundings

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Driver:
    """A person with a badge; `key` is empty for one that shows its UID and proves nothing."""

    badge: bytes
    key: bytes = b""
    role: str = "agent"
    licensed: bool = True


@dataclass(frozen=True, slots=True)
class Booking:
    """A booking of the car `plate`, in Unix seconds; further drivers and passengers by name.

    It is repeated each week, `weeks` in all.
    """

    driver: str
    begins_s: int
    ends_s: int
    plate: str
    drivers: tuple[str, ...] = ()
    passengers: tuple[str, ...] = ()
    weeks: int = 1
    equipment: tuple[str, ...] = ()
    private: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: at an instant, or that many seconds after the step before it.

    `at_s` None and `after_s` None: when the drive under way has ended. `action` is one of
    words/registry.py's WORDS, `arguments` what its function gets.
    """

    line: int
    text: str
    action: str
    arguments: tuple[str | int | float, ...]
    at_s: int | None
    after_s: float | None


@dataclass(slots=True)
class Scenario:
    """What a file says. Instants are Unix seconds; `phones`: who uses a phone in it.

    `modem_finds` is around the modem; `box_knows` what of it the box was told: apn, login, pin.
    """

    name: str
    about: str = ""
    start_s: int = 0
    plate: str = ""
    place: str = ""
    walk_up: bool = False
    private_use: bool = False
    notice_before_use: bool = False
    fitted: tuple[str, ...] = ()
    other_plate: str = ""
    equipment: tuple[str, ...] = ()
    drivers: dict[str, Driver] = field(default_factory=dict)
    bookings: list[Booking] = field(default_factory=list)
    maintenance: list[tuple[int, int]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    phones: set[str] = field(default_factory=set)
    modem_finds: Surroundings = field(default_factory=Surroundings)
    box_knows: dict[str, str] = field(default_factory=dict)
