"""The people, their grants and the cars of the walk: what may happen to each.

A setting is complete: every event in it may come in every state. Together they meet every aspect of
the core; each leaves out what the others are about, for their product would not be walked in a day.
"""

from dataclasses import replace

from shared_protocol.messages import (
    COMMAND_CANCEL_INHIBIT,
    COMMAND_END_FROM_AFAR,
    COMMAND_END_FROM_AFAR_WITHOUT_KEYS,
    COMMAND_END_TRIP,
    COMMAND_END_TRIP_WITHOUT_KEYS,
    COMMAND_INHIBIT,
    COMMAND_THEFT,
    COMMAND_WITHDRAW_END,
    COMMAND_WITHDRAW_THEFT,
    EVERY_BADGE,
    GRANT_BOOKING,
    GRANT_MAINTENANCE,
    GRANT_NO_LICENCE,
    GRANT_NO_NOTICE,
    GRANT_OTHER_NO_NOTICE,
    GRANT_PASSENGER,
    GRANT_REVOKED,
    GRANT_SITE,
    GRANT_TECHNICIAN,
    GRANT_WALK_UP,
    GRANT_WALK_UP_NO_LICENCE,
    Command,
    Grant,
)
from shared_protocol.records import RELAY_ENABLED, RELAY_INHIBITED
from tests.safety.laws import JUMP, Person, Promise
from tests.safety.model import Event, Setting

NOON_S = 1_700_000_000
_HOUR_S = 3600
_ALWAYS = (0, 0xFFFFFFFF)
EXPIRES_S = NOON_S + 24 * _HOUR_S

# The hours of the day that differ: Anne has the car from noon on, Bruno from four.
UNKNOWN = 0
EARLY = NOON_S - 2 * _HOUR_S
SOON = NOON_S - _HOUR_S // 3
ANNES_QUARTER = NOON_S - 600
BRUNOS_QUARTER = NOON_S + 4 * _HOUR_S - 600
ANNES = NOON_S + _HOUR_S
BRUNOS = NOON_S + 5 * _HOUR_S
ANNE_IS_LATE = NOON_S + 13 * _HOUR_S // 2  # more than two hours, and Bruno has the car
LATE = EXPIRES_S
DAYS_LATER = ANNE_IS_LATE + 72 * _HOUR_S + 1

ANNE = Person("Anne", b"anne----", "driver", 1, NOON_S, NOON_S + 4 * _HOUR_S, private=True)
BRUNO = Person("Bruno", b"bruno---", "driver", 2, ANNE.ends_s, NOON_S + 8 * _HOUR_S)
WALTER = Person("Walter, who walks up", b"walter--", "walk-up")
TESS = Person("Tess, a technician", b"tess----", "technician", 3)
PIA = Person("Pia, Anne's passenger", b"pia-----", "passenger", 1, NOON_S, ANNE.ends_s)
PAT = replace(ANNE, name="Pat, who shares Anne's booking", tag=b"pat-----")
RENE = Person("René, who is revoked", b"rene----", "revoked")
UGO = Person("Ugo, whom nobody knows", b"ugo-----", "unknown")
PEOPLE = (ANNE, BRUNO, PAT, WALTER, TESS, PIA, RENE, UGO)

PROMISES = (
    Promise(revoked=frozenset((RENE.tag,))),
    Promise(revoked=frozenset((RENE.tag, ANNE.tag))),
    Promise(revoked=frozenset((RENE.tag,)), outage=True),
    Promise(
        revoked=frozenset((RENE.tag,)),
        unlicensed=frozenset((ANNE.tag, BRUNO.tag, PAT.tag, WALTER.tag)),
    ),
    Promise(revoked=frozenset((RENE.tag,)), overlapping=True),
    Promise(
        revoked=frozenset((RENE.tag,)),
        uninformed=frozenset((ANNE.tag, BRUNO.tag, PAT.tag, WALTER.tag, PIA.tag)),
    ),
)


