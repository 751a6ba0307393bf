"""Long lists are shown page by page: each entry once, in order, and the last page says so."""

import html
import re
from collections.abc import Iterator

import pytest

from server.web import api
from server.web.api import trips as api_trips
from server.web.pages import badges, bookings, boxes, trips
from tests.fleet import call_off, wanted
from tests.server.web.sample import CLIO, DAY_S, HOUR_S, KARIM, LUCIE, MANAGER, NOW_S, trip_ids


async def pages(person, path: str, name: str = "") -> list[str]:
    """Follow the link to the next page, by its name if there are two, until there is none."""
    found = []
    following: str | None = path
    while following is not None:
        page = await person.read(following)
        found.append(page)
        link = re.search(rf'class="older"><a [^>]*href="([^"]+)">[^<]*{name}', page)
        following = html.unescape(link[1]) if link else None
        assert len(found) < 20, "it ends"
    return found


async def answers(person, name: str) -> list[list[dict]]:
    found, after = [], ""
    while True:
        answer = await (await person.client.get(f"/api/{name}{after}")).json()
        found.append(answer[name])
        if answer["next_after"] is None:
            return found
        after = f"?after={answer['next_after']}"


def numbers(pattern: str, page: str) -> list[int]:
    return [int(number) for number in re.findall(pattern, page)]


async def book(store, login: str, starts: Iterator[int]) -> list[int]:
    agent = await store.agents.by_login(login)
    cars = {car.plate: car.vehicle_id for car in await store.vehicles.all()}
    requests = [wanted(cars[CLIO], start_s, start_s + HOUR_S) for start_s in starts]
    made = await store.bookings.create_all(requests, agent.agent_id, NOW_S)
    return [each.booking_id for each in made]


async def test_all_that_is_booked_stands_on_some_page_once_and_in_order(arrive, store, monkeypatch):
    monkeypatch.setattr(bookings, "PAGE_SIZE", 3)
    coming = await book(store, LUCIE, (NOW_S + day * DAY_S for day in range(2, 9)))
    before = await store.bookings.of_agent((await store.agents.by_login(LUCIE)).agent_id, 0)
    over = await book(store, LUCIE, (NOW_S - day * DAY_S for day in range(5, 400, 60)))
    await call_off(store, coming[3])
    lucie = await arrive(LUCIE)
    shown = [
        numbers(r'href="/reservations/(\d+)/annuler"', page)
        for page in await pages(lucie, "/reservations", "suivantes")
    ]
    assert shown == [coming[:3], [coming[4], coming[5], coming[6]]]
    past = [
        numbers(r"like=(\d+)", page) for page in await pages(lucie, "/reservations", "anciennes")
    ]
    ended = [coming[3], before[0].booking_id, *over]
    assert past == [ended[:3], ended[3:6], ended[6:9]]
    for number in ended:  # the form that a past one fills is there however old it is
        await lucie.read(f"/reservations/nouvelle?like={number}")


async def test_a_program_reads_its_bookings_answer_by_answer(arrive, store, monkeypatch):
    monkeypatch.setattr(api.bookings, "MANY", 4)
    coming = await book(store, LUCIE, (NOW_S + day * DAY_S for day in range(2, 9)))
    read = await answers(await arrive(LUCIE), "bookings")
    assert [len(part) for part in read] == [4, 4, 0]
    assert [each["booking_id"] for part in read for each in part][1:] == coming


async def test_cars_and_boxes_are_read_page_by_page_in_the_order_of_their_plates(
    arrive, store, monkeypatch
):
    monkeypatch.setattr(api.cars, "MANY", 1)
    monkeypatch.setattr(boxes, "PAGE_SIZE", 1)
    plates = sorted(car.plate for car in await store.vehicles.all())
    manager = await arrive(MANAGER)
    read = await answers(manager, "vehicles")
    assert [car["plate"] for part in read for car in part] == plates
    shown = await pages(manager, "/boitiers")
    read = [re.findall(r'class="plate">([^<]+)<', page) for page in shown]
    assert read == [[plate] for plate in plates]


