"""Which badges a car's box should know now, and what each may do there.

A booking's window is widened by a grace before and after, which never reaches into the booking
before or the one behind; of a short gap the one to come is served first, because whoever still
drives needs no grant. A driver's grant begins with the booking: the box itself opens a free car the
quarter of an hour before, and takes it from nobody then. Never here: how a badge is named on the
box and how a grant is written on the wire (the gateway knows), when the set is sent.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from server.fleet.bookings import MAX_LENGTH_S
from server.fleet.model.bookings import Booking, Companion, Grant, GrantKind, Window
from server.fleet.model.people import Badge

BEFORE_S = 15 * 60  # who comes early finds the car open
AFTER_S = 30 * 60  # who is back late can still fetch what lies in the car
KEPT_S = 3 * 3600  # a box needs two of them to see that its driver forgot to end the trip
AHEAD_S = 7 * 24 * 3600  # a box out of coverage for a week still opens for who booked before
VALID_S = 7 * 24 * 3600  # and after a week without news it opens for nobody but a technician
OTHER_CAR_AHEAD_S = 24 * 3600
# So long a box may honour a badge after it has heard of its revocation: a set runs out, a booking
# begun before that is driven to its end, the box ends its trip at the latest, and it is taken up at
# the latest.
HONOURED_S = VALID_S + MAX_LENGTH_S + (2 + 72 + 72) * 3600
REVOKED_FOR_S = HONOURED_S + 12 * 3600
# Room in a set of 1024; hundreds are left for the bookings.
MAX_TECHNICIANS = 128  # badges
MAX_REVOKED = 256  # named; of more a set says that there are more, and so they open nothing either
MAX_OUTAGES = 64
MAX_OTHER_CAR = 64
# A box holds the keys only of those who may come in a window of theirs; its thief has no others.
PROVEN: tuple[GrantKind, ...] = ("technician", "booking", "no_licence", "no_notice")
ALWAYS = Window(0, 0xFFFFFFFF)
NEVER_S = 1 << 62  # beyond any instant


@dataclass(frozen=True, slots=True)
class Access:
    """All that decides over one car's grants.

    `bookings` are those of this car that end after `reach_back_s`, and the one before; of other
    cars, to tell who stands before the wrong one, the soonest and those beside them. `badges` are
    all that can matter to this car, revoked ones too. `windows_of` are the `windows` of these
    bookings, where they are known already. `simple_walk_up`: whether a card that has a key may take
    the car without a booking by its number alone, where the box does not hold its key.
    `without_notice` are those whom a car does not let in before the notice is recorded for them.
    `unnamed_heard_s`: when its box confirmed a set that knew of all the revoked badges that no set
    has room to name, None before it has.
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
    simple_walk_up: bool = False
    unnamed_heard_s: int | None = 0
    without_notice: frozenset[int] = frozenset()  # ids of agents


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
    ordered = list(_all(access, now_s))
    with_key = {badge.uid for badge in access.badges if badge.key is not None}
    cards = dict.fromkeys(
        grant.uid for grant in ordered if grant.uid in with_key and grant.kind in PROVEN
    )
    without_room = set(list(cards)[most_keys:])
    return [grant for grant in ordered if grant.uid not in without_room][:most]


def cards_due(due: Iterable[Grant], badges: Iterable[Badge], most: int) -> list[bytes]:
    """Return the UIDs of the cards whose keys go with these grants, no more than there is room for.

    A revoked card comes last: its trip may be in progress, and until it ends it proves itself.
    """
    with_key = {badge.uid for badge in badges if badge.key is not None}
    revoked = {
        grant.uid: grant.kind == "revoked"
        for grant in due
        if grant.uid in with_key and grant.kind in (*PROVEN, "revoked")
    }
    cards = [uid for uid in revoked if uid is not None]
    return sorted(cards, key=lambda uid: revoked[uid])[:most]