def _grants(promise: Promise) -> tuple[Grant, ...]:
    """The set that keeps a promise."""
    windows = {person.tag: (person.begins_s, person.ends_s) for person in PEOPLE}
    if promise.overlapping:
        windows[BRUNO.tag] = ANNE.begins_s, BRUNO.ends_s
    kinds = {
        "driver": GRANT_BOOKING, "walk-up": GRANT_WALK_UP, "technician": GRANT_TECHNICIAN,
        "passenger": GRANT_PASSENGER, "revoked": GRANT_WALK_UP,
    }  # fmt: skip
    grants = []
    for person in PEOPLE:
        if person.kind == "unknown":
            continue
        if person.tag in promise.revoked:
            grants.append(Grant(person.tag, 9, *_ALWAYS, GRANT_REVOKED, 0))
        if person.tag not in promise.revoked or person.kind == "revoked":
            window = windows[person.tag] if person.ends_s else _ALWAYS
            kind = kinds[person.kind]
            if person.tag in promise.unlicensed:
                walks_up = kind == GRANT_WALK_UP
                kind = GRANT_WALK_UP_NO_LICENCE if walks_up else GRANT_NO_LICENCE
            if person.tag in promise.uninformed:
                books = kind == GRANT_BOOKING
                kind = GRANT_NO_NOTICE if books else GRANT_OTHER_NO_NOTICE
            private = int(person.private)
            grants.append(Grant(person.tag, person.booking, *window, kind, private))
    grants.append(Grant(EVERY_BADGE, 300, 0, 0, GRANT_SITE, 0))
    if promise.outage:
        grants.append(Grant(EVERY_BADGE, 8, *_ALWAYS, GRANT_MAINTENANCE, 0))
    return tuple(grants)


COMMANDS = (
    Command(1, BRUNOS, COMMAND_INHIBIT, bytes(8)),
    Command(2, BRUNOS, COMMAND_CANCEL_INHIBIT, bytes(8)),
    Command(3, BRUNOS, COMMAND_END_TRIP, ANNE.tag),
    Command(4, BRUNOS, COMMAND_END_TRIP_WITHOUT_KEYS, ANNE.tag),
    Command(5, BRUNOS, COMMAND_END_FROM_AFAR, ANNE.tag),
    Command(6, BRUNOS, COMMAND_WITHDRAW_END, bytes(8)),
    Command(7, BRUNOS, COMMAND_THEFT, bytes(8)),
    Command(8, BRUNOS, COMMAND_WITHDRAW_THEFT, bytes(8)),
    Command(9, BRUNOS, COMMAND_END_FROM_AFAR_WITHOUT_KEYS, ANNE.tag),
    # Of a broken server: to take it would refuse every later one.
    Command(JUMP, JUMP, COMMAND_INHIBIT, bytes(8)),
    Command(JUMP, JUMP, COMMAND_END_TRIP_WITHOUT_KEYS, ANNE.tag),
)

_LOOKS: tuple[Event, ...] = (("tick",), ("look",))
_IGNITION: tuple[Event, ...] = (("ignition",),)
_RESETS: tuple[Event, ...] = (("reset",),)
_RELAY: tuple[Event, ...] = (
    ("coil_fails",), ("hand", RELAY_ENABLED), ("hand", RELAY_INHIBITED),
)  # fmt: skip


def _speeds(sign: int = 0) -> tuple[Event, ...]:
    return ("speed", sign, 0), ("speed", sign, 14_000), ("speed", sign, None)


def _badges(*people: Person) -> tuple[Event, ...]:
    return tuple([(how, person.tag) for person in people for how in ("short", "long")])


def _clock(*hours: int) -> tuple[Event, ...]:
    return tuple([("clock", hour) for hour in hours])


def _setting(name: str, tick_ms: int, events: tuple[Event, ...], **others) -> Setting:
    others = {"oldest_ms": 66_000, "wall_s": ANNES} | others
    sets = tuple([_grants(promise) for promise in PROMISES])
    return Setting(name, tick_ms, events=events, grant_sets=sets, expires_s=EXPIRES_S, **others)


