"""What a technician sees first: her cars, how far each has got, and what comes next."""

import re

import pytest

from server.fleet.bench import QUIET_S, Check, Failure
from server.fleet.roles import WHOLE, Role, RoleGrant
from server.fleet.told import SILENT_AFTER_S
from server.web.i18n import load_words
from server.web.pages.interventions import PAGE_SIZE, words
from tests.server.web.fitting import (
    MAC,
    OTHER_MAC,
    PLATE,
    bench,
    flashed,
    heard,
    let_fit,
    make,
    new_car,
)
from tests.server.web.sample import CLIO, KARIM, LUCIE, MANAGER, NOW_S, PARIS, PEUGEOT, id_of

LIST = "/interventions"
POLLS = 'hx-trigger="every 2s"'
SAYS = {language: spoken.say for language, spoken in load_words(PARIS).items()}


@pytest.fixture
async def car(store):
    return await new_car(store)


@pytest.fixture
async def technician(store, car, arrive):
    await let_fit(store, LUCIE, cars=[car.vehicle_id])
    return await arrive(LUCIE)


def plates_on(page):
    return re.findall(r'<span class="plate">([^<]+)</span>', page)


async def test_a_technician_lands_on_her_cars_and_others_where_they_did(
    technician, arrive, visitor, store
):
    answer = await technician.client.get("/", allow_redirects=False)
    assert answer.headers["Location"] == LIST
    page = await technician.read(LIST)
    assert plates_on(page) == [PLATE], "no car but hers"
    assert "Vos voitures, jusqu’au" in page and "à poser" in page
    assert f'<a href="{LIST}" aria-current="page">' in page
    assert (await visitor.sign_in(MANAGER)).headers["Location"] == "/trajets"
    manager = await arrive(MANAGER)
    assert f'<a href="{LIST}" aria-current' not in await manager.read(LIST), "a button on Boîtiers"
    assert f'href="{LIST}"' in await manager.read("/boitiers")


async def test_an_administrator_lands_where_she_did(arrive, store, visitor):
    lucie = await store.agents.by_login(LUCIE)
    grant = RoleGrant(0, Role.ADMINISTRATOR, WHOLE, NOW_S - 1)
    await store.roles.give(lucie.agent_id, grant, None, "Essai")
    assert (await visitor.sign_in(LUCIE)).headers["Location"] == "/reservations"


async def test_who_fits_no_boxes_is_refused_and_a_car_beyond_one_s_part_is_not_there(
    technician, arrive, store
):
    karim = await arrive(KARIM)
    for path in (LIST, f"{LIST}/1"):
        assert "None" not in await karim.read(path, status=403)
    for number in (await id_of(store, CLIO), 999):
        await technician.read(f"{LIST}/{number}", status=404)


async def test_each_stage_has_its_word_and_what_comes_next(technician, store, car, clock):
    """From no box to one that is heard; the list has the car until nothing is left."""

    async def stands(word, then):
        own = await technician.read(f"{LIST}/{car.vehicle_id}")
        listed = await technician.read(LIST)
        assert f": {word}</h2>" in own.replace("\n", "") and then in own, own
        assert word in listed and then in listed

    await stands("à poser", "Branchez une carte")
    identity = await make(technician)
    await stands("à poser", "Branchez une carte")
    await flashed(technician, identity)
    await stands("écrit, pas essayé", "Posez le boîtier")
    await bench(technician, identity, ("relay", "failed", "RELAY_REVERSED"), done=False)
    await stands("à reprendre", "Corrigez ce qui a échoué")
    await bench(technician, identity, ("relay", "ok"))
    await stands("essayé, pas encore entendu", "à ciel ouvert")
    await heard(store, car.vehicle_id)
    page = await technician.read(f"{LIST}/{car.vehicle_id}")
    assert "Étape 4 sur 4" in page and "Présentez à la voiture un badge" in page
    assert plates_on(await technician.read(LIST)) == []
    done = await technician.read(f"{LIST}?etat=en-service")
    assert plates_on(done) == [PLATE] and SAYS["fr"]("silent") not in done
    clock.at_s += SILENT_AFTER_S + 1
    assert SAYS["fr"]("silent") in await technician.read(f"{LIST}?etat=en-service")
    await bench(technician, identity, ("relay", "failed", "RELAY_DEAD"))
    assert plates_on(await technician.read(LIST)) == [PLATE], "heard, and yet to mend"
    assert plates_on(await technician.read(f"{LIST}?etat=en-service")) == []


async def test_what_is_known_of_the_box_is_shown_and_none_of_its_secrets(technician, store, car):
    identity = await make(technician, sim_pin="004321")
    await flashed(technician, identity, iccid="8933150119100004471", imei="860123456789012")
    page = await technician.read(f"{LIST}/{car.vehicle_id}")
    for shown in (MAC, "8933150119100004471", "860123456789012", identity["box_id"], "1.27.0"):
        assert shown in page
    assert "Lucie Moreau" in page and "lun. 23 nov. 2026, 09:00" in page and "jamais" in page
    assert "./flash.sh" not in page, "what was typed a minute ago is not to be typed again"
    for secret in (identity["key"], identity["badge_key"], "004321", "s3cret"):
        assert secret not in page


