"""Tables in and out: tried first, all or nothing, idempotent, taken back; out and in is nothing."""

import asyncio
import io
import json
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from server.actions import Actions, Operator, Person, bookings, imports
from server.actions.tools import wakes_nobody
from server.fleet import fleet_file
from server.fleet.inputs import judged, one_line
from server.fleet.recurrence import PARIS
from server.fleet.refusals import Reason, Refused
from server.fleet.roles import WHOLE, Role, RoleGrant
from server.fleet.tables.columns import Kind
from server.fleet.tables.verdicts import Change, counts
from server.fleet.tables.writing import write_csv, write_xlsx
from server.store import Store
from server.store.accounts import close_account
from tests.fleet import (
    FLEET,
    MARIE,
    MARIE_UID,
    NOW_S,
    PAUL,
    PAUL_UID,
    copied,
    inform,
    load_small_fleet,
)
from tests.server.actions.people import begin, is_open, with_password
from tests.server.web.sample import StillClock
from tests.support import examples

PEOPLE = "identifiant;nom complet;direction"
NO_FACTS = ("news", "sqlite_sequence", "file_word", "table_import", "audit", "audit_day")
DAY_S = 24 * 3600


def sent(text: str | bytes, kind: Kind = "people") -> imports.SentTable:
    content = text if isinstance(text, bytes) else text.encode()
    return imports.SentTable(kind, "people.csv", io.BytesIO(content))


async def check(text: str | bytes, actions: Actions, kind: Kind = "people") -> imports.Checked:
    entries = imports.read(Operator(), sent(text, kind))
    return await imports.check(Operator(), entries, "people.csv", actions)


async def take_in(text: str | bytes, actions: Actions, kind: Kind = "people") -> imports.Checked:
    return await imports.take_in(Operator(), await check(text, actions, kind), actions)


def facts(store: Store) -> dict[str, list[Any]]:
    """All that the database holds of the fleet, but for who said it."""
    database = sqlite3.connect(store.data_dir / "voiturier.db")
    try:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: sorted(database.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
            for (name,) in tables
            if name not in NO_FACTS
        }
    finally:
        database.close()


def outcomes(checked: imports.Checked) -> list[str]:
    return [verdict.outcome for verdict in checked.verdicts]


def why(checked: imports.Checked) -> list[tuple[int, str, Reason]]:
    return [(v.number, each.field, each.reason) for v in checked.verdicts for each in v.refusals]


async def edit(store: Store, statement: str) -> None:
    await store._engine.write(lambda db: db.execute(statement) and None)


THREE = f"{PEOPLE}\nmarie.leroy;Marie Leroy;DDT\npaul.morin;Paul Morin-Petit;DDPP\neva;Eva;DDT\n"


async def test_a_try_says_what_each_line_would_change_and_changes_nothing(
    store: Store, actions: Actions, woken: list[int | None]
) -> None:
    before = facts(store)
    checked = await check(THREE, actions)
    assert outcomes(checked) == ["same", "changed", "new"] and checked.can_be_taken_in
    assert checked.verdicts[1].changes == (Change("nom complet", "Paul Morin", "Paul Morin-Petit"),)
    assert facts(store) == before and woken == []
    done = await imports.take_in(Operator(), checked, actions)
    assert outcomes(done) == outcomes(checked) and woken == [None]
    eva = await store.agents.by_login("eva")
    assert (eva.full_name, eva.roles, eva.password_hash) == ("Eva", (), None)


async def test_one_line_at_fault_lets_nothing_in(store: Store, actions: Actions) -> None:
    before = facts(store)
    checked = await check(f"{THREE}ida;Ida;NULLE\n;Uma;DDT\n", actions)
    assert why(checked) == [
        (5, "directorate", Reason.UNKNOWN_NAME),
        (6, "login", Reason.CELL_EMPTY),
    ]
    with pytest.raises(Refused) as refused:
        await imports.take_in(Operator(), checked, actions)
    assert [each.field for each in refused.value.refusals] == [
        "line 5, directorate", "line 6, login",
    ]  # fmt: skip
    assert facts(store) == before