# Ticks end below and at each limit: ignition off (65 s) at 64 and 65, still (60 s) at 59 and 60.
_ROAD = (("tick",), *_IGNITION, *_speeds())
ROAD_64 = _setting("road, ticks of 32 s", 32_000, (*_ROAD, ("reset",), ("asleep",), *_badges(ANNE)))
ROAD_65 = _setting(
    "road, ticks of 65 s, power and relay fail", 65_000,
    (("tick",), *_IGNITION, ("reset",), *_RELAY, *_badges(ANNE)),
    power_cuts=True,
)  # fmt: skip
ROAD_59 = _setting("road, ticks of 29.5 s", 29_500, (*_ROAD, ("short", ANNE.tag)))
ROAD_60 = _setting("road, ticks of 30 s", 30_000, (*_ROAD, ("look",), ("long", TESS.tag)))
TWO_SIGNS = _setting(
    "two signs, ticks of 30 s", 30_000,
    (("tick",), *_IGNITION, *_speeds(0), *_speeds(1), ("short", ANNE.tag)), signs=2,
)  # fmt: skip
UNDERGROUND = _setting(
    "underground, line proven, ticks of 299.9 s", 299_900,
    (("tick",), *_IGNITION, *_speeds(0), ("reset",), ("asleep",), ("short", ANNE.tag)),
    proven=True, oldest_ms=601_000,
)  # fmt: skip
UNDERGROUND_AT = replace(
    UNDERGROUND, name="underground, line proven, ticks of 300 s", tick_ms=300_000
)
UNDERGROUND_TWO = _setting(
    "underground, two signs, ticks of 600 s", 600_000,
    (("tick",), *_IGNITION, *_speeds(0), *_speeds(1), ("short", ANNE.tag)),
    signs=2, proven=True, oldest_ms=601_000,
)  # fmt: skip
# Where the line proves itself, and what the box cannot do is told.
PROVES_ITSELF = _setting(
    "underground, the line proves itself", 1_200_000,
    (("tick",), *_IGNITION, *_speeds(), ("reset",), ("long", ANNE.tag)),
    tells=True, oldest_ms=601_000,
)  # fmt: skip
NOISY = _setting(
    "parked, the receiver's noise", 60_000,
    (("tick",), *_IGNITION, ("noise", 650), ("noise", 14_000), ("noise", None, None, None, None),
     ("reset",), *_badges(ANNE)),
)  # fmt: skip
CONTACT_LIES = _setting(
    "the feedback contact is broken", 65_000,
    (("tick",), *_IGNITION, ("contact", RELAY_INHIBITED), ("contact", RELAY_ENABLED),
     ("contact", 0), ("reset",), *_badges(ANNE, TESS)),
)  # fmt: skip
# What a planted defect needs of it, which is not found in minutes otherwise.
CONTACT_LIES_TO_ANNE = replace(
    CONTACT_LIES,
    name="the feedback contact is broken, Anne alone",
    events=(("tick",), *_IGNITION, ("contact", RELAY_INHIBITED), *_badges(ANNE)),
)
PEOPLE_ALL_DAY = _setting(
    "everybody, all day", 65_000,
    (
        ("tick",), ("grants", 0), ("grants", 1), ("grants", 2), ("grants", 3),
        ("grants", 5),
        *_clock(UNKNOWN, EARLY, SOON, ANNES_QUARTER, ANNES, BRUNOS_QUARTER, BRUNOS, LATE),
        *_badges(*PEOPLE),
    ),
)  # fmt: skip
AT_THE_READER = _setting(
    "badge by badge", 65_000,
    (
        ("tick",), ("reset",), ("keys",), ("held",), ("leaves",), *_clock(ANNES, BRUNOS),
        *[("arrives", person.tag) for person in (ANNE, BRUNO, TESS)], ("copied", ANNE.tag),
    ),
)  # fmt: skip
COMMANDED = _setting(
    "commands, power fails", 65_000,
    (
        ("tick",), ("reset",), *_clock(UNKNOWN, ANNES, BRUNOS), ("command", 0), ("command", 2),
        ("command", 9), ("command", 10), ("short", ANNE.tag),
    ),
    commands=COMMANDS, power_cuts=True,
)  # fmt: skip
CANCELLED = _setting(
    "commands, cancelled", 65_000,
    (("tick",), ("reset",), ("command", 0), ("command", 1), ("hand", RELAY_ENABLED),
     ("short", ANNE.tag)),
    commands=COMMANDS, power_cuts=True,
)  # fmt: skip
FLASH_FULL = _setting(
    "commands, flash is full", 65_000,
    (
        ("tick",), ("reset",), ("flash",), ("room",), ("command", 0), ("command", 2),
        ("short", ANNE.tag), ("short", UGO.tag),
    ),
    commands=COMMANDS,
)  # fmt: skip
COMMANDED_TO_END = _setting(
    "commands to end a trip, keys out and in", 65_000,
    (("tick",), ("reset",), ("keys",), ("command", 2), ("command", 3), *_badges(ANNE),
     ("long", TESS.tag)),
    commands=COMMANDS, power_cuts=True,
)  # fmt: skip
DOORS = _setting(
    "doors", 200_000,
    (
        ("tick",), ("look",), ("door",), ("bounce",), ("reset",), *_badges(ANNE, TESS, UGO),
    ),
    power_cuts=True,
)  # fmt: skip
FORGOTTEN = _setting(
    "forgotten, ticks of an hour", 3_600_000,
    (
        ("tick",), *_IGNITION, ("reset",), ("grants", 0), ("grants", 1), ("grants", 3),
        *_clock(UNKNOWN, ANNES, BRUNOS, ANNE_IS_LATE), *_badges(ANNE),
    ),
    oldest_ms=3_601_000,
)  # fmt: skip
COMES_BACK = _setting(
    "comes back, and the next booking runs", 3_600_000,
    (
        ("tick",), ("reset",), ("site",), ("grants", 0), ("grants", 5),
        *_clock(ANNES, ANNE_IS_LATE, DAYS_LATER),
        *_badges(ANNE, BRUNO),
    ),
    oldest_ms=3_601_000,
)  # fmt: skip
FORGOTTEN_FOR_DAYS = _setting(
    "nobody can tell until when, ticks of 36 h", 36 * 3_600_000,
    (
        ("tick",), *_IGNITION, ("reset",), ("grants", 0), ("grants", 1), *_clock(UNKNOWN, ANNES),
        *_badges(ANNE),
    ),
    unused_ms=108 * 3_600_000,
)  # fmt: skip
FORGOTTEN_WALKING_UP = _setting(
    "forgotten by who walked up, ticks of 6 h", 6 * 3_600_000,
    (("tick",), *_IGNITION, *_clock(UNKNOWN, EARLY, ANNES), *_badges(WALTER, ANNE)),
    oldest_ms=12 * 3_600_000 + 1000, wall_s=EARLY,
)  # fmt: skip
HANDING_OVER = _setting(
    "handing over, ticks of 65 s", 65_000,
    (
        ("tick",), *_IGNITION, *_speeds(), ("reset",), ("short", ANNE.tag), ("short", PAT.tag),
    ),
)  # fmt: skip
BOOKING_RUNS = _setting(
    "handing over, bookings that overlap", 400_000,
    (
        ("tick",), *_IGNITION, *_clock(ANNES, BRUNOS), *_badges(ANNE), ("short", BRUNO.tag),
    ),
    standing_ms=601_000, grants=4,
)  # fmt: skip
HANDED_OVER_LEFT_ON = _setting(
    "handing over, ignition left on, ticks of 400 s", 400_000,
    (
        ("tick",), *_IGNITION, ("speed", 0, 0), ("speed", 0, 14_000), ("reset",),
        ("short", ANNE.tag), ("short", PAT.tag),
    ),
    standing_ms=601_000,
)  # fmt: skip
LEFT_ON = _setting(
    "ignition left on, ticks of 300 s", 300_000,
    (
        ("tick",), *_IGNITION, ("speed", 0, 0), ("speed", 0, 14_000), ("reset",), *_badges(ANNE),
        ("long", TESS.tag),
    ),
    standing_ms=601_000,
)  # fmt: skip
LEFT_ON_BLIND = _setting(
    "ignition left on, no speed, ticks of 600 s", 600_000,
    (
        ("tick",), *_IGNITION, ("speed", 0, 0), ("speed", 0, None), *_badges(ANNE),
    ),
    standing_ms=3_001_000,
)  # fmt: skip
FROM_AFAR = _setting(
    "a manager's end, ticks of 30 min", 1_800_000,
    (("tick",), *_IGNITION, ("speed", 0, 0), ("speed", 0, 14_000), ("reset",), ("command", 4),
     ("short", ANNE.tag)),
    commands=COMMANDS, oldest_ms=3_601_000, standing_ms=3_601_000,
)  # fmt: skip
FROM_AFAR_LEFT_ON = _setting(
    "a manager's end, ignition on, ticks of 6 h", 6 * 3_600_000,
    (
        ("tick",), *_IGNITION, *_clock(ANNES, BRUNOS), ("command", 4), ("short", ANNE.tag),
    ),
    commands=COMMANDS, oldest_ms=3_601_000, standing_ms=12 * 3_600_000 + 1000,
)  # fmt: skip
ORDERS = _setting(
    "orders from afar, power fails", 65_000,
    (("tick",), ("command", 4), ("command", 5), ("command", 6), ("command", 7),
     ("short", ANNE.tag)),
    commands=COMMANDS, power_cuts=True,
)  # fmt: skip
STOLEN = _setting(
    "a theft order", 65_000,
    (("tick",), *_IGNITION, ("reset",), ("command", 6), ("command", 7), *_badges(ANNE),
     ("long", TESS.tag)),
    commands=COMMANDS,
)  # fmt: skip
STOLEN_ON_THE_ROAD = _setting(
    "a theft order on the road, ticks of 32 s", 32_000,
    (("tick",), *_IGNITION, ("speed", 0, 0), ("speed", 0, 14_000), ("command", 6),
     ("short", ANNE.tag)),
    commands=COMMANDS,
)  # fmt: skip
LEFT_RUNNING = _setting(
    "left running by a technician, ticks of 65 s", 65_000,
    (
        ("tick",), *_IGNITION, ("speed", 0, 0), ("speed", 0, 14_000), ("reset",),
        ("short", ANNE.tag), ("long", TESS.tag),
    ),
    standing_ms=66_000,
)  # fmt: skip
DOOR_ONLY = _setting(
    "door-only", 65_000,
    (
        ("tick",), *_IGNITION, ("reset",), ("command", 0), *_clock(UNKNOWN, ANNES),
        *_badges(ANNE, TESS),
    ),
    commands=COMMANDS, start_relay=False, proven=True,
)  # fmt: skip

