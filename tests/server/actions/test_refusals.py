"""One rule, one answer: whichever way in is taken, the same reason is told, and nothing changes."""

import ast
import asyncio
import json
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import server
from server.actions import Actions, Operator, Person, bookings
from server.actions.fleet import load
from server.actions.tools import wakes_nobody
from server.fleet import fleet_file
from server.fleet.inputs import Input, Says, _parts, judged
from server.fleet.model.bookings import Booking
from server.fleet.recurrence import PARIS
from server.fleet.refusals import Kind, Reason, Refused
from server.store import Store
from tests.fleet import booking, copied
from tests.server.actions import refusals
from tests.server.actions.refusals import Row, Told, placeholders
from tests.server.content import of_fleet
from tests.server.web.sample import CLIO, HOUR_S, KARIM, NOW_S, PEUGEOT, StillClock
from tests.support import examples

Seen = Mapping[Reason, Row]


SESSION = 'INSERT INTO "session"'


def content(folder: Path) -> list[str]:
    """All that the database of a data directory holds of the fleet."""
    return of_fleet(dump(folder))


def dump(folder: Path) -> list[str]:
    database = sqlite3.connect(folder / "voiturier.db")
    try:
        return list(database.iterdump())
    finally:
        database.close()


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """What every way told of every reason."""
    folder = tmp_path_factory.mktemp("refusals")
    asyncio.run(copied(refusals.fill_more, folder))
    before = content(folder)
    seen = asyncio.run(refusals.see(folder))
    assert content(folder) == before, "what is refused changes nothing"
    signed_in = sum(line.startswith(SESSION) for line in dump(folder))
    assert signed_in == len(refusals.SIGNED_IN), "nor signs anybody out"
    return seen


def told(seen: Seen, *ways: str) -> Iterator[tuple[Reason, Told]]:
    for reason, row in seen.items():
        for way in ways:
            answer = row.ways[way]
            if isinstance(answer, Told):
                yield reason, answer


def test_every_reason_has_its_case(seen: Seen) -> None:
    assert list(seen) == list(Reason)


def test_every_way_in_tells_the_same_reason(seen: Seen) -> None:
    for reason, answer in told(seen, *refusals.WAYS):
        assert answer.ok and reason in answer.reasons, (reason, answer)
        # Words alone do not tell "too many letters" of one field from that of another.
        assert {each.sentence for each in answer.reasons} == {reason.sentence}, (reason, answer)
    for reason, answer in told(seen, "api"):
        assert answer.reasons == {reason}


def test_every_reason_is_met_but_the_one_that_stands_for_a_forgotten_one(seen: Seen) -> None:
    met = {reason for reason, _ in told(seen, *refusals.WAYS)}
    assert set(Reason) - met == {Reason.NOT_EXPECTED}


def test_the_fleet_file_is_let_through_on_purpose_in_two_cases_only(seen: Seen) -> None:
    meant = {r for r, row in seen.items() if str(row.ways["file"]).startswith("meant:")}
    assert meant == {Reason.IN_THE_PAST, Reason.STILL_OUT}


def test_the_table_of_the_documents_is_what_was_told(seen: Seen) -> None:
    assert refusals.TABLE.read_text() == refusals.table(seen), f"write it anew: {refusals.COMMAND}"


def models(model: type[Input] = Input) -> Iterator[type[Input]]:
    """Every request and entry there is."""
    yield model
    for inner in model.__subclasses__():
        yield from models(inner)


def test_what_a_sentence_names_stands_beside_every_field_that_tells_it() -> None:
    count = 0
    for model in models():
        for name, field in model.model_fields.items():
            for says in (*field.metadata, *_parts(field.annotation)):
                if isinstance(says, Says):
                    count += 1
                    reasons = [says.wrong, says.too_long] if says.too_long else [says.wrong]
                    for reason in reasons:
                        assert placeholders(reason) <= says.values.keys(), (model, name)
    assert count > 30


