"""The page "boxes": how each car's box is, by what it said last, and which cars have none.

Reading only.
"""

from aiohttp import web

from server.actions import Person
from server.actions.actor import require
from server.app_keys import CLOCK, DOUBTS_TIME, STORE
from server.fleet.model.people import Agent
from server.fleet.roles import Right
from server.fleet.told import SILENT_AFTER_S
from server.web.auth import allowed
from server.web.pages.operation.alerts import standing
from server.web.paging import before_of
from server.web.render import page

# A fleet of the usual size stands on one page.
PAGE_SIZE = 50


@allowed(Right.SEE_CARS)
async def show_list(request: web.Request, agent: Agent) -> web.StreamResponse:
    """Show the cars by plate, and whether each has confirmed the grants that it should hold."""
    store, now_s = request.app[STORE], request.app[CLOCK].now_s()
    silent_before_s = now_s - SILENT_AFTER_S
    scope = require(Person(agent), Right.SEE_CARS)
    after = before_of(request, "after")
    found = await store.vehicles.page(PAGE_SIZE + 1, after, "with_boxes", scope)
    cars = found[:PAGE_SIZE]
    ids = [car.vehicle_id for car in cars]
    following = f"{request.path}?after={ids[-1]}" if len(found) > PAGE_SIZE else None
    return await page(
        request,
        "boxes/list.html",
        wrong=(await standing(request, agent))[0],
        cars=cars,
        boxes=await store.boxes.of_cars(ids),
        stolen={order.plate for order in await store.theft_orders.standing(PAGE_SIZE)},
        ending={end.plate for end in await store.commands.ends_from_afar(now_s, PAGE_SIZE)},
        contacts=await store.knowledge.of_cars(ids),
        silent_before_s=silent_before_s,
        doubts_time=request.app[DOUBTS_TIME](),
        following=following,
    )


ROUTES = (web.get("/boitiers", show_list),)
