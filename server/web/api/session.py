"""Signing in and out, for programs: the sessions, the guesses and the second step of the pages.

Never here: whose a password is (web/entry.py), what a code is (actions/signing_in).
"""

from typing import Annotated

from aiohttp import web
from pydantic import Field

from server.actions import acting
from server.actions.signing_in import second_factor
from server.app_keys import ACTIONS, AGENT, CLOCK
from server.fleet.accounts.passwords import LONGEST, Password
from server.fleet.inputs import Input, Line, Says, judged
from server.fleet.refusals import Reason, Refused
from server.web import sessions
from server.web.api.bodies import asked_for
from server.web.auth import anybody
from server.web.entry import NO_MATCH, must_have_factor, note_refused, owner_of
from server.web.guesses import GUESSES, Attempt, attempt_at, later
from server.web.i18n import N_, words_of

_Typed = Annotated[
    Line,
    Field(max_length=LONGEST),
    Says(Reason.NOT_A_TEXT, Reason.TEXT_TOO_LONG, {"letters": LONGEST}),
]


class SignIn(Input):
    """Login and password; `code` of the app, or to recover by, where there is a second step."""

    login: _Typed
    password: Annotated[Password, Field(repr=False)]
    code: Annotated[_Typed | None, Field(repr=False)] = None


class SignOut(Input):
    """Nothing: the cookie says whose session it is."""


@anybody
async def sign_in(request: web.Request) -> web.StreamResponse:
    """POST /api/session {login, password, code?} : {name, login} and the session's cookie.

    401 no_match; code_wanted where the pages would ask for the second step, wrong_code; 403
    second_factor_missing where a role demands one that is not set up; 429 too_many_tries with
    `wait_s`, counted together with what is tried on the pages. Who has not read the notice on
    personal data yet is let in, as on the pages.
    """
    wanted = await asked_for(request, SignIn)
    guesses, now_s = request.app[GUESSES], request.app[CLOCK].now_s()
    attempt = attempt_at(request, wanted.login)
    if guesses.wait_s(attempt, now_s):
        return _later(request, attempt, now_s)
    # It counts before its outcome is known, so many attempts at once gain nothing.
    guesses.failed(attempt, now_s)
    owner = await owner_of(request, wanted.login, wanted.password)
    if owner is None:
        return _refuse(request, 401, "no_match", NO_MATCH)
    guesses.succeeded(attempt, now_s)
    agent, actions = acting(owner, now_s), request.app[ACTIONS]
    if await second_factor.get(agent, actions) is not None:
        if not wanted.code:
            return _refuse(request, 401, "code_wanted", N_("Give the code of your app too."))
        attempt = attempt_at(request, agent.login, "second step")
        if guesses.wait_s(attempt, now_s):
            return _later(request, attempt, now_s)
        guesses.failed(attempt, now_s)
        typed = judged(second_factor.TypedCode, {"code": wanted.code})
        try:
            await second_factor.check(agent, typed, actions)
        except Refused as refused:
            note_refused(request, agent)
            return _refuse(request, 401, "wrong_code", refused.first.reason.sentence)
        guesses.succeeded(attempt, now_s)
    elif must_have_factor(request, agent):
        text = N_("Your role demands a second step: sign in to the site once, to set it up.")
        return _refuse(request, 403, "second_factor_missing", text)
    if not await sessions.begin(request, agent):  # closed, or another password, meanwhile
        return _refuse(request, 401, "no_match", NO_MATCH)
    return web.json_response({"name": agent.full_name, "login": agent.login})


@anybody
async def sign_out(request: web.Request) -> web.StreamResponse:
    """DELETE /api/session : 204, also for who has none."""
    if request.can_read_body:
        await asked_for(request, SignOut)
    await sessions.end(request, request.get(AGENT))
    return web.Response(status=204)


def _later(request: web.Request, attempt: Attempt, now_s: int) -> web.Response:
    wait_s, words = request.app[GUESSES].wait_s(attempt, now_s), words_of(request)
    told = {"error": "too_many_tries", "message": later(wait_s, words), "field": None}
    return web.json_response(told | {"wait_s": wait_s}, status=429)


def _refuse(request: web.Request, status: int, code: str, text: str) -> web.Response:
    told = {"error": code, "message": words_of(request).say(text), "field": None}
    return web.json_response(told, status=status)


ROUTES = (web.post("/api/session", sign_in), web.delete("/api/session", sign_out))
