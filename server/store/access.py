"""What decides over a car's grants, read from the database as of one moment.

Each question is about one car, or about the whole fleet and then asked once for all cars until
there are news. Never here: who may do what (fleet/grants.py).
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from server.fleet.grants import (
    AFTER_S,
    BEFORE_S,
    KEPT_S,
    MAX_REVOKED,
    Access,
    reach_back_s,
    windows,
)
from server.fleet.model.bookings import Booking, Companion, Window
from server.fleet.model.boxes import Command
from server.fleet.model.people import Badge
from server.fleet.own_time import When
from server.fleet.records import Holder
from server.fleet.roles import About, Scope
from server.fleet.sites import CarPark
from server.store import dated, roles
from server.store.badges import open_badges
from server.store.bookings import BOOKINGS, booking_of
from server.store.boxes import BoxAccount, NextKey, SentGrants, next_key, sent_grants
from server.store.commands import queued
from server.store.news import newest
from server.store.noun import Noun
from server.store.trip_rows import car_park

# Of all cars, for those who stand before another one than theirs: more than a box is told, so that
# leaving out its own car's leaves enough.
_SOONEST = 128
# Of agents of each sort who may take a car without booking: no box has room for more badges.
_MOST_WALK_UP = 1024


@dataclass(frozen=True, slots=True)
class Everywhere:
    """What is the same for all cars; equal when nothing of it has changed.

    `bookings` are the soonest of the fleet that are not over, and those beside them on their cars.
    """

    bookings: tuple[Booking, ...]
    windows: Mapping[int, Window]  # of these
    companions: tuple[Companion, ...]
    badges: tuple[Badge, ...]  # of their drivers and of technicians, and those revoked last
    technicians: tuple[tuple[int, Scope], ...]  # who, and where
    without_licence: frozenset[int]
    without_notice: frozenset[int]  # empty where nobody needs one
    revocation: int
    unnamed: int  # the newest revocation of which no set has room to name the badge; 0: of all
    until_s: int  # then another booking comes among the soonest, or a technician's time changes


@dataclass(frozen=True, slots=True)
class AccessOfCar:
    """The facts of one moment.

    `site` is where the car's site is, None when nobody has said. `revocation` is the newest that
    they have heard of, `newest` the number of the last news; until `until_s` time alone changes
    none of the facts.
    """

    access: Access
    site: CarPark | None
    everywhere: Everywhere
    newest: int
    until_s: int

    @property
    def revocation(self) -> int:
        """Return the number of the newest revocation."""
        return self.everywhere.revocation


@dataclass(frozen=True, slots=True)
class AccessOfBox:
    """All that decides over what a box is told, as of one moment."""

    car: AccessOfCar
    sent: SentGrants | None
    next_key: NextKey | None
    orders: tuple[Command, ...]
    revocation_confirmed: int


class AccessOfCars(Noun):
    """Who may use which car, as far as it is written down.

    `simple_walk_up` and `notice_before_use` are the operator's choice, as in Access and Config; set
    them before anything is asked.
    """

    simple_walk_up = False
    notice_before_use = False

    _walk_up: tuple[int, list[Badge]] | None = None  # as of which news
    _known: tuple[Everywhere, int, int] | None = None  # as of which news, and since when

    async def of_car(self, vehicle_id: int, now_s: int) -> AccessOfCar:
        """Return all that decides over the grants of one car, as of one moment."""
        return await self._engine.in_reader(lambda: self.car(vehicle_id, now_s), lane="car")

    def car(self, vehicle_id: int, now_s: int) -> AccessOfCar:
        """Return as `of_car`; call it in a reader's thread."""
        db = self._engine.reader()
        db.execute("BEGIN")  # one moment's view for all the queries
        try:
            return self._of_car(db, vehicle_id, now_s)
        finally:
            db.execute("COMMIT")

    def of_box(self, box: BoxAccount, now_s: int) -> AccessOfBox | None:
        """Return all that decides over what a box is told; None: it is in that car no more.

        Call it in a reader's thread.
        """
        db = self._engine.reader()
        db.execute("BEGIN")
        try:
            row = db.execute(
                "SELECT revocation_confirmed FROM box WHERE box_id = :box_id"
                " AND vehicle_id = :vehicle_id AND retired_at_s IS NULL",
                {"box_id": box.box_id, "vehicle_id": box.vehicle_id},
            ).fetchone()
            if row is None:
                return None
            return AccessOfBox(
                self._of_car(db, box.vehicle_id, now_s),
                sent_grants(db, box.box_id),
                next_key(db, self._vault, box),
                tuple(queued(db, box.box_id)),
                row["revocation_confirmed"],
            )
        finally:
            db.execute("COMMIT")

    def everywhere(self, now_s: int) -> tuple[Everywhere, int]:
        """Return what is the same for all cars, and the number of the last news it has heard of.

        The very same object comes again as long as nothing of it has changed. Call it in a reader's
        thread.
        """
        db = self._engine.reader()
        db.execute("BEGIN")
        try:
            return self._everywhere_of(db, now_s)
        finally:
            db.execute("COMMIT")

    def aboard(self, booking_ids: Iterable[int]) -> tuple[dict[int, Booking], list[Badge]]:
        """Return those of these bookings that exist, in any state, and the badges of their people.

        Also those that were theirs once: what is told may be of then. Call it in a reader's thread.
        """
        db = self._engine.reader()
        bookings = _bookings(db, booking_ids)
        agents = {booking.agent_id for booking in bookings}
        agents |= {companion.agent_id for companion in _companions(db, bookings)}
        ever_theirs = (
            "WHERE b.badge_id IN (SELECT badge_id FROM badge_holding WHERE agent_id = :id)"
        )
        badges = [
            badge
            for agent_id in agents
            for badge in open_badges(db, self._vault, ever_theirs, {"id": agent_id})
        ]
        return {booking.booking_id: booking for booking in bookings}, badges

    def holder(self, badge: Badge | None, when: When, booking: Booking | None = None) -> Holder:
        """Return who answers for what a badge did; as `dated.holder`, in a reader's thread."""
        return dated.holder(
            self._engine.reader(),
            None if badge is None else badge.badge_id,
            when,
            None if booking is None else booking.booking_id,
        )

    def cars_of(self, box_id: int, times_s: Sequence[int | None], received_at_s: int) -> list[int]:
        """Return in which car each record was made; as `dated.cars_of`, in a reader's thread."""
        return dated.cars_of(self._engine.reader(), box_id, times_s, received_at_s)

    def told_before_s(self, box_id: int, now_s: int) -> int | None:
        """Return the last time that a box has told, of those that can be; in a reader's thread."""
        row = (
            self._engine.reader()
            .execute(
                "SELECT at_s FROM record WHERE box_id = :box_id AND at_s <= :now_s"
                " ORDER BY epoch DESC, seq DESC LIMIT 1",
                {"box_id": box_id, "now_s": now_s},
            )
            .fetchone()
        )
        return row and int(row["at_s"])

    def _of_car(self, db: sqlite3.Connection, vehicle_id: int, now_s: int) -> AccessOfCar:
        fleet, as_of = self._everywhere_of(db, now_s)
        car = {"vehicle_id": vehicle_id}
        walk_up, site_id = db.execute(
            "SELECT walk_up AND retired_at_s IS NULL, site_id FROM vehicle"
            " WHERE vehicle_id = :vehicle_id",
            car,
        ).fetchone()
        about = About(site_id=site_id, vehicle_id=vehicle_id)
        ids = db.execute(
            "SELECT booking_id FROM booking WHERE vehicle_id = :vehicle_id AND state = 'active'"
            " AND starts_at_s > :from_s"
            # The last that has begun may be under way; how early it may come hangs on the one
            # before. As no two overlap, all others are over.
            " UNION SELECT booking_id FROM (SELECT booking_id FROM booking"
            " WHERE vehicle_id = :vehicle_id AND state = 'active' AND starts_at_s <= :from_s"
            " ORDER BY starts_at_s DESC LIMIT 2) begun",
            car | {"from_s": reach_back_s(now_s) - KEPT_S},
        )
        bookings = _bookings(db, [row[0] for row in ids])
        companions = _companions(db, bookings)
        agents = {booking.agent_id for booking in bookings} | {c.agent_id for c in companions}
        badges = [badge for agent_id in agents for badge in self._badges_of(db, agent_id)]
        if walk_up:
            badges += self._walk_up_badges(db)
        spans = db.execute(
            "SELECT from_s, to_s FROM out_of_service WHERE vehicle_id = :vehicle_id", car
        )
        access = Access(
            vehicle_id,
            bool(walk_up),
            tuple(bookings)
            + tuple(booking for booking in fleet.bookings if booking.vehicle_id != vehicle_id),
            tuple({*companions, *fleet.companions}),
            tuple({badge.badge_id: badge for badge in (*badges, *fleet.badges)}.values()),
            frozenset(who for who, scope in fleet.technicians if scope.covers(about)),
            fleet.without_licence,
            tuple(Window(*row) for row in spans),
            {**fleet.windows, **windows(bookings)},
            self.simple_walk_up,
            _heard_s(db, vehicle_id, fleet.unnamed),
            fleet.without_notice,
        )
        return AccessOfCar(access, car_park(db, vehicle_id, now_s), fleet, as_of, fleet.until_s)

    def _everywhere_of(self, db: sqlite3.Connection, now_s: int) -> tuple[Everywhere, int]:
        as_of, _ = newest(db)
        if self._known is not None:
            known, known_as_of, since_s = self._known
            if known_as_of == as_of and since_s <= now_s < known.until_s:
                return known, as_of
        found = self._read_everywhere(db, now_s)
        if self._known is not None and self._known[0] == found:
            found = self._known[0]
        self._known = found, as_of, now_s
        return found, as_of

    def _read_everywhere(self, db: sqlite3.Connection, now_s: int) -> Everywhere:
        soonest = db.execute(
            "SELECT soonest.booking_id, soonest.ends_at_s,"
            " (SELECT booking_id FROM booking o WHERE o.vehicle_id = soonest.vehicle_id"
            " AND o.state = 'active' AND o.starts_at_s < soonest.starts_at_s"
            " ORDER BY o.starts_at_s DESC LIMIT 1),"
            " (SELECT booking_id FROM booking o WHERE o.vehicle_id = soonest.vehicle_id"
            " AND o.state = 'active' AND o.starts_at_s > soonest.starts_at_s"
            " ORDER BY o.starts_at_s LIMIT 1)"
            " FROM (SELECT booking_id, vehicle_id, starts_at_s, ends_at_s FROM booking"
            " WHERE state = 'active' AND ends_at_s > :from_s"
            " ORDER BY starts_at_s, booking_id LIMIT :most) soonest",
            {"from_s": reach_back_s(now_s), "most": _SOONEST},
        ).fetchall()
        bookings = _bookings(db, {row[i] for row in soonest for i in (0, 2, 3)} - {None})
        companions = _companions(db, bookings)
        technicians, until_s = roles.technicians(db, now_s)
        without_licence = frozenset(
            row[0] for row in db.execute("SELECT agent_id FROM agent WHERE licence_recorded = 0")
        )
        drivers = {booking.agent_id for booking in bookings} | {c.agent_id for c in companions}
        without_notice: frozenset[int] = frozenset()
        if self.notice_before_use:
            without_notice = _without_notice(db, now_s)
        badges = [
            badge
            for agent_id in sorted(drivers | {agent_id for agent_id, _ in technicians})
            for badge in self._badges_of(db, agent_id)
        ]
        badges += open_badges(
            db,
            self._vault,
            # Those of one instant are told apart by their numbers, which are sealed.
            "WHERE b.revocation_id IN (SELECT revocation_id FROM revocation WHERE revoked_at_s >="
            " (SELECT min(revoked_at_s) FROM (SELECT revoked_at_s FROM revocation"
            " JOIN badge USING (revocation_id) ORDER BY revoked_at_s DESC LIMIT :most) newest))",
            {"most": MAX_REVOKED + 1},  # one more shows that there are more
        )
        (revocation,) = db.execute(
            "SELECT coalesce(max(revocation_id), 0) FROM revocation"
        ).fetchone()
        (unnamed,) = db.execute(
            "SELECT coalesce(max(revocation_id), 0) FROM revocation"
            " JOIN badge USING (revocation_id) WHERE revoked_at_s <="
            " (SELECT revoked_at_s FROM revocation JOIN badge USING (revocation_id)"
            " ORDER BY revoked_at_s DESC LIMIT 1 OFFSET :most)",
            {"most": MAX_REVOKED},
        ).fetchone()
        is_cut = len(soonest) == _SOONEST
        if is_cut:
            until_s = min(until_s, min(row[1] for row in soonest) + BEFORE_S + AFTER_S)
        return Everywhere(
            tuple(sorted(bookings, key=lambda booking: (booking.starts_at_s, booking.booking_id))),
            windows(bookings),
            tuple(companions),
            tuple({badge.badge_id: badge for badge in badges}.values()),
            technicians,
            without_licence,
            without_notice,
            revocation,
            unnamed,
            until_s,
        )

    def _badges_of(self, db: sqlite3.Connection, agent_id: int) -> Iterator[Badge]:
        return open_badges(db, self._vault, "WHERE b.agent_id = :agent_id", {"agent_id": agent_id})

    def _walk_up_badges(self, db: sqlite3.Connection) -> list[Badge]:
        """Read the badges of those whom there is room for: the first agents of each sort.

        A sort is with or without a licence, a notice, a key; of each there is room for so
        many badges at most (`grants.due`), and each of these agents has one at least. They are the
        same for all cars, and change with news that concern all.
        """
        _, as_of = newest(db)
        if self._walk_up is None or self._walk_up[0] != as_of:
            badges = [
                badge
                for licence, notice in product((0, 1), (0, 1))
                for key in ("IS NULL", "IS NOT NULL")
                for badge in open_badges(
                    db,
                    self._vault,
                    "WHERE b.revocation_id IS NULL AND b.agent_id IN"
                    " (SELECT a.agent_id FROM agent a"
                    f" WHERE a.licence_recorded = {licence} AND a.has_notice = {notice}"
                    " AND EXISTS (SELECT 1 FROM badge o WHERE o.agent_id = a.agent_id"
                    f" AND o.revocation_id IS NULL AND o.key_sealed {key})"
                    " ORDER BY a.agent_id LIMIT :most)",
                    {"most": _MOST_WALK_UP},
                )
            ]
            self._walk_up = as_of, badges
        return self._walk_up[1]


