"""A blank board becomes a car's box: its identity is made for that board, it is written, tested.

What was begun and cut short goes on: the same board of the same car is given the same identity for
as long as it was not written. Never here: writing a board (flasher/), the test (the box).
"""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from server.actions.actor import Actor, actor_id, may, require
from server.actions.audit.acts import audited
from server.actions.boxes.identity import fitting_of, identity_of
from server.actions.tools import Actions
from server.fleet import inputs
from server.fleet.audit import Act
from server.fleet.bench import OUTCOMES, BenchTest, Line, Outcome, kept
from server.fleet.inputs import Flag, Input, Instant, Says
from server.fleet.model.bookings import Vehicle
from server.fleet.model.boxes import Board, Written
from server.fleet.model.fitting import BOARDS, PIN, READERS, BoardKind, Reader, Wiring
from server.fleet.names import plate_of
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.roles import About, Right
from server.store import BoxExistsError
from server.store.current_act import is_about

_LONGEST_WORD = 40
MAX_LINES = 40  # of a bench test, which has half as many checks

Mac = Annotated[
    str,
    Field(pattern=r"^[0-9a-f]{2}(:[0-9a-f]{2}){5}$"),
    Says(Reason.NOT_A_MAC),
]
Word = Annotated[
    inputs.Line,
    Field(max_length=_LONGEST_WORD),
    Says(Reason.NOT_A_TEXT, Reason.TEXT_TOO_LONG, {"letters": _LONGEST_WORD}),
]
_Wanted = Annotated[Word | None, AfterValidator(lambda word: word or None)]


class MakeBox(Input):
    """A car by its plate, the board that becomes its box, and what is wired to it."""

    plate: Annotated[inputs.Line, Field(max_length=_LONGEST_WORD), Says(Reason.UNKNOWN_VEHICLE)]
    board: Annotated[BoardKind, Says(Reason.NOT_ONE_OF, values={"choice": " or ".join(BOARDS)})]
    mac: Mac
    replace: Flag = False
    sim_pin: Annotated[
        str | None, Field(pattern=f"^{PIN.pattern}$", repr=False), Says(Reason.NOT_A_PIN)
    ] = None
    start_relay: Flag = True
    ignition_line: Flag = True
    door_contact: Flag = False
    key_holder: Flag = False
    reader: Annotated[Reader, Says(Reason.NOT_ONE_OF, values={"choice": " or ".join(READERS)})] = (
        "pn532"
    )

    @property
    def wiring(self) -> Wiring:
        """Return what the car has."""
        return Wiring(
            self.start_relay, self.ignition_line, self.door_contact, self.key_holder, self.reader
        )


class OneBox(Input):
    """A box by its number on the wire, and the board that it is on."""

    wire_id: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    mac: Mac


class NoteFlashed(OneBox):
    """That it is written and verified; the numbers of SIM card and modem where they are known."""

    micropython: Word
    iccid: _Wanted = None
    imei: _Wanted = None


class BenchLine(Input):
    """What became of one check; names that the server does not know are kept as they are."""

    check: Annotated[Word, Field(min_length=1)]
    outcome: Annotated[Outcome, Says(Reason.NOT_ONE_OF, values={"choice": " or ".join(OUTCOMES)})]
    failure: _Wanted = None
    value: _Wanted = None


class NoteTest(OneBox):
    """A bench test of a box, the whole of it as far as it has got."""

    at_s: Instant | None = None
    lines: Annotated[
        tuple[BenchLine, ...],
        Field(strict=False, max_length=MAX_LINES),
        Says(Reason.NOT_A_LIST, Reason.OUT_OF_RANGE, {"least": 0, "most": MAX_LINES}),
    ]
    done: Flag


@dataclass(frozen=True, slots=True)
class MadeBox:
    """The identity that a board is to be written with; not `is_new`: it had been begun there."""

    identity: dict[str, Any]
    is_new: bool