async def test_the_same_table_again_changes_nothing_also_after_people_edited(
    store: Store, actions: Actions
) -> None:
    """S8."""
    await take_in(THREE, actions)
    await edit(store, "UPDATE agent SET full_name = 'Eva Roux' WHERE login = 'eva'")
    before = facts(store)
    again = await take_in(THREE, actions)
    assert outcomes(again) == ["same", "same", "kept"] and facts(store) == before
    assert again.verdicts[2].changes == (Change("nom complet", "Eva Roux", "Eva"),)
    other = await take_in(THREE.replace("eva;Eva;", "eva;Eva R.;"), actions)
    assert outcomes(other) == ["same", "same", "changed"]


async def test_no_table_gives_a_role(store: Store, actions: Actions) -> None:
    done = await take_in(f"{PEOPLE};rôle\neva;Eva;DDT;gestionnaire\n", actions)
    assert done.entries.ignored == ("rôle",)
    assert (await store.agents.by_login("eva")).roles == ()


async def test_a_table_says_who_may_book(store: Store, actions: Actions) -> None:
    table = f"{PEOPLE};habilité à réserver\neva;Eva;DDT;non\nida;Ida;DDT;\n"
    await take_in(table, actions)
    eva, ida = [await store.agents.by_login(login) for login in ("eva", "ida")]
    assert (await store.rights.of_agent(eva.agent_id)).rights == ()
    (right,) = (await store.rights.of_agent(ida.agent_id)).rights
    await take_in(table.replace("eva;Eva;DDT;non", "eva;Eva;DDT;oui"), actions)
    assert len((await store.rights.of_agent(eva.agent_id)).rights) == 1
    assert (await store.rights.of_agent(ida.agent_id)).rights == (right,)


async def test_what_a_table_leaves_out_stays_and_it_closes_nobody(
    store: Store, actions: Actions
) -> None:
    """S6."""
    before = (await store.agents.get(PAUL)).roles
    await take_in(f"{PEOPLE};permis vu\npaul.morin;Paul Morin;DDPP;\n", actions)
    paul, marie = await store.agents.get(PAUL), await store.agents.get(MARIE)
    assert before and paul.roles == before and marie.closed_at_s is None
    assert len(await store.badges.of_agent(PAUL)) == 1


async def test_a_table_and_the_fleet_file_are_each_held_to_their_own_words(
    store: Store, actions: Actions
) -> None:
    await take_in(f"{PEOPLE}\nmarie.leroy;Marie Leroy-Roux;DDPP\n", actions)
    await take_in("uid;agent\n04:ff:ff:fe;marie.leroy\n", actions, "badges")
    before = facts(store)
    await store.fleet.load(fleet_file.parse(json.dumps(FLEET)), {}, NOW_S + 60)
    assert facts(store) == before, "the fleet file says what it said before"


async def test_spaces_of_every_kind_are_one_space(store: Store, actions: Actions) -> None:
    """S19."""
    await take_in(f"{PEOPLE}\neva;\u00a0Eva\u202fRoux ;DDT\n", actions)
    assert (await store.agents.by_login("eva")).full_name == "Eva Roux"


async def test_two_administrators_at_once_the_second_reads_again(
    store: Store, actions: Actions
) -> None:
    seen = await check(THREE, actions)
    await take_in(f"{PEOPLE}\neva;Eva Autre;DDPP\n", actions)
    before = facts(store)
    with pytest.raises(Refused) as refused:
        await imports.take_in(Operator(), seen, actions)
    assert refused.value.first.reason is Reason.IMPORT_CHANGED and facts(store) == before
    assert outcomes(await check(THREE, actions)) == ["same", "changed", "changed"]


async def test_taking_in_twice_what_was_seen_once_is_refused(
    store: Store, actions: Actions
) -> None:
    seen = await check(THREE, actions)
    await imports.take_in(Operator(), seen, actions)
    with pytest.raises(Refused) as refused:
        await imports.take_in(Operator(), seen, actions)
    assert refused.value.first.reason is Reason.IMPORT_CHANGED


async def test_columns_whose_contents_are_swapped_are_told(actions: Actions) -> None:
    swapped = await check("nom complet;identifiant;direction\neva;Eva Roux;DDT\n", actions)
    assert why(swapped) == [(2, "login", Reason.LOOKS_SWAPPED)]
    swapped = await check(f"{PEOPLE}\neva;DDT;Eva Roux\n", actions)
    assert why(swapped) == [(2, "directorate", Reason.UNKNOWN_NAME)]
    swapped = await check("modèle;immatriculation;site\nGH-111-AA;Clio;PREF\n", actions, "cars")
    assert why(swapped) == [(2, "plate", Reason.LOOKS_SWAPPED)]


