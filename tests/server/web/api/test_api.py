"""The JSON API says what the pages say, and errors as JSON."""

import pytest

from tests.server.web.sample import HOUR_S, KARIM, LUCIE, MANAGER, NOW_S, PAST_TRIPS, trip_ids

WANTED = {"starts_at_s": NOW_S + HOUR_S, "ends_at_s": NOW_S + 3 * HOUR_S, "purpose": "Visite"}


async def test_trips_come_newest_first_and_page_by_page(arrive):
    manager = await arrive(MANAGER)
    body = await (await manager.client.get("/api/trips")).json()
    assert body["trips"][0]["distance_m"] == 12_300 and body["trips"][0]["state"] == "open"
    rest = await (await manager.client.get(f"/api/trips?before={body['next_before']}")).json()
    assert len(body["trips"]) + len(rest["trips"]) == PAST_TRIPS + 1
    assert rest["next_before"] is None


async def test_one_trip_has_its_legs_and_records(arrive, store):
    under_way, _ = await trip_ids(store)
    body = await (await (await arrive(KARIM)).client.get(f"/api/trips/{under_way}")).json()
    assert body["trip"]["agent_name"].startswith("Karim") and len(body["legs"]) == 1
    seqs = [record["seq"] for record in body["records"]]
    assert seqs == list(range(seqs[0], seqs[0] + 63))


async def test_the_cars_that_can_be_booked_are_listed(arrive, store):
    body = await (await (await arrive(LUCIE)).client.get("/api/vehicles")).json()
    assert [car["vehicle_id"] for car in body["vehicles"]] == [
        car.vehicle_id for car in await store.vehicles.all()
    ]


async def test_a_booking_is_created_listed_and_cancelled_twice(arrive, store):
    lucie = await arrive(LUCIE)
    peugeot = (await store.vehicles.all())[1]
    answer = await lucie.client.post(
        "/api/bookings", json=WANTED | {"vehicle_id": peugeot.vehicle_id}
    )
    booking = await answer.json()
    assert answer.status == 201 and booking["state"] == "active"
    listed = (await (await lucie.client.get("/api/bookings")).json())["bookings"]
    assert booking in listed
    for _ in range(2):
        answer = await lucie.client.delete(f"/api/bookings/{booking['booking_id']}")
        assert answer.status == 200 and (await answer.json())["state"] == "cancelled"


async def test_an_overlap_is_409_with_the_free_cars(arrive, store):
    clio, peugeot = await store.vehicles.all()
    lucie = await arrive(LUCIE)
    answer = await lucie.client.post("/api/bookings", json=WANTED | {"vehicle_id": clio.vehicle_id})
    body = await answer.json()
    assert (answer.status, body["error"], body["field"]) == (409, "overlap", "vehicle_id")
    assert [car["plate"] for car in body["alternatives"]] == [peugeot.plate]


async def test_what_is_amiss_with_a_booking_comes_with_the_cars_that_help(arrive, store, clock):
    lucie = await arrive(LUCIE)
    clio, peugeot = await store.vehicles.all()
    wanted = {"vehicle_id": clio.vehicle_id, "starts_at_s": NOW_S + 2 * HOUR_S}
    wanted |= {"ends_at_s": NOW_S + 4 * HOUR_S, "purpose": "Visite"}
    booking = await (await lucie.client.post("/api/bookings", json=wanted)).json()
    clock.at_s = NOW_S + 2 * HOUR_S + 60  # Karim's trip should be over
    body = await (await lucie.client.get("/api/bookings")).json()
    (warning,) = body["warnings"]
    assert [car["plate"] for car in warning.pop("alternatives")] == [peugeot.plate]
    assert warning == {
        "booking_id": booking["booking_id"],
        "reason": "still_out",
        "vehicle_id": clio.vehicle_id,
    }
    late = (await (await (await arrive(KARIM)).client.get("/api/trips")).json())["trips"][0]
    assert late["late_s"] == 60