@audited(Act.ADD_BOX, "vehicle")
async def make(actor: Actor, request: MakeBox, actions: Actions) -> MadeBox:
    """Make a box for a board, at once in force, or give out once more the one that was begun there.

    Raises:
        Refused: NOT_ALLOWED, UNKNOWN_VEHICLE, NO_BOX_ADDRESS; BOX_EXISTS for a car with a box on
            another board, or with one that was written or heard, unless that is to be replaced:
            then STILL_OUT while a trip is under way, ORDERS_WAIT while the box has not answered, or
            the car is reported stolen.
    """
    require(actor, Right.FIT_BOXES)
    car = await _car_called(actor, request.plate, actions)
    is_about(car.vehicle_id)
    new_boxes, store = actions.new_boxes, actions.store
    if new_boxes.server is None:
        raise Refused(Refusal("", Reason.NO_BOX_ADDRESS))
    sim = new_boxes.sim_card(request.sim_pin or "")
    told = await fitting_of(store, car, new_boxes.server, sim, request.board, request.wiring)
    try:
        made = await store.boxes.make(
            car.vehicle_id, request.mac, request.replace, actions.clock.now_s()
        )
    except BoxExistsError:
        raise Refused(Refusal("plate", Reason.BOX_EXISTS)) from None
    if made.is_new and car.box_id is not None:
        actions.notify(car.box_id)
    return MadeBox(identity_of(made.box, told), made.is_new)


async def present(actor: Actor, request: MakeBox, actions: Actions) -> Board | None:
    """Return the box that the car of a request has.

    Raises:
        Refused: NOT_ALLOWED, UNKNOWN_VEHICLE.
    """
    require(actor, Right.FIT_BOXES)
    car = await _car_called(actor, request.plate, actions)
    return (await actions.store.boards.of_cars([car.vehicle_id])).get(car.vehicle_id)


@audited(Act.FLASH_BOX, "vehicle")
async def note_flashed(actor: Actor, request: NoteFlashed, actions: Actions) -> None:
    """Take note that a box is written on its board; again, with what is known only then, too.

    Raises:
        Refused: NOT_ALLOWED; NO_SUCH_BOX, also for one beyond what they fit; OTHER_BOARD, also
            for a board that is the box of a car beyond that.
    """
    require(actor, Right.FIT_BOXES)
    box = await _own_box(actor, request, actions)
    former = await actions.store.boards.on_mac(request.mac)
    if former is not None and former.box_id != box.box_id:
        about = await actions.about_car(former.vehicle_id)
        if not may(actor, Right.FIT_BOXES, about):  # who says so may be wrong, or lie
            raise Refused(Refusal("mac", Reason.OTHER_BOARD))
    written = Written(request.mac, request.micropython, request.iccid, request.imei)
    now_s = actions.clock.now_s()
    await actions.store.boards.note_flashed(box.box_id, written, actor_id(actor), now_s)


@audited(Act.TEST_BOX, "vehicle")
async def note_test(actor: Actor, request: NoteTest, actions: Actions) -> None:
    """Take note of what a bench test has said until now; the same again is the same.

    Raises:
        Refused: NOT_ALLOWED; NO_SUCH_BOX, also for one beyond what they fit; OTHER_BOARD.
    """
    require(actor, Right.FIT_BOXES)
    box = await _own_box(actor, request, actions)
    lines = (Line(each.check, each.outcome, each.failure, each.value) for each in request.lines)
    now_s = actions.clock.now_s()
    test = BenchTest(request.at_s, now_s, tuple(map(kept, lines)), request.done)
    await actions.store.boards.note_test(box.box_id, request.mac, test)


async def _car_called(actor: Actor, plate: str, actions: Actions) -> Vehicle:
    """Return the car of a plate, however written; refuse one beyond those the actor sees to."""
    car = await actions.store.vehicles.by_plate(plate_of(plate))
    if car is None or not may(actor, Right.FIT_BOXES, About(None, car.site_id, car.vehicle_id)):
        raise Refused(Refusal("plate", Reason.UNKNOWN_VEHICLE))
    return car


async def _own_box(actor: Actor, request: OneBox, actions: Actions) -> Board:
    """Return a box, the act being about its car; refuse one beyond those the actor sees to."""
    box = await actions.store.boards.of_box(bytes.fromhex(request.wire_id))
    if box is None or not may(actor, Right.FIT_BOXES, await actions.about_car(box.vehicle_id)):
        raise Refused(Refusal("", Reason.NO_SUCH_BOX))
    is_about(box.vehicle_id)
    return box
