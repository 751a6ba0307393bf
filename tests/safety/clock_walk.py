"""Every way of the clock between satellites, server and power cuts, when one of the two lies.

The shipped Clock, told what a truthful and a lying source would say, in every order up to a depth;
states that differ only in seconds are walked from once. Judges what the clock tells, by what was
said: how the clock decides is not asked here.
"""

import copy
from collections import deque
from dataclasses import dataclass, field, replace

from firmware.logic.clock import Clock

FLOOR_S = 1_500_000_000
NOON_S = 1_700_000_000
HOUR_S = 3600
DAY_S = 86_400
LIES_S = (10 * DAY_S, -DAY_S)
EVENTS = ("truth of the sky", "truth of the server", "a lie", "another lie", "hour", "day", "power")
# What two sources that agree may be apart, what satellites are off, and a day's drift an event.
NEAR_S = 140


@dataclass(frozen=True)
class Place:
    """Where a walk is, and what an onlooker knows of how it came there."""

    clock: Clock
    at_s: int = 0
    server_says_s: int | None = None
    server_since_s: int = 0
    server_spoke: bool = False  # since the power was cut
    server_at_s: int = 0  # when last
    # What the server said for a day each, and neither it for a day nor both have put right since.
    lies_of_a_day_s: frozenset[int] = frozenset()
    sky_says_s: int | None = None
    sky_since_s: int = 0
    sky_at_s: int = 0
    sky_was_true: bool = False  # since the power was cut
    way: tuple[str, ...] = ()
    named: tuple[int, int] = (0, 0)  # the last number that a time had, and how far off that was

    @property
    def off_s(self) -> int:
        """How far the told time is off; 0 while none is told."""
        told_s = self.clock.time_s(self.at_s * 1000)
        return told_s - NOON_S - self.at_s if told_s else 0


@dataclass
class Walk:
    """What was found: the first broken law with the way to it, or none."""

    states: int = 0
    transitions: int = 0
    broken: str = ""
    way: tuple[str, ...] = field(default=())


def walk(liar: str, depth: int) -> Walk:
    """Go every way of so many events; `liar` is "sky" or "server", the other never lies."""
    found, known = Walk(), set()
    begin = _happen(
        _happen(Place(Clock(FLOOR_S)), "truth of the server", ""), "truth of the sky", ""
    )
    waiting = deque([begin])
    while waiting:
        place = waiting.popleft()
        for event in EVENTS if len(place.way) < depth + 2 else ():
            reached = _happen(place, event, liar)
            if reached.clock.time_s(reached.at_s * 1000):
                reached = replace(reached, named=(reached.clock.number, reached.off_s))
            found.transitions += 1
            found.broken = _judge(place, reached, liar)
            if found.broken:
                found.way = reached.way
                return found
            key = _key(reached)
            if key not in known:
                known.add(key)
                waiting.append(reached)
    found.states = len(known)
    return found


def _happen(place: Place, event: str, liar: str) -> Place:
    clock, at_s, way = copy.deepcopy(place.clock), place.at_s, (*place.way, event)
    if event in ("hour", "day"):
        return replace(
            place, clock=clock, at_s=at_s + (HOUR_S if event == "hour" else DAY_S), way=way
        )
    if event == "power":
        kept, newest_s = clock.to_bytes(at_s * 1000), clock.time_s(at_s * 1000)
        again = Clock(FLOOR_S, kept, newest_s)
        return replace(
            place, clock=again, server_spoke=False, sky_says_s=None, sky_was_true=False, way=way
        )
    speaker = liar if "lie" in event else event.rsplit(" ", 1)[-1]
    ahead_s = {"a lie": LIES_S[0], "another lie": LIES_S[1]}.get(event, 0)
    if speaker == "sky":
        for _ in range(14):  # 65 s, five apart
            at_s += 5
            clock.hear_gnss(NOON_S + at_s + ahead_s, 0, at_s * 1000)
        since_s = place.sky_since_s if place.sky_says_s == ahead_s else at_s
        lies_s = place.lies_of_a_day_s
        if ahead_s == 0 == place.server_says_s and at_s - place.server_at_s <= 2 * HOUR_S:
            lies_s = frozenset()
        return replace(
            place, clock=clock, at_s=at_s, sky_says_s=ahead_s, sky_since_s=since_s, sky_at_s=at_s,
            sky_was_true=place.sky_was_true or ahead_s == 0, way=way,
            lies_of_a_day_s=lies_s,
        )  # fmt: skip
    at_s += 1
    clock.hear_server(NOON_S + at_s + ahead_s, 0, _stretch_of(ahead_s), at_s * 1000)
    since_s = place.server_since_s if place.server_says_s == ahead_s else at_s
    lies_s = place.lies_of_a_day_s
    if at_s - since_s >= DAY_S - 1:
        lies_s = lies_s | {ahead_s} if ahead_s else frozenset()
    if ahead_s == 0 == place.sky_says_s and at_s - place.sky_at_s <= 2 * HOUR_S:
        lies_s = frozenset()
    return replace(
        place, clock=clock, at_s=at_s, server_says_s=ahead_s, server_since_s=since_s,
        server_spoke=True, server_at_s=at_s, lies_of_a_day_s=lies_s, way=way,
    )  # fmt: skip


