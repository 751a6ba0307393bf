"""The trip log, one trip, refused badges and boxes: who sees what."""

import re

import pytest

from server.fleet import fleet_file
from server.fleet.model.trips import TripFilter
from server.fleet.records import (
    Holder,
    Position,
    ReadRecord,
    TripEnded,
    TripStarted,
)
from server.fleet.trips import follow
from server.gateway.translate import read_record
from server.store import Batch, BoxStatus
from server.web.pages.trips import RECORDS_SHOWN
from server.web.paging import PAGE_SIZE
from shared_protocol.messages import CLOCK_SERVER
from shared_protocol.records import (
    CONTRADICTION_IGNITION_OFF,
    RELAY_INHIBITED,
    STARTABLE_NO_SIGN,
    Battery,
    ClockState,
    Contradiction,
    Relay,
    Startable,
    Wear,
    to_record,
)
from tests.server.web.sample import (
    CLIO,
    KARIM,
    LUCIE,
    MANAGER,
    NOW_S,
    PAST_TRIPS,
    PEUGEOT,
    report_of_clio,
    trip_ids,
)


async def test_a_manager_sees_every_trip_and_the_kilometres_of_all(arrive):
    page = await (await arrive(MANAGER)).read("/trajets")
    assert f"{PAST_TRIPS + 1} trajets" in page
    assert ">312,3</span> km" in page
    assert page.count('id="trip-') == PAGE_SIZE
    assert "Karim <b>Benali" in page, "unescaped by read(), escaped on the wire"


async def test_what_a_person_is_called_is_never_mark_up(arrive):
    manager = await arrive(MANAGER)
    answer = await manager.client.get("/trajets")
    assert "Karim &lt;b&gt;Benali" in await answer.text()


async def test_an_agent_sees_their_own_trips_only(arrive):
    page = await (await arrive(KARIM)).read("/trajets")
    assert "1 trajet<" in page and "Lucie Moreau" not in page
    assert 'name="directorate"' not in page


async def test_an_agent_cannot_widen_the_log_by_its_address(arrive, store):
    lucie = await store.agents.by_login(LUCIE)
    page = await (await arrive(KARIM)).read(f"/trajets?directorate={lucie.directorate_id}")
    assert "Lucie Moreau" not in page


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("directorate={ddt}", 1),
        ("vehicle={peugeot}", 0),
        ("vehicle={clio}", PAST_TRIPS + 1),
        ("since=2026-11-23", 1),
        ("until=2026-10-25", 2),
        ("since=2026-10-25&until=2026-10-25", 1),
    ],
)
async def test_the_log_is_filtered_by_car_directorate_and_days(arrive, store, query, count):
    clio, peugeot = await store.vehicles.all()
    ddt = next(d for d in await store.directorates.all() if d.code == "DDT")
    query = query.format(clio=clio.vehicle_id, peugeot=peugeot.vehicle_id, ddt=ddt.directorate_id)
    page = await (await arrive(MANAGER)).read(f"/trajets?{query}")
    assert re.search(rf">{count} trajets?<", page)


async def test_older_trips_are_on_the_next_page(arrive):
    manager = await arrive(MANAGER)
    page = await manager.read("/trajets?since=2026-10-01")
    older = re.search(r'class="older"><a[^>]*href="([^"]+)"', page)[1]
    assert "since=2026-10-01" in older
    page = await manager.read(older)
    assert page.count('id="trip-') == PAST_TRIPS + 1 - PAGE_SIZE
    assert 'class="older"' not in page


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=yesterday", "since"),
        ("until=0000-00-00", "until"),
        ("vehicle=abc", "vehicle"),
        ("vehicle=999999", "vehicle"),
        ("directorate=-1", "directorate"),
        ("since=2026-11-02&until=2026-11-01", "until"),
    ],
)
async def test_a_filter_out_of_range_is_said_beside_its_field(arrive, query, field):
    page = await (await arrive(MANAGER)).read(f"/trajets?{query}", status=422)
    assert f'id="{field}-error"' in page


