"""Boxes made by programs: the identity for a board, and what became of the board.

An identity holds a box's keys: no answer is kept by anybody on its way (`no-store`, as of all our
answers), and nothing of it is written down here.
"""

from aiohttp import web

from server.actions import Person
from server.actions.boxes import boards
from server.app_keys import ACTIONS, CLOCK
from server.fleet.model.people import Agent
from server.fleet.refusals import Reason, Refused
from server.fleet.roles import Right
from server.fleet.told import SILENT_AFTER_S
from server.web.api.bodies import asked_for
from server.web.auth import allowed
from server.web.refused import refusal_as_json

_BOX = "/api/boxes/{wire_id:[0-9a-f]{16}}"


@allowed(Right.FIT_BOXES)
async def make_box(request: web.Request, agent: Agent) -> web.StreamResponse:
    """POST /api/boxes {plate, board, mac, ...} : 201 and the identity of a new box for that board.

    `board` is lilygo_t_sim7670g_s3 or host, `mac` like a0:b7:65:4c:11:2e; `replace` (false) retires
    the box that the car has. Of the SIM card `sim_pin`; of the car `start_relay` and
    `ignition_line` (true), `door_contact` and `key_holder` (false), `reader` (pn532 or wiegand).

    The same car and board again, until it was written: 200 and the same keys. A car whose
    box is another one is 409 box_exists with `flashed_mac`, `flashed_at_s`, `flashed_by`, `online`.
    """
    wanted = await asked_for(request, boards.MakeBox)
    actions, person = request.app[ACTIONS], Person(agent)
    try:
        made = await boards.make(person, wanted, actions)
    except Refused as refused:
        if refused.first.reason is not Reason.BOX_EXISTS:
            raise
        box = await boards.present(person, wanted, actions)
        heard_s = None if box is None else box.last_seen_s
        return refusal_as_json(
            request,
            refused,
            flashed_mac=box and box.mac,
            flashed_at_s=box and box.flashed_at_s,
            flashed_by=box and box.flashed_by,
            online=heard_s is not None and heard_s >= request.app[CLOCK].now_s() - SILENT_AFTER_S,
        )
    return web.json_response(made.identity, status=201 if made.is_new else 200)


@allowed(Right.FIT_BOXES)
async def note_flashed(request: web.Request, agent: Agent) -> web.StreamResponse:
    """POST /api/boxes/{number}/flashed {mac, micropython, iccid?, imei?} : 204, it is written.

    Again with the numbers of the SIM card and the modem, once they are known; 409 other_board
    where the box is bound to another one.
    """
    wanted = await asked_for(request, boards.NoteFlashed, wire_id=request.match_info["wire_id"])
    await boards.note_flashed(Person(agent), wanted, request.app[ACTIONS])
    return web.Response(status=204)


@allowed(Right.FIT_BOXES)
async def note_test(request: web.Request, agent: Agent) -> web.StreamResponse:
    """POST /api/boxes/{number}/bench {mac, at_s?, lines, done} : 204, the bench test until now.

    `lines` is the whole list each time, of {check, outcome, failure?, value?}: outcome is ok,
    failed, not_fitted or waiting. Names that are not known here are kept as they are.
    """
    wanted = await asked_for(request, boards.NoteTest, wire_id=request.match_info["wire_id"])
    await boards.note_test(Person(agent), wanted, request.app[ACTIONS])
    return web.Response(status=204)


ROUTES = (
    web.post("/api/boxes", make_box),
    web.post(f"{_BOX}/flashed", note_flashed),
    web.post(f"{_BOX}/bench", note_test),
)