def _stretch_of(ahead_s: int) -> int:
    """The server says one thing as long as its clock does not jump."""
    return 1 + abs(ahead_s)


def _judge(before: Place, place: Place, liar: str) -> str:
    """The law that is broken, or nothing."""
    clock = place.clock
    near_s = NEAR_S + place.at_s // 10_000
    says_s = place.server_says_s
    a_day = bool(says_s) and place.server_at_s - place.server_since_s >= DAY_S - 1
    is_wrong = abs(place.off_s) > near_s
    # What it would keep as sure over a power cut; satellites alone count for nothing to the server.
    was_sure = before.clock.to_bytes(before.at_s * 1000)[4] == 1 and abs(before.off_s) <= near_s
    if is_wrong and place.server_spoke:
        if not (clock.doubtful or says_s in place.lies_of_a_day_s):
            return "a wrong time is told and not doubted"
        if liar == "sky" and place.at_s - place.server_at_s < DAY_S - 1:
            return "a server that never lies is not heard"
        # What rests on the server alone gives way to a day of satellites while it is silent.
        sky_a_day = (
            not place.sky_was_true
            and min(place.at_s - place.sky_since_s, place.at_s - place.server_at_s) >= DAY_S - 70
        )
        if was_sure and not (a_day or sky_a_day):
            return "a word moved a clock that knew better"
    if place.way[-1] == "power" and clock.number != before.clock.number:
        return "a number comes again"
    number, off_s = before.named
    if (
        clock.time_s(place.at_s * 1000)
        and number == clock.number
        and abs(off_s - place.off_s) > near_s
    ):
        return "a number names two times"
    right = _happen(_happen(place, "truth of the server", ""), "truth of the sky", "")
    if abs(right.off_s) > near_s or right.clock.doubtful:
        return "the truth of both does not bring it back"
    if right.clock.number < clock.number or clock.number < before.clock.number:
        return "a number comes again"
    return ""


def _key(place: Place) -> tuple[object, ...]:
    """The place without its seconds."""
    clock, at_ms = place.clock, place.at_s * 1000

    def round_off(offset_ms: int) -> int:
        return round((offset_ms - NOON_S * 1000) / 250_000)

    def age(instant_ms: int) -> int:
        return min(round((at_ms - instant_ms) / 1_800_000), 50)

    runs = tuple(
        (
            round_off(run.offset_ms), min(run.heard_ms, 60_000) // 60_000,
            min(run.span_ms // 1_800_000, 48), age(run.last_ms),
        )
        for run in (clock._gnss, clock._server)
    )  # fmt: skip
    left = tuple((former[1], former[2], round_off(former[3])) for former in clock._open)
    flags = (clock.source, clock._rests_on, clock._alone, clock._beside, clock._kept_is_sure)
    estimate = (round_off(clock._offset_ms), round_off(clock._low_ms), round_off(clock._high_ms))
    bounds = (round_off(clock._newest_s * 1000 - at_ms), bool(clock.closed_s))
    kept = (clock._kept_stretch, clock._fitting_stretch)
    named = (place.named[0] == clock.number, round_off(NOON_S * 1000 + place.named[1] * 1000))
    server = (place.server_says_s, place.server_spoke, place.lies_of_a_day_s)
    since = (age(place.server_since_s * 1000), age(place.server_at_s * 1000))
    sky = (
        place.sky_says_s,
        place.sky_was_true,
        age(place.sky_since_s * 1000),
        age(place.sky_at_s * 1000),
    )
    return flags, estimate, runs, left, bounds, kept, named, server, since, sky
