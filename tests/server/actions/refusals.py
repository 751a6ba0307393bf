"""How each reason to refuse is met, by each way in; and what was really told, as a table.

`python -m tests.server.actions.refusals` writes docs/refusals.md. Never here: whether that is right
(test_refusals.py).
"""

import argparse
import asyncio
import contextlib
import html
import io
import itertools
import json
import re
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from server.cli import main
from server.clock import SystemClock
from server.config import Address, MailSettings
from server.fleet import fleet_file
from server.fleet.accounts.giving_roles import MAX_REASON_LENGTH
from server.fleet.accounts.mail import MOST_WAITING, Letter, NewMail
from server.fleet.audit import Act, Performed
from server.fleet.feedback import Said
from server.fleet.model.boxes import Written
from server.fleet.model.trips import TripFilter
from server.fleet.records import Holder, OdometerRead, ReadRecord, TripStarted
from server.fleet.refusals import N_, Reason
from server.fleet.roles import WHOLE, Role, RoleGrant, Scope
from server.fleet.tables import reading
from server.store import Store
from server.store.badges import NewBadge
from server.web.i18n import load_words
from server.web.localtime import to_input
from tests.fleet import UNINFORMED, agent, booking, call_off, copied, vehicle
from tests.server.browser import Site
from tests.server.web.sample import (
    CLIO,
    DAY_S,
    HASH,
    HOUR_S,
    KARIM,
    LUCIE,
    MANAGER,
    NOW_S,
    PARIS,
    PASSWORD,
    PEUGEOT,
    fill,
    report,
    tell,
)
from tests.support import ROOT

TABLE = ROOT / "docs" / "refusals.md"
COMMAND = "python -m tests.server.actions.refusals"
FRENCH = load_words(PARIS)["fr"]
PEOPLE = (KARIM, LUCIE, MANAGER)
SIGNED_IN = (*PEOPLE, UNINFORMED)
LATER_S = NOW_S + 2 * DAY_S
NOBODY = 999_999  # the number of no booking, trip or badge

GONE = "gael.petit"
KARIMS_BADGE, BLOCKED = 2, "04b1b2b2"
MANAGER_ID, KARIM_ID, LUCIE_ID, UNSEEN_ID = 1, 2, 3, 5
ADMINISTRATOR_GRANT = 2  # the role that makes her one
# Nobody listens there, and nothing is due: what waits is of later.
MAIL = MailSettings(Address("127.0.0.1", 1), "parc@ddt.example", "https://parc.example")
FINE = "trois chevaux bruns"  # a password with which nothing is wrong
UNSEEN = "noe.blanc"  # who has no licence on record
BUSY = "ida.faure"  # who has a car while Lucie has hers
FAR_AWAY, GARAGED, WALKED_UP = "LN-100-AA", "SB-200-BB", "WU-300-CC"
RESERVED = "RS-500-EE"
WITHDRAWN_S = NOW_S + 300 * DAY_S  # from then on Karim may book no more
RETIRED = "RT-500-EE"
MAC, OTHER_MAC = "a0:b7:65:4c:11:2e", "a0:b7:65:4c:11:2f"
OFTEN = ("OF-401-DD", "OF-402-DD", "OF-403-DD")
# 176 bookings to come: with 25 more there are too many in all, with 23 too many of the first car.
OFTEN_BOOKED = [
    (plate, LATER_S + day * DAY_S, weeks)
    for plate, lengths in zip(OFTEN, ((26, 26, 26), (26, 26), (26, 20)), strict=True)
    for day, weeks in enumerate(lengths)
]
MORE = {
    "sites": [{"code": "LOIN", "name": "Sous-préfecture"}],
    "vehicles": [
        vehicle(FAR_AWAY) | {"site": "LOIN"},
        vehicle(GARAGED, out_of_service=[{"from": LATER_S, "to": LATER_S + DAY_S}]),
        vehicle(WALKED_UP, walk_up=True),
        vehicle(RETIRED),
        *(vehicle(plate) for plate in OFTEN),
        vehicle(RESERVED),
    ],
    "equipment": [{"code": "SIEGE-2", "name": "Siège enfant", "site": "LOIN"}],
    "agents": [
        agent(GONE, b"", badges=[], active=False),
        agent(UNSEEN, b"", badges=[], licence_recorded=False),
        agent(BUSY, b"", badges=[]),
        agent(UNINFORMED, b"", badges=[], password=PASSWORD),
    ],
    "bookings": [
        booking(PEUGEOT, LUCIE, NOW_S + 5 * DAY_S, NOW_S + 6 * DAY_S, equipment=["SIEGE-1"]),
        booking(FAR_AWAY, BUSY, NOW_S + 5 * DAY_S, NOW_S + 6 * DAY_S),
        booking(PEUGEOT, KARIM, NOW_S + 8 * DAY_S, NOW_S + 9 * DAY_S),
        *(
            booking(plate, MANAGER, starts_at_s, starts_at_s + HOUR_S, weeks=weeks)
            for plate, starts_at_s, weeks in OFTEN_BOOKED
        ),
    ],
}


