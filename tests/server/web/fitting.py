"""A technician at work, as ./flash.sh tells the server of it: a box made, written, tested."""

from server.fleet.roles import Role, RoleGrant, Scope
from server.store import BoxStatus
from tests.server.web.sample import NOW_S

MAC, OTHER_MAC = "a0:b7:65:4c:11:2e", "a0:b7:65:4c:11:2f"
PLATE = "AB-123-CD"
JOB_S = 7200
WANTED = {"plate": "ab 123 cd", "board": "lilygo_t_sim7670g_s3", "mac": MAC}


async def new_car(store, plate=PLATE):
    """A car without a box."""
    site = (await store.vehicles.sites())[0]
    return await store.vehicles.add(plate, "Dacia Duster", site.site_id, False, False)


async def let_fit(store, login, **parts):
    """Let somebody be the technician of these cars or sites, for the time of a job."""
    agent = await store.agents.by_login(login)
    scope = Scope(**{name: frozenset(ids) for name, ids in parts.items()})
    grant = RoleGrant(0, Role.TECHNICIAN, scope, NOW_S - 60, NOW_S + JOB_S)
    return await store.roles.give(agent.agent_id, grant, None, "Pose")


async def make(person, status=201, **asked):
    answer = await person.client.post("/api/boxes", json=WANTED | asked)
    assert answer.status == status, await answer.text()
    return await answer.json()


async def flashed(person, identity, **asked):
    return await _tell(person, identity, "flashed", {"mac": MAC, "micropython": "1.27.0"} | asked)


async def bench(person, identity, *lines, done=True, **asked):
    """Tell a bench test; a line is (check, outcome, failure, value), the last two not always."""
    words = ("check", "outcome", "failure", "value")
    listed = [
        {word: value for word, value in zip(words, line, strict=False) if value is not None}
        for line in lines
    ]
    said = {"mac": MAC, "lines": listed, "done": done}
    return await _tell(person, identity, "bench", said | asked)


async def _tell(person, identity, what, said):
    answer = await person.client.post(f"/api/boxes/{identity['box_id']}/{what}", json=said)
    return answer.status, None if answer.status == 204 else (await answer.json())["error"]


async def heard(store, vehicle_id, at_s=NOW_S):
    """Let the box of a car have said who it is."""
    box = (await store.boxes.of_cars([vehicle_id]))[vehicle_id]
    status = BoxStatus("1.0", "enabled", "server", 0, 1, 0)
    await store.boxes.note_status(box.box_id, status, at_s)


async def board_of(store, vehicle_id):
    return (await store.boards.of_cars([vehicle_id]))[vehicle_id]


async def bench_of(store, vehicle_id):
    box_id = (await board_of(store, vehicle_id)).box_id
    return (await store.boards.tests_of([box_id])).get(box_id)
