"""What is wrong with the fleet or its server, from when to when, and when somebody is written to.

Only what is known is said: a car was not heard, a copy was not made. Never here: looking
(server/alerts/), the words (server/web/operation/), storing.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

HOUR_S = 3600
DAY_S = 24 * HOUR_S
BETWEEN_LETTERS_S = DAY_S
"""Of one kind of alert there is one letter in so long at most: it tells of all that came."""

REMINDED_AFTER_S = 7 * DAY_S
"""What still holds is told again after so long: a letter may have been lost, or forgotten."""

GATHERED_S = 15 * 60
"""Cars that fall silent together, since a carrier is down, do so within three of their heartbeats:
so long the first is waited with, for all of them to be in one letter."""

REMEMBERED_S = 7 * DAY_S
"""What is over counts for so long when the next letter is due."""

SETTLED_S = HOUR_S
"""After its start the server gives the cars so long to come back before it calls one silent."""

OVERDUE_S = 2 * DAY_S
"""A daily chore that was not done for so long was missed once at least."""

MAIL_STUCK_S = HOUR_S
"""A mail server that makes senders wait takes their letter within half an hour."""

_ROOM_AGAIN = 1.1  # of the least free space, so that a disk at its edge is one alert


class Kind(StrEnum):
    """What may be wrong; the order is that in which it is shown."""

    NOT_READY = "not_ready"
    WRONG_CLOCK = "wrong_clock"
    DISK_NEARLY_FULL = "disk_nearly_full"
    BACKUP_FAILED = "backup_failed"
    BACKUP_OVERDUE = "backup_overdue"
    MAIL_STUCK = "mail_stuck"
    PURGE_FAILED = "purge_failed"
    PURGE_OVERDUE = "purge_overdue"
    SILENT_CAR = "silent_car"
    BATTERY_LOW = "battery_low"


OF_CARS = (Kind.SILENT_CAR, Kind.BATTERY_LOW)
"""Those that are about one car each."""

_NEEDS_TIME = frozenset({Kind.BACKUP_OVERDUE, Kind.PURGE_OVERDUE, Kind.MAIL_STUCK, Kind.SILENT_CAR})


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that is wrong now: since when, as far as known; of a car, which."""

    kind: Kind
    since_s: int
    vehicle_id: int | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that is or was wrong.

    `told_at_s` is when a letter named it last, `end_told_at_s` when one said that it is over; both
    None while none has. `alert_id` is None until it is stored, which a full disk may prevent.
    """

    kind: Kind
    vehicle_id: int | None
    since_s: int
    raised_at_s: int
    ended_at_s: int | None = None
    told_at_s: int | None = None
    end_told_at_s: int | None = None
    alert_id: int | None = None

    @property
    def stands(self) -> bool:
        """Whether it still holds."""
        return self.ended_at_s is None

    @property
    def is_told(self) -> bool:
        """Whether a letter has said all there is to say of it."""
        return self.told_at_s is not None and (self.stands or self.end_told_at_s is not None)

    @property
    def last_s(self) -> int:
        """When something happened with it last."""
        happened = (self.raised_at_s, self.ended_at_s, self.told_at_s, self.end_told_at_s)
        return max(at_s for at_s in happened if at_s is not None)


@dataclass(frozen=True, slots=True)
class Chore:
    """How something went that is to be done each day: when last, and whether it failed then."""

    at_s: int
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Mail:
    """What waits to be sent: how many, since when the oldest that was tried; is all refused?"""

    waiting: int = 0
    oldest_s: int | None = None
    all_refused: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on something is wrong; the chores that are expected at all."""

    silent_car_s: int
    disk_free_bytes: int
    expects_backup: bool = False
    expects_purge: bool = False


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen in one look; None: it could not be found out.

    `up_s`: for how long the server has run. `heard_s`: of each car that should speak, when it was
    last heard or, if that is later, should speak again. `low_since_s`: of each car whose battery is
    low, since when.
    """

    now_s: int
    up_s: int
    doubts_time: bool
    is_ready: bool
    disk_free_bytes: int | None = None
    backup: Chore | None = None
    purge: Chore | None = None
    mail: Mail | None = None
    heard_s: Mapping[int, int] | None = None
    low_since_s: Mapping[int, int] | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What one letter tells of one kind: what is new, what still holds, what is over."""

    kind: Kind
    begun: tuple[Alert, ...]
    still: tuple[Alert, ...]
    over: tuple[Alert, ...]

    @property
    def all(self) -> tuple[Alert, ...]:
        """Return them together."""
        return self.begun + self.still + self.over


