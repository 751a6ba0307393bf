"""A board becomes a box through the API: who may, what is given out, and what a cut run finds."""

import asyncio
import logging
import sqlite3
from contextlib import closing

import pytest

from firmware.identity import parse_identity
from server.app import init_app
from server.config import Address, Config
from server.fleet.audit import Act
from server.fleet.bench import BenchTest, Line
from server.fleet.told import SILENT_AFTER_S
from server.store.audit import Sought
from tests.fleet import copied
from tests.server.browser import Browser
from tests.server.web.fitting import (
    JOB_S,
    MAC,
    OTHER_MAC,
    PLATE,
    WANTED,
    bench,
    bench_of,
    board_of,
    flashed,
    heard,
    let_fit,
    make,
    new_car,
)
from tests.server.web.sample import (
    CLIO,
    KARIM,
    LUCIE,
    MANAGER,
    NOW_S,
    PEUGEOT,
    fill,
    id_of,
)

PIN = "004321"


@pytest.fixture
async def car(store):
    return await new_car(store)


@pytest.fixture
async def technician(store, car, arrive):
    await let_fit(store, LUCIE, cars=[car.vehicle_id])
    return await arrive(LUCIE)


async def test_a_technician_is_given_what_the_box_reads_and_nothing_of_it_is_written_down(
    technician, store, car, caplog
):
    with caplog.at_level(logging.DEBUG):
        answer = await technician.client.post("/api/boxes", json=WANTED | {"sim_pin": PIN})
    assert answer.status == 201 and answer.headers["Cache-Control"] == "no-store"
    told = await answer.json()
    identity = parse_identity(told)
    assert (identity.server_host, identity.server_port) == ("parc.example", 7400)
    assert (identity.apn, identity.apn_user, identity.apn_password) == (
        *("internet", "parc", "s3cret"),
    )
    assert (identity.sim_pin, told["vehicle"], told["odometer_m"]) == (PIN, PLATE, 0)
    assert told["board"] == "lilygo_t_sim7670g_s3" and told["start_relay"] is True
    secrets = await store.boxes.secrets((await board_of(store, car.vehicle_id)).box_id)
    assert told["key"] == secrets.key.hex() and told["badge_key"] == secrets.badge_key.hex()
    for secret in (told["key"], told["badge_key"], PIN, "s3cret"):
        assert secret not in caplog.text


async def test_the_wiring_is_as_it_is_asked_for(technician):
    wiring = {
        "start_relay": False,
        "ignition_line": False,
        "door_contact": True,
        "key_holder": True,
        "reader": "wiegand",
    }
    told = await make(technician, **wiring)
    assert {name: told[name] for name in wiring} == wiring


async def test_a_run_that_was_cut_short_is_given_the_same_box_until_it_is_written(
    technician, store, car
):
    first = await make(technician)
    assert await make(technician, 200) == first
    assert await make(technician, 200, replace=True) == first, "it is that board's already"
    assert await flashed(technician, first) == (204, None)
    assert (await make(technician, 409))["error"] == "box_exists", "its keys are given out no more"
    second = await make(technician, 201, replace=True)
    assert (second["box_id"], second["key"]) != (first["box_id"], first["key"])
    await heard(store, car.vehicle_id)
    assert (await make(technician, 409))["error"] == "box_exists"


async def test_a_run_that_goes_on_may_correct_the_wiring_and_keeps_the_keys(technician):
    first = await make(technician)
    again = await make(technician, 200, start_relay=False)
    assert again == first | {"start_relay": False}


async def test_another_board_is_told_what_stands_there_and_replaces_it_only_when_asked(
    technician, store, car, clock, woken
):
    first = await make(technician)
    told = await make(technician, 409, mac=OTHER_MAC)
    assert told.pop("message")
    assert told == {
        "error": "box_exists",
        "field": "plate",
        "flashed_mac": MAC,
        "flashed_at_s": None,
        "flashed_by": None,
        "online": False,
    }
    assert await flashed(technician, first) == (204, None)
    await heard(store, car.vehicle_id)
    for later_s, online in ((0, True), (SILENT_AFTER_S + 1, False)):
        clock.at_s = NOW_S + later_s
        told = await make(technician, 409, mac=OTHER_MAC)
        assert (told["flashed_at_s"], told["flashed_by"]) == (NOW_S, "Lucie Moreau")
        assert told["online"] is online
    retired = (await board_of(store, car.vehicle_id)).box_id
    second = await make(technician, mac=OTHER_MAC, replace=True)
    assert second["box_id"] != first["box_id"] and second["key"] != first["key"]
    assert woken == [retired], "its connection ends"
    assert await flashed(technician, first) == (404, "not_found")


