"""Words for what is expected: of the car's wires, of its box, of what the server holds.

Looks and changes nothing. What a phone is told: phone.py.
"""

from typing import Any

from simulator.play.panel import EVENTS, shown
from simulator.play.reasons import CONTRADICTIONS, ENDS, HINDRANCES, REFUSALS
from simulator.play.stage import Stage
from simulator.play.words.registry import Finding, word


def _same(found: object, wanted: object) -> Finding:
    return found, found == wanted


# On the car


@word("expect start", "allowed|refused")
def start(stage: Stage, wanted: str) -> Finding:
    """Whether the starter would turn."""
    return _same("allowed" if stage.car.starter_allowed else "refused", wanted)


@word("expect engine", "running|stopped")
def engine(stage: Stage, wanted: str) -> Finding:
    """Whether the engine runs."""
    return _same("running" if stage.car.wires.engine_running else "stopped", wanted)


@word("expect doors", "locked|unlocked")
def doors(stage: Stage, wanted: str) -> Finding:
    """Whether the doors are locked."""
    return _same(stage.car.door, wanted)


@word("expect signal", "|".join(EVENTS))
def signal(stage: Stage, wanted: str) -> Finding:
    """What lights and buzzer told last, as docs/signals.md names it."""
    return _same((shown(stage.car.signals, stage.world.now_ms) or ["nothing"])[-1], wanted)


@word("expect signal refused", "|".join(REFUSALS))
def signal_refused(stage: Stage, reason: str) -> Finding:
    """Lights and buzzer told last that a badge was refused, and why."""
    return signal(stage, f"refused {reason}")


@word("expect key", "NUMBER")
def key(stage: Stage, generation: float) -> Finding:
    """The generation of the box's key."""
    return _same(stage.car.report()["key_generation"], generation)


@word("expect modem starts", "NUMBER")
def modem_starts(stage: Stage, wanted: float) -> Finding:
    """How often the modem has started, its first time included."""
    return _same(stage.car.modem.starts, wanted)


@word("expect pin tries", "NUMBER")
def pin_tries(stage: Stage, wanted: float) -> Finding:
    """How many tries of its PIN the SIM card still grants."""
    return _same(stage.car.modem.state.pin_tries, wanted)


@word("expect heap", "within", "NUMBER", "bytes")
def heap(stage: Stage, most_bytes: float) -> Finding:
    """How far the box's live heap is from that of the commute's first day."""
    first, last = stage.heaps[0], stage.heaps[-1]
    return f"{first} then {last} bytes", abs(last - first) <= most_bytes


# At the server: all trips


@word("expect trips", "NUMBER")
def trips(stage: Stage, wanted: float) -> Finding:
    """How many trips the server has."""
    return _same(len(stage.stored()["trips"]), wanted)


@word("expect refusals", "NUMBER")
def refusals(stage: Stage, wanted: float) -> Finding:
    """How many refused badges the server was told of."""
    return _same(len(stage.stored()["refusals"]), wanted)


@word("expect refusal", "|".join(REFUSALS))
def refusal(stage: Stage, wanted: str) -> Finding:
    """Why the last refused badge was."""
    refused = stage.stored()["refusals"]
    return _same(refused[-1]["reason"] if refused else "none", wanted)


@word("expect unanswered", "NUMBER")
def unanswered(stage: Stage, wanted: float) -> Finding:
    """How many messages of drivers wait for an answer."""
    return _same(sum(said["unanswered"] for said in stage.stored()["feedback"]), wanted)


@word("expect unread", "NUMBER")
def unread(stage: Stage, wanted: float) -> Finding:
    """How many answers their drivers have not read."""
    return _same(sum(said["unread"] for said in stage.stored()["feedback"]), wanted)


@word("expect mileage", "within", "NUMBER", "%")
def mileage(stage: Stage, percent: float) -> Finding:
    """How far the sum of all trips is from what the car has truly driven."""
    trips_m = sum(trip["distance_m"] for trip in stage.stored()["trips"])
    off = 100 * (trips_m / stage.car.driven_m - 1)
    return f"{trips_m} m of {stage.car.driven_m:.0f} m, {off:+.2f} %", abs(off) <= percent


@word("expect all", "stored")
def all_stored(stage: Stage) -> Finding:
    """The server has every record, or knows of its loss; waits for it."""
    stage.wait_until_stored()
    stored, lost = stage.stored()["records_stored"], stage.stored()["records_lost"]
    made = stage.car.report()["next_seq"] - 1
    return f"{stored} stored, {lost} lost of {made}", stored + lost == made


@word("expect lost", "none|some")
def lost(stage: Stage, wanted: str) -> Finding:
    """Whether records were lost."""
    count = stage.stored()["records_lost"]
    return count, (count > 0) == (wanted == "some")


