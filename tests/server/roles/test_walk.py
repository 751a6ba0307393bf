"""Every route and every action, walked as everybody: each answers as the table says.

A new one needs nothing here but its declaration. Never here: the table (table.py).
"""

import html
import inspect
import json
import re
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from server.actions import Person
from server.app import init_app
from server.app_keys import STORE
from server.config import Address, Config
from server.fleet import fleet_file
from server.fleet.audit import Act
from server.fleet.refusals import Reason, Refused
from server.fleet.roles import GIVEN, RIGHTS, WHOLE, Right, Role, RoleGrant, Scope
from server.store import Store
from server.store.audit import Sought
from server.web.i18n import load_words
from tests.fleet import agent, copied
from tests.server.actions.people import someone
from tests.server.browser import Browser
from tests.server.content import fleet_in
from tests.server.roles.table import (
    OPERATOR,
    TABLE,
    Action,
    Route,
    actions,
    empty_app,
    routes,
    table,
)
from tests.server.web.sample import DAY_S, HASH, NOW_S, PARIS, PASSWORD, StillClock, fill

HERE, NOBODY = 1, 999_999  # numbers of things: in the fleet, and of nothing
DENIED = load_words(PARIS)["fr"].say(Reason.NOT_ALLOWED.sentence)
LEAVER, OUT = "leaver", "signed.out"
STRANGER = "agent"
FAR = "far"  # the directorate and the site of nobody and nothing


def whole(role: Role) -> str:
    return f"{role}.whole"


def away(role: Role) -> str:
    return f"{role}.away"


async def fill_roles(store: Store) -> None:
    """The fleet of the page tests; of each role somebody who has it all over, and far away."""
    await fill(store)
    logins = [*map(whole, GIVEN), *map(away, GIVEN), LEAVER, OUT, STRANGER]
    entries = {
        "directorates": [{"code": FAR, "name": "Ailleurs"}],
        "sites": [{"code": FAR, "name": "Ailleurs"}],
        "agents": [agent(login, b"", FAR, badges=[], password=PASSWORD) for login in logins],
    }
    file = fleet_file.parse(json.dumps(entries))
    await store.fleet.load(file, dict.fromkeys(logins, HASH), NOW_S)
    units = {unit.code: unit.directorate_id for unit in await store.directorates.all()}
    sites = {site.code: site.site_id for site in await store.vehicles.sites()}
    far = Scope(frozenset({units[FAR]}), frozenset({sites[FAR]}))
    for role in GIVEN:
        for login, scope in ((whole(role), WHOLE), (away(role), far)):
            person = await store.agents.by_login(login)
            grant = RoleGrant(0, role, scope, NOW_S - DAY_S, NOW_S + DAY_S)
            await store.roles.give(person.agent_id, grant, None, "Essai")
    manager = RoleGrant(0, Role.MANAGER, WHOLE, NOW_S - DAY_S)
    for login in (LEAVER, OUT):
        person = await store.agents.by_login(login)
        await store.roles.give(person.agent_id, manager, None, "Essai")


@dataclass
class Walk:
    """People with their browsers, and what there is to walk."""

    browsers: dict[str, Browser]
    routes: list[Route]
    tokens: dict[str, str]
    store: Store
    data: Path

    async def answer(self, who: str, route: Route, number: int) -> tuple[int, str, str]:
        """Status, where it leads to, and text."""
        more: dict[str, Any] = {}
        if route.method != "GET":
            body = {"data": "{}", "headers": {"Content-Type": "application/json"}}
            form = {"data": {"csrf_token": self.tokens.get(who, "")}}
            more = body if route.path.startswith("/api/") else form
        client = self.browsers[who].client
        answer = await client.request(route.method, route.at(number), allow_redirects=False, **more)
        return (
            answer.status,
            answer.headers.get("Location", ""),
            await answer.text(errors="replace"),
        )

    def content(self) -> list[str]:
        """All that the database holds but for who is signed in, and the audit of refusals."""
        database = sqlite3.connect(self.data / "voiturier.db")
        try:
            return fleet_in(database)
        finally:
            database.close()


@pytest.fixture
async def walk(tmp_path: Path, aiohttp_client: Callable[..., Awaitable[TestClient]]) -> Walk:
    await copied(fill_roles, tmp_path)
    app = init_app(Config(tmp_path, boxes=Address("127.0.0.1", 0)), StillClock())
    server = TestServer(app)
    logins = [*map(whole, GIVEN), *map(away, GIVEN), LEAVER, OUT, STRANGER]
    browsers, tokens = {}, {}
    for login in logins:
        browsers[login] = Browser(await aiohttp_client(server))
        assert (await browsers[login].sign_in(login)).status == 303
        tokens[login] = await token_of(browsers[login])
    browsers["nobody"] = Browser(await aiohttp_client(server))
    store = app[STORE]
    leaver, out = [await store.agents.by_login(login) for login in (LEAVER, OUT)]
    await store.accounts.close(leaver.agent_id, NOW_S)
    for session in await store.accounts.sessions(out.agent_id, 0):
        await store.accounts.end(out.agent_id, session.session_id)
    return Walk(browsers, routes(app), tokens, store, tmp_path)


async def token_of(browser: Browser) -> str:
    text = await browser.read("/profil")
    return text.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]


def is_denied(answer: tuple[int, str, str]) -> bool:
    is_said = DENIED in html.unescape(answer[2]) or json.dumps(DENIED) in answer[2]
    return answer[0] == 403 and is_said


def test_no_route_is_without_its_declaration(tmp_path: Path) -> None:
    undeclared = [route for route in routes(empty_app(tmp_path)) if route.opens_to is None]
    assert not undeclared, "put it under anybody, signed_in, allowed or manager_only (web/auth.py)"


