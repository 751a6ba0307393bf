"""From the right password into the site: at once, or by the second step.

Between the two nobody is signed in: the cookie says whose password was right, for a few minutes and
as long as it is that password. Never here: how a password is hashed (server/passwords.py), codes,
sessions (sessions.py).
"""

import asyncio
import hashlib
import logging
from dataclasses import dataclass

import aiohttp_session
from aiohttp import web
from yarl import URL

from server.actions import Person, acting
from server.actions.actor import reach_of
from server.app_keys import CLOCK, CONFIG, STORE
from server.fleet.model.people import Agent
from server.fleet.roles import Right, Role
from server.passwords import verify_password
from server.web import sessions
from server.web.guesses import know_browser
from server.web.i18n import N_, words_of
from server.web.proxies import client_address
from server.web.render import flash
from server.web.security import local_path

SECOND_STEP = "/connexion/second-facteur"
NOTICE = "/note-d-information"
JOBS = "/interventions"
NO_MATCH = N_("Login and password do not match.")
_HALF_IN = "half_in"  # the cookie's word for it
_FOR_S = 600
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HalfIn:
    """Whose password was right here, with the roles that hold now; which page they wanted."""

    agent: Agent
    wanted: str | None


def home_of(agent: Agent) -> str:
    """Return the page this person needs first: whose cars drive, which boxes to fit, which car."""
    trips, boxes, fleet = (
        reach_of(Person(agent), right) for right in (Right.SEE_TRIPS, Right.FIT_BOXES, Right.MANAGE)
    )
    if trips is not None:
        return "/trajets"
    return JOBS if boxes is not None and fleet is None else "/reservations"


def notice_before(wanted: str) -> str:
    """Return the address of the notice, which leads on to the page that was wanted."""
    return str(URL(NOTICE).with_query(next=wanted))


def must_have_factor(request: web.Request, agent: Agent) -> bool:
    """Return whether one of the roles that hold now asks for a second step."""
    asked = request.app[CONFIG].second_factor_for
    return Role.AGENT in asked or any(grant.role in asked for grant in agent.roles)


async def owner_of(request: web.Request, login: str, password: str) -> Agent | None:
    """Return whose login and password these are; an unknown login costs as much time.

    A wrong pair is written down. Whether it may be tried is the caller's to ask (guesses.py).
    """
    agent = await request.app[STORE].agents.by_login(login)
    hashed = agent.password_hash if agent and agent.closed_at_s is None else None
    if await asyncio.to_thread(verify_password, hashed, password.strip()):
        return agent
    note_refused(request, agent)
    return None


async def enter(
    request: web.Request, agent: Agent, wanted: str | None = None
) -> web.HTTPSeeOther | None:
    """Let somebody in whose password was right, or on to the second step.

    Args:
        request: of the browser that it was typed in.
        agent: whose it is, as read before it was verified.
        wanted: the page that they wanted.

    Returns:
        the answer; None: the account closed or the password changed meanwhile.
    """
    agent = acting(agent, request.app[CLOCK].now_s())
    factor = await request.app[STORE].second_factors.of(agent.agent_id)
    if factor is None and not must_have_factor(request, agent):
        return await let_in(request, HalfIn(agent, wanted))
    session = await aiohttp_session.new_session(request)
    session[_HALF_IN] = {
        "agent_id": agent.agent_id,
        "password": _print_of(agent),
        "at_s": request.app[CLOCK].now_s(),
        "wanted": wanted,
    }
    return web.HTTPSeeOther(SECOND_STEP)


async def enter_changed(request: web.Request, agent: Agent) -> web.HTTPSeeOther:
    """As `enter`, for whoever has just chosen this password."""
    answer = await enter(request, agent)
    if answer is None:
        raise web.HTTPSeeOther("/connexion")  # changed once more meanwhile: by whom, is asked there
    await flash(request, "success", words_of(request).say(N_("Your password is changed.")))
    return answer


async def half_in(request: web.Request) -> HalfIn | None:
    """Return whose password was right here a short while ago, and still is."""
    kept = (await aiohttp_session.get_session(request)).get(_HALF_IN)
    now_s = request.app[CLOCK].now_s()
    if kept is None or not 0 <= now_s - kept["at_s"] <= _FOR_S:
        return None
    agent = await request.app[STORE].agents.get(kept["agent_id"])
    if agent is None or agent.closed_at_s is not None or _print_of(agent) != kept["password"]:
        return None
    return HalfIn(acting(agent, now_s), kept["wanted"])


async def let_in(request: web.Request, who: HalfIn) -> web.HTTPSeeOther | None:
    """Begin a session; None: the account closed or the password changed meanwhile."""
    if not await sessions.begin(request, who.agent):
        return None
    wanted = local_path(who.wanted, home_of(who.agent))
    if not await request.app[STORE].notices.is_informed(who.agent.agent_id):
        wanted = notice_before(wanted)
    answer = web.HTTPSeeOther(wanted)
    know_browser(request, answer, who.agent.login)
    return answer


def note_refused(request: web.Request, agent: Agent | None) -> None:
    """Write down whose password or code was wrong.

    What was typed for a login may be a password: only one that exists is written down.
    """
    who = "an unknown login" if agent is None else agent.login
    _log.warning("sign-in refused: %s, from %s", who, client_address(request))


def _print_of(agent: Agent) -> str:
    """Return what tells a password from the one before; the cookie is encrypted all the same."""
    return hashlib.sha256((agent.password_hash or "").encode()).hexdigest()
