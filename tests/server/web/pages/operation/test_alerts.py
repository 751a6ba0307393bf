"""The page of alerts: what is wrong, since when, what to do; and to whom it is shown."""

import pytest

from server.app_keys import WATCH
from server.fleet.alerts import DAY_S, OF_CARS, SETTLED_S, Alert, Kind
from server.fleet.roles import Role, RoleGrant, Scope
from server.web.operation.alert_words import ADVICE, TITLES
from tests.server.web.sample import CLIO, KARIM, MANAGER, NOW_S, PEUGEOT, id_of

PAGE = "/alertes"


@pytest.fixture
def watch(client, monkeypatch):
    monkeypatch.setattr("server.alerts._FIRST_LOOK_S", DAY_S)
    return client.app[WATCH]


def test_each_kind_has_a_title_and_says_what_to_do() -> None:
    assert TITLES.keys() == ADVICE.keys() == set(Kind)


async def test_a_fleet_that_is_well_says_so(arrive, watch) -> None:
    manager = await arrive(MANAGER)
    assert "vient de démarrer" in await manager.read(PAGE)
    await watch.look()
    assert "Rien à signaler" in await manager.read(PAGE)
    page = await manager.read(PAGE)
    assert "Personne n’est averti par courriel" in page
    assert '<a class="back-link" href="/boitiers">' in page


async def test_what_nobody_can_judge_yet_is_not_called_well(arrive, watch) -> None:
    manager = await arrive(MANAGER)
    await watch.look()
    page = await manager.read(PAGE)
    assert "Pas encore connu" in page and "Voitures sans nouvelles" in page
    watch._up_ms -= SETTLED_S * 1000
    await watch.look()
    assert "Pas encore connu" not in await manager.read(PAGE)


async def test_what_is_wrong_stands_there_though_it_could_not_be_stored(
    arrive, watch, store
) -> None:
    manager = await arrive(MANAGER)
    car = int(await id_of(store, CLIO))
    watch._alerts = [
        Alert(Kind.SILENT_CAR, car, NOW_S - 3 * DAY_S, NOW_S - DAY_S),
        Alert(Kind.DISK_NEARLY_FULL, None, NOW_S - 600, NOW_S - 600),
    ]
    page = await manager.read(PAGE)
    for words in ("disque du serveur est presque plein", "Voitures sans nouvelles", CLIO):
        assert words in page
    assert page.count("À faire") == 2
    assert "hors de portée du réseau" in page and "volée" not in page
    for path in ("/a-traiter", "/boitiers"):
        assert "À signaler" in await manager.read(path)


async def test_what_is_over_is_listed_page_by_page(arrive, watch, store) -> None:
    over = [
        Alert(Kind.BACKUP_FAILED, None, NOW_S - at_s, NOW_S - at_s, NOW_S) for at_s in range(30)
    ]
    await store.alerts.keep(over, [], NOW_S)
    manager = await arrive(MANAGER)
    page = await manager.read(PAGE)
    assert "Alertes terminées" in page and f"{PAGE}?before=" in page


async def test_an_agent_sees_no_alerts(arrive, watch) -> None:
    agent = await arrive(KARIM)
    await agent.read(PAGE, 403)


async def test_who_has_some_cars_sees_those_that_are_silent_and_nothing_of_the_server(
    arrive, watch, store
) -> None:
    clio, peugeot = [int(await id_of(store, plate)) for plate in (CLIO, PEUGEOT)]
    karim = await store.agents.by_login(KARIM)
    grant = RoleGrant(0, Role.TECHNICIAN, Scope(cars=frozenset({clio})), NOW_S - 60)
    await store.roles.give(karim.agent_id, grant, None, "Pose")
    now = [Alert(kind, car, NOW_S, NOW_S) for car in (clio, peugeot) for kind in OF_CARS]
    watch._alerts = [*now, Alert(Kind.BACKUP_FAILED, None, NOW_S, NOW_S)]
    was = [Alert(one.kind, one.vehicle_id, NOW_S, NOW_S, NOW_S) for one in watch._alerts]
    await store.alerts.keep(was, [], NOW_S)
    technician = await arrive(KARIM)
    page = await technician.read(PAGE)
    assert page.count(CLIO) == 4 and PEUGEOT not in page and "sauvegarde" not in page