def test_what_a_sentence_names_is_given_wherever_a_rule_tells_it() -> None:
    count = 0
    for path in Path(*server.__path__).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Refusal", "refuse"):
                words, literal = words_given(node)
                for reason in reasons_named(node):
                    count += 1
                    if literal:  # others: what was told above
                        assert placeholders(reason) <= words, f"{path}:{node.lineno}"
    assert count > 50


def reasons_named(call: ast.Call) -> Iterator[Reason]:
    for each in call.args:
        if isinstance(each, ast.Attribute) and ast.unparse(each.value) == "Reason":
            yield Reason[each.attr]


def words_given(call: ast.Call) -> tuple[set[object], bool]:
    """What a refusal is given to name, and whether all of it stands there word by word."""
    given: set[object] = {keyword.arg for keyword in call.keywords}
    for values in call.args[2:]:
        if not isinstance(values, ast.Dict):
            return given, False
        given |= {key.value for key in values.keys if isinstance(key, ast.Constant)}
    return given, True


# What is asked for: car, hours from now, length in hours, weeks, purpose, private, equipment.
CARS = (CLIO, PEUGEOT, refusals.FAR_AWAY, refusals.GARAGED, refusals.WALKED_UP, "XX-000-XX")
WISHES = st.tuples(
    st.sampled_from(CARS),
    st.sampled_from([-48, 2, 24, 48, 120, 168, 24 * 366, 24 * 367]),
    st.sampled_from([-1, 0, 1, 24 * 6, 24 * 6 + 1, 24 * 31, 24 * 31 + 1]),
    st.sampled_from([0, 1, 1, 2, 26, 27]),
    st.sampled_from(["Visite", "Visite", "x" * 200, "x" * 201, " "]),
    st.booleans(),
    st.sets(st.sampled_from(["SIEGE-1", "SIEGE-2", "NULLE"])),
)
MEANT = {Reason.IN_THE_PAST, Reason.STILL_OUT}


async def outcome(act: Callable[[], Awaitable[object]]) -> set[Reason]:
    """Why it was not done; empty when it was."""
    try:
        await act()
    except Refused as refused:
        return {refusal.reason for refusal in refused.refusals}
    return set()


@settings(max_examples=examples(40))
@given(WISHES)
def test_a_booking_is_loaded_from_a_file_just_where_a_person_may_book_it(
    wish: tuple[str, int, int, int, str, bool, set[str]],
) -> None:
    plate, from_h, length_h, weeks, purpose, private, equipment = wish
    starts_at_s = NOW_S + from_h * HOUR_S
    ends_at_s = starts_at_s + length_h * HOUR_S
    more = {"purpose": purpose, "weeks": weeks, "private": private, "equipment": [*equipment]}
    hours = {"starts_at_s": starts_at_s, "ends_at_s": ends_at_s}
    text = json.dumps({"bookings": [booking(plate, KARIM, starts_at_s, ends_at_s, **more)]})

    async def play(one: Path, other: Path) -> None:
        booked, loaded = await opened(one), await opened(other)
        karim = await booked.store.agents.by_login(KARIM)
        cars = {car.plate: car.vehicle_id for car in await booked.store.vehicles.all()}
        given = {"vehicle_id": cars.get(plate, 99), **hours, **more}

        async def book() -> None:
            await bookings.book(Person(karim), judged(bookings.Book, given), booked)

        async def load_file() -> None:
            await load(Operator(), fleet_file.parse(text), loaded)

        against, against_file = await outcome(book), await outcome(load_file)
        if not against & MEANT:
            assert bool(against) == bool(against_file), (against, against_file)
            conflicts = {each.kind for each in against | against_file} == {Kind.CONFLICT}
            assert against_file <= against or conflicts, (against, against_file)
            assert await all_of(booked, karim.agent_id) == await all_of(loaded, karim.agent_id)
        for actions in (booked, loaded):
            await actions.store.close()

    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        asyncio.run(play(Path(one), Path(other)))


async def opened(folder: Path) -> Actions:
    await copied(refusals.fill_more, folder)
    return Actions(Store.open(folder), StillClock(), wakes_nobody, PARIS)


async def all_of(actions: Actions, agent_id: int) -> list[Booking]:
    return await actions.store.bookings.of_agent(agent_id, 0)