async def test_a_box_made_on_the_server_s_machine_is_in_the_way_of_a_board(technician, store, car):
    await store.boxes.add(car.vehicle_id, replace=False, now_s=NOW_S)
    told = await make(technician, 409)
    assert (told["flashed_mac"], told["online"]) == (None, False)


async def test_a_box_counts_on_where_the_last_one_of_its_car_was(arrive, store):
    manager = await arrive(MANAGER)
    refused = await make(manager, 409, plate=CLIO, replace=True)
    assert refused["error"] == "still_out", "a trip is under way with the box that it has"
    with closing(sqlite3.connect(store.data_dir / "voiturier.db")) as database, database:
        database.execute("UPDATE trip SET state = 'ended'")
    told = await make(manager, plate=CLIO, replace=True)
    assert told["odometer_m"] == 312_300


async def test_a_box_of_a_stolen_car_is_not_replaced_from_afar(arrive, store, technician, car):
    first = await make(technician)
    await flashed(technician, first)
    box_id = (await board_of(store, car.vehicle_id)).box_id
    await store.commands.queue(box_id, "theft", NOW_S, NOW_S + 3600, None)
    refused = await make(technician, 409, mac=OTHER_MAC, replace=True)
    assert refused["error"] == "orders_wait"


async def test_nobody_says_of_a_board_in_a_car_beyond_his_that_it_is_his(
    technician, arrive, store, car
):
    other = await new_car(store, "ZZ-999-ZZ")
    manager = await arrive(MANAGER)
    theirs = await make(manager, plate="ZZ-999-ZZ", mac=OTHER_MAC)
    await flashed(manager, theirs, mac=OTHER_MAC)
    first = await make(technician, mac=OTHER_MAC)
    assert await flashed(technician, first, mac=OTHER_MAC) == (409, "other_board")
    assert (await board_of(store, other.vehicle_id)).flashed_at_s == NOW_S


async def test_what_is_written_is_noted_once_and_completed_later(technician, store, car, clock):
    identity = await make(technician)
    assert await flashed(technician, identity) == (204, None)
    clock.at_s += 600
    assert await flashed(technician, identity, iccid="8933150119100004471") == (204, None)
    assert await flashed(technician, identity, imei="860123456789012") == (204, None)
    board = await board_of(store, car.vehicle_id)
    assert (board.flashed_at_s, board.flashed_by, board.mac) == (NOW_S, "Lucie Moreau", MAC)
    assert (board.iccid, board.imei) == ("8933150119100004471", "860123456789012")
    assert board.micropython == "1.27.0"
    identity = await make(technician, 201, replace=True)  # from here on it is written anew
    assert await flashed(technician, identity, micropython="1.28.0") == (204, None)
    board = await board_of(store, car.vehicle_id)
    assert (board.flashed_at_s, board.micropython) == (NOW_S + 600, "1.28.0")


async def test_a_box_is_not_said_to_be_on_another_board(technician, store, car):
    identity = await make(technician)
    assert await flashed(technician, identity, mac=OTHER_MAC) == (409, "other_board")
    assert (await board_of(store, car.vehicle_id)).flashed_at_s is None


async def test_a_box_that_came_in_a_file_is_bound_by_the_first_who_wrote_it(technician, store, car):
    box = await store.boxes.add(car.vehicle_id, replace=False, now_s=NOW_S)
    identity = {"box_id": box.wire_id.hex()}
    assert await flashed(technician, identity) == (204, None)
    assert await flashed(technician, identity, mac=OTHER_MAC) == (409, "other_board")
    assert (await board_of(store, car.vehicle_id)).mac == MAC


