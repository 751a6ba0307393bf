"""A person's mailbox: the address that is known of them, and the link in the letter that came."""

import re

from aiohttp.test_utils import TestClient

from server.app_keys import STORE
from tests.server.mail.smtp_server import MailServer

SITE = "https://parc.example"


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