async def test_a_day_holds_from_its_beginning_and_none_to_come_is_taken(
    store: Store, actions: Actions
) -> None:
    await take_in(f"{PEOPLE};depuis le\nmarie.leroy;Marie Leroy;DDPP;01/09/2026\n", actions)
    members = [row[1:] for row in facts(store)["membership"] if row[0] == MARIE]
    assert (2, 1_788_213_600, None) in members  # 2026-09-01 00:00 in Paris
    later = await check(f"{PEOPLE};depuis le\nmarie.leroy;Marie Leroy;DDT;2027-01-01\n", actions)
    assert why(later) == [(2, "since", Reason.NOT_A_DAY)]


async def test_a_badge_goes_to_whom_the_table_says_and_others_stay(
    store: Store, actions: Actions
) -> None:
    done = await take_in(
        f"uid;agent\n{PAUL_UID.hex()};marie.leroy\n04fffffe;marie.leroy\n", actions, "badges"
    )
    assert outcomes(done) == ["changed", "new"]
    assert done.verdicts[0].name == "…5566", "no whole number stands in a verdict"
    assert len(await store.badges.of_agent(MARIE)) == 3
    assert await store.badges.of_agent(PAUL) == []


async def test_a_badge_that_was_blocked_stays_blocked(store: Store, actions: Actions) -> None:
    (badge,) = await store.badges.of_agent(MARIE)
    await store.badges.revoke(badge.badge_id, NOW_S)
    done = await take_in(f"uid;agent\n{MARIE_UID.hex()};marie.leroy\n", actions, "badges")
    assert outcomes(done) == ["kept"]
    assert (await store.badges.get(badge.badge_id)).revoked_at_s == NOW_S


async def test_whoever_has_left_gets_no_badge(store: Store, actions: Actions) -> None:
    await store.accounts.close(MARIE, NOW_S)
    checked = await check("uid;agent\n04fffffe;marie.leroy\n", actions, "badges")
    assert why(checked) == [(2, "agent", Reason.ACCOUNT_CLOSED)]


async def test_an_import_is_taken_back_whole(store: Store, actions: Actions) -> None:
    before = facts(store)
    done = await take_in(
        f"{PEOPLE};habilité;permis vu;actif\n"
        "marie.leroy;Marie Roux;DDPP;non;non;non\neva;Eva;DDT;;;\n",
        actions,
    )
    assert facts(store) != before
    await imports.undo(Operator(), imports.OneImport(import_id=done.import_id), actions)
    after = facts(store)
    assert after.pop("revocation") and before.pop("revocation") == []  # the leaver's badge
    assert after == before
    (kept,) = await imports.recent(Operator(), actions)
    assert (kept.undone_at_s, kept.can_be_undone) == (NOW_S, False)
    again = await take_in(f"{PEOPLE}\neva;Eva;DDT\n", actions)
    assert outcomes(again) == ["new"], "what was taken back can come again"


async def test_cars_and_sites_are_taken_back(store: Store, actions: Actions) -> None:
    before = facts(store)
    sites = await take_in("code;nom;lat;lon\nPREF;Cour;48,1;0,2\nB;B;;\n", actions, "sites")
    cars = await take_in(
        "plaque;modèle;site;usage privé\nAB123CD;Zoé;B;oui\nZZ-1;Kangoo;B;\n", actions, "cars"
    )
    for done in (cars, sites):
        await imports.undo(Operator(), imports.OneImport(import_id=done.import_id), actions)
    assert facts(store) == before


async def test_a_badge_that_an_import_enrolled_is_revoked_by_taking_it_back(
    store: Store, actions: Actions
) -> None:
    """A box may still honour it; who held it then, held it."""
    table = "uid;agent\n04fffffe;marie.leroy\n"
    done = await take_in(table, actions, "badges")
    await imports.undo(Operator(), imports.OneImport(import_id=done.import_id), actions)
    (_, badge) = await store.badges.of_agent(MARIE)
    assert badge.revoked_at_s == NOW_S
    await take_in(table, actions, "badges")
    assert (await store.badges.get(badge.badge_id)).revoked_at_s is None