async def test_all_records_of_a_trip_are_read_page_by_page_the_newest_first(
    arrive, store, monkeypatch
):
    monkeypatch.setattr(trips, "RECORDS_PAGE_SIZE", 25)
    under_way, _ = await trip_ids(store)
    shown = await pages(await arrive(MANAGER), f"/trajets/{under_way}?all")
    read = [numbers(r'data-label="N°" class="number"><span>1\.(\d+)<', page) for page in shown]
    detail = await store.trips.get(under_way)
    assert [len(part) for part in read] == [25, 25, 13]
    assert [seq for part in read for seq in part] == [record.seq for record in detail.records][::-1]


async def test_a_program_reads_the_records_of_a_trip_answer_by_answer(arrive, store, monkeypatch):
    monkeypatch.setattr(api_trips, "RECORDS_PAGE_SIZE", 25)
    under_way, _ = await trip_ids(store)
    client, before, read = (await arrive(KARIM)).client, "", []
    while before is not None:
        body = await (await client.get(f"/api/trips/{under_way}{before}")).json()
        read.append([record["seq"] for record in body["records"]])
        before = body["next_before"] and f"?before={body['next_before']}"
    detail = await store.trips.get(under_way)
    assert [len(part) for part in read] == [25, 25, 13]
    assert [seq for part in read[::-1] for seq in part] == [each.seq for each in detail.records]


async def test_blocked_badges_are_listed_the_last_one_first(arrive, store, monkeypatch):
    monkeypatch.setattr(badges, "PAGE_SIZE", 1)
    agents = {login: await store.agents.by_login(login) for login in (MANAGER, KARIM)}
    for at_s, agent in enumerate(agents.values()):
        (badge,) = await store.badges.of_agent(agent.agent_id)
        await store.badges.revoke(badge.badge_id, NOW_S + at_s)
    shown = await pages(await arrive(MANAGER), "/badges")
    endings = [re.findall(r"…([0-9a-f]{4})", page) for page in shown]
    assert endings == [["b2c4"], ["b2c3"]]


async def test_a_badge_is_found_by_its_holder_s_name(arrive, store):
    manager = await arrive(MANAGER)
    assert "…b2c4" in await manager.read("/badges?agent=KARIM")
    page = await manager.read("/badges?agent=m")  # Claire Martin, Lucie Moreau
    assert "Plusieurs agents portent ce nom" in page and "…" not in page
    for login in (MANAGER, LUCIE):
        agent = await store.agents.by_login(login)
        assert f'href="/badges?agent={agent.agent_id}">{agent.full_name}' in page


@pytest.mark.parametrize("before", ["", "x", "1", "1.", "1.2.3", "1.99999999999", "123456.1"])
async def test_a_trip_s_records_before_what_is_no_record_are_a_bad_request(arrive, store, before):
    under_way, _ = await trip_ids(store)
    await (await arrive(MANAGER)).read(f"/trajets/{under_way}?all&before={before}", status=400)


@pytest.mark.parametrize(
    "path", ["/boitiers?after={}", "/api/vehicles?after={}", "/reservations?after={}",
             "/reservations?before={}", "/api/bookings?after={}", "/badges?before={}"],
)  # fmt: skip
async def test_a_page_after_what_is_no_number_is_a_bad_request_and_after_nothing_empty(
    arrive, path
):
    manager = await arrive(MANAGER)
    for wrong in ("", "-1", "x", "9" * 19):
        await manager.read(path.format(wrong), status=400)
    await manager.read(path.format(999_999))


async def test_a_page_that_begins_after_somebody_elses_booking_tells_nothing_of_it(arrive, store):
    (theirs,) = await book(store, KARIM, iter([NOW_S + 2 * DAY_S]))
    (mine,) = await book(store, LUCIE, iter([NOW_S + 3 * DAY_S]))
    lucie = await arrive(LUCIE)
    for number in (theirs, 99_999):
        answer = await lucie.client.get(f"/api/bookings?after={number}")
        assert (await answer.json())["bookings"] == []
        assert f"/{mine}/annuler" not in await lucie.read(f"/reservations?after={number}")