async def test_a_board_that_is_written_for_another_car_is_the_former_one_s_no_more(
    arrive, store, car
):
    manager = await arrive(MANAGER)
    first = await make(manager)
    assert await flashed(manager, first) == (204, None)
    other = await make(manager, plate=PEUGEOT, replace=True)
    assert (await board_of(store, car.vehicle_id)).mac == MAC, "nothing is written yet"
    assert await flashed(manager, other) == (204, None)
    assert (await board_of(store, car.vehicle_id)).mac is None
    assert (await board_of(store, int(await id_of(store, PEUGEOT)))).mac == MAC


@pytest.mark.parametrize("plate", [CLIO, "ZZ-999-ZZ", "?", ""])
async def test_a_car_beyond_the_technician_s_is_as_one_that_is_not_there(technician, store, plate):
    before = await store.boxes.all()
    told = await make(technician, 400, plate=plate)
    assert (told["error"], told["field"]) == ("unknown_vehicle", "plate")
    clio = (await store.boxes.all())[0]
    assert await flashed(technician, {"box_id": clio.wire_id.hex()}) == (404, "not_found")
    assert await flashed(technician, {"box_id": "0" * 16}) == (404, "not_found")
    assert await store.boxes.all() == before


async def test_the_right_ends_with_the_job(technician, store, clock):
    identity = await make(technician)
    clock.at_s += JOB_S
    assert (await make(technician, 403))["error"] == "forbidden"
    assert await flashed(technician, identity) == (403, "forbidden")


async def test_an_agent_makes_none(arrive, car):
    assert (await make(await arrive(KARIM), 403))["error"] == "forbidden"


async def test_without_an_address_of_the_server_no_box_is_made(aiohttp_client, tmp_path, clock):
    await copied(fill, tmp_path)
    config = Config(tmp_path, boxes=Address("127.0.0.1", 0))
    manager = Browser(await aiohttp_client(init_app(config, clock)))
    await manager.sign_in(MANAGER)
    told = await make(manager, 409, plate=CLIO, replace=True)
    assert (told["error"], told["field"]) == ("no_box_address", None)


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"mac": "A0:B7:65:4C:11:2E"}, "not_a_mac"),
        ({"mac": "a0b7654c112e"}, "not_a_mac"),
        ({"mac": f"{MAC}\n"}, "not_a_mac"),
        ({"board": "esp32"}, "not_one_of"),
        ({"reader": "rdm6300"}, "not_one_of"),
        ({"sim_pin": "123"}, "not_a_pin"),
        ({"sim_pin": "12345678\n"}, "not_a_pin"),
        ({"sim_pin": 1234}, "not_a_pin"),
        ({"key": "00" * 32}, "unknown_word"),
    ],
)
async def test_what_no_box_takes_is_refused_and_not_repeated(technician, store, car, asked, error):
    told = await make(technician, 400, **asked)
    assert (told["error"], told["field"]) == (error, next(iter(asked)))
    assert "123" not in told["message"]
    assert await store.boards.of_cars([car.vehicle_id]) == {}


async def test_every_giving_out_of_keys_and_every_writing_has_its_entry(technician, store, car):
    identity = await make(technician)
    await make(technician, 200)
    await flashed(technician, identity)
    lucie = await store.agents.by_login(LUCIE)
    listed = [each.entry for each in await store.audit.page(Sought(agent_id=lucie.agent_id), 3)]
    assert [(e.act, e.kind, e.object_id, e.outcome) for e in listed] == [
        (Act.FLASH_BOX, "vehicle", car.vehicle_id, "done"),
        (Act.ADD_BOX, "vehicle", car.vehicle_id, "done"),
        (Act.ADD_BOX, "vehicle", car.vehicle_id, "done"),
    ]


async def test_two_who_make_a_box_for_one_board_at_once_get_one_box(technician, store, car):
    told = await asyncio.gather(*(technician.client.post("/api/boxes", json=WANTED) for _ in "12"))
    assert sorted(answer.status for answer in told) == [200, 201]
    one, other = [await answer.json() for answer in told]
    assert one == other
    with closing(sqlite3.connect(store.data_dir / "voiturier.db")) as database:
        query = "SELECT count(*) FROM box WHERE vehicle_id = ?"
        assert database.execute(query, (car.vehicle_id,)).fetchone() == (1,)


