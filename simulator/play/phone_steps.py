"""The steps of a scenario that its people do on their phones: a method for each of the words.

Never knows how the server is asked: requests.py does.
"""

from collections.abc import Callable

from simulator.engine.world import World
from simulator.errors import SimulatorError
from simulator.play import requests
from simulator.play.phone import Phone, Refused
from simulator.play.scenario import Scenario, instant


class OnThePhone:
    """Everybody's phone, signed in at its first use; `say` is told what people read there."""

    def __init__(self, scenario: Scenario, world: World, say: Callable[[str], None]) -> None:
        self._scenario = scenario
        self._world = world
        self._say = say
        self._phones: dict[str, Phone] = {}

    def book(self, who: str, begins: str, ends: str, *equipment: str) -> None:
        """Book the scenario's car."""
        window = (instant(self._scenario, begins), instant(self._scenario, ends))
        requests.book(self._phone(who), self._scenario.plate, *window, equipment)

    book_equipped = book

    def cannot_book(self, who: str, begins: str, ends: str, *equipment: str) -> None:
        """Try to."""
        self._refused(who, lambda: self.book(who, begins, ends, *equipment))

    cannot_book_equipped = cannot_book

    def cancel(self, who: str) -> None:
        """Cancel one's last booking, cancelled already or not."""
        requests.cancel(self._phone(who))

    def move(self, who: str, _to: str, plate: str) -> None:
        """Take another car."""
        requests.move(self._phone(who), plate)

    def extend(self, who: str, _to: str, ends: str) -> None:
        """Keep the car longer."""
        requests.extend(self._phone(who), instant(self._scenario, ends))

    def cannot_extend(self, who: str, _to: str, ends: str) -> None:
        """Try to."""
        self._refused(who, lambda: self.extend(who, _to, ends))

    def warnings(self, who: str) -> list[str]:
        """Return what the server warns this person of."""
        return requests.warnings(self._phone(who))

    def rate(self, who: str, rating: str) -> None:
        """Rate one's newest trip, and leave a message."""
        requests.rate(self._phone(who), int(rating))

    def report(self, who: str, _damage: str) -> None:
        """Report a damaged car."""
        requests.report_damage(self._phone(who))

    def answer(self, who: str) -> None:
        """Answer a message, as a manager."""
        requests.answer(self._phone(who))

    def read(self, who: str) -> None:
        """Read the answer."""
        requests.read(self._phone(who))

    def _refused(self, who: str, ask: Callable[[], None]) -> None:
        """See that the server refuses because another has it then, and what it offers instead."""
        try:
            ask()
        except Refused as no:
            if no.status != 409:
                raise
            free = ", ".join(
                each.get("plate") or each["code"] for each in no.answer["alternatives"]
            )
            self._say(f"  {who} reads: {no.words} Free at that time: {free or 'nothing else'}.")
            return
        raise SimulatorError(f"{who} could have what another had booked")

    def _phone(self, who: str) -> Phone:
        if who not in self._phones:
            self._phones[who] = Phone(self._world, who)
        return self._phones[who]
