"""Whatever several people do, one after the other or at once, and by whichever way in.

No two bookings of a car overlap, who cancelled has cancelled, and pages and API give one answer.
"""

import asyncio
import itertools
import tempfile
from collections.abc import Iterable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from server.actions import Actions, Person
from server.actions import bookings as acts
from server.actions.tools import wakes_nobody
from server.fleet.inputs import judged
from server.fleet.model.bookings import Booking
from server.fleet.recurrence import PARIS
from server.fleet.refusals import Refused
from server.store import Store
from server.web.localtime import to_input
from tests.fleet import copied
from tests.server.browser import Site
from tests.server.web.sample import HOUR_S, KARIM, LUCIE, NOW_S, StillClock, fill

PEOPLE = (KARIM, LUCIE)
HOURS = st.integers(-2, 8)

# Who, what, and its numbers: the car (a third one does not exist), hours from now, which booking.
ACTS = st.tuples(
    st.sampled_from(PEOPLE),
    st.sampled_from(("book", "book", "book", "cancel", "move", "extend", "later")),
    st.integers(1, 3),
    HOURS,
    HOURS,
    st.integers(1, 9),
)
Act = tuple[str, str, int, int, int, int]


def request_of(act: Act, now_s: int) -> tuple[str, dict[str, object]]:
    """Name the action of an act and say its request."""
    _, what, car, from_h, to_h, booking_id = act
    match what:
        case "book":
            hours = {"starts_at_s": NOW_S + from_h * HOUR_S, "ends_at_s": NOW_S + to_h * HOUR_S}
            return what, {"vehicle_id": car, "purpose": "Visite", **hours}
        case "move":
            return what, {"booking_id": booking_id, "vehicle_id": car}
        case "extend":
            return what, {"booking_id": booking_id, "ends_at_s": NOW_S + to_h * HOUR_S}
        case _:
            return "cancel", {"booking_id": booking_id}


def no_overlap(bookings: Iterable[Booking]) -> bool:
    active = sorted(
        (b.vehicle_id, b.starts_at_s, b.ends_at_s) for b in bookings if b.state == "active"
    )
    return all(
        this[0] != behind[0] or this[2] <= behind[1] for this, behind in itertools.pairwise(active)
    )


async def everything(store: Store) -> list[Booking]:
    """Every booking there is, cancelled ones too."""
    people = await store.agents.all()
    return [b for agent in people for b in await store.bookings.of_agent(agent.agent_id, 0)]


@settings(deadline=None)
@given(st.lists(st.lists(ACTS, min_size=1, max_size=4), max_size=6))
def test_people_at_once_never_double_book_and_never_undo_a_cancellation(
    rounds: list[list[Act]],
) -> None:
    async def play(folder: Path) -> None:
        await copied(fill, folder)
        store, clock = Store.open(folder), StillClock()
        actions = Actions(store, clock, wakes_nobody, PARIS)
        people = {agent.login: Person(agent) for agent in await store.agents.all()}
        models = {"book": acts.Book, "move": acts.Move, "extend": acts.Extend}
        called_off: set[int] = set()

        async def do(act: Act) -> None:
            name, given = request_of(act, clock.now_s())
            try:
                request = judged(models.get(name, acts.Cancel), given)
                done = await getattr(acts, name)(people[act[0]], request, actions)
            except Refused:
                return
            if name == "cancel":
                called_off.add(done.booking_id)

        try:
            for together in rounds:
                if any(what == "later" for _, what, *_ in together):
                    clock.at_s += HOUR_S
                await asyncio.gather(*(do(act) for act in together if act[1] != "later"))
                stored = await everything(store)
                assert no_overlap(stored)
                assert called_off <= {b.booking_id for b in stored if b.state == "cancelled"}
        finally:
            await store.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(Path(folder)))


class TwoWays(Site):
    """The whole application, by its API and by its pages."""

    async def by_program(self, act: Act) -> tuple[bool, str]:
        """Act by the API; return whether it was done, and else the words."""
        name, given = request_of(act, self.clock.now_s())
        ask = self.browsers[act[0]].client
        booking = f"/api/bookings/{given.pop('booking_id', '')}"
        answer = await {
            "book": lambda: ask.post("/api/bookings", json=given),
            "move": lambda: ask.post(f"{booking}/vehicle", json=given),
            "extend": lambda: ask.post(f"{booking}/end", json=given),
            "cancel": lambda: ask.delete(booking),
        }[name]()
        body = await answer.json()
        if answer.status < 300:
            return True, ""
        return False, body["message"] if body["error"] not in UNSAID else ""

    async def by_page(self, act: Act) -> tuple[bool, str]:
        """Act by the forms; return whether it was done, and else the page."""
        name, given = request_of(act, self.clock.now_s())
        browser = self.browsers[act[0]]
        page = f"/reservations/{given.get('booking_id')}"
        if name != "book" and (await browser.client.get(f"{page}/annuler")).status == 404:
            return False, ""
        if name == "book":
            hours = {
                field: to_input(given[word], PARIS)
                for field, word in (("start", "starts_at_s"), ("end", "ends_at_s"))
            }
            fields = {"vehicle": str(given["vehicle_id"]), "purpose": "Visite", **hours}
            answer = await browser.send("/reservations/nouvelle", **fields)
        elif name == "move":
            sent = {"vehicle": str(given["vehicle_id"])}
            answer = await browser.send(f"{page}/annuler", f"{page}/voiture", **sent)
        elif name == "extend":
            sent = {"ends_at_s": str(given["ends_at_s"])}
            answer = await browser.send(f"{page}/annuler", f"{page}/prolonger", **sent)
        else:
            answer = await browser.send(f"{page}/annuler")
            listed = await browser.read("/reservations")  # it says there what became of it
            return "message-warning" not in listed, listed
        text = await answer.text()
        if answer.status == 303:
            await browser.read("/reservations")  # takes the message away
        return answer.status == 303, text


# What a page says in other words: whose booking is in the way; that there is no such page.
UNSAID = ("overlap", "equipment_taken", "not_found")


@settings(deadline=None, max_examples=10)
@given(st.lists(ACTS, max_size=12))
def test_pages_and_api_give_one_answer(sequence: list[Act]) -> None:
    async def play(one: Path, other: Path) -> None:
        await copied(fill, one)
        await copied(fill, other)
        async with TwoWays(one, PEOPLE) as programs, TwoWays(other, PEOPLE) as people:
            for act in sequence:
                if act[1] == "later":
                    programs.clock.at_s += HOUR_S
                    people.clock.at_s += HOUR_S
                    continue
                done, words = await programs.by_program(act)
                done_too, page = await people.by_page(act)
                assert done == done_too, (act, words, page)
                assert words in page, (act, words)
                by_program = await everything(programs.store)
                assert by_program == await everything(people.store), act

    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        asyncio.run(play(Path(one), Path(other)))