def test_the_table_of_the_documents_is_what_routes_and_actions_declare(tmp_path: Path) -> None:
    assert TABLE.read_text() == table(empty_app(tmp_path)), "python -m tests.server.roles"


async def test_who_is_not_signed_in_or_has_left_is_let_in_nowhere(walk: Walk) -> None:
    before = walk.content()
    for route in walk.routes:
        for who in ("nobody", LEAVER, OUT):
            status, location, _ = await walk.answer(who, route, HERE)
            if route.opens_to == "anybody":
                assert status < 500 and status != 401, (who, route, status)
            elif route.path.startswith("/api/"):
                assert status == 401, (who, route, status)
            else:
                let_in = status != 303 or not location.startswith("/connexion")
                assert not let_in, (who, route, status)
    assert walk.content() == before


async def test_who_has_not_the_right_is_refused_and_changes_nothing(walk: Walk) -> None:
    before = walk.content()
    for route in walk.routes:
        if not isinstance(route.opens_to, Right):
            continue
        people = [STRANGER]
        for role in GIVEN:
            if route.opens_to not in RIGHTS[role]:
                people += [whole(role), away(role)]
        for who in people:
            answer = await walk.answer(who, route, HERE)
            assert is_denied(answer), (who, route, answer[0])
    assert walk.content() == before


async def test_what_is_beyond_somebodys_part_is_as_what_is_not_there(walk: Walk) -> None:
    before = walk.content()
    for route in walk.routes:
        if not isinstance(route.opens_to, Right) or not route.has_id:
            continue
        for role in GIVEN:
            if route.opens_to in RIGHTS[role]:
                there = await walk.answer(away(role), route, HERE)
                nothing = await walk.answer(away(role), route, NOBODY)
                assert there[:2] == nothing[:2], (role, route, there[0], nothing[0])
                assert there[0] == 303 or 400 <= there[0] < 500, (role, route, there[0])
    assert walk.content() == before


async def test_who_has_the_right_is_let_in(walk: Walk) -> None:
    for route in sorted(walk.routes, key=lambda route: route.method != "GET"):
        for role in GIVEN:
            if route.opens_to == "signed in" or (
                isinstance(route.opens_to, Right) and route.opens_to in RIGHTS[role]
            ):
                writes = route.method != "GET"
                answer = await walk.answer(whole(role), route, NOBODY if writes else HERE)
                assert answer[0] < 500 and answer[0] != 401, (role, route, answer[0])
                assert not answer[1].startswith("/connexion"), (role, route)
                if isinstance(route.opens_to, Right):
                    assert not is_denied(answer), (role, route)


async def test_nobody_reads_where_somebody_was_without_an_entry(walk: Walk) -> None:
    """The sample's cars park at 48.0061 north: no page, list or file says so unnoticed."""
    read = 0
    for route in walk.routes:
        if route.method != "GET" or route.path.startswith("/sites"):  # points of car parks
            continue
        for who in [*map(whole, GIVEN), STRANGER]:
            before = await readings(walk.store)
            _, _, text = await walk.answer(who, route, HERE)
            if PLACE.search(text):
                read += 1
                assert await readings(walk.store) > before, (who, route)
    assert read > 0


async def readings(store: Store) -> int:
    return len(await store.audit.page(Sought(act=Act.READ_PLACES), 10_000))


PLACE = re.compile(r"48[.,]?0061")


# After them the others would be asked by nobody.
SIGNS_OUT = ("/api/session", "/deconnexion")


async def test_nothing_is_written_that_does_not_say_what_it_is(walk: Walk) -> None:
    for route in sorted(walk.routes, key=lambda route: route.path in SIGNS_OUT):
        await walk.answer(whole(Role.MANAGER), route, HERE)
    assert await walk.store.audit.page(Sought(act=Act.OTHER), 1) == []
    assert (await walk.store.audit.verify()).broken is None


async def test_what_somebody_far_away_reads_names_nobody_of_here(walk: Walk) -> None:
    names = ("Karim", "Lucie", "FX-482-LM", "GB-117-KD")
    for route in walk.routes:
        if isinstance(route.opens_to, Right) and route.method == "GET":
            for role in GIVEN:
                if route.opens_to in RIGHTS[role]:
                    _, _, text = await walk.answer(away(role), route, HERE)
                    shown = text
                    if route.path in LISTS_ALL_CARS:
                        shown = text.partition("<form")[0]
                    assert not any(name in shown for name in names), (role, route)


# Where a form names all parts of the fleet, whoever gives a part.
LISTS_ALL_CARS = ("/roles",)


async def is_let_in(action: Action, person: Person) -> bool:
    """Whether it gets beyond its first statement: what it is asked, there is not."""
    function = inspect.unwrap(action.function)
    count = function.__code__.co_argcount - len(function.__defaults__ or ())
    try:
        await action.function(person, *[None] * (count - 1))
    except Refused as refused:
        return refused.first.reason is not Reason.NOT_ALLOWED
    except (AttributeError, TypeError):
        return True
    return True


@pytest.mark.parametrize("action", actions(), ids=lambda action: f"{action.module}.{action.name}")
async def test_an_action_lets_in_just_who_has_its_right(action: Action) -> None:
    if action.right is None:
        return  # what is one's own: each has its own tests
    for role in Role:
        has = action.right != OPERATOR and action.right in RIGHTS[role]
        assert await is_let_in(action, someone(role)) == has, role
        far = someone(role, Scope(frozenset({9})))
        if action.right is Right.MANAGE:
            assert not await is_let_in(action, far)
