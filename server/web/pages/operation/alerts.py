"""The page "alertes": what is wrong with the server and its cars, what to do, and what is over.

Never here: what counts as wrong (server/fleet/alerts/), looking (server/alerts/).
"""

from dataclasses import dataclass

from aiohttp import web

from server.actions import Person
from server.actions.operation import alerts
from server.app_keys import ACTIONS, CLOCK, CONFIG, WATCH
from server.fleet.alerts import Alert, Kind
from server.fleet.model.people import Agent
from server.fleet.roles import Right
from server.web.auth import allowed
from server.web.letters import ALERTS
from server.web.operation.alert_words import ADVICE, TITLES
from server.web.paging import PAGE_SIZE, before_of
from server.web.render import page


@dataclass(frozen=True, slots=True)
class OfKind:
    """The alerts of one kind that stand; `title` and `advice` are message ids."""

    kind: Kind
    title: str
    advice: str
    alerts: tuple[Alert, ...]


async def standing(request: web.Request, agent: Agent) -> tuple[list[OfKind], dict[int, str]]:
    """Return what is wrong as far as somebody sees it, by kind, and the plates of its cars."""
    seen, plates = await alerts.seen(
        Person(agent), request.app[WATCH].standing, request.app[ACTIONS]
    )
    kinds = dict.fromkeys(each.kind for each in seen)
    return [
        OfKind(kind, TITLES[kind], ADVICE[kind], tuple(each for each in seen if each.kind is kind))
        for kind in kinds
    ], plates


@allowed(Right.SEE_CARS)
async def show(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show what is wrong; then what was."""
    wrong, plates = await standing(request, agent)
    found, plates_of_over = await alerts.over(
        Person(agent), PAGE_SIZE + 1, before_of(request), request.app[ACTIONS]
    )
    shown = found[:PAGE_SIZE]
    return await page(
        request,
        "operation/alerts.html",
        wrong=wrong,
        over=shown,
        titles=TITLES,
        plates=plates | plates_of_over,
        older=f"{ALERTS}?before={shown[-1].alert_id}" if len(found) > PAGE_SIZE else None,
        writes=bool(request.app[CONFIG].mail and request.app[CONFIG].alerts.mail_to),
        looked=request.app[WATCH].seen is not None,
        unknown=alerts.unknown(Person(agent), request.app[WATCH].judged),
        now_s=request.app[CLOCK].now_s(),
    )


ROUTES = (web.get(ALERTS, show),)
