"""A person's mailbox: its address, the link in the letter that came, and what they do with it."""

import asyncio
import re

from aiohttp.test_utils import TestClient

from server.app_keys import STORE
from server.web.pages.signing_in.links import AFTERWARDS
from tests.server.mail.smtp_server import MailServer
from tests.server.web.sample import KARIM

SITE = "https://parc.example"
NEW = "trois chevaux bruns"


async def give_address(client: TestClient, login: str) -> int:
    """Let somebody have a mailbox; return the id of the account."""
    store = client.app[STORE]
    agent = await store.agents.by_login(login)
    await store.accounts.set_email(agent.agent_id, f"{login}@ddt.example")
    return agent.agent_id


async def mailed_link(mail_server: MailServer) -> str:
    """Wait for a mail; return where its link leads, below the site."""
    await mail_server.arrived.wait()
    mail_server.arrived.clear()
    text = mail_server.taken[-1].get_body(("plain",)).get_content()
    found = re.search(rf"{re.escape(SITE)}(/\S+)", text)
    assert found is not None
    return found[1]


async def choose(visitor, path, new=NEW):
    key = path.partition("key=")[2]
    return await visitor.send(path, "/connexion/lien", key=key, new=new, again=new)


async def ask(visitor, login=KARIM):
    answer = await visitor.send("/connexion/oubli", login=login)
    await asyncio.gather(*visitor.client.app[AFTERWARDS])
    return answer
