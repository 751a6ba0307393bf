"""What a technician does, car by car: to fit, written, tested, online; each with what comes next.

Reading only: boxes are made and tested by ./flash.sh, which tells the server (web/api/boxes.py).
Never here: how far a car has got (fleet/bench.py).
"""

from typing import Any

from aiohttp import web

from server.actions import Person
from server.actions.boxes import jobs
from server.app_keys import ACTIONS, CLOCK, CONFIG, STORE
from server.fleet.bench import Check, Failure, Line
from server.fleet.model.people import Agent
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import RIGHTS, Right
from server.fleet.told import SILENT_AFTER_S
from server.web.auth import allowed
from server.web.entry import JOBS
from server.web.pages.interventions import words
from server.web.paging import before_of
from server.web.render import page
from server.web.security import is_https

PAGE_SIZE = 50
_FINISHED = "en-service"


@allowed(Right.FIT_BOXES)
async def show_list(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the cars with something left to do by plate, or those that are done."""
    is_finished = request.query.get("etat") == _FINISHED
    after = before_of(request, "after")
    found = await jobs.listed(
        Person(agent),
        "fitted" if is_finished else "to_fit",
        request.app[ACTIONS],
        PAGE_SIZE + 1,
        after,
    )
    shown = found[:PAGE_SIZE]
    more = f"etat={_FINISHED}&" if is_finished else ""
    last_id = shown[-1].car.vehicle_id if len(found) > PAGE_SIZE else None
    return await page(
        request,
        "interventions/list.html",
        jobs=shown,
        is_finished=is_finished,
        is_first=after is None,
        following=None if last_id is None else f"{JOBS}?{more}after={last_id}",
        until_s=_until_s(agent),
        silent_before_s=request.app[CLOCK].now_s() - SILENT_AFTER_S,
        words=words,
    )


@allowed(Right.FIT_BOXES)
async def show_car(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show how far one car has got, and each line of its bench test while that goes on."""
    wanted = jobs.OneCar(vehicle_id=int(request.match_info["id"]))
    found = await jobs.get(Person(agent), wanted, request.app[ACTIONS])
    now_s = request.app[CLOCK].now_s()
    lines = () if found.job.test is None else found.job.test.lines
    return await page(
        request,
        "interventions/car.html",
        car=found.car,
        job=found.job,
        lines=[_said(line) for line in lines],
        is_live=found.job.is_live(now_s),
        silent_before_s=now_s - SILENT_AFTER_S,
        address=_address(request),
        words=words,
    )


@allowed(Right.FIT_BOXES)
async def find_box(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Lead from the code on a box's label to its car; a box that was replaced is not there."""
    box = await request.app[STORE].boxes.by_wire_id(bytes.fromhex(request.match_info["box"]))
    if box is None:
        raise Refused(Refusal("", Reason.NOT_THERE))
    raise web.HTTPSeeOther(f"{JOBS}/{box.vehicle_id}")


def _said(line: Line) -> dict[str, Any]:
    """Return a line with the words for it; what is not known here has its own name alone."""
    check = Check(line.check) if line.check in set(Check) else None
    failure = Failure(line.failure) if line.failure in set(Failure) else None
    return {
        "line": line,
        "name": None if check is None else words.CHECKS[check],
        "to_do": words.WISHES.get(line.value or "", words.TO_DO.get(check) if check else None),
        "failure": None if failure is None else words.FAILURES[failure],
        "advice": None if failure is None else words.CHECK_THIS[failure],
    }


def _until_s(agent: Agent) -> int | None:
    """Return when somebody's access to these cars ends; None: it has no end."""
    ends = [grant.to_s for grant in agent.roles if Right.FIT_BOXES in RIGHTS[grant.role]]
    return None if None in ends else max(end for end in ends if end is not None)


def _address(request: web.Request) -> str:
    """Return the address of this site, as a program is to be told it."""
    mail = request.app[CONFIG].mail
    if mail is not None:
        return mail.site
    return f"{'https' if is_https(request) else 'http'}://{request.host}"


ROUTES = (
    web.get(JOBS, show_list),
    web.get(f"{JOBS}/{{id:[0-9]{{1,18}}}}", show_car),
    web.get(f"{JOBS}/box/{{box:[0-9a-f]{{16}}}}", find_box),
)