def judge(
    seen: Observed, limits: Limits, standing: Collection[Kind]
) -> tuple[list[Wrong], set[Kind]]:
    """Return what is wrong, and which kinds could be judged: of the others nothing is known.

    Args:
        seen: the look.
        limits: the operator's.
        standing: kinds that were wrong before.
    """
    wrong: list[Wrong] = []
    judged = {Kind.NOT_READY, Kind.WRONG_CLOCK}
    now_s = seen.now_s
    if not seen.is_ready:
        wrong.append(Wrong(Kind.NOT_READY, now_s))
    if seen.doubts_time:
        wrong.append(Wrong(Kind.WRONG_CLOCK, now_s))
    if seen.disk_free_bytes is not None:
        judged.add(Kind.DISK_NEARLY_FULL)
        edge = _ROOM_AGAIN if Kind.DISK_NEARLY_FULL in standing else 1
        if seen.disk_free_bytes < edge * limits.disk_free_bytes:
            wrong.append(Wrong(Kind.DISK_NEARLY_FULL, now_s))
    for chore, failed, overdue, expected in (
        (seen.backup, Kind.BACKUP_FAILED, Kind.BACKUP_OVERDUE, limits.expects_backup),
        (seen.purge, Kind.PURGE_FAILED, Kind.PURGE_OVERDUE, limits.expects_purge),
    ):
        judged |= {failed, overdue}
        if chore is not None and chore.failed:
            wrong.append(Wrong(failed, chore.at_s))
        elif chore is not None and not -HOUR_S <= now_s - chore.at_s <= OVERDUE_S:
            wrong.append(Wrong(overdue, min(chore.at_s, now_s)))  # or its clock was wrong
        elif chore is None and expected and seen.up_s > OVERDUE_S:
            wrong.append(Wrong(overdue, now_s - seen.up_s))
    if seen.mail is not None:
        judged.add(Kind.MAIL_STUCK)
        oldest_s = seen.mail.oldest_s
        if seen.mail.all_refused or (oldest_s is not None and now_s - oldest_s > MAIL_STUCK_S):
            wrong.append(Wrong(Kind.MAIL_STUCK, now_s if oldest_s is None else oldest_s))
    if seen.heard_s is not None and seen.up_s >= SETTLED_S:
        judged.add(Kind.SILENT_CAR)
        silent_before_s = now_s - limits.silent_car_s
        wrong += (
            Wrong(Kind.SILENT_CAR, heard_s, vehicle_id)
            for vehicle_id, heard_s in sorted(seen.heard_s.items())
            if heard_s < silent_before_s
        )
    if seen.low_since_s is not None:
        judged.add(Kind.BATTERY_LOW)
        wrong += (
            Wrong(Kind.BATTERY_LOW, since_s, vehicle_id)
            for vehicle_id, since_s in sorted(seen.low_since_s.items())
        )
    if seen.doubts_time:  # by a wrong clock every car is silent, and no copy is ever late
        judged -= _NEEDS_TIME
    return [each for each in wrong if each.kind in judged], judged


def settle(
    alerts: Iterable[Alert], wrong: Iterable[Wrong], judged: Collection[Kind], now_s: int
) -> list[Alert]:
    """Return the alerts after a look: what began is among them, what is over has its end.

    Args:
        alerts: those of before.
        wrong: what is wrong now.
        judged: the kinds of which that is known.
        now_s: the present.
    """
    alerts = list(alerts)
    now_wrong = {(each.kind, each.vehicle_id): each for each in wrong}
    standing = {(each.kind, each.vehicle_id) for each in alerts if each.stands}
    after = []
    for alert in alerts:
        is_over = alert.kind in judged and (alert.kind, alert.vehicle_id) not in now_wrong
        after.append(replace(alert, ended_at_s=now_s) if alert.stands and is_over else alert)
    begun = (each for which, each in now_wrong.items() if which not in standing)
    after += (Alert(each.kind, each.vehicle_id, each.since_s, now_s) for each in begun)
    return [each for each in after if each.stands or now_s - each.last_s < REMEMBERED_S]


def letters(alerts: Iterable[Alert], now_s: int) -> list[News]:
    """Return what is to be written now, one letter a kind at most."""
    alerts = list(alerts)
    found = []
    for kind in Kind:
        of_kind = [each for each in alerts if each.kind is kind]
        if of_kind and _is_due(kind, of_kind, now_s):
            stands = [each for each in of_kind if each.stands]
            news = News(
                kind,
                tuple(each for each in stands if each.told_at_s is None),
                tuple(each for each in stands if each.told_at_s is not None),
                tuple(each for each in of_kind if not (each.stands or each.is_told)),
            )
            found.append(news)
    return found


def told(alerts: Iterable[Alert], news: Iterable[News], now_s: int) -> list[Alert]:
    """Return the alerts once these letters are written."""
    named = {each for one in news for each in one.all}
    return [_told(each, now_s) if each in named else each for each in alerts]


def _told(alert: Alert, now_s: int) -> Alert:
    if alert.stands:
        return replace(alert, told_at_s=now_s)
    first_s = now_s if alert.told_at_s is None else alert.told_at_s
    return replace(alert, told_at_s=first_s, end_told_at_s=now_s)


def _is_due(kind: Kind, alerts: Collection[Alert], now_s: int) -> bool:
    if kind is Kind.MAIL_STUCK and any(each.stands for each in alerts):
        return False  # no letter would leave
    letters_s = [
        at_s for each in alerts for at_s in (each.told_at_s, each.end_told_at_s) if at_s is not None
    ]
    # What was told later than now was told by a clock that was wrong.
    since_s = min((now_s - at_s for at_s in letters_s if at_s <= now_s), default=REMINDED_AFTER_S)
    if since_s < BETWEEN_LETTERS_S:
        return False
    untold = [each for each in alerts if not each.is_told]
    if untold and kind is Kind.SILENT_CAR:
        waited_s = max(now_s - each.last_s for each in untold)
        return not 0 <= waited_s < GATHERED_S
    return bool(untold) or (since_s >= REMINDED_AFTER_S and any(each.stands for each in alerts))