async def test_a_late_car_is_not_booked_by_the_next_one(arrive, store, clock):
    lucie = await arrive(LUCIE)
    clio, peugeot = await store.vehicles.all()
    clock.at_s = NOW_S + 2 * HOUR_S + 60
    times = {"starts_at_s": clock.at_s, "ends_at_s": clock.at_s + HOUR_S}
    answer = await lucie.client.post(
        "/api/bookings", json=WANTED | {"vehicle_id": clio.vehicle_id} | times
    )
    body = await answer.json()
    assert (answer.status, body["error"]) == (409, "still_out")
    assert [car["plate"] for car in body["alternatives"]] == [peugeot.plate]


async def test_a_weekly_booking_is_made_wholly_or_the_hours_in_the_way_are_named(arrive, store):
    lucie = await arrive(LUCIE)
    peugeot = (await store.vehicles.all())[1]
    wanted = WANTED | {"vehicle_id": peugeot.vehicle_id, "weeks": 3}
    answer = await lucie.client.post("/api/bookings", json=wanted)
    body = await answer.json()
    assert answer.status == 201
    starts_at_s = [booking["starts_at_s"] for booking in (body, *body["following"])]
    assert starts_at_s == [NOW_S + HOUR_S + weeks * 7 * 24 * HOUR_S for weeks in range(3)]
    karim = await arrive(KARIM)
    moved = {name: WANTED[name] + 7 * 24 * HOUR_S for name in ("starts_at_s", "ends_at_s")}
    answer = await karim.client.post("/api/bookings", json=wanted | moved)
    body = await answer.json()
    assert (answer.status, body["error"]) == (409, "overlap")
    assert [taken["starts_at_s"] for taken in body["conflicts"]] == starts_at_s[1:]


async def test_a_booking_gets_another_car_and_a_later_end_each_twice(arrive, store, woken):
    lucie = await arrive(LUCIE)
    clio, peugeot = await store.vehicles.all()
    made = WANTED | {"vehicle_id": peugeot.vehicle_id, "starts_at_s": NOW_S + 2 * HOUR_S}
    booking = await (await lucie.client.post("/api/bookings", json=made)).json()
    path = f"/api/bookings/{booking['booking_id']}"
    for _ in range(2):
        answer = await lucie.client.post(f"{path}/vehicle", json={"vehicle_id": clio.vehicle_id})
        assert answer.status == 200
        moved = await answer.json()
        assert moved == booking | {
            "vehicle_id": clio.vehicle_id,
            "plate": clio.plate,
            "vehicle_label": clio.label,
        }
    assert woken == [peugeot.box_id, peugeot.box_id, clio.box_id]
    for _ in range(2):
        answer = await lucie.client.post(f"{path}/end", json={"ends_at_s": NOW_S + 4 * HOUR_S})
        assert (await answer.json())["ends_at_s"] == NOW_S + 4 * HOUR_S
    assert len(woken) == 4