@word("expect without trip", "NUMBER", "km")
def without_trip(stage: Stage, wanted: float) -> Finding:
    """How many kilometres, rounded, are nobody's: no trip has them."""
    rows = stage.stored()["unassigned"]
    return _same(round(sum(row["distance_m"] for row in rows) / 1000), wanted)


@word("expect contradiction", "none|" + "|".join(CONTRADICTIONS))
def contradiction(stage: Stage, wanted: str) -> Finding:
    """What the car told last of its signs that cannot all be true."""
    told = stage.stored()["contradictions"]
    return _same(told[-1]["kind"] if told else "none", wanted)


@word("expect startable", "none|" + "|".join(HINDRANCES))
def startable(stage: Stage, wanted: str) -> Finding:
    """What keeps the car from being inhibited though it is nobody's, as it has told."""
    told = stage.stored()["startable"]
    return _same(told[-1]["hindrance"] if told else "none", wanted)


@word("expect battery", "none|well|low|saving|modem_off")
def battery(stage: Stage, wanted: str) -> Finding:
    """What the server knows of the car's battery."""
    told = stage.stored()["batteries"]
    found = f"{told[0]['state']} {told[0]['millivolts'] / 1000:.2f} V" if told else "none"
    return found, found.split()[0] == wanted


# At the server: the last trip


def _last_trip(stage: Stage) -> dict[str, Any]:
    found: list[dict[str, Any]] = stage.stored()["trips"]
    return found[-1] if found else {}


@word("expect end", "|".join(ENDS))
def end(stage: Stage, wanted: str) -> Finding:
    """What ended the last trip."""
    return _same(_last_trip(stage).get("end_reason"), wanted)


@word("expect state", "open|paused|ended")
def state(stage: Stage, wanted: str) -> Finding:
    """Whether the last trip is under way."""
    return _same(_last_trip(stage).get("state"), wanted)


@word("expect driver", "DRIVER")
def driver(stage: Stage, wanted: str) -> Finding:
    """Whose the last trip is."""
    return _same(_last_trip(stage).get("agent"), wanted)


@word("expect undetermined", "DRIVER", "DRIVER")
def undetermined(stage: Stage, former: str, following: str) -> Finding:
    """Whose the last kilometres without a trip may be, of two whose car changed hands."""
    found = [row for row in stage.stored()["unassigned"] if row["is_handover"]]
    last = (found[-1]["after"], found[-1]["taking"]) if found else ("nobody", "nobody")
    return _same(" ".join(str(name) for name in last), f"{former} {following}")


@word("expect site", "right|wrong")
def site(stage: Stage, wanted: str) -> Finding:
    """Whether the last trip ended at the car's own car park."""
    return _same("wrong" if _last_trip(stage).get("wrong_site") else "right", wanted)


@word("expect occupants", "NUMBER")
def occupants(stage: Stage, wanted: float) -> Finding:
    """How many people the last trip has."""
    return _same(len(_last_trip(stage).get("occupants", ())), wanted)


@word("expect assurance", "low|high")
def assurance(stage: Stage, wanted: str) -> Finding:
    """How sure the last trip's badge was: high when it proved itself."""
    return _same(_last_trip(stage).get("assurance"), wanted)


@word("expect use", "service|private")
def use(stage: Stage, wanted: str) -> Finding:
    """What the last trip was for."""
    return _same("private" if _last_trip(stage).get("private") else "service", wanted)


@word("expect places", "NUMBER")
def places(stage: Stage, wanted: float) -> Finding:
    """How many positions the server has, of the last trip's start and end."""
    return _same(_last_trip(stage).get("places_known"), wanted)


_NEAR_S = 900


def _near(found_s: int | None, wanted_s: int) -> Finding:
    if found_s is None:
        return "none", False
    off_s = found_s - wanted_s
    return f"{off_s / 60:+.0f} minutes", abs(off_s) <= _NEAR_S


@word("expect begun", "TIME")
def begun(stage: Stage, wanted_s: int) -> Finding:
    """When the last trip began, to a quarter of an hour."""
    return _near(_last_trip(stage).get("started_at"), wanted_s)


@word("expect ended", "TIME")
def ended(stage: Stage, wanted_s: int) -> Finding:
    """When the last trip ended, to a quarter of an hour."""
    return _near(_last_trip(stage).get("ended_at"), wanted_s)


@word("expect times", "sure|doubtful")
def times(stage: Stage, wanted: str) -> Finding:
    """Whether the clock that dated the last trip is believed by now."""
    trip = _last_trip(stage)
    is_doubtful = trip.get("start_doubtful") or trip.get("end_doubtful")
    return _same("doubtful" if is_doubtful else "sure", wanted)


@word("expect late", "NUMBER", "minutes")
def late(stage: Stage, minutes: float) -> Finding:
    """How late the last trip is after its booking's end."""
    return _same(round(_last_trip(stage).get("late_s", 0) / 60), minutes)