async def test_one_trip_shows_who_where_how_far_its_legs_and_its_records(arrive, store):
    under_way, ended = await trip_ids(store)
    manager = await arrive(MANAGER)
    page = await manager.read(f"/trajets/{ended}")
    for words in (
        "Lucie Moreau",
        "DDPP",
        "10,0",
        "hors site",
        "sans indication",
        "le conducteur a maintenu son badge",
        "Contact mis au compteur 290,0\u00a0km",
    ):
        assert words in page
    page = await manager.read(f"/trajets/{under_way}")
    assert "0,19960° O" in page
    assert page.count('data-label="N°"') == RECORDS_SHOWN
    assert (await manager.read(f"/trajets/{under_way}?all")).count('data-label="N°"') == 63


async def test_a_trip_under_way_says_its_purpose_and_claims_no_parking_place(arrive, store):
    under_way, _ = await trip_ids(store)
    page = await (await arrive(MANAGER)).read(f"/trajets/{under_way}")
    assert "Chantier de Mamers" in page
    assert "sans indication" not in page, "the end is not unknown, it is to come"


async def test_an_agent_s_own_trips_do_not_repeat_their_name_on_every_line(arrive):
    page = await (await arrive(KARIM)).read("/trajets")
    assert "<h1>Mes trajets</h1>" in page and "Conducteur" not in page


async def test_an_empty_log_says_whether_the_filter_or_the_fleet_is_empty(arrive):
    karim = await arrive(KARIM)
    assert "Aucun trajet ne correspond." in await karim.read("/trajets?since=2030-01-01")


async def test_a_trip_under_way_refreshes_itself_and_an_ended_one_does_not(arrive, store):
    under_way, ended = await trip_ids(store)
    manager = await arrive(MANAGER)
    assert 'hx-trigger="every 2s"' in await manager.read(f"/trajets/{under_way}")
    assert "hx-trigger" not in await manager.read(f"/trajets/{ended}")
    assert 'hx-trigger="every 5s"' in await manager.read("/trajets")
    assert 'hx-trigger="every 15s"' in await manager.read("/trajets?until=2026-11-22")
    assert "hx-trigger" not in await manager.read(f"/trajets?before={under_way}")


async def test_another_agent_s_trip_does_not_exist(arrive, store):
    under_way, ended = await trip_ids(store)
    karim = await arrive(KARIM)
    await karim.read(f"/trajets/{under_way}")
    for path in (f"/trajets/{ended}", f"/api/trips/{ended}", "/trajets/999999"):
        await karim.read(path, status=404)


@pytest.mark.parametrize("path", ["/badges-refuses", "/boitiers", "/api/refusals"])
async def test_refusals_and_boxes_are_for_managers(arrive, path):
    await (await arrive(KARIM)).read(path, status=403)
    await (await arrive(MANAGER)).read(path)


async def test_a_refused_badge_shows_its_reason_and_what_helps(arrive):
    page = await (await arrive(MANAGER)).read("/badges-refuses")
    assert "Badge sans réservation pour cette voiture" in page
    assert "Avant le début de la réservation" in page and "Karim" in page
    assert "reçu" in page, "the time of a box that did not know it"
    assert "en parking couvert, appeler le technicien" in page


async def test_the_boxes_page_shows_what_each_said_last(arrive):
    page = await (await arrive(MANAGER)).read("/boitiers")
    assert page.count("Dernier contact") == 3, "the column and one label a box"


async def test_the_boxes_page_shows_how_far_off_a_clock_may_be_and_that_it_is_doubtful(
    arrive, store
):
    manager = await arrive(MANAGER)
    assert "douteuse" not in await manager.read("/boitiers")
    for doubtful, shown in ((1, True), (0, False)):
        record = to_record(NOW_S, ClockState(3, CLOCK_SERVER, doubtful, 117))
        clio = await report_of_clio(store, read_record(record, Holder(), NOW_S))
        said = BoxStatus("1", "unknown", "server", 0, 1, 0)
        await store.boxes.note_status(clio, said, NOW_S)
        page = await manager.read("/boitiers")
        assert ("± 117 s" in page, "douteuse" in page) == (True, shown)


