"""Letters to an address of the operator's: an older outbox takes them, and loses nothing for it."""

import sqlite3
from pathlib import Path

import pytest

from server.fleet.accounts.mail import Letter, NewMail
from server.fleet.roles import Scope
from server.store import Store, schema
from server.store.backup import DATABASE
from server.store.schema import watching
from tests.fleet import MARIE, NOW_S, load_small_fleet


async def test_an_older_outbox_keeps_its_letters_and_numbers_and_takes_one_to_no_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = schema.MIGRATIONS[: schema.MIGRATIONS.index(watching.add)]
    monkeypatch.setattr(schema, "MIGRATIONS", before)
    store = Store.open(tmp_path)
    await load_small_fleet(store)
    for token in ("a", "b"):
        new = NewMail(MARIE, "invitation", "m@ddt.example", Letter("", "", ""), NOW_S + 60)
        await store.links.make(token, NOW_S + 60, new, NOW_S)
    await store.close()
    with sqlite3.connect(tmp_path / DATABASE) as db:
        db.execute("DELETE FROM mail WHERE mail_id = 2")
    monkeypatch.undo()
    store = Store.open(tmp_path)
    letter = NewMail(None, "alert", "si@ddt.example", Letter("", "", ""), NOW_S + 60)
    await store.alerts.keep([], [letter], NOW_S)
    mails = await store.outbox.log(10, None, NOW_S)
    assert [(mail.mail_id, mail.agent_name) for mail in mails] == [(3, None), (1, "Marie Leroy")]
    of_a_part = await store.outbox.log(10, None, NOW_S, Scope(directorates=frozenset({1})))
    assert "si@ddt.example" not in {mail.recipient for mail in of_a_part}
    assert store.health.is_whole()
    await store.close()
