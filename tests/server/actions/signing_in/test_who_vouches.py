"""Each account carries who vouches for it and by which name there, for single sign-on to come."""

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from server.actions import Actions, Operator, Person, accounts
from server.fleet.inputs import judged
from server.fleet.refusals import Refused
from server.store import Store, schema
from server.store.backup import DATABASE
from server.store.schema.accounts import signing_in
from tests.fleet import MARIE
from tests.server.actions.people import LOGIN, load_marie, person

ADDRESS = "marie.leroy@ddt.example"


def subs(store: Store) -> dict[str, tuple[str, str]]:
    with sqlite3.connect(store.data_dir / DATABASE) as db:
        rows = db.execute("SELECT login, issuer, sub FROM agent")
        return {login: (issuer, sub) for login, issuer, sub in rows}


async def test_every_account_has_a_name_of_its_own_that_stays(actions: Actions) -> None:
    before = subs(actions.store)
    assert {issuer for issuer, _ in before.values()} == {"local"}
    assert len({sub for _, sub in before.values()}) == len(before)
    assert all(len(sub) == 32 and login not in sub for login, (_, sub) in before.items())
    await load_marie(actions, full_name="Marie Martin")
    assert subs(actions.store) == before


async def test_no_two_accounts_have_the_same_name_at_the_same_issuer(actions: Actions) -> None:
    path: Path = actions.store.data_dir / DATABASE
    with sqlite3.connect(path) as db, pytest.raises(sqlite3.IntegrityError):
        db.execute("UPDATE agent SET sub = 'one'")


def test_accounts_of_before_and_those_to_come_each_have_a_name_of_their_own() -> None:
    db = sqlite3.connect(":memory:", isolation_level=None)
    before = schema.MIGRATIONS.index(signing_in.add)
    for step in schema.MIGRATIONS[:before]:
        step(Database(db))
    db.execute(f"PRAGMA user_version = {before}")
    db.execute("INSERT INTO directorate (code, name) VALUES ('DDT', 'x')")
    add = "INSERT INTO agent (login, full_name, directorate_id) VALUES (:login, 'x', 1)"
    db.executemany(add, [{"login": "of.before"}, {"login": "of.before.too"}])
    schema.migrate(db)
    db.execute(add, {"login": "to.come"})
    db.execute(
        "INSERT INTO agent (login, full_name, directorate_id, issuer, sub)"
        " VALUES ('from.elsewhere', 'x', 1, 'https://idp.example', 'theirs')"
    )
    names = dict(db.execute("SELECT login, sub FROM agent").fetchall())
    assert len(set(names.values())) == 4 and names["from.elsewhere"] == "theirs"
    assert {len(sub) for login, sub in names.items() if login != "from.elsewhere"} == {32}


async def set_email(actions: Actions, who: Person | Operator, email: str = ADDRESS) -> str | None:
    given = {"login": LOGIN, "email": email}
    return (await accounts.set_email(who, judged(accounts.SetEmail, given), actions)).email


async def test_the_operator_says_where_mail_goes_and_so_does_a_file(
    actions: Actions, marie: Person, paul: Person
) -> None:
    assert marie.agent.email is None
    assert await set_email(actions, Operator()) == ADDRESS
    await load_marie(actions, email="marie@service.example")
    assert (await person(actions.store, MARIE)).agent.email == "marie@service.example"
    for who in (marie, paul):  # who has the mailbox can have the account
        with pytest.raises(Refused, match="not_allowed"):
            await set_email(actions, who)
