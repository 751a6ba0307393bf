"""What drivers said after their last trips of each demonstration car: one message waits."""

from server.fleet.feedback import Said
from server.fleet.model import TripFilter
from server.store import Store

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


async def write(store: Store, vehicle_id: int, plate: str) -> None:
    """Let the drivers of this car's last two trips have said something."""
    manager = next(agent for agent in await store.agents.all() if agent.role == "manager")
    waiting, answered, answer = _SAID[plate]
    last = await store.trips.log(TripFilter(vehicle_id=vehicle_id), limit=2)
    for trip, said in zip(last, (waiting, answered), strict=True):
        said_at_s = (trip.ended_at_s or trip.started_at_s) + _SAID_AFTER_S
        await store.feedback.say(trip.trip_id, said, said_at_s)
        if said is answered:
            at_s = said_at_s + _ANSWERED_AFTER_S
            await store.feedback.answer(trip.trip_id, said_at_s, answer, manager.agent_id, at_s)