def _heard_s(db: sqlite3.Connection, vehicle_id: int, revocation: int) -> int | None:
    """Read when a car's box confirmed a set that knew of a revocation; None: not yet."""
    if not revocation:
        return 0
    (heard_s,) = db.execute(
        "SELECT min(heard_at_s) FROM revocation_heard JOIN box USING (box_id)"
        " WHERE vehicle_id = :vehicle_id AND retired_at_s IS NULL"
        " AND revocation_id >= :revocation",
        {"vehicle_id": vehicle_id, "revocation": revocation},
    ).fetchone()
    return heard_s if heard_s is None else int(heard_s)


def _without_notice(db: sqlite3.Connection, now_s: int) -> frozenset[int]:
    """Read for whom no notice is recorded, but for those whom a refusal would strand.

    Those have a trip under way, or one of their bookings that is not over has begun with a trip:
    they badged before it was asked for.
    """
    rows = db.execute(
        "SELECT agent_id FROM agent WHERE has_notice = 0"
        " EXCEPT SELECT agent_id FROM trip WHERE state <> 'ended'"
        " EXCEPT SELECT trip.agent_id FROM booking JOIN trip USING (vehicle_id, booking_id)"
        " WHERE booking.state = 'active' AND booking.starts_at_s <= :now_s"
        " AND booking.ends_at_s > :from_s AND trip.listed_at_s > booking.starts_at_s - :day_s",
        {"day_s": 24 * 3600, "now_s": now_s, "from_s": reach_back_s(now_s)},
    )
    return frozenset(row[0] for row in rows)


def _bookings(db: sqlite3.Connection, booking_ids: Iterable[int]) -> list[Booking]:
    """Read these bookings, by id."""
    return [
        booking_of(row)
        for booking_id in sorted(booking_ids)
        for row in db.execute(f"{BOOKINGS} WHERE b.booking_id = :id", {"id": booking_id})
    ]


def _companions(db: sqlite3.Connection, bookings: Iterable[Booking]) -> list[Companion]:
    return [
        Companion(row[0], row[1], bool(row[2]))
        for booking in bookings
        for row in db.execute(
            "SELECT booking_id, agent_id, drives FROM companion WHERE booking_id = :id",
            {"id": booking.booking_id},
        )
    ]
