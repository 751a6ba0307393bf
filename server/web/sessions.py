"""Who is signed in: the secret in the cookie, and the session in the store that it opens.

The cookie alone opens nothing, so a session ends for every copy of it at once. Never here: forms,
passwords.
"""

import hashlib
import secrets

import aiohttp_session
from aiohttp import web

from server.actions.accounts import SESSION_S
from server.app_keys import CLOCK, STORE
from server.fleet.audit import Act, Performed
from server.fleet.model.people import Agent
from server.store.current_act import performing

_SECRET = "secret"  # the cookie's word for it
_SECRET_BYTES = 32

# The first that a browser says of itself: many also say that they are like others.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


async def begin(request: web.Request, agent: Agent) -> bool:
    """Sign somebody in here; False when their account closed or changed its password meanwhile."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    now_s = request.app[CLOCK].now_s()
    browser = browser_of(request.headers.get("User-Agent", ""))
    store = request.app[STORE].accounts
    with performing(Performed(Act.SIGN_IN, now_s, agent.agent_id)):
        begun = await store.begin(agent, _id_of(secret), browser, now_s, now_s - SESSION_S)
    if begun:
        session = await aiohttp_session.new_session(request)
        session[_SECRET] = secret
    return begun


async def current_id(request: web.Request) -> str | None:
    """Return the id of the session that the cookie opens, or would open if it had not ended."""
    secret = (await aiohttp_session.get_session(request)).get(_SECRET)
    return _id_of(secret) if isinstance(secret, str) else None


async def agent_of(request: web.Request) -> Agent | None:
    """Return who is signed in here; a session that has ended takes its cookie with it."""
    session_id = await current_id(request)
    if session_id is None:
        return None
    now_s = request.app[CLOCK].now_s()
    agent = await request.app[STORE].accounts.agent_of(session_id, now_s - SESSION_S, now_s)
    if agent is None:
        (await aiohttp_session.get_session(request)).invalidate()
    return agent


async def end(request: web.Request, agent: Agent | None) -> None:
    """Sign out here."""
    session_id = await current_id(request)
    if agent is not None and session_id is not None:
        now_s = request.app[CLOCK].now_s()
        with performing(Performed(Act.SIGN_OUT, now_s, agent.agent_id)):
            await request.app[STORE].accounts.end(agent.agent_id, session_id)
    (await aiohttp_session.get_session(request)).invalidate()


def browser_of(user_agent: str) -> str:
    """Name a browser so that its owner knows it again; what nobody knows is empty."""
    found = (_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent))
    return ", ".join(name for name in found if name)


def _first(names: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for sign, name in names if sign in text), "")


def _id_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
