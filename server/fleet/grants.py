"""Which badges a car's box should know now, and what each may do there.

A booking's window is widened by a grace before and after, which never reaches into the booking
before or the one behind; of a short gap the one to come is served first, because whoever still
drives needs no grant. Never here: how a badge is named on the box and how a grant is written on
the wire (the gateway knows), when the set is sent.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from server.fleet.model import Badge, Booking, Companion, Grant, GrantKind, Window

BEFORE_S = 15 * 60  # who comes early finds the car open
AFTER_S = 30 * 60  # who is back late can still fetch what lies in the car
KEPT_S = 3 * 3600  # a box needs two of them to see that its driver forgot to end the trip
AHEAD_S = 7 * 24 * 3600  # a box out of coverage for a week still opens for who booked before
VALID_S = 7 * 24 * 3600  # and after a week without news it opens for nobody but a technician
OTHER_CAR_AHEAD_S = 24 * 3600
REVOKED_FOR_S = 60 * 24 * 3600  # afterwards the badge is unknown, which opens nothing either
MAX_REVOKED = 64
MAX_OTHER_CAR = 64
ALWAYS = Window(0, 0xFFFFFFFF)
NEVER_S = 1 << 62  # beyond any instant

# When there is not room for all, the first are kept.
KINDS: tuple[GrantKind, ...] = (
    "booking",
    "passenger",
    "technician",
    "maintenance",
    "revoked",
    "no_licence",
    "walk_up",
    "walk_up_no_licence",
    "other_car",
)


@dataclass(frozen=True, slots=True)
class Access:
    """All that decides over one car's grants.

    `bookings` are those of this car that end after `reach_back_s`, and the one before; of other
    cars, to tell who stands before the wrong one, the soonest and those beside them. `badges` are
    all that can matter to this car, revoked ones too. `windows_of` are the `windows` of these
    bookings, where they are known already.
    """

    vehicle_id: int
    walk_up: bool
    bookings: tuple[Booking, ...]
    companions: tuple[Companion, ...]
    badges: tuple[Badge, ...]
    technicians: frozenset[int]  # ids of agents
    without_licence: frozenset[int]  # ids of agents whose driving licence is not recorded
    out_of_service: tuple[Window, ...]
    windows_of: Mapping[int, Window] | None = None


def reach_back_s(now_s: int) -> int:
    """Return since when a booking must have ended to have no say any more."""
    return now_s - BEFORE_S - AFTER_S


def due(access: Access, now_s: int, most: int, most_keys: int) -> list[Grant]:
    """Return the grants of one car, the most important first, no more than a box has room for.

    That holds for the keys of their cards, too: a card whose key had no room would open by its
    number alone, so it is given no grant.

    Args:
        access: the facts, in any order.
        now_s: the present.
        most: how many grants a box has room for.
        most_keys: how many keys of cards.
    """
    grants: dict[GrantKind, list[Grant]] = defaultdict(list)
    for grant in _all(access, now_s):
        grants[grant.kind].append(grant)
    ordered = [grant for kind in KINDS for grant in grants[kind]]
    with_key = {badge.uid for badge in access.badges if badge.key is not None}
    cards = dict.fromkeys(grant.uid for grant in ordered if grant.uid in with_key)
    without_room = set(list(cards)[most_keys:])
    return [grant for grant in ordered if grant.uid not in without_room][:most]


def stay_until_s(access: Access, now_s: int) -> int:
    """Return until when `due` gives the same grants of the same facts, should only time pass."""
    windows_of = _windows_of(access)
    instants = [NEVER_S]
    for booking in access.bookings:
        if (window := windows_of.get(booking.booking_id)) is not None:
            is_here = booking.vehicle_id == access.vehicle_id
            ahead_s = AHEAD_S if is_here else OTHER_CAR_AHEAD_S
            kept_s = KEPT_S if is_here else 0
            instants += (window.from_s - ahead_s + 1, window.to_s + kept_s)
    for window in access.out_of_service:
        instants += (window.from_s - AHEAD_S + 1, window.to_s)
    for badge in access.badges:
        if badge.revoked_at_s is not None:
            instants.append(badge.revoked_at_s + REVOKED_FOR_S)
    return min(instant for instant in instants if instant > now_s)


def windows(bookings: Iterable[Booking]) -> dict[int, Window]:
    """Return booking id -> its window with grace, of the active bookings among these."""
    by_car: dict[int, list[Booking]] = defaultdict(list)
    for booking in bookings:
        if booking.state == "active":
            by_car[booking.vehicle_id].append(booking)
    found: dict[int, Window] = {}
    for of_car in by_car.values():
        of_car.sort(key=lambda booking: booking.starts_at_s)
        begins_s = [max(ALWAYS.from_s, booking.starts_at_s - BEFORE_S) for booking in of_car]
        ends_s = [min(ALWAYS.to_s, booking.ends_at_s + AFTER_S) for booking in of_car]
        for i, behind in enumerate(of_car[1:], start=1):
            begins_s[i] = max(begins_s[i], min(of_car[i - 1].ends_at_s, behind.starts_at_s))
            ends_s[i - 1] = min(ends_s[i - 1], begins_s[i])
        for booking, from_s, to_s in zip(of_car, begins_s, ends_s, strict=True):
            found[booking.booking_id] = Window(from_s, to_s)
    return found


def _windows_of(access: Access) -> Mapping[int, Window]:
    return windows(access.bookings) if access.windows_of is None else access.windows_of


def _all(access: Access, now_s: int) -> Iterator[Grant]:
    """Yield every grant; those of a kind in the order in which they are kept."""
    valid: dict[int, list[bytes]] = defaultdict(list)
    for badge in sorted(access.badges, key=lambda badge: badge.uid):
        if badge.revoked_at_s is None:
            valid[badge.agent_id].append(badge.uid)
    windows_of = _windows_of(access)
    soonest = sorted(
        (booking for booking in access.bookings if booking.state == "active"),
        key=lambda booking: (booking.starts_at_s, booking.booking_id),
    )
    here = [booking for booking in soonest if booking.vehicle_id == access.vehicle_id]
    elsewhere = [booking for booking in soonest if booking.vehicle_id != access.vehicle_id]
    unlicensed = access.without_licence - access.technicians  # who move cars whoever they are
    booked = list(_of_bookings(here, access.companions, unlicensed, valid, windows_of, now_s))
    yield from booked
    for agent_id in sorted(access.technicians):
        for uid in valid.get(agent_id, ()):
            yield Grant(0, uid, *_span(ALWAYS), "technician")
    for window in sorted(access.out_of_service, key=_span):
        if _meets(window, now_s, now_s + AHEAD_S):
            # No badge, so its beginning is what tells it from another.
            yield Grant(window.from_s, None, *_span(window), "maintenance")
    yield from _revoked(access.badges, now_s)
    if access.walk_up:
        for agent_id in sorted(valid):
            if agent_id not in access.technicians:  # who may do more already
                kind: GrantKind = "walk_up_no_licence" if agent_id in unlicensed else "walk_up"
                for uid in valid[agent_id]:
                    yield Grant(0, uid, *_span(ALWAYS), kind)
    yield from _of_other_cars(elsewhere, access.companions, valid, windows_of, booked, now_s)


def _of_bookings(
    bookings: list[Booking],
    companions: Iterable[Companion],
    unlicensed: frozenset[int],
    valid: Mapping[int, list[bytes]],
    windows_of: Mapping[int, Window],
    now_s: int,
) -> Iterator[Grant]:
    for booking in bookings:
        window = windows_of[booking.booking_id]
        if not _meets(window, now_s - KEPT_S, now_s + AHEAD_S):
            continue
        drivers = _drivers(booking, companions)
        passengers = {c.agent_id for c in companions if c.booking_id == booking.booking_id}
        aboard: tuple[tuple[set[int], GrantKind], ...] = (
            (drivers - unlicensed, "booking"),
            (drivers & unlicensed, "no_licence"),
            (passengers - drivers, "passenger"),
        )
        for agents, kind in aboard:
            for agent_id in sorted(agents):
                for uid in valid.get(agent_id, ()):
                    private = booking.private and kind == "booking"
                    yield Grant(booking.booking_id, uid, *_span(window), kind, private)


def _of_other_cars(
    bookings: list[Booking],
    companions: Iterable[Companion],
    valid: Mapping[int, list[bytes]],
    windows_of: Mapping[int, Window],
    booked: Iterable[Grant],
    now_s: int,
) -> Iterator[Grant]:
    """Yield who has another car then, but for those who have this one at the same time."""
    here: dict[bytes, list[Grant]] = defaultdict(list)
    for grant in booked:
        if grant.uid is not None and grant.kind in ("booking", "no_licence"):
            here[grant.uid].append(grant)
    count = 0
    for booking in bookings:
        window = windows_of[booking.booking_id]
        if not _meets(window, now_s, now_s + OTHER_CAR_AHEAD_S):
            continue
        for agent_id in sorted(_drivers(booking, companions)):
            for uid in valid.get(agent_id, ()):
                if any(_meets(window, g.not_before_s, g.not_after_s) for g in here[uid]):
                    continue
                if count == MAX_OTHER_CAR:
                    return
                count += 1
                yield Grant(booking.booking_id, uid, *_span(window), "other_car")


def _revoked(badges: Iterable[Badge], now_s: int) -> Iterator[Grant]:
    recent = [
        (badge.revoked_at_s, badge.uid)
        for badge in badges
        if badge.revoked_at_s is not None and badge.revoked_at_s > now_s - REVOKED_FOR_S
    ]
    for _, uid in sorted(recent, reverse=True)[:MAX_REVOKED]:
        yield Grant(0, uid, *_span(ALWAYS), "revoked")


def _drivers(booking: Booking, companions: Iterable[Companion]) -> set[int]:
    further = {c.agent_id for c in companions if c.booking_id == booking.booking_id and c.drives}
    return {booking.agent_id} | further


def _meets(window: Window, from_s: int, to_s: int) -> bool:
    """Say whether two spans, each without its last second, have an instant in common."""
    return window.from_s < to_s and window.to_s > from_s


def _span(window: Window) -> tuple[int, int]:
    return window.from_s, window.to_s