async def fill_more(store: Store) -> None:
    """Let everything be there that a refusal may stand against."""
    await fill(store)
    await store.fleet.load(fleet_file.parse(json.dumps(MORE)), {UNINFORMED: HASH}, NOW_S)
    karim, lucie, manager = [await store.agents.by_login(login) for login in PEOPLE]
    cancelled = (await store.bookings.of_agent(karim.agent_id, NOW_S + 8 * DAY_S))[0]
    await call_off(store, cancelled.booking_id)
    lost = NewBadge(karim.agent_id, "", None)
    badge_id, _ = await store.badges.enrol(lost, bytes.fromhex(BLOCKED), NOW_S)
    await store.badges.revoke(badge_id, NOW_S)
    answered, open_, *_ = await ended_trips(store)
    for trip_id in (answered, open_):
        await store.feedback.say(trip_id, Said(None, "Une rayure", True), NOW_S - HOUR_S)
    await store.feedback.answer(
        answered, NOW_S - HOUR_S, "Au garage.", manager.agent_id, NOW_S - HOUR_S
    )
    car = next(car for car in await store.vehicles.all() if car.plate == WALKED_UP)
    begun = TripStarted(NOW_S - HOUR_S, 0, Holder(karim.agent_id, karim.directorate_id), None)
    await tell(store, car.vehicle_id, [ReadRecord(2, "trip_start", begun.at_s, b"", {}, begun)])
    for metres in (0, 7_000):
        await report(store, PEUGEOT, OdometerRead(metres))
    assert await store.unassigned.attribute(1, 7_000, karim.agent_id, manager.agent_id, NOW_S)
    await report(store, PEUGEOT, OdometerRead(9_000))
    administrator = RoleGrant(0, Role.ADMINISTRATOR, WHOLE, NOW_S)
    given = await store.roles.give(manager.agent_id, administrator, None, "")
    assert given == ADMINISTRATOR_GRANT
    of_ddpp = replace(administrator, scope=Scope(frozenset({lucie.directorate_id})))
    await store.roles.give(lucie.agent_id, of_ddpp, None, "")
    by_plate = {car.plate: car for car in await store.vehicles.all()}
    await let_few_have(store, by_plate[RESERVED].vehicle_id)
    (right,) = (await store.rights.of_agent(karim.agent_id)).rights
    await store.rights.withdraw(right.right_id, manager.agent_id, WITHDRAWN_S)
    await store.vehicles.retire(by_plate[RETIRED].vehicle_id, NOW_S)
    thefts = ((PEUGEOT, manager), (WALKED_UP, karim), (CLIO, karim), (RESERVED, lucie))
    for plate, who in thefts:
        number = await store.theft_orders.ask(by_plate[plate].vehicle_id, "PV", who.agent_id, NOW_S)
        assert number is not None
    made = Performed(Act.ADD_PERSON, NOW_S, lucie.agent_id, kind="agent")
    await store.audit.note(replace(made, object_id=manager.agent_id))
    confirmed = by_plate[WALKED_UP].box_id
    assert confirmed is not None
    assert await store.theft_orders.confirm(2, confirmed, manager.agent_id, NOW_S, LATER_S)
    await store.boards.note_flashed(confirmed, Written(OTHER_MAC, "1.27.0"), None, NOW_S)
    await store.learn_orders.ask(by_plate[WALKED_UP].vehicle_id, confirmed, None, NOW_S)
    mail = NewMail(karim.agent_id, "reset", "k@ddt.example", Letter("", "", ""), LATER_S + DAY_S)
    await store.accounts.set_email(karim.agent_id, mail.recipient)
    for i in range(MOST_WAITING + 1):
        await store.links.make(f"hash {i}", LATER_S, mail, LATER_S - 1)
        if i == 0:
            assert await store.outbox.drop(1, NOW_S)
    await store.second_factors.offer(karim.agent_id, "GEZDGNBVGY3TQOJQ" * 2, NOW_S)
    assert await store.theft_orders.withdraw(3, karim.agent_id, NOW_S, LATER_S) == 0
    await store.corrections.ask(karim.agent_id, "Mon nom", NOW_S)
    assert await store.corrections.answer(1, "Corrigé", manager.agent_id, NOW_S)
    await store.tables.undo(await _take_in(store, "ida"), None, NOW_S)
    await _take_in(store, "uma")
    await store.fleet.load(
        fleet_file.parse(json.dumps({"agents": [agent("uma", b"\x04uma")]})), {}, NOW_S
    )


async def _take_in(store: Store, login: str) -> int:
    text = f"identifiant;nom complet;direction\n{login};{login};DDT\n"
    entries = reading.read("people", io.BytesIO(text.encode()))
    import_id, _ = await store.tables.take_in(
        entries, "people.csv", None, NOW_S, PARIS, lambda done, of: None
    )
    return import_id


async def let_few_have(store: Store, vehicle_id: int) -> None:
    """Let a car be of a group that only some may book."""

    def group(db: Any) -> None:
        db.execute("INSERT INTO car_group (group_id, name, restricted) VALUES (1, 'Bacs', 1)")
        db.execute(
            "INSERT INTO vehicle_group (vehicle_id, group_id) VALUES (:id, 1)", {"id": vehicle_id}
        )

    await store._engine.write(group)


async def ended_trips(store: Store) -> list[int]:
    """Lucie's, the newest first."""
    return [t.trip_id for t in await store.trips.log(TripFilter()) if t.state == "ended"]


# The ways in. A text in the place of one says why the reason is not met there.


@dataclass(frozen=True)
class Page:
    """A form that somebody sends."""

    path: str
    fields: Mapping[str, str] = field(default_factory=dict)
    who: str = KARIM


@dataclass(frozen=True)
class Call:
    """A call of the API; a body that is a text goes as it is, None is no body."""

    path: str
    body: Any = None
    who: str = KARIM
    method: str = "POST"