async def test_a_bench_test_is_kept_whole_each_time_and_only_where_it_has_changed(
    technician, store, car, clock
):
    identity = await make(technician)
    await flashed(technician, identity)
    first = ("ignition", "waiting"), ("battery", "ok", None, "12,6 V")
    for _ in range(2):
        assert await bench(technician, identity, *first, done=False) == (204, None)
        clock.at_s += 5
    assert await bench_of(store, car.vehicle_id) == BenchTest(
        None, NOW_S, (Line("ignition", "waiting"), Line("battery", "ok", None, "12,6 V")), False
    )
    lines = ("ignition", "failed", "IGNITION_NOT_SEEN"), ("door", "not_fitted")
    assert await bench(technician, identity, *lines, at_s=NOW_S + 7) == (204, None)
    assert await bench_of(store, car.vehicle_id) == BenchTest(
        NOW_S + 7,
        NOW_S + 10,
        (Line("ignition", "failed", "IGNITION_NOT_SEEN"), Line("door", "not_fitted")),
        True,
    )
    acts = await store.audit.page(Sought(act=Act.TEST_BOX), 9)
    assert len(acts) == 2, "one for each that brought something new"
    assert {each.entry.object_id for each in acts} == {car.vehicle_id}


async def test_names_that_the_server_does_not_know_are_kept_and_a_badge_s_is_not(
    technician, store, car
):
    identity = await make(technician)
    lines = ("heater", "failed", "TOO_COLD", "-4"), ("badge", "ok", None, "04a1b2c3")
    assert await bench(technician, identity, *lines) == (204, None)
    assert (await bench_of(store, car.vehicle_id)).lines == (
        Line("heater", "failed", "TOO_COLD", "-4"),
        Line("badge", "ok"),
    )


async def test_a_test_on_another_board_is_not_this_box_s(technician, store, car):
    identity = await make(technician)
    told = await bench(technician, identity, ("sim", "ok"), mac=OTHER_MAC)
    assert told == (409, "other_board")
    assert await bench_of(store, car.vehicle_id) is None


async def test_a_box_that_is_written_anew_is_untested(technician, store, car):
    identity = await make(technician)
    await flashed(technician, identity)
    await bench(technician, identity, ("sim", "ok"))
    await flashed(technician, identity, iccid="8933150119100004471")
    assert await bench_of(store, car.vehicle_id) is not None, "the same writing"
    await flashed(technician, await make(technician, 201, replace=True))
    assert await bench_of(store, car.vehicle_id) is None


async def test_in_another_car_a_box_is_untested(technician, store, car):
    identity = await make(technician)
    await bench(technician, identity, ("sim", "ok"))
    other = await new_car(store, "EF-456-GH")
    box_id = (await board_of(store, car.vehicle_id)).box_id
    await store.boxes.move(box_id, other.vehicle_id, NOW_S)
    assert await bench_of(store, other.vehicle_id) is None
    assert (await board_of(store, other.vehicle_id)).mac == MAC


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"lines": [{"check": "sim", "outcome": "fine"}]}, "not_one_of"),
        ({"lines": [{"check": "", "outcome": "ok"}]}, "not_a_text"),
        ({"lines": [{"check": "x" * 41, "outcome": "ok"}]}, "text_too_long"),
        ({"lines": [{"check": "sim", "outcome": "ok", "value": "x" * 41}]}, "text_too_long"),
        ({"lines": [{"check": "sim", "outcome": "ok", "failure": "\x07"}]}, "not_a_text"),
        ({"lines": [{"check": "sim", "outcome": "ok", "lat": 48}]}, "unknown_word"),
        ({"lines": [{"check": "sim", "outcome": "ok"}] * 41}, "out_of_range"),
        ({"lines": {}}, "not_a_list"),
        ({"at_s": 0}, "not_an_instant"),
        ({"done": 1}, "not_true_or_false"),
    ],
)
async def test_a_test_beyond_its_bounds_is_refused(technician, store, car, asked, error):
    identity = await make(technician)
    body = {"mac": MAC, "lines": [], "done": True} | asked
    path = f"/api/boxes/{identity['box_id']}/bench"
    answer = await technician.client.post(path, json=body)
    told = await answer.json()
    assert (answer.status, told["error"], told["field"]) == (400, error, next(iter(asked)))
    assert await bench_of(store, car.vehicle_id) is None