async def test_what_was_changed_or_used_since_is_not_taken_back(
    store: Store, actions: Actions, clock: StillClock
) -> None:
    first = await take_in(f"{PEOPLE}\neva;Eva;DDT\n", actions)
    second = await take_in(f"{PEOPLE}\nmarie.leroy;Marie Roux;DDT\n", actions)
    await edit(store, "UPDATE agent SET licence_recorded = 0 WHERE login = 'marie.leroy'")
    eva = await store.agents.by_login("eva")
    await inform(store)
    hours = {"starts_at_s": NOW_S + DAY_S, "ends_at_s": NOW_S + DAY_S + 3600}
    words = {"vehicle_id": 1, "purpose": "Visite", "equipment": (), **hours}
    await bookings.book(Person(eva), judged(bookings.Book, words), actions)
    before = facts(store)
    for done, name in ((first, "eva"), (second, "marie.leroy")):
        with pytest.raises(Refused) as refused:
            await imports.undo(Operator(), imports.OneImport(import_id=done.import_id), actions)
        told = refused.value.first
        assert (told.reason, told.values["name"]) == (Reason.IMPORT_USED, name)
    assert facts(store) == before


async def test_an_import_is_taken_back_once_and_within_its_days(
    store: Store, actions: Actions, clock: StillClock
) -> None:
    first = await take_in(f"{PEOPLE}\neva;Eva;DDT\n", actions)
    old = await take_in(f"{PEOPLE}\nida;Ida;DDT\n", actions)
    one = imports.OneImport(import_id=first.import_id)
    await imports.undo(Operator(), one, actions)
    clock.at_s += 31 * DAY_S
    await take_in(f"{PEOPLE}\numa;Uma;DDT\n", actions)
    for number, reason in (
        (first.import_id, Reason.IMPORT_UNDONE),
        (old.import_id, Reason.NO_SUCH_IMPORT),
        (99, Reason.NO_SUCH_IMPORT),
    ):
        with pytest.raises(Refused) as refused:
            await imports.undo(Operator(), imports.OneImport(import_id=number), actions)
        assert refused.value.first.reason is reason


async def test_an_account_that_closed_meanwhile_is_a_change(store: Store, actions: Actions) -> None:
    done = await take_in(f"{PEOPLE}\nmarie.leroy;Marie Roux;DDT\n", actions)
    await store._engine.write(close_account, MARIE, NOW_S)
    with pytest.raises(Refused):
        await imports.undo(Operator(), imports.OneImport(import_id=done.import_id), actions)


async def test_an_account_that_is_closed_again_is_closed_with_its_sessions_and_badges(
    store: Store, actions: Actions
) -> None:
    await with_password(actions)
    await store.accounts.close(MARIE, NOW_S)
    done = await take_in(f"{PEOPLE};actif\nmarie.leroy;Marie Leroy;DDT;oui\n", actions)
    marie = await store.agents.get(MARIE)
    assert marie is not None and await begin(actions, marie)
    given = await take_in("uid;agent\n04fffffe;marie.leroy\n", actions, "badges")
    assert given.import_id is not None
    await imports.undo(Operator(), imports.OneImport(import_id=done.import_id), actions)
    assert all(badge.revoked_at_s == NOW_S for badge in await store.badges.of_agent(MARIE))
    await store.accounts.reopen(MARIE)
    assert not await is_open(actions), "the session of before does not come back"


async def test_the_last_administrator_is_not_closed_again(store: Store, actions: Actions) -> None:
    administrator = RoleGrant(0, Role.ADMINISTRATOR, WHOLE, NOW_S)
    for_now = await store.roles.give(PAUL, administrator, None, "Intérim")
    await store.roles.give(MARIE, administrator, None, "Titulaire")
    await store.accounts.close(MARIE, NOW_S)
    done = await take_in(f"{PEOPLE};actif\nmarie.leroy;Marie Leroy;DDT;oui\n", actions)
    assert await store.roles.withdraw(for_now, None, NOW_S)
    with pytest.raises(Refused) as refused:
        await imports.undo(Operator(), imports.OneImport(import_id=done.import_id), actions)
    assert refused.value.first.reason is Reason.LAST_ADMINISTRATOR
    marie = await store.agents.get(MARIE)
    assert marie is not None and marie.closed_at_s is None


async def test_a_badge_does_not_come_back_to_whom_has_left(store: Store, actions: Actions) -> None:
    done = await take_in(f"uid;agent\n{MARIE_UID.hex()};paul.morin\n", actions, "badges")
    await store.accounts.close(MARIE, NOW_S)
    await imports.undo(Operator(), imports.OneImport(import_id=done.import_id), actions)
    (badge,) = await store.badges.of_agent(MARIE)
    assert badge.revoked_at_s == NOW_S