@dataclass(frozen=True)
class Command:
    """What somebody types after `voiturier`; the data directory is added."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class File:
    """The text of a fleet file."""

    text: str


Way = Page | Call | Command | File | str
WAYS = ("page", "api", "command", "file")

NO_FORM, NO_CALL = "no such form", "no such call"
NO_COMMAND, NO_ENTRY = "no such command", "no such entry"
ASKED_BY_A_PAGE = "its fields are the page's own"


@dataclass(frozen=True)
class Case:
    """The ways to meet a reason, and the values that its sentence then names.

    `page_says`: what a page says in its place, beside that field.
    """

    page: Way = NO_FORM
    api: Way = NO_CALL
    command: Way = NO_COMMAND
    file: Way = NO_ENTRY
    values: Mapping[str, int | str] = field(default_factory=dict)
    page_says: tuple[str, str] | None = None


_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def _packed(name: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as parts:
        parts.writestr(name, "")
    return kept.getvalue()


def file(**lists: object) -> File:
    return File(json.dumps(lists, indent=1))


def cases(
    folder: Path,
    cars: Mapping[str, int],
    bookings: Mapping[str, int],
    trips: Mapping[str, int],
    learn_order: int,
    bound: str,
) -> dict[Reason, Case]:
    """Return the case of each reason.

    Args:
        folder: where a file may be made.
        cars: plate -> id.
        bookings: running, past, cancelled, equipped -> id.
        trips: running, answered, said, unsaid -> id.
        learn_order: that no card has answered.
        bound: the number on the wire of a box that is on another board than MAC.
    """

    eva = agent("eva.roux", bytes(4))

    def book(
        plate: str = CLIO,
        starts_at_s: int = LATER_S,
        length_s: int = HOUR_S,
        who: str = KARIM,
        equipment: tuple[str, ...] = (),
        purpose: str = "Visite",
        **more: Any,
    ) -> dict[str, Any]:
        """One and the same booking by each way; more: weeks, private."""
        ends_at_s = starts_at_s + length_s
        car_id = cars.get(plate, NOBODY)
        hours = {"starts_at_s": starts_at_s, "ends_at_s": ends_at_s}
        fields = {
            "vehicle": str(car_id),
            "start": to_input(starts_at_s, PARIS),
            "end": to_input(ends_at_s, PARIS),
            "purpose": purpose,
            **{f"equipment-{code}": "1" for code in equipment},
            **{word: str(value) for word, value in more.items()},
        }
        said = {"purpose": purpose, "equipment": list(equipment), **more}
        return {
            "page": Page("/reservations/nouvelle", fields, who),
            "api": Call("/api/bookings", {"vehicle_id": car_id, **hours, **said}, who),
            "file": file(bookings=[booking(plate, who, starts_at_s, ends_at_s, **said)]),
        }

    def ask(word: str, value: object) -> Call:
        call = book()["api"]
        return Call(call.path, call.body | {word: value})

    def entry(word: str, value: object) -> File:
        return file(bookings=[booking(CLIO, KARIM, LATER_S, LATER_S + HOUR_S) | {word: value}])

    def move(which: str, plate: str, who: str = KARIM) -> dict[str, Any]:
        number = bookings[which]
        return {
            "page": Page(f"/reservations/{number}/voiture", {"vehicle": str(cars[plate])}, who),
            "api": Call(f"/api/bookings/{number}/vehicle", {"vehicle_id": cars[plate]}, who),
            "file": "a file moves no booking",
        }

    def cancel(number: int, who: str = KARIM) -> dict[str, Any]:
        return {
            "page": Page(f"/reservations/{number}/annuler", {}, who),
            "api": Call(f"/api/bookings/{number}", None, who, "DELETE"),
            "file": "a file calls no booking off",
        }

    def give_back(number: int, who: str = KARIM) -> dict[str, Any]:
        return {
            "page": Page(f"/reservations/{number}/rendre", {}, who),
            "api": Call(f"/api/bookings/{number}/return", {}, who),
            "file": "a file ends no booking",
        }

    def say(number: int, who: str = LUCIE, **said: object) -> dict[str, Any]:
        whole = {"rating": None, "message": "", "damage": False} | said
        sent = {word: str(value) for word, value in said.items()}
        return {
            "page": Page(f"/trajets/{number}/avis", sent, who),
            "api": Call(f"/api/trips/{number}/feedback", whole, who),
        }

    def answer(number: int, text: str, said_at_s: int) -> dict[str, Any]:
        said = {"answer": text, "said_at_s": said_at_s}
        return {
            "page": Page(f"/avis/{number}", {k: str(v) for k, v in said.items()}, MANAGER),
            "api": Call(f"/api/feedback/{number}/answer", said, MANAGER),
        }

    def attribute(number: int, distance_m: str = "2000") -> dict[str, Any]:
        fields = {"agent_id": "Karim", "distance_m": distance_m}
        return {"page": Page(f"/a-traiter/kilometres/{number}", fields, MANAGER)}

    def saw(number: int, times: int) -> dict[str, Any]:
        told = {"times": str(times)}
        return {"page": Page(f"/a-traiter/contradictions/{number}/vue", told, MANAGER)}

    def stolen(plate: str, reference: str = "PV 1") -> dict[str, Any]:
        words = ("theft", "report", "--vehicle", plate, "--by", MANAGER, "--reference", reference)
        fields = {"vehicle_id": plate, "reference": reference}
        return {"page": Page("/vols/signaler", fields, MANAGER), "command": Command(words)}

    def theft(number: int, plate: str) -> dict[str, Any]:
        words = ("theft", "confirm", "--vehicle", plate, "--by", MANAGER)
        page = Page(f"/vols/{number}/confirmer", {}, MANAGER)
        return {"page": page, "command": Command(words)}

    def choose(password: str, **else_: str) -> dict[str, Any]:
        fields = {"old": PASSWORD, "new": password, "again": password} | else_
        return {
            "page": Page("/profil/mot-de-passe", fields),
            "command": "it is asked for at the terminal",
            "file": file(agents=[eva | {"password": password}]),
        }

    def merge(into_id: str, into: str | None) -> dict[str, Any]:
        fields = {"from_s": "2026-12-01", "into_id": into_id}
        words = ("directorate", "close", "--code", "DDT", "--from", "2026-12-01")
        words += () if into is None else ("--into", into)
        return {"page": Page("/directions/1/fermer", fields, MANAGER), "command": Command(words)}

    def hand_over(to: str) -> dict[str, Any]:
        page = Page(f"/agents/{LUCIE_ID}/depart", {"everything": to}, MANAGER)
        words = ("account", "close", "--login", LUCIE, "--hand-to", to)
        return {"page": page, "command": Command(words)}

    def new_car(plate: str, site: str = "PREF") -> dict[str, Any]:
        words = ("car", "add", "--vehicle", plate, "--label", "Clio", "--site", site)
        fields = {"plate": plate, "label": "Clio", "site": "1" if site == "PREF" else f"{NOBODY}"}
        return {"page": Page("/voitures/nouvelle", fields, MANAGER), "command": Command(words)}

    def new_site(**words: str) -> dict[str, Any]:
        options = [part for word, value in words.items() for part in (f"--{word}", value)]
        page = Page("/sites/nouveau", {"code": "ZZ", "name": "Z", **words}, MANAGER)
        command = Command(("site", "add", "--site", "ZZ", "--name", "Z", *options))
        return {"page": page, "command": command}

    def of_car(plate: str, page: str, command: str, *options: str, **fields: str) -> dict[str, Any]:
        words = ("car", command, "--vehicle", plate, *options)
        return {
            "page": Page(f"/voitures/{cars[plate]}/{page}", fields, MANAGER),
            "command": Command(words),
        }

    def order(plate: str) -> Command:
        return Command(("command", "inhibit", "--vehicle", plate))

    def role(who: str = MANAGER, **more: str) -> Page:
        given = {"login": KARIM, "role": "administrator", "reason": "Astreinte"}
        return Page("/roles", given | more, who)

    def give_role(*more: str) -> tuple[str, ...]:
        given = ("--login", KARIM, "--role", "auditor", "--reason", "Contrôle")
        return ("role", "give", *given, *more)

    def badge(action: str, uid: str) -> Command:
        return Command(("badge", action, "--uid", uid))

    def enrol(number: str, **more: str) -> dict[str, Any]:
        fields = {"agent": "Lucie", "number": number, **more}
        words = ("badge", "add", "--agent", LUCIE, "--number", number)
        page = Page("/badges/nouveau", fields, MANAGER)
        return {"page": page, "command": Command(words)}

    def give_learned(number: int) -> dict[str, Any]:
        words = ("badge", "add", "--agent", LUCIE, "--learned", str(number))
        page = Page(f"/badges/lire/{number}", {"agent": "Lucie"}, MANAGER)
        return {"page": page, "command": Command(words)}

    def table(name: str, content: str | bytes, kind: str = "people") -> Case:
        """A table that says it at the command line, and on the page in the same words."""
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Case("the page of imports says it", command=Command(("import", kind, str(path))))

    def make(**more: object) -> Call:
        wanted = {"plate": CLIO, "board": "host", "mac": MAC} | more
        return Call("/api/boxes", wanted, MANAGER)

    def flashed(wire_id: str) -> Call:
        said = {"mac": MAC, "micropython": "1.27.0"}
        return Call(f"/api/boxes/{wire_id}/flashed", said, MANAGER)

    columns = "identifiant;nom complet;direction"
    said_at_s = NOW_S - HOUR_S
    taken = N_("Taken by %(who)s: %(when)s.")
    no_field = "a form has no such field"
    not_typed = "nothing that is typed"
    box_file = str(folder / "box.json")
    box = ("box", "add", "--board", "host", "--out", box_file, "--vehicle", CLIO)
    return {
        # What is asked for, in itself
        Reason.UNKNOWN_WORD: Case(
            ASKED_BY_A_PAGE, ask("privat", True), "named by the parser", entry("privat", True)
        ),
        Reason.NOT_EXPECTED: Case(*["every word has a reason of its own"] * 4),
        Reason.NOT_A_TEXT: Case(
            "a form sends texts",
            say(trips["unsaid"], message=5)["api"],
            "a command's words are texts",
            file(sites=[{"code": "A", "name": 5}]),
        ),
        Reason.TEXT_TOO_LONG: Case(
            file=file(sites=[{"code": "A", "name": "x" * 201}]), values={"letters": 200}
        ),
        Reason.NOT_TRUE_OR_FALSE: Case(
            "a box is ticked or not", ask("private", "no"), NO_COMMAND, entry("private", "no")
        ),
        Reason.NOT_AN_INSTANT: Case(
            "local times: says itself what it cannot read",
            ask("starts_at_s", "soon"),
            NO_COMMAND,
            entry("starts_at", "soon"),
        ),
        # Bookings
        Reason.END_BEFORE_START: Case(**book(length_s=-HOUR_S)),
        Reason.IN_THE_PAST: Case(
            **book(starts_at_s=NOW_S - DAY_S) | {"file": "meant: it may bring over what was"}
        ),
        Reason.TOO_FAR: Case(**book(starts_at_s=NOW_S + 3000 * DAY_S)),
        Reason.TOO_SHORT: Case(**book(length_s=14 * 60), values={"minutes": 15}),
        Reason.TOO_LONG: Case(**book(length_s=32 * DAY_S), values={"days": 31}),
        Reason.TOO_LONG_WEEKLY: Case(**book(length_s=7 * DAY_S, weeks=2)),
        Reason.TOO_MANY_WEEKS: Case(**book(weeks=99), values={"weeks": 26}),
        Reason.TOO_MANY_BOOKINGS: Case(
            **book(OFTEN[2], LATER_S + 2 * HOUR_S, who=MANAGER, weeks=26),
            values={"bookings": 200},
        ),
        Reason.TOO_MANY_OF_CAR: Case(
            **book(OFTEN[0], LATER_S + 4 * HOUR_S, who=MANAGER, weeks=26),
            values={"bookings": 100},
        ),
        Reason.PURPOSE_MISSING: Case(**book(purpose=" ")),
        Reason.PURPOSE_TOO_LONG: Case(**book(purpose="x" * 201), values={"letters": 200}),
        Reason.UNKNOWN_VEHICLE: Case(**book(plate="XX-000-XX"), command=order("XX-000-XX")),
        Reason.NO_PRIVATE_USE: Case(**book(private=True)),
        Reason.EQUIPMENT_UNKNOWN: Case(**book(equipment=("NULLE",))),
        Reason.EQUIPMENT_ELSEWHERE: Case(**book(equipment=("SIEGE-2",))),
        Reason.EQUIPMENT_STAYS: Case(**move("equipped", FAR_AWAY, LUCIE)),
        Reason.NOT_LONGER: Case(
            Page(f"/reservations/{bookings['running']}/prolonger", {"ends_at_s": f"{NOW_S + 60}"}),
            Call(f"/api/bookings/{bookings['running']}/end", {"ends_at_s": NOW_S + 60}),
            file="a file ends no booking later",
        ),
        Reason.OVERLAP: Case(
            **book(PEUGEOT, NOW_S + DAY_S, who=LUCIE), page_says=("vehicle", taken)
        ),
        Reason.EQUIPMENT_TAKEN: Case(
            **book(starts_at_s=NOW_S + 5 * DAY_S, equipment=("SIEGE-1",)),
            page_says=("equipment", taken),
        ),
        Reason.STILL_OUT: Case(
            **book(WALKED_UP, NOW_S + 600, who=LUCIE)
            | {"file": "meant: one late car refuses no file"}
        ),
        Reason.OUT_OF_SERVICE: Case(**book(GARAGED)),
        Reason.NO_RIGHT: Case(**book(starts_at_s=WITHDRAWN_S - 600)),
        Reason.RIGHT_ELSEWHERE: Case(**book(RESERVED)),
        Reason.ALREADY_OVER: Case(**cancel(bookings["past"], LUCIE)),
        Reason.IS_CANCELLED: Case(**move("cancelled", CLIO)),
        Reason.UNDER_WAY: Case(**move("running", PEUGEOT)),
        Reason.IS_DRIVEN: Case(**cancel(bookings["running"])),
        Reason.NOT_BEGUN: Case(**give_back(bookings["equipped"], LUCIE)),
        Reason.NO_SUCH_BOOKING: Case(**cancel(NOBODY)),
        # Feedback
        Reason.UNKNOWN_RATING: Case(**say(trips["unsaid"], rating=6)),
        Reason.RATING_TOO_EARLY: Case(
            "asks for no rating before", say(trips["running"], KARIM, rating=3)["api"]
        ),
        Reason.NOTHING_SAID: Case(**say(trips["unsaid"])),
        Reason.DAMAGE_NOT_DESCRIBED: Case(**say(trips["unsaid"], damage=True)),
        Reason.MESSAGE_TOO_LONG: Case(
            **say(trips["unsaid"], message="x" * 2001), values={"letters": 2000}
        ),
        Reason.ANSWER_MISSING: Case(**answer(trips["said"], " ", said_at_s)),
        Reason.ALREADY_ANSWERED: Case(
            "asks for no message then", say(trips["answered"], message="Autre chose")["api"]
        ),
        Reason.MESSAGE_CHANGED: Case(**answer(trips["said"], "Vu.", said_at_s - 1)),
        Reason.NO_SUCH_MESSAGE: Case(**answer(trips["unsaid"], "Vu.", said_at_s)),
        Reason.NO_SUCH_TRIP: Case(**say(NOBODY, message="Merci")),
        Reason.NOT_THE_DRIVER: Case(**say(trips["unsaid"], MANAGER, message="Merci")),
        Reason.TRIP_OVER: Case(Page(f"/trajets/{trips['unsaid']}/terminer", {}, LUCIE)),
        Reason.NOTHING_TO_WITHDRAW: Case(Page(f"/trajets/{trips['running']}/retirer", {}, MANAGER)),
        Reason.NO_SUCH_THEFT_ORDER: Case(**theft(NOBODY, CLIO)),
        Reason.REFERENCE_MISSING: Case(**stolen(CLIO, " "), values={"letters": 60}),
        Reason.THEFT_ORDER_STANDS: Case(**stolen(PEUGEOT)),
        Reason.SAME_PERSON: Case(**theft(1, PEUGEOT)),
        Reason.NOT_INDEPENDENT: Case(**theft(4, RESERVED)),
        Reason.IS_CONFIRMED: Case(**theft(2, WALKED_UP)),
        Reason.IS_WITHDRAWN: Case(theft(3, CLIO)["page"], command="speaks of the one that stands"),
        Reason.NO_SUCH_METRES: Case(**attribute(NOBODY)),
        Reason.ALREADY_ATTRIBUTED: Case(**attribute(1)),
        Reason.METRES_CHANGED: Case(**attribute(2, distance_m="1")),
        Reason.CONTRADICTION_CHANGED: Case(**saw(NOBODY, 1)),
        # Accounts
        Reason.NO_SUCH_ACCOUNT: Case(command=Command(("account", "close", "--login", "nobody"))),
        Reason.ACCOUNT_CLOSED: Case(
            "who is signed in has an open one",
            "who is signed in has an open one",
            file=file(bookings=[booking(CLIO, GONE, LATER_S, LATER_S + HOUR_S)]),
            values={"name": GONE},
        ),
        Reason.PASSWORD_TOO_SHORT: Case(
            **choose("Aa1!Aa1!"),
            values={"letters": 12, "digits": 16},
        ),
        Reason.PASSWORD_GUESSABLE: Case(**choose("Voiturier2026!")),
        Reason.PASSWORD_WRONG: Case(choose(FINE, old="wrong")["page"]),
        Reason.CODE_WRONG: Case(
            Page(
                "/connexion/code",
                {"login": KARIM, "code": "ABCD-2345", "new": FINE, "again": FINE},
            )
        ),
        Reason.NOT_YOUR_PEER: Case(
            Page(f"/comptes/{MANAGER_ID}/code", {}, MANAGER), command="the operator may do all"
        ),
        Reason.PASSWORDS_DIFFER: Case(choose(FINE, again="deux")["page"]),
        # Roles
        Reason.GIVES_TOO_MUCH: Case(role(who=LUCIE), command="the operator may do all"),
        Reason.LAST_ADMINISTRATOR: Case(
            Page(f"/roles/{ADMINISTRATOR_GRANT}/retirer", {}, MANAGER),
            command=Command(("role", "withdraw", str(ADMINISTRATOR_GRANT))),
            values={"name": "Claire Martin"},
        ),
        Reason.ROLE_NEEDS_END: Case(
            role(role="technician"), command=Command(give_role("--role", "technician"))
        ),
        Reason.REASON_MISSING: Case(
            role(reason=""),
            command=Command((*give_role(), "--reason", "")),
            values={"letters": MAX_REASON_LENGTH},
        ),
        Reason.NO_SUCH_ROLE: Case(
            Page(f"/roles/{NOBODY}/retirer", {}, MANAGER),
            command=Command(("role", "withdraw", str(NOBODY))),
        ),
        Reason.NOT_A_ROLE: Case(role(role="king"), command="the command names them"),
        Reason.UNKNOWN_PART: Case(
            role(**{f"sites-{NOBODY}": "1"}), command=Command((*give_role(), "--site", "LUNE"))
        ),
        # People
        Reason.ALREADY_THERE: Case(
            Page("/directions/nouvelle", {"code": "DDT", "name": "Territoires"}, MANAGER),
            command=Command(("directorate", "add", "--code", "DDT", "--name", "Territoires")),
        ),
        Reason.CHANGED_MEANWHILE: Case(
            Page("/directions/1/modifier", {"name": "Mer", "seen": "Forêts"}, MANAGER),
            command="it reads what holds itself",
            values={"now": "Territoires"},
        ),
        Reason.DIRECTORATE_CLOSED: Case(**merge("1", "DDT")),
        Reason.HAS_MEMBERS: Case(**merge("", None), values={"people": 6}),
        Reason.NOT_HANDED_OVER: Case(
            Page(f"/agents/{LUCIE_ID}/depart", {}, MANAGER), command="hands over all or none"
        ),
        Reason.NO_LICENCE_ON_RECORD: Case(**hand_over(UNSEEN), values={"name": "Noe Blanc"}),
        Reason.BUSY_THEN: Case(**hand_over(BUSY), values={"name": "Ida Faure"}),
        # Cars, sites, equipment, groups
        Reason.NOTHING_GIVEN: Case(**new_car(" "), values={"letters": 120}),
        Reason.NOT_A_ZONE: Case(**new_site(timezone="Mars")),
        Reason.NAME_TAKEN: Case(**new_car(CLIO)),
        Reason.CHANGED_SINCE: Case(
            Page(
                f"/voitures/{cars[CLIO]}/modifier",
                {"plate": CLIO, "label": "Clio", "site": "1", "seen": "0"},
                MANAGER,
            ),
            command="looks and changes at once",
        ),
        Reason.NOT_THERE: Case(
            Page(f"/voitures/{NOBODY}/retirer", {}, MANAGER), command="says the names there are"
        ),
        Reason.CAR_RETIRED: Case(**book(RETIRED)),
        Reason.STILL_BOOKED: Case(**of_car(PEUGEOT, "retirer", "retire")),
        Reason.STILL_USED: Case(
            Page("/sites/1/fermer", {}, MANAGER),
            command=Command(("site", "retire", "--site", "PREF")),
        ),
        Reason.ORDERS_WAIT: Case(
            **of_car(
                PEUGEOT, "boitier", "move-box", "--to", GARAGED, car=str(cars.get(GARAGED, NOBODY))
            )
        ),
        # Signing in
        Reason.NO_MAIL_TO: Case(
            Page(f"/comptes/{UNSEEN_ID}/inviter", {}, MANAGER), values={"name": "Noe Blanc"}
        ),
        Reason.OUTBOX_FULL: Case(
            Page(f"/comptes/{KARIM_ID}/inviter", {}, MANAGER), values={"mails": MOST_WAITING}
        ),
        Reason.LINK_OVER: Case(Page("/connexion/lien", {"key": "x", "new": FINE, "again": FINE})),
        Reason.NO_SUCH_MAIL: Case(
            Page(f"/courriels/{NOBODY}/abandonner", {}, MANAGER),
            command=Command(("mail", "drop", f"{NOBODY}")),
        ),
        Reason.MAIL_OVER: Case(
            Page("/courriels/1/reessayer", {}, MANAGER), command=Command(("mail", "retry", "1"))
        ),
        Reason.SECOND_CODE_WRONG: Case(Page("/profil/second-facteur/confirmer", {"code": "1"})),
        Reason.NO_SECOND_FACTOR: Case(
            Page("/profil/second-facteur/confirmer", {"code": "1"}, LUCIE)
        ),
        Reason.NOT_AN_EMAIL: Case(
            command=Command(("account", "email", KARIM, "karim")),
            file=file(agents=[eva | {"email": "eva@roux"}]),
        ),
        # The fleet
        Reason.NOT_ALLOWED: Case(
            Page(f"/trajets/{trips['running']}/terminer", {"without_keys": "y"}),
            Call(f"/api/feedback/{trips['said']}/answer", {"answer": "Vu.", "said_at_s": 1}),
            *["the operator may do all"] * 2,
        ),
        Reason.NO_SUCH_BADGE: Case(
            Page(f"/badges/{NOBODY}/bloquer", {}, MANAGER), command=badge("lost", "04ffffff")
        ),
        Reason.NOT_A_UID: Case(
            no_field,
            command=badge("lost", "04"),
            file=file(agents=[eva | {"badges": ["04"]}]),
        ),
        Reason.PASSING_UID: Case(
            **enrol("08ffff08"),
            file=file(agents=[eva | {"badges": ["08ffffff"]}]),
        ),
        Reason.NO_SUCH_PERSON: Case(
            enrol("04ffffff", uid="04ffffff", agent="Personne")["page"],
            command="knows people by their login",
        ),
        Reason.NOT_A_BADGE_NUMBER: Case(**enrol("1")),
        Reason.WHICH_READING: Case(**enrol("04ffffff", uid="")),
        Reason.BADGE_BLOCKED: Case(
            **enrol(BLOCKED, uid=BLOCKED)
            | {"command": Command((*enrol(BLOCKED)["command"].words, "--meant", BLOCKED))},
            values={"name": "Karim <b>Benali"},
        ),
        Reason.NO_CARD_READ: Case(**give_learned(learn_order)),
        Reason.NO_SUCH_LEARN_ORDER: Case(**give_learned(NOBODY)),
        Reason.NOT_REVOKED: Case(
            Page(f"/badges/{KARIMS_BADGE}/retrouver", {}, MANAGER),
            command=badge("found", "04a1b2c4"),
        ),
        Reason.NO_BOX: Case(
            of_car(GARAGED, "boitier", "move-box", car=str(cars[FAR_AWAY]))["page"],
            command=order(GARAGED),
        ),
        Reason.BOX_EXISTS: Case(
            api="told once the server has an address for boxes", command=Command(box)
        ),
        Reason.NO_SUCH_BOX: Case(api=flashed("0" * 16)),
        Reason.OTHER_BOARD: Case(api=flashed(bound)),
        Reason.NO_BOX_ADDRESS: Case(api=make(), command="names its option --server"),
        Reason.NOT_A_MAC: Case(api=make(mac="a0b7654c112e")),
        Reason.NOT_A_PIN: Case(api=make(sim_pin="123"), command="names its file"),
        Reason.NOT_JSON: Case(
            not_typed,
            Call("/api/bookings", '{"purpose": }'),
            NO_COMMAND,
            File('{"purpose": }'),
            values={"why": "Expecting value"},
        ),
        Reason.WORD_TWICE: Case(
            "counts the last",
            Call("/api/bookings", '{"purpose": "A", "purpose": "B"}'),
            "counts the last",
            File('{"sites": [], "sites": []}'),
        ),
        Reason.NOT_A_LIST: Case(
            "a box is ticked or not", ask("equipment", 5), NO_COMMAND, entry("equipment", 5)
        ),
        Reason.NOT_AN_OBJECT: Case(not_typed, Call("/api/bookings", []), NO_COMMAND, File("[]")),
        Reason.OUT_OF_RANGE: Case(
            **new_site(lat="91", lon="0"),
            file=file(sites=[{"code": "A", "name": "A", "lat": 91, "lon": 0}]),
            values={"least": -90, "most": 90},
        ),
        Reason.NOT_ONE_OF: Case(
            command="named by the parser",
            file=file(agents=[eva | {"role": "king"}]),
            values={"choice": "agent or manager or technician"},
        ),
        Reason.NOT_A_CARD_KEY: Case(
            file=file(agents=[eva | {"badges": [{"uid": "04ffffff", "key": "1"}]}])
        ),
        Reason.UNKNOWN_NAME: Case(
            **new_car("ZZ-1", "NULLE"), file=file(vehicles=[vehicle("ZZ-1") | {"site": "NULLE"}])
        ),
        Reason.SAME_AS: Case(
            file=file(sites=[{"code": "A", "name": "A"}] * 2),
            values={"name": "'A'", "first": "sites[0]"},
        ),
        Reason.BADGE_OF_ANOTHER: Case(
            "names who has it",
            command="names who has it",
            file=file(agents=[eva, agent("ida.roux", bytes(4))]),
            values={"name": "eva.roux"},
        ),
        Reason.SAME_START: Case(
            **of_car(
                GARAGED,
                "arret",
                "out",
                *("--from", to_input(LATER_S, PARIS), "--reason", "Pneus"),
                start=to_input(LATER_S, PARIS),
                reason="Pneus",
            ),
            file=file(
                vehicles=[vehicle("ZZ-1", out_of_service=[{"from": NOW_S, "to": LATER_S}] * 2)]
            ),
        ),
        Reason.NAMED_TWICE: Case(
            "a box is ticked or not",
            "a piece named twice is taken once",
            file=entry("equipment", ["SIEGE-1", "SIEGE-1"]),
        ),
        # Tables: the file, a line, what was taken in
        Reason.TABLE_EMPTY: table("empty.csv", ""),
        Reason.HEADER_ONLY: table("header.csv", columns),
        Reason.TABLE_TOO_LARGE: replace(
            table("large.csv", "a;b\n" * 40_001), values={"megabytes": 16, "lines": 20_000}
        ),
        Reason.OLD_EXCEL: table("old.xls", _OLE),
        Reason.OPEN_DOCUMENT: table("calc.ods", _packed("mimetype")),
        Reason.FILE_WITH_PASSWORD: table("p.xlsx", _OLE + "EncryptedPackage".encode("utf-16-le")),
        Reason.NOT_A_TABLE: table("other.zip", _packed("letter")),
        Reason.BAD_QUOTES: table("quotes.csv", f'{columns}\n"a;A;DDT\n'),
        Reason.COLUMN_MISSING: replace(
            table("missing.csv", "identifiant;direction\na;DDT"), values={"column": "nom complet"}
        ),
        Reason.COLUMN_TWICE: replace(
            table("twice.csv", f"{columns};login\na;A;DDT;b"), values={"column": "identifiant"}
        ),
        Reason.TOO_MANY_CELLS: replace(
            table("cells.csv", f"{columns}\na;A;DDT;more"), values={"found": 4, "expected": 3}
        ),
        Reason.CELL_EMPTY: table("cell.csv", f"{columns}\na;;DDT"),
        Reason.SPOILT_CELL: table("spoilt.csv", "uid;agent\n1,2E+15;karim", "badges"),
        Reason.NOT_YES_OR_NO: table("yes.csv", f"{columns};permis\na;A;DDT;peut-être"),
        Reason.NOT_A_NUMBER: table("number.csv", "code;nom;lat\nA;A;nord", "sites"),
        Reason.NOT_A_DAY: table("day.csv", f"{columns};depuis\na;A;DDT;demain"),
        Reason.DAY_OR_MONTH: table("month.csv", f"{columns};depuis\na;A;DDT;01/25/2026"),
        Reason.LOOKS_SWAPPED: table("swapped.csv", f"{columns}\nEva Roux;eva.roux;DDT"),
        Reason.IMPORT_CHANGED: replace(
            table("seen.csv", f"{columns}\na;A;DDT"),
            command=Command(("import", "people", str(folder / "seen.csv"), "--seen", "0")),
        ),
        Reason.NO_SUCH_IMPORT: Case(
            Page(f"/importer/{NOBODY}/annuler", {}, MANAGER),
            command=Command(("import", "undo", str(NOBODY))),
            values={"days": 30},
        ),
        Reason.IMPORT_UNDONE: Case(
            Page("/importer/1/annuler", {}, MANAGER), command=Command(("import", "undo", "1"))
        ),
        Reason.IMPORT_USED: Case(
            Page("/importer/2/annuler", {}, MANAGER),
            command=Command(("import", "undo", "2")),
            values={"name": "uma"},
        ),
        # What is known of a person
        Reason.NOTICE_FIRST: Case(**book(who=UNINFORMED) | {"file": "a file is the operator's"}),
        Reason.NOT_YET: Case(
            Page(f"/agents/{LUCIE_ID}/note-d-information", {"at_s": "2098-01-01"}, MANAGER),
            command=Command(("notice", "given", "--login", LUCIE, "--on", "2098-01-01")),
        ),
        Reason.REQUEST_MISSING: Case(Page("/mes-donnees/rectification", {"message": " "})),
        Reason.NO_SUCH_REQUEST: Case(
            Page(f"/a-traiter/rectifications/{NOBODY}", {"answer": "Vu"}, MANAGER)
        ),
        Reason.REQUEST_ANSWERED: Case(
            Page("/a-traiter/rectifications/1", {"answer": "Vu"}, MANAGER)
        ),
    }


# What was really told


@dataclass(frozen=True)
class Told:
    """What a way in told: where it was asked, in which words, and which reasons these are.

    `ok`: the way's own marks of a refusal (status, exit code, place) are there.
    """

    where: str
    words: str
    reasons: frozenset[Reason]
    ok: bool


@dataclass(frozen=True)
class Row:
    """A reason, the values that its sentence named, and what was told by each way, or why not."""

    values: Mapping[str, int | str]
    ways: Mapping[str, Told | str]


async def see(folder: Path) -> dict[Reason, Row]:
    """Go every way there is, on a fleet in this folder; nothing of it is to change anything."""
    await copied(fill_more, folder)
    async with Site(folder, SIGNED_IN, MAIL) as site:
        seen: dict[Reason, Row] = {}
        for reason, case in (await cases_of(folder, site.store)).items():
            ways = {name: getattr(case, name) for name in WAYS}
            told = {
                name: way if isinstance(way, str) else await _told(site, way, case)
                for name, way in ways.items()
            }
            seen[reason] = Row(case.values, told)
    return seen


async def cases_of(folder: Path, store: Store) -> dict[Reason, Case]:
    """Return the cases with the numbers that this fleet has."""
    karim, lucie, _ = [await store.agents.by_login(login) for login in PEOPLE]
    his = await store.bookings.of_agent(karim.agent_id, 0)
    hers = await store.bookings.of_agent(lucie.agent_id, 0)
    running = next(t.trip_id for t in await store.trips.log(TripFilter()) if t.plate == CLIO)
    answered, said, unsaid, *_ = await ended_trips(store)
    return cases(
        folder,
        {car.plate: car.vehicle_id for car in await store.vehicles.all()},
        {
            "running": next(b.booking_id for b in his if b.plate == CLIO),
            "cancelled": next(b.booking_id for b in his if b.state == "cancelled"),
            "past": next(b.booking_id for b in hers if b.ends_at_s < NOW_S),
            "equipped": next(b.booking_id for b in hers if b.equipment),
        },
        {"running": running, "answered": answered, "said": said, "unsaid": unsaid},
        (await store.learn_orders.latest(1, NOW_S))[0].command_id,
        next(box.wire_id.hex() for box in await store.boxes.all() if box.plate == WALKED_UP),
    )


async def _told(site: Site, way: Way, case: Case) -> Told:
    match way:
        case Page():
            return await _told_by_page(site, way, case)
        case Call():
            return await _told_by_call(site, way, case)
        case Command():
            text, code = await asyncio.to_thread(voiturier, site.folder, *way.words)
            name = " ".join(itertools.takewhile(lambda word: word[0] not in "-/", way.words))
            return Told(f"`{name}`", text, _in_english(text, case), code == 2)
        case File():
            path = site.folder / "fleet.json"
            path.write_text(way.text)
            text, code = await asyncio.to_thread(voiturier, site.folder, "load", str(path))
            place = re.search(r"^voiturier: (.*fleet\.json): (line \d+[^:]*): ", text)
            where = re.sub(r"^line \d+(, column \d+)?(, )?", "", place[2]) if place else ""
            ok = code == 2 and place is not None and place[1] == str(path)
            return Told(where or "the file", text, _in_english(text, case), ok)
    raise AssertionError(way)


async def _told_by_page(site: Site, page: Page, case: Case) -> Told:
    browser = site.browsers[page.who]
    answer = await browser.send("/reservations", page.path, **page.fields)
    if answer.status == 303:
        # The page it leads to says once what became of it.
        text, later = [await browser.read(answer.headers["Location"]) for _ in range(2)]
    else:
        text, later = html.unescape(await answer.text()), await browser.read("/reservations")
    reasons = _saying(text, case.values, FRENCH.say) - _saying(later, case.values, FRENCH.say)
    if case.page_says is not None:
        field_name, sentence = case.page_says
        beside = text.partition(f'id="{field_name}-error"')[2].partition("</")[0]
        pattern = re.escape(FRENCH.say(sentence)).replace("%\\(", "%(")
        if re.search(re.sub(r"%\(\w+\\?\)s", ".+", pattern), beside):
            reasons |= {TAKEN[field_name]}
    ok = answer.status in (303, 403, 404, 409, 422) and "%(" not in text
    return Told(f"`{_numberless(page.path)}`", text, reasons, ok)


# The page names the bookings in the way of what a field asks for.
TAKEN = {"vehicle": Reason.OVERLAP, "equipment": Reason.EQUIPMENT_TAKEN}


async def _told_by_call(site: Site, call: Call, case: Case) -> Told:
    body = call.body if isinstance(call.body, str) else json.dumps(call.body)
    json_body = {"data": body, "headers": {"Content-Type": "application/json"}}
    more: dict[str, Any] = {} if call.body is None else json_body
    answer = await site.browsers[call.who].client.request(call.method, call.path, **more)
    told = await answer.json()
    reasons = _saying(told["message"], case.values, FRENCH.say)
    if told["error"] not in ("not_found", "forbidden"):
        reasons &= {Reason.of(told["error"])}
    where = f"`{call.method} {_numberless(call.path)}` {answer.status}"
    return Told(where, told["message"], reasons, 400 <= answer.status < 500)


def _numberless(path: str) -> str:
    return re.sub(r"[0-9a-f]{16}|\d+", "{id}", path)


def _in_english(text: str, case: Case) -> frozenset[Reason]:
    return _saying(text, case.values, lambda sentence, **values: sentence % values)


def _saying(text: str, values: Mapping[str, int | str], say: Any) -> frozenset[Reason]:
    """Return the reasons whose sentence, with these values, is in a text."""
    return frozenset(
        reason
        for reason in Reason
        if placeholders(reason) <= values.keys() and say(reason.sentence, **values) in text
    )


def placeholders(reason: Reason) -> set[str]:
    """Return what its sentence names."""
    return set(re.findall(r"%\((\w+)\)s", reason.sentence))


def voiturier(data_dir: Path, *words: str) -> tuple[str, int]:
    """Type a command; return what it says of its mistake, and its exit code."""
    said, code = io.StringIO(), 0
    with (
        contextlib.redirect_stderr(said),
        contextlib.redirect_stdout(io.StringIO()),
        patch.object(SystemClock, "now_s", lambda self: NOW_S),
    ):
        try:
            main([*words, "--data", str(data_dir)])
        except SystemExit as end:
            code = int(end.code or 0)
    return said.getvalue(), code


def table(seen: Mapping[Reason, Row]) -> str:
    """Write what was told as a Markdown table."""
    lines = [
        f"<!-- Made from what each way in really told: `{COMMAND}` -->",
        "# Why a thing is not done",
        "",
        "Every reason to refuse, and where a person or a program meets it: one rule, one answer. A"
        " page says it in words, the API by its code (`not_found` and `forbidden` where more would"
        " say too much) and in words, the command and the fleet file in English, with the place.",
        "",
    ]
    heads = ("reason", "what it means", "page", "API (status)", "command", "file")
    rows = [heads, ("---",) * len(heads), *map(_cells, seen.items())]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def _cells(item: tuple[Reason, Row]) -> Iterable[str]:
    reason, row = item
    means = re.sub(r"%\((\w+)\)s", r"*\1*", reason.sentence)
    told = [row.ways[name] for name in WAYS]
    return [f"`{reason}`", means, *(f"*{t}*" if isinstance(t, str) else t.where for t in told)]


def _write() -> None:
    with tempfile.TemporaryDirectory() as folder:
        TABLE.write_text(table(asyncio.run(see(Path(folder)))))


if __name__ == "__main__":
    argparse.ArgumentParser(
        prog="python -m tests.server.actions.refusals", description=__doc__
    ).parse_args()
    _write()
