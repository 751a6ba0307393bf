"""What drivers said after their last trips of each demonstration car: one message waits."""

from dataclasses import asdict, replace

from server.actions import Actions, Person, acting, feedback
from server.clock import SystemClock
from server.fleet.feedback import Said
from server.fleet.model.trips import TripFilter

_SAID_AFTER_S, _ANSWERED_AFTER_S = 600, 3 * 3600
# plate -> the newest trip's, and that of the one before with its answer
_SAID = {
    "GK-418-TR": (
        Said(3, "Impact sur le pare-brise, côté passager. Il était là au départ.", True),
        Said(5, "Voiture propre et réservoir plein, merci à la personne d’avant !", False),
        "Merci, nous le lui dirons.",
    ),
    "FX-752-BM": (
        Said(4, "Le câble du chargeur de téléphone manque.", False),
        Said(2, "Le voyant de pression des pneus s’allume sur la rocade.", False),
        "Merci de l’avoir signalé : les pneus ont été regonflés ce matin.",
    ),
}


class _Then(SystemClock):
    """An instant that has been."""

    def __init__(self, at_s: int) -> None:
        self._at_s = at_s

    def now_ms(self) -> int:
        """See Clock."""
        return self._at_s * 1000


async def write(actions: Actions, vehicle_id: int, plate: str) -> None:
    """Let the drivers of this car's last two trips have said something."""
    agents = {agent.agent_id: agent for agent in await actions.store.agents.all()}
    managers = (acting(agent, actions.clock.now_s()) for agent in agents.values())
    manager = next(agent for agent in managers if agent.roles)
    waiting, answered, answer = _SAID[plate]
    last = await actions.store.trips.log(TripFilter(vehicle_id=vehicle_id), limit=2)
    for trip, said in zip(last, (waiting, answered), strict=True):
        assert trip.agent_id is not None, "a driver of the demonstration"
        said_at_s = (trip.ended_at_s or trip.started_at_s) + _SAID_AFTER_S
        await feedback.say(
            Person(agents[trip.agent_id]),
            feedback.Say(trip_id=trip.trip_id, **asdict(said)),
            replace(actions, clock=_Then(said_at_s)),
        )
        if said is answered:
            await feedback.answer(
                Person(manager),
                feedback.Answer(trip_id=trip.trip_id, said_at_s=said_at_s, answer=answer),
                replace(actions, clock=_Then(said_at_s + _ANSWERED_AFTER_S)),
            )