async def test_a_badge_that_was_lost_since_does_not_come_back(
    store: Store, actions: Actions
) -> None:
    done = await take_in(f"{PEOPLE};actif\nmarie.leroy;Marie Leroy;DDT;non\n", actions)
    (badge,) = await store.badges.of_agent(MARIE)
    await store.badges.revoke(badge.badge_id, NOW_S)
    with pytest.raises(Refused) as refused:
        await imports.undo(Operator(), imports.OneImport(import_id=done.import_id), actions)
    assert refused.value.first.reason is Reason.IMPORT_USED
    assert (await store.badges.get(badge.badge_id)).revoked_at_s == NOW_S


async def test_tables_are_for_managers_and_badge_numbers_for_the_operator(
    store: Store, actions: Actions, marie: Person, paul: Person
) -> None:
    checked = await check(THREE, actions)
    for refused in (
        lambda: imports.check(marie, checked.entries, "a", actions),
        lambda: imports.take_in(marie, checked, actions),
        lambda: imports.undo(marie, imports.OneImport(import_id=1), actions),
        lambda: imports.recent(marie, actions),
        lambda: imports.export(marie, "people", actions),
        lambda: imports.export(paul, "badges", actions),
    ):
        with pytest.raises(Refused) as told:
            await refused()
        assert told.value.first.reason is Reason.NOT_ALLOWED
    for refuse in (
        lambda: imports.read(marie, sent(THREE)),
        lambda: imports.template(marie, "cars"),
    ):
        with pytest.raises(Refused):
            refuse()
    done = await imports.take_in(paul, checked, actions)
    assert (await imports.recent(paul, actions))[0].by_name == "Paul Morin-Petit"
    assert done.import_id == 1


async def test_no_cell_of_an_export_is_a_formula(store: Store, actions: Actions) -> None:
    people = [f"p{i};{sign}cmd|'/c calc'!A0;DDT" for i, sign in enumerate(("=", "+", "-", "@"))]
    text = "\n".join([PEOPLE, *people, "q;'t Hooft;DDT"])
    await take_in(text, actions)
    lines = await imports.export(Operator(), "people", actions)
    for content in (as_csv(lines), as_xlsx(lines)):
        again = await check(content, actions)
        assert set(outcomes(again)) == {"same"}
    csv_cells = as_csv(lines).decode("utf-8-sig").replace("\r\n", ";").split(";")
    assert not [cell for cell in csv_cells if cell.strip('"').startswith(("=", "+", "-", "@"))]


async def test_progress_is_told_and_ends(actions: Actions) -> None:
    people = "\n".join(f"p{i};P {i};DDT" for i in range(250))
    entries = imports.read(Operator(), sent(f"{PEOPLE}\n{people}"))
    told: list[tuple[int, int]] = []
    await imports.check(Operator(), entries, "a", actions, lambda *done: told.append(done))
    assert told == [(0, 250), (100, 250), (200, 250), (250, 250)]


def as_csv(lines: list[Any]) -> bytes:
    kept = io.BytesIO()
    text = io.TextIOWrapper(kept, "utf-8-sig", newline="")
    write_csv(lines, text)
    text.flush()
    return kept.getvalue()


def as_xlsx(lines: list[Any]) -> bytes:
    kept = io.BytesIO()
    write_xlsx(lines, kept)
    return kept.getvalue()


def is_name(text: str) -> bool:
    return bool(text) and text.isprintable() and one_line(text) == text


def as_name(text: str) -> str:
    """A text that may be a name, or one in its place: to filter takes too long."""
    return text if is_name(text) else "zoé"


NAMES = st.text(max_size=12).map(one_line).map(as_name) | st.sampled_from(
    ["=1+1", "'t Hooft", "''", "00123", "1;2", 'a"b', "vrai", "-", "12/01", "D’Été", "@x"]
)
SOMEBODY = st.fixed_dictionaries(
    {
        "full_name": NAMES,
        "directorate": st.sampled_from(["DDT", "DDPP"]),
        "may_book": st.booleans(),
        "licence_recorded": st.booleans(),
        "active": st.booleans(),
    }
)
CARD = st.binary(min_size=7, max_size=7) | st.sampled_from(
    [b"\x12\x34\x56\x78", b"\x12\xe4\x56\x78"]
)
SOME_CAR = st.fixed_dictionaries(
    {"label": NAMES, "walk_up": st.booleans(), "private_use": st.booleans()}
)