@pytest.mark.parametrize("language", SAYS)
async def test_every_failure_says_what_it_is_and_what_to_check(technician, car, language):
    identity = await make(technician)
    lines = [("sim", "failed", failure.value) for failure in Failure]
    await bench(technician, identity, *lines)
    page = await technician.read(f"{LIST}/{car.vehicle_id}", **{"Accept-Language": language})
    say = SAYS[language]
    for failure in Failure:
        assert say(words.FAILURES[failure]) in page and say(words.CHECK_THIS[failure]) in page
        assert failure.value not in page, "no code alone"


@pytest.mark.parametrize("language", SAYS)
@pytest.mark.parametrize("outcome", ["waiting", "ok", "not_fitted"])
async def test_every_check_has_its_name_and_one_that_waits_what_to_do(
    technician, car, language, outcome
):
    identity = await make(technician)
    await bench(technician, identity, *((check.value, outcome) for check in Check))
    page = await technician.read(f"{LIST}/{car.vehicle_id}", **{"Accept-Language": language})
    say = SAYS[language]
    for check in Check:
        assert f"<span>{say(words.CHECKS[check])}<" in page
        assert (f"<small>{say(words.TO_DO[check])}</small>" in page) == (outcome == "waiting")
    assert page.count(say(words.OUTCOMES[outcome])) >= len(Check)


async def test_names_that_are_not_known_here_are_shown_as_they_are_and_do_no_harm(technician, car):
    identity = await make(technician)
    lines = [("<b>heater", "failed", "TOO_COLD", "-4 °C"), ("fan", "ok", None, "<i>9</i>")]
    await bench(technician, identity, *lines)
    answer = await technician.client.get(f"{LIST}/{car.vehicle_id}")
    page = await answer.text()
    assert "&lt;b&gt;heater" in page and "<b>heater" not in page
    assert "TOO_COLD" in page and "-4 °C" in page and "&lt;i&gt;9" in page


async def test_the_page_asks_again_only_while_there_may_be_more(technician, store, car, clock):
    path = f"{LIST}/{car.vehicle_id}"
    assert POLLS not in await technician.read(path)
    identity = await make(technician)
    assert POLLS not in await technician.read(path)
    await flashed(technician, identity)
    assert POLLS in await technician.read(path), "its test may begin"
    await bench(technician, identity, ("ignition", "waiting"), done=False)
    page = await technician.read(path)
    assert POLLS in page and "en direct, dernières nouvelles à 09:00:00" in page
    clock.at_s += QUIET_S
    page = await technician.read(path)
    assert POLLS not in page and "interrompu" in page
    await bench(technician, identity, ("ignition", "ok"), done=True)
    page = await technician.read(path)
    assert POLLS not in page and "essayé lun. 23 nov." in page and "Rien n’a échoué" in page


async def test_what_is_left_comes_first_and_is_counted(technician, car):
    identity = await make(technician)
    lines = [
        ("battery", "ok", None, "12,6 V"),
        ("ignition", "waiting"),
        ("relay", "failed", "RELAY_DEAD", "0 V"),
        ("door", "not_fitted"),
    ]
    await bench(technician, identity, *lines, done=False)
    page = await technician.read(f"{LIST}/{car.vehicle_id}")
    order = ["Reste à valider", "Relais de démarrage", "0 V", "Contact", "Validés", "12,6 V"]
    places = [page.index(word, page.index('id="left"')) for word in order]
    assert places == sorted(places)
    assert "1 échec" in page and "non posé" in page


async def test_a_large_fleet_is_shown_page_by_page(arrive, store):
    for number in range(PAGE_SIZE + 2):
        await new_car(store, f"ZA-{number:03}-AA")
    manager = await arrive(MANAGER)
    first = await manager.read(LIST)
    assert len(plates_on(first)) == PAGE_SIZE
    (following,) = re.findall(r'href="(/interventions\?after=\d+)"', first)
    rest = await manager.read(following)
    assert len(plates_on(rest)) == 2 and not set(plates_on(rest)) & set(plates_on(first))
    assert plates_on(await manager.read(f"{LIST}?etat=en-service")) == [CLIO, PEUGEOT]


async def test_the_code_on_a_box_s_label_leads_to_its_car_and_that_of_a_former_box_nowhere(
    technician, store, car
):
    former = await make(technician)
    label = f"{LIST}/box/{former['box_id']}"
    answer = await technician.client.get(label, allow_redirects=False)
    assert answer.headers["Location"] == f"{LIST}/{car.vehicle_id}"
    await make(technician, mac=OTHER_MAC, replace=True)
    await technician.read(label, status=404)
    await technician.read(f"{LIST}/box/{'0' * 16}", status=404)