async def test_a_change_that_cannot_be_says_why(arrive, store):
    karim, lucie = await arrive(KARIM), await arrive(LUCIE)
    peugeot = (await store.vehicles.all())[1]
    running, later = await store.bookings.of_agent(
        (await store.agents.by_login(KARIM)).agent_id, NOW_S
    )
    made = WANTED | {"vehicle_id": peugeot.vehicle_id, "starts_at_s": NOW_S + 2 * HOUR_S}
    booking = await (await lucie.client.post("/api/bookings", json=made)).json()

    async def ask(person, booking_id, what, **number):
        answer = await person.client.post(f"/api/bookings/{booking_id}/{what}", json=number)
        return answer.status, (await answer.json())["error"]

    assert await ask(karim, running.booking_id, "vehicle", vehicle_id=peugeot.vehicle_id) == (
        *(409, "under_way"),
    )
    later_id = later.booking_id
    assert await ask(karim, later_id, "vehicle", vehicle_id=999) == (400, "unknown_vehicle")
    assert await ask(karim, later_id, "vehicle") == (400, "unknown_vehicle")
    assert await ask(karim, later_id, "end", ends_at_s="now") == (400, "not_an_instant")
    assert await ask(karim, later_id, "end", ends_at_s=NOW_S) == (400, "not_longer")
    assert await ask(lucie, later_id, "end", ends_at_s=2 * NOW_S) == (404, "not_found")
    assert await ask(lucie, booking["booking_id"], "end", ends_at_s=later.starts_at_s + 1) == (
        *(409, "overlap"),
    )


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"vehicle_id": 999}, "vehicle_id"),
        ({"vehicle_id": True}, "vehicle_id"),
        ({"vehicle_id": None}, "vehicle_id"),
        ({"private": 1}, "private"),
        ({"private": True}, "private"),
        ({"starts_at_s": "now"}, "starts_at_s"),
        ({"starts_at_s": 10**30}, "starts_at_s"),
        ({"starts_at_s": 2**62}, "starts_at_s"),
        ({"ends_at_s": 1.5}, "ends_at_s"),
        ({"weeks": "2"}, "weeks"),
        ({"weeks": 27}, "weeks"),
        ({"ends_at_s": NOW_S}, "ends_at_s"),
        ({"purpose": "\ud800"}, "purpose"),
        ({"purpose": "x" * 10_000}, "purpose"),
        ({"purpose": 5}, "purpose"),
    ],
)
async def test_a_field_out_of_range_is_named_in_the_error(arrive, store, changed, field):
    lucie = await arrive(LUCIE)
    vehicle = (await store.vehicles.all())[1]
    answer = await lucie.client.post(
        "/api/bookings", json=WANTED | {"vehicle_id": vehicle.vehicle_id} | changed
    )
    body = await answer.json()
    assert (answer.status, body["field"]) == (400, field)
    assert body["error"] and body["message"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/trips/999999", 404, "not_found"),
        ("/api/nowhere", 404, "not_found"),
        ("/api/trips?vehicle=abc", 400, "bad_value"),
        ("/api/trips?before=abc", 400, "bad_request"),
        ("/api/refusals", 403, "forbidden"),
    ],
)
async def test_errors_are_json(arrive, path, status, code):
    answer = await (await arrive(KARIM)).client.get(path)
    assert (answer.status, (await answer.json())["error"]) == (status, code)


async def test_who_is_not_signed_in_gets_401(visitor):
    for path in ("/api/trips", "/api/trips/1", "/api/vehicles", "/api/bookings", "/api/refusals"):
        answer = await visitor.client.get(path)
        assert (answer.status, (await answer.json())["error"]) == (401, "sign_in_needed")


async def test_somebody_else_s_booking_cannot_be_cancelled(arrive, store):
    karim = await store.agents.by_login(KARIM)
    booking = (await store.bookings.of_agent(karim.agent_id, NOW_S))[0]
    answer = await (await arrive(LUCIE)).client.delete(f"/api/bookings/{booking.booking_id}")
    assert answer.status == 404


async def test_a_form_is_no_json(arrive):
    lucie = await arrive(LUCIE)
    answer = await lucie.client.post("/api/bookings", data={"vehicle_id": "1"})
    assert (answer.status, (await answer.json())["error"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b"1" * 5000])
async def test_what_is_no_json_object_is_400(arrive, body):
    lucie = await arrive(LUCIE)
    answer = await lucie.client.post(
        "/api/bookings", data=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status == 400


@pytest.mark.parametrize(("said", "status"), [(85, 201), (None, 201), (0, 400), ("85", 400)])
async def test_a_program_says_how_far_somebody_means_to_go(arrive, store, said, status):
    karim = await arrive(KARIM)
    wanted = {"vehicle_id": 1, "purpose": "Visite", "planned_km": said}
    wanted |= {"starts_at_s": NOW_S + 48 * HOUR_S, "ends_at_s": NOW_S + 49 * HOUR_S}
    answer = await karim.client.post("/api/bookings", json=wanted)
    body = await answer.json()
    assert answer.status == status, body
    if status == 201:
        assert body["planned_km"] == said
    else:
        assert (body["error"], body["field"]) == ("out_of_range", "planned_km")