async def test_the_boxes_page_shows_how_often_a_boxs_memory_was_erased(arrive, store):
    manager = await arrive(MANAGER)
    assert "Effacements mémoire" in await manager.read("/boitiers")
    for erases in (4_511, 4_512):
        record = to_record(NOW_S, Wear(erases))
        await report_of_clio(store, read_record(record, Holder(), NOW_S))
    page = await manager.read("/boitiers")
    assert page.count("4512") == 1 and "4511" not in page, "the last one, of the one that told"


@pytest.mark.parametrize(
    ("stage", "steady_mv", "said"),
    [
        (0, 12_640, "batterie 12,6 V au repos, bonne"),
        (1, 12_150, "batterie 12,2 V au repos, faible"),
        (3, 11_480, "batterie 11,5 V au repos, déchargée"),
        (9, 11_480, "batterie 11,5 V au repos, déchargée"),  # of a later box
        (0, 14_200, "batterie 14,2 V, en charge"),
    ],
)
async def test_the_boxes_page_says_what_a_cars_battery_has(arrive, store, stage, steady_mv, said):
    manager = await arrive(MANAGER)
    assert "batterie" not in await manager.read("/boitiers")
    for body in (Battery(0, 12_600, 12_600), Battery(stage, steady_mv, 9_700)):
        await report_of_clio(store, read_record(to_record(NOW_S, body), Holder(), NOW_S))
    page = await manager.read("/boitiers")
    assert page.count("batterie") == 1 and said in page


async def test_the_boxes_page_says_in_words_which_car_anybody_could_start_until_it_is_inhibited(
    arrive, store
):
    manager = await arrive(MANAGER)
    said = "démarrable par n’importe qui"
    assert said not in await manager.read("/boitiers")
    for body in (Startable(STARTABLE_NO_SIGN), Contradiction(CONTRADICTION_IGNITION_OFF)):
        record = to_record(NOW_S, body)
        await report_of_clio(store, read_record(record, Holder(), NOW_S))
    page = await manager.read("/boitiers")
    assert page.count(said) == 1
    assert "fil de contact non vérifié" in page
    assert "la voiture se déplace contact coupé" in page
    inhibited = to_record(NOW_S + 60, Relay(RELAY_INHIBITED, 3))
    await report_of_clio(store, read_record(inhibited, Holder(), NOW_S + 60))
    page = await manager.read("/boitiers")
    assert said not in page
    assert "la voiture se déplace contact coupé" in page


async def test_a_deduced_end_is_flagged_in_the_log_and_on_its_page(arrive, store):
    manager = await arrive(MANAGER)
    log = await manager.read("/trajets?since=2026-11-20")
    assert log.count("fin déduite") == 1
    deduced = next(t for t in await store.trips.log(TripFilter()) if t.end_reason == "inferred")
    assert "fin déduite" in await manager.read(f"/trajets/{deduced.trip_id}")


async def test_a_trip_parked_elsewhere_is_marked_and_its_driver_is_told_kindly(arrive, store):
    place = '"lat": 48.1, "lon": 0.2'
    text = f'{{"sites": [{{"code": "PREF", "name": "Préfecture", {place}}}]}}'
    await store.fleet.load(fleet_file.parse(text), {}, NOW_S)
    under_way, _ = await trip_ids(store)
    end = TripEnded(NOW_S, PAST_TRIPS * 10_000 + 12_300, "badge_held", Position(480061000, 1996000))
    await report_of_clio(store, ReadRecord(3, "trip_end", NOW_S, b"", {}, end))
    manager, karim = await arrive(MANAGER), await arrive(KARIM)
    assert (await manager.read("/trajets")).count("garée hors du parking") == 1
    assert "demandez au conducteur" in await manager.read(f"/trajets/{under_way}")
    assert "Cela arrive" in await karim.read(f"/trajets/{under_way}")
    assert "garée hors du parking" in await karim.read("/reservations")
    answer = await karim.client.get(f"/api/trips/{under_way}")
    assert (await answer.json())["trip"]["wrong_site"] is True