NO_LINE = _setting(
    "no ignition line is fitted, ticks of 25 s", 25_000,
    (
        ("tick",), *_speeds(), ("reset",), *_badges(ANNE), ("long", TESS.tag),
    ),
    line=False, standing_ms=61_000,
)  # fmt: skip

# While it limps nothing is seen, and time passes.
LIMPS = _setting(
    "limping, ticks of 32 s", 32_000,
    (
        ("tick",), *_IGNITION, ("speed", 0, 0), ("speed", 0, 14_000), ("hand", RELAY_ENABLED),
        ("limps",), ("serves",), ("short", ANNE.tag), ("long", ANNE.tag),
    ),
)  # fmt: skip
# The chip hears an edge of the ignition only where its line was low when it fell asleep.
SLEEPS = _setting(
    "light sleep, ticks of 32 s", 32_000,
    (
        ("tick",), *_IGNITION, ("speed", 0, 0), ("speed", 0, None), ("hand", RELAY_ENABLED),
        ("reset",), ("short", ANNE.tag),
    ),
    sleeps=True,
)  # fmt: skip
# Its stages are judged by the quarter of an hour, and told of by the hour.
LOW_BATTERY = _setting(
    "a low battery, ticks of 15 min", 900_000,
    (
        ("tick",), *_IGNITION, ("battery", 12_650), ("battery", 11_500), ("room",), ("reset",),
        *_badges(ANNE),
    ),
    battery=True, oldest_ms=901_000,
)  # fmt: skip

SETTINGS = (
    ROAD_64, ROAD_59, ROAD_60, TWO_SIGNS, UNDERGROUND, UNDERGROUND_AT, UNDERGROUND_TWO,
    AT_THE_READER, DOORS, DOOR_ONLY, FORGOTTEN_WALKING_UP, COMMANDED, CANCELLED, FLASH_FULL,
    COMMANDED_TO_END, ROAD_65, HANDING_OVER, BOOKING_RUNS, HANDED_OVER_LEFT_ON, LEFT_ON,
    LEFT_ON_BLIND,
    PROVES_ITSELF, NOISY, CONTACT_LIES, NO_LINE, LEFT_RUNNING, FORGOTTEN, COMES_BACK,
    FORGOTTEN_FOR_DAYS, FROM_AFAR, FROM_AFAR_LEFT_ON, ORDERS, STOLEN, STOLEN_ON_THE_ROAD,
    LIMPS, SLEEPS, LOW_BATTERY, PEOPLE_ALL_DAY,
)  # fmt: skip