@settings(max_examples=examples(12), deadline=None)
@given(
    st.dictionaries(NAMES.map(str.lower).map(as_name), SOMEBODY, max_size=6),
    st.lists(CARD, unique=True, max_size=6),
    st.lists(SOME_CAR, max_size=4),
    st.sampled_from([as_csv, as_xlsx]),
)
def test_an_export_that_comes_in_again_changes_nothing(
    people: dict[str, Any], cards: list[bytes], cars: list[Any], written: Any
) -> None:
    data = {
        "agents": [{"login": login} | words for login, words in people.items()],
        "vehicles": [{"plate": f"ZZ-{i}", "site": "PREF"} | words for i, words in enumerate(cars)],
    }
    for agent, card in zip(data["agents"], cards, strict=False):
        agent["badges"] = [card.hex()]
    asyncio.run(goes_out_and_comes_in(data, written))


async def goes_out_and_comes_in(data: dict[str, Any], written: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        await copied(load_small_fleet, Path(folder) / "data")
        store = Store.open(Path(folder) / "data")
        try:
            actions = Actions(store, StillClock(NOW_S), wakes_nobody, PARIS)
            file = fleet_file.parse(json.dumps(data))
            await store.fleet.load(file, {}, NOW_S)
            before = facts(store)
            for kind in ("directorates", "sites", "people", "cars", "badges"):
                lines = await imports.export(Operator(), kind, actions)
                if len(lines) > 1:
                    done = await take_in(written(lines), actions, kind)
                    assert counts(done.verdicts) == {"same": len(lines) - 1}
            assert facts(store) == before
            await store.fleet.load(file, {}, NOW_S + 60)
            assert facts(store) == before
        finally:
            await store.close()


ROW = st.fixed_dictionaries(
    {"nom complet": NAMES, "direction": st.sampled_from(["DDT", "DDPP"])},
    optional={
        "habilité": st.sampled_from(["oui", "non"]),
        "permis vu": st.sampled_from(["oui", "non"]),
        "actif": st.sampled_from(["oui", "non"]),
        "depuis le": st.sampled_from(["2026-09-01", "20/09/2026"]),
    },
)
LOGINS = st.sampled_from(["marie.leroy", "paul.morin", "eva", "ida"])


# Somebody who is moved, and moved back from a day before anything is known of them.
@example(
    [
        {"marie.leroy": {"nom complet": "0", "direction": "DDPP"}},
        {"marie.leroy": {"nom complet": "0", "direction": "DDT", "depuis le": "2026-09-01"}},
    ]
)
@settings(max_examples=examples(12), deadline=None)
@given(st.lists(st.dictionaries(LOGINS, ROW, min_size=1), min_size=1, max_size=3))
def test_tables_that_are_taken_back_the_last_one_first_leave_no_trace(
    tables: list[dict[str, dict[str, str]]],
) -> None:
    asyncio.run(come_and_go(tables))


async def come_and_go(tables: list[dict[str, dict[str, str]]]) -> None:
    headings = ("nom complet", "direction", "habilité", "permis vu", "actif", "depuis le")
    with tempfile.TemporaryDirectory() as folder:
        await copied(load_small_fleet, Path(folder) / "data")
        store = Store.open(Path(folder) / "data")
        try:
            clock = StillClock(NOW_S + 60)  # not in the very second of the fleet's own file
            actions = Actions(store, clock, wakes_nobody, PARIS)
            before = [facts(store)]
            numbers = []
            for rows in tables:
                lines = [("identifiant", *headings)]
                lines += [(login, *map(words.get, headings)) for login, words in rows.items()]
                content = as_csv([[cell or "" for cell in line] for line in lines])
                numbers.append((await take_in(content, actions)).import_id)
                before.append(facts(store))
                clock.at_s += 60
            for number, was in zip(reversed(numbers), reversed(before[:-1]), strict=True):
                await imports.undo(Operator(), imports.OneImport(import_id=number), actions)
                for each in (now := facts(store), was):
                    each.pop("revocation", None)  # of badges that closed accounts had
                assert now == was
        finally:
            await store.close()