def stay_until_s(access: Access, now_s: int) -> int:
    """Return until when `due` gives the same grants of the same facts, should only time pass."""
    windows_of = _windows_of(access)
    instants = [NEVER_S]
    for booking in access.bookings:
        if (window := windows_of.get(booking.booking_id)) is not None:
            is_here = booking.vehicle_id == access.vehicle_id
            ahead_s = AHEAD_S if is_here else OTHER_CAR_AHEAD_S
            kept_s = KEPT_S if is_here else 0
            begins_s, ends_s = window.from_s, window.to_s
            instants += (begins_s - ahead_s + 1, begins_s, ends_s, ends_s + kept_s)
    for window in access.out_of_service:
        instants += (window.from_s - AHEAD_S + 1, window.to_s)
    for badge in access.badges:
        if badge.revoked_at_s is not None:
            instants.append(badge.revoked_at_s + REVOKED_FOR_S)
    if access.unnamed_heard_s is not None:
        instants.append(access.unnamed_heard_s + REVOKED_FOR_S)
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
    """Yield every grant, in the order in which they are kept."""
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
    # Who lacks both is told of the licence first: that is what somebody must look at.
    unnoticed = access.without_notice - access.technicians
    aboard = _Aboard(access.companions, unlicensed, unnoticed)
    technicians = [
        Grant(0, uid, *_span(ALWAYS), "technician")
        for agent_id in sorted(access.technicians)
        for uid in valid.get(agent_id, ())
    ]
    yield from technicians[:MAX_TECHNICIANS]
    yield from _revoked(access, now_s)
    booked = list(_of_bookings(here, aboard, valid, windows_of, now_s))
    begun = {each.booking_id for each in here if windows_of[each.booking_id].from_s <= now_s}
    yield from (grant for grant in booked if grant.grant_id in begun)
    outages = [
        window
        for window in sorted(access.out_of_service, key=_span)
        if _meets(window, now_s, now_s + AHEAD_S)
    ]
    for window in outages[:MAX_OUTAGES]:
        # No badge, so its beginning is what tells it from another.
        yield Grant(window.from_s, None, *_span(window), "maintenance")
    yield from (grant for grant in booked if grant.grant_id not in begun)
    if access.walk_up:
        walking = valid.keys() - access.technicians - unlicensed - unnoticed
        keyless = set() if access.simple_walk_up else {b.uid for b in access.badges if b.key}
        keyless -= {grant.uid for grant in booked if grant.kind in PROVEN and grant.uid}
        for grant in _walking_up("walk_up", walking, valid):
            if grant.uid not in keyless:  # it would open as a copy does
                yield grant
        yield from _walking_up("walk_up_no_licence", valid.keys() & unlicensed, valid)
        withheld = (valid.keys() & unnoticed) - unlicensed
        yield from _walking_up("other_no_notice", withheld, valid)
    yield from _of_other_cars(elsewhere, access.companions, valid, windows_of, booked, now_s)


def _walking_up(
    kind: GrantKind, agents: Iterable[int], valid: Mapping[int, list[bytes]]
) -> Iterator[Grant]:
    """Yield the grants of these agents, who need no booking; technicians may do more already."""
    for agent_id in sorted(agents):
        for uid in valid[agent_id]:
            yield Grant(0, uid, *_span(ALWAYS), kind)


@dataclass(frozen=True, slots=True)
class _Aboard:
    """Who is with whom, and who of them may not drive, or not come along yet."""

    companions: Iterable[Companion]
    unlicensed: frozenset[int]
    unnoticed: frozenset[int]

    def of(self, booking: Booking) -> tuple[tuple[set[int], GrantKind], ...]:
        """Return who is aboard in a booking, by what they may do."""
        drivers = _drivers(booking, self.companions)
        all_told = {c.agent_id for c in self.companions if c.booking_id == booking.booking_id}
        passengers = all_told - drivers
        licensed = drivers - self.unlicensed
        return (
            (licensed - self.unnoticed, "booking"),
            (drivers & self.unlicensed, "no_licence"),
            (licensed & self.unnoticed, "no_notice"),
            (passengers - self.unnoticed, "passenger"),
            (passengers & self.unnoticed, "other_no_notice"),
        )


def _of_bookings(
    bookings: list[Booking],
    aboard: _Aboard,
    valid: Mapping[int, list[bytes]],
    windows_of: Mapping[int, Window],
    now_s: int,
) -> Iterator[Grant]:
    for booking in bookings:
        window = windows_of[booking.booking_id]
        if not _meets(window, now_s - KEPT_S, now_s + AHEAD_S):
            continue
        own = Window(min(booking.starts_at_s, window.to_s), window.to_s)
        for agents, kind in aboard.of(booking):
            of_kind = window if kind in ("passenger", "other_no_notice") else own
            for agent_id in sorted(agents):
                for uid in valid.get(agent_id, ()):
                    private = booking.private and kind == "booking"
                    yield Grant(booking.booking_id, uid, *_span(of_kind), kind, private)


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
        if grant.uid is not None and grant.kind in ("booking", "no_licence", "no_notice"):
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


def _revoked(access: Access, now_s: int) -> Iterator[Grant]:
    """Yield the badges revoked last; and, when more of them could be honoured, that there are."""
    lost = sorted(
        ((b.revoked_at_s, b.uid) for b in access.badges if b.revoked_at_s is not None), reverse=True
    )
    heard_s = NEVER_S if access.unnamed_heard_s is None else access.unnamed_heard_s
    if any(max(at_s, heard_s) > now_s - REVOKED_FOR_S for at_s, _ in lost[MAX_REVOKED:]):
        yield Grant(0, None, *_span(ALWAYS), "revoked")
    for _, uid in lost[:MAX_REVOKED]:
        yield Grant(0, uid, *_span(ALWAYS), "revoked")


def _drivers(booking: Booking, companions: Iterable[Companion]) -> set[int]:
    further = {c.agent_id for c in companions if c.booking_id == booking.booking_id and c.drives}
    return {booking.agent_id} | further


def _meets(window: Window, from_s: int, to_s: int) -> bool:
    """Say whether two spans, each without its last second, have an instant in common."""
    return window.from_s < to_s and window.to_s > from_s


def _span(window: Window) -> tuple[int, int]:
    return window.from_s, window.to_s
