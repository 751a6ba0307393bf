"""The notice before first use: shown once, noted with its time, asked again when it changes."""

import json

import pytest

from server.fleet import fleet_file
from tests.fleet import agent
from tests.server.web.sample import LUCIE, NOW_S, PASSWORD

NEW = "noe.petit"
NOTICE = "/note-d-information"


@pytest.fixture
async def newcomer(store):
    """Somebody who has an account, and has never signed in."""
    entry = agent(NEW, b"", badges=[], password=PASSWORD)
    hashes = {NEW: (await store.agents.by_login(LUCIE)).password_hash}
    await store.fleet.load(fleet_file.parse(json.dumps({"agents": [entry]})), hashes, NOW_S)
    return NEW


async def test_a_first_sign_in_leads_to_the_notice(visitor, newcomer):
    answer = await visitor.sign_in(newcomer)
    assert answer.headers["Location"].startswith(NOTICE)