async def test_a_trip_that_ended_under_a_doubtful_clock_is_marked_until_the_clock_is_believed(
    arrive, store
):
    under_way, _ = await trip_ids(store)
    end = TripEnded(NOW_S, PAST_TRIPS * 10_000 + 12_300, "badge_held", None)
    doubtful, sure = (
        read_record(to_record(NOW_S, ClockState(1, CLOCK_SERVER, doubt, 100)), Holder(), NOW_S)
        for doubt in (1, 0)
    )
    for record in (doubtful, ReadRecord(3, "trip_end", NOW_S, b"", {}, end)):
        await report_of_clio(store, record)
    manager = await arrive(MANAGER)
    said = "l’horloge de la voiture était douteuse à ce moment"
    assert (await manager.read("/trajets")).count("heure douteuse") == 1
    assert (await manager.read(f"/trajets/{under_way}")).count(said) == 1
    answer = await manager.client.get(f"/api/trips/{under_way}")
    trip = (await answer.json())["trip"]
    assert (trip["start_doubtful"], trip["end_doubtful"]) == (False, True)
    await report_of_clio(store, sure)
    assert "heure douteuse" not in await manager.read("/trajets")
    assert said not in await manager.read(f"/trajets/{under_way}")


async def test_who_rode_along_and_how_sure_the_badge_is_are_shown(arrive, store):
    under_way, ended = await trip_ids(store)
    manager = await arrive(MANAGER)
    log = await manager.read("/trajets?since=2026-11-22")
    assert "avec Lucie Moreau" in log
    assert "assurance faible" in log and "assurance forte" in log
    page = await manager.read(f"/trajets/{under_way}")
    assert "Passagers" in page and "qui peut être copié" in page
    page = await manager.read(f"/trajets/{ended}")
    assert "assurance forte" in page and "Passagers" not in page and "copié" not in page


async def test_who_stood_before_the_wrong_car_is_told_which_is_theirs(arrive):
    page = await (await arrive(MANAGER)).read("/badges-refuses")
    assert re.search(rf"Une autre voiture est réservée</strong> <span[^>]*>{CLIO}<", page)


async def test_a_silent_box_has_confirmed_nothing(arrive, store, clock):
    manager = await arrive(MANAGER)
    assert "non confirmées" not in await manager.read("/boitiers")
    clock.at_s += 3600
    assert (await manager.read("/boitiers")).count("non confirmées") == 2


async def test_a_private_trip_says_so_shows_no_place_and_is_counted_apart(arrive, store):
    manager = await arrive(MANAGER)
    assert "usage privé" not in (await manager.read("/trajets")).lower()
    (peugeot,) = (car for car in await store.vehicles.all() if car.plate == PEUGEOT)
    driver = await store.agents.by_login(LUCIE)
    holder = Holder(driver.agent_id, driver.directorate_id)
    place = Position(480061000, 1996000)
    events = [
        TripStarted(NOW_S - 50, 1_000, holder, place, private=True),
        TripEnded(NOW_S, 6_400, "badge_held", place),
    ]
    told = [ReadRecord(2, "trip_start", event.at_s, b"", {}, event) for event in events]
    box = await store.boxes.add(peugeot.vehicle_id, replace=True, now_s=NOW_S)
    batch = Batch(box.box_id, 1, 1, 1, tuple(told), NOW_S)
    await store.records.append(batch, follow)
    log = await manager.read("/trajets")
    assert re.search(r"dont usage privé :.*?>5,4</span> km", log, re.DOTALL)
    assert ">317,7</span> km" in log
    newest, *_ = await store.trips.log(TripFilter())
    page = await manager.read(f"/trajets/{newest.trip_id}")
    assert "Usage privé" in page and page.count("non conservé : usage privé") == 2
    assert "48,006" not in page
    shown = await (await manager.client.get(f"/api/trips/{newest.trip_id}")).json()
    assert shown["trip"]["private"] is True


async def test_a_trip_s_page_shows_how_far_was_meant_beside_how_far_it_was(arrive, store):
    under_way, _ = await trip_ids(store)
    booking_id = (await store.trips.get(under_way)).trip.booking_id
    await store._engine.write(
        lambda db: db.execute(
            "UPDATE booking SET planned_km = 85 WHERE booking_id = :id", {"id": booking_id}
        )
    )
    page = await (await arrive(KARIM)).read(f"/trajets/{under_way}")
    assert "<dt>Prévu</dt><dd>85 km</dd>" in page and "12,3" in page
