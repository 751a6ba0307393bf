"""Every page in a real browser: accessible, no wider than the screen, usable by keyboard, alive."""

from unittest.mock import AsyncMock

import pytest
from playwright.async_api import Page, expect

from server.app_keys import WATCH
from server.fleet.alerts import OF_CARS, Alert, Kind
from server.fleet.feedback import Said
from server.fleet.records import BadgeRefused, CardLearned, Holder, OdometerRead, TripEnded
from server.fleet.roles import WHOLE, Role, RoleGrant
from server.gateway.translate import read_record
from server.store.purge import PurgedFile
from shared_protocol.messages import CLOCK_SERVER
from shared_protocol.records import (
    ASKED_END,
    CONTRADICTION_CRANKED,
    CONTRADICTION_IGNITION_OFF,
    HANDOVER_ASKED,
    JUMP_EPOCH,
    STARTABLE_NO_SIGN,
    ClockState,
    Contradiction,
    JumpRefused,
    Odometer,
    Startable,
    TripAsked,
    TripHandover,
    to_record,
)
from tests.fleet import wanted
from tests.server.web.real_browser import NARROW, WIDTHS, faults_of, open_page, sign_in
from tests.server.web.sample import (
    CLIO,
    HOUR_S,
    KARIM,
    LUCIE,
    MANAGER,
    NOW_S,
    PASSWORD,
    PAST_TRIPS,
    PEUGEOT,
    report,
    report_of_clio,
    trip_ids,
)
from tests.support import FULL, sample_seed

LOCALES = ("fr-FR", "en-GB")

PAGES = {
    None: [
        "/accessibilite",
        "/connexion",
        "/connexion?next=/trajets",
        "/connexion/code",
        "/note-d-information",
    ],
    KARIM: [
        "/reservations",
        "/reservations/nouvelle",
        "/reservations/{booking}/annuler",
        "/reservations/{booking}/prolonger",
        "/reservations/{later}/voiture",
        "/trajets",
        "/trajets/{under_way}",
        "/trajets/{under_way}/terminer",
        "/trajets/{under_way}/avis",
        "/profil",
        "/profil/mot-de-passe",
        "/profil/second-facteur",
        "/nowhere",
        "/boitiers",
        "/a-traiter",
        "/mes-donnees",
        "/mes-donnees/rectification",
        "/note-d-information",
    ],
    LUCIE: ["/trajets/{ended}", "/trajets/{ended}/avis", "/reservations"],
    MANAGER: [
        "/reservations",
        "/trajets",
        "/trajets?since=2026-11-02&until=2026-11-01",
        "/trajets/{ended}",
        "/trajets/{under_way}?all",
        "/trajets/{under_way}/terminer",
        "/badges-refuses",
        "/badges",
        "/badges?agent={karim}",
        "/badges?agent=nobody",
        "/badges?agent=m",
        "/badges/{badge}/bloquer",
        "/badges/{badge}",
        "/badges/{lost}",
        "/badges/nouveau",
        "/badges/nouveau?agent={karim}&remplace={badge}",
        "/badges/lire",
        "/badges/lire/{order}",
        "/comptes/{karim}/code",
        "/agents",
        "/agents?nom=zzz",
        "/agents/{karim}",
        "/agents/nouveau",
        "/agents/{karim}/modifier",
        "/agents/{karim}/direction",
        "/agents/{karim}/droit",
        "/agents/{karim}/depart",
        "/agents/{karim}/note-d-information",
        "/directions",
        "/directions/nouvelle",
        "/directions/1/modifier",
        "/directions/1/fermer",
        "/comptes/{karim}/inviter",
        "/courriels",
        "/avis",
        "/avis/{under_way}",
        "/alertes",
        "/voitures",
        "/voitures?etat=muettes",
        "/voitures/nouvelle",
        "/voitures/1",
        "/voitures/1/modifier",
        "/voitures/1/arret",
        "/voitures/1/boitier",
        "/voitures/2/retirer",
        "/voitures/2/reservations/{later}",
        "/sites",
        "/sites/nouveau",
        "/sites/1",
        "/equipements",
        "/equipements/nouveau",
        "/groupes",
        "/groupes/nouveau",
        "/boitiers",
        "/interventions",
        "/interventions/1",
        "/a-traiter",
        "/a-traiter/kilometres",
        "/a-traiter/kilometres/2",
        "/a-traiter/contradictions",
        "/a-traiter/rectifications/1",
        "/mes-donnees",
        "/vols",
        "/vols/signaler",
        "/vols/1/retirer",
        "/trajets/{under_way}/retirer",
    ],
}


@pytest.mark.parametrize(
    ("locale", "width"),
    [
        ("fr-FR", WIDTHS["desktop"]),
        # What fits a narrower window fits a phone; of the two languages one is drawn.
        *(
            [(locale, width) for locale in LOCALES for width in (NARROW, WIDTHS["phone"])]
            if FULL
            else [(LOCALES[sample_seed() % 2], NARROW)]
        ),
    ],
)
async def test_every_page_is_accessible_fits_and_loads_all_it_names(
    browser, client, store, locale, width
):
    under_way, ended = await trip_ids(store)
    karim = await store.agents.by_login(KARIM)
    booking, later = (b.booking_id for b in await store.bookings.of_agent(karim.agent_id, NOW_S))
    await store.bookings.create(
        # A word that has no place to break.
        wanted(1, NOW_S + 9 * HOUR_S, NOW_S + 10 * HOUR_S, "Kraftfahrzeughaftpflicht" * 4),
        karim.agent_id,
        NOW_S,
    )
    (badge,) = await store.badges.of_agent(karim.agent_id)
    manager = await store.agents.by_login(MANAGER)
    (lost,) = await store.badges.of_agent(manager.agent_id)
    await store.badges.revoke(lost.badge_id, NOW_S)
    await store.feedback.say(under_way, Said(None, "Aile rayée\nà l’avant droit", True), NOW_S)
    await store.feedback.say(ended, Said(4, "Bonne route", False), NOW_S)
    await store.feedback.answer(ended, NOW_S, "À bientôt", manager.agent_id, NOW_S)
    await something_of_each_kind_to_do(store)
    await something_of_each_kind_wrong(client, store)
    ids = {"under_way": under_way, "ended": ended, "booking": booking, "later": later}
    ids |= {"karim": karim.agent_id, "badge": badge.badge_id, "lost": lost.badge_id}
    clio = next(car for car in await store.vehicles.all() if car.plate == CLIO)
    order = await store.learn_orders.ask(1, clio.box_id, manager.agent_id, NOW_S)
    await report(store, CLIO, CardLearned(order.command_id, bytes.fromhex("04aabbccddee01")))
    ids["order"] = order.command_id
    faults: dict[str, list[str]] = {}
    for login, paths in PAGES.items():
        page = await open_page(browser, client, width, locale)
        complaints: list[str] = []
        page.on("console", lambda message, to=complaints: to.append(message.text))
        if login:
            await sign_in(page, login)
        for path in paths:
            complaints.clear()
            await page.goto(path.format(**ids))
            # The browser logs the status of an error page; nothing else may be amiss.
            amiss = [text for text in complaints if "the server responded" not in text]
            faults[f"{login} {path}"] = await faults_of(page) + amiss
            assert await page.get_attribute("html", "lang") == locale[:2]
        await page.context.close()
    assert {where: what for where, what in faults.items() if what} == {}


async def something_of_each_kind_wrong(client, store) -> None:
    """Now, and before."""
    wrong = [(kind, 1 if kind in OF_CARS else None) for kind in Kind]
    over = [Alert(kind, car, NOW_S - 900, NOW_S - 600, NOW_S) for kind, car in wrong]
    await store.alerts.keep(over, [], NOW_S)
    client.app[WATCH].look = AsyncMock()  # it would find that all is well
    client.app[WATCH]._alerts = [Alert(kind, car, NOW_S, NOW_S) for kind, car in wrong]


async def something_of_each_kind_to_do(store) -> None:
    """Of each section of the list, and of what was settled."""
    manager = await store.agents.by_login(MANAGER)
    for metres in (0, 12_400):
        await report(store, PEUGEOT, OdometerRead(metres))
    await store.corrections.ask(manager.agent_id, "Mon nom s’écrit avec un t", NOW_S)
    await store.unassigned.attribute(1, 12_400, manager.agent_id, manager.agent_id, NOW_S)
    await report(store, PEUGEOT, OdometerRead(15_000))
    for body in (
        TripAsked(5000, ASKED_END),
        Startable(STARTABLE_NO_SIGN),
        ClockState(1, CLOCK_SERVER, 1, 100),
        Contradiction(CONTRADICTION_CRANKED),
        Contradiction(CONTRADICTION_IGNITION_OFF),
        JumpRefused(JUMP_EPOCH, 30_000),
        TripHandover(5000, bytes(8), 0, 0, 0, HANDOVER_ASKED),
        Odometer(9000),
    ):
        clio_box = await report_of_clio(store, read_record(to_record(NOW_S, body), Holder(), NOW_S))
    await store.commands.queue(clio_box, "end-from-afar", NOW_S, NOW_S + 86_400, manager.agent_id)
    peugeot = (await store.vehicles.all())[1]
    await store.theft_orders.ask(peugeot.vehicle_id, "PV 2026/118", manager.agent_id, NOW_S)
    seen = (await store.contradictions.unseen(1))[0]
    await store.contradictions.note_seen(seen.contradiction_id, 1, manager.agent_id, NOW_S)


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
async def test_the_names_of_the_pages_stand_on_one_line_on_a_phone(browser, client, locale):
    page = await open_page(browser, client, WIDTHS["phone"], locale)
    await sign_in(page, MANAGER)
    heights = set()
    for path in ("/reservations", "/a-traiter"):  # the current one is bold, and wider
        await page.goto(path)
        for name in await page.locator("nav .short").all():
            box = await name.bounding_box()
            assert box
            heights.add(round(box["height"]))
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= WIDTHS["phone"]
    assert len(heights) == 1, "no name is broken into two lines"


async def test_a_manager_takes_a_contradiction_from_the_list_without_javascript(
    browser, client, store
):
    await something_of_each_kind_to_do(store)
    context = await browser.new_context(
        base_url=str(client.make_url("/")),
        viewport={"width": WIDTHS["phone"], "height": 800},
        java_script_enabled=False,
        locale="fr-FR",
    )
    page = await context.new_page()
    await sign_in(page, MANAGER)
    await page.goto("/a-traiter")
    button = page.get_by_role("button", name="Marquer comme vue")
    box = await button.bounding_box()
    assert box
    assert box["height"] >= 44
    await button.click()
    await expect(page.get_by_role("status")).to_contain_text("marquée comme vue")
    await expect(button).to_have_count(0)
    await page.get_by_role("link", name="Toutes les contradictions vues").click()
    await expect(page.locator("tbody tr")).to_have_count(2)


@pytest.mark.parametrize("width", WIDTHS.values(), ids=list(WIDTHS))
async def test_an_overlap_is_said_beside_the_field_and_one_click_books_the_free_car(
    browser, client, width
):
    page = await open_page(browser, client, width)
    await sign_in(page, LUCIE)
    await page.goto("/reservations/nouvelle")
    await page.select_option("#vehicle", label="Renault Clio, FX-482-LM (Préfecture)")
    await page.fill("#start", "2026-11-23T09:30")
    await page.fill("#end", "2026-11-23T10:30")
    await page.fill("#purpose", "Dépannage")
    await page.press("#purpose", "Enter")
    await expect(page.locator("#vehicle")).to_have_attribute("aria-invalid", "true")
    await expect(page.locator("#vehicle")).to_have_attribute("aria-describedby", "vehicle-error")
    await expect(page.locator("#vehicle-error")).to_contain_text("Déjà réservée")
    assert await faults_of(page) == []
    await page.get_by_role("button", name="Peugeot 208").click()
    await expect(page.get_by_role("status")).to_contain_text("C’est réservé")
    assert await faults_of(page) == []


async def test_signing_in_booking_and_signing_out_need_no_mouse(browser, client):
    page = await open_page(browser, client)
    await page.goto("/connexion")
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip-link")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.locator("#login")).to_be_focused()
    await page.keyboard.type(LUCIE)
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/reservations")
    await tab_to(page, "Nouvelle réservation")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/nouvelle")
    await page.focus("#purpose")
    await page.keyboard.type("Visite")
    await tab_to(page, "Réserver")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/reservations")
    await tab_to(page, "Annuler")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/annuler")
    await tab_to(page, "Annuler la réservation")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Réservation annulée")
    await tab_to(page, "Se déconnecter")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/connexion")


async def tab_to(page: Page, words: str) -> None:
    """Press Tab until what has the focus begins with these words, and can be seen to have it."""
    for _ in range(40):
        await page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if (await focused.inner_text()).strip().startswith(words):
            style = "e => getComputedStyle(e).outlineStyle + getComputedStyle(e).outlineWidth"
            assert await focused.evaluate(style) == "solid3px"
            return
    pytest.fail(f"Tab never reaches {words!r}")


async def test_everything_to_press_is_big_enough_for_a_thumb(browser, client, store):
    under_way, _ = await trip_ids(store)
    page = await open_page(browser, client, WIDTHS["phone"])
    await sign_in(page, KARIM)
    small = {}
    ending = f"/trajets/{under_way}/terminer"
    feedback = f"/trajets/{under_way}/avis"
    for path in ("/reservations", "/reservations/nouvelle", "/trajets", ending, feedback):
        await page.goto(path)
        for target in await page.locator(
            "button, .btn, nav a, input:not([type=checkbox]), .check label, .ticks label, select"
        ).all():
            box = await target.bounding_box()
            if box and box["height"] < 44:
                small[await target.evaluate("e => e.outerHTML.slice(0, 100)")] = box["height"]
    assert small == {}


async def test_a_trip_grows_on_its_page_and_the_page_rests_when_it_has_ended(
    browser, client, store
):
    under_way, _ = await trip_ids(store)
    page = await open_page(browser, client)
    await sign_in(page, KARIM)
    await page.goto(f"/trajets/{under_way}")
    await expect(page.locator(".big-number")).to_contain_text("12,3 km")
    await page.focus("#end-trip")
    odometer_m = PAST_TRIPS * 10_000 + 20_000
    await report(store, CLIO, OdometerRead(odometer_m))
    await expect(page.locator(".big-number")).to_contain_text("20,0 km")
    await expect(page.locator("#end-trip")).to_be_focused()
    await report(store, CLIO, TripEnded(NOW_S, odometer_m, "badge_held", None))
    await expect(page.locator(".big-number")).to_contain_text("Terminé")
    assert await page.get_attribute("#live", "hx-trigger") is None
    assert await faults_of(page) == []


TABLE = (
    "identifiant;nom complet;direction;téléphone\n"
    "eva.roux;Eva Roux;DDT;1\nkarim.benali;Karim Benali-de-la-Rochefoucauld;DDT;2\n"
)


@pytest.mark.parametrize(
    ("locale", "width"),
    [
        ("fr-FR", WIDTHS["desktop"]),
        ("fr-FR", WIDTHS["phone"]),
        ("fr-FR", NARROW),
        ("en-GB", NARROW),
    ],
)
async def test_a_table_is_sent_read_taken_in_and_taken_back(browser, client, store, locale, width):
    page = await open_page(browser, client, width, locale)
    await sign_in(page, MANAGER)
    faults: dict[str, list[str]] = {}

    async def send(text: str) -> None:
        await page.goto("/importer")
        file = {"name": "agents-" + "x" * 60 + ".csv", "mimeType": "text/csv"}
        await page.set_input_files("#file", [file | {"buffer": text.encode()}])
        await page.click("main button.btn-primary")

    await page.goto("/importer")
    faults["empty"] = await faults_of(page)
    await send("identifiant\neva\n")
    faults["refused"] = await faults_of(page)
    await send(TABLE + "ida;Ida;NULLE;\n")
    await page.wait_for_selector("#lines-title")
    faults["lines at fault"] = await faults_of(page)
    await send(TABLE)
    await page.wait_for_selector("#lines-title")
    faults["verdicts"] = await faults_of(page)
    await page.click("main button.btn-primary")
    await page.wait_for_selector("#recent-title")
    faults["taken in"] = await faults_of(page)
    assert (await store.agents.by_login("eva.roux")).full_name == "Eva Roux"
    await page.click("td.action-cell a")
    faults["to take back"] = await faults_of(page)
    await page.click("main button.btn-danger")
    await page.wait_for_selector("#recent-title")
    assert await store.agents.by_login("eva.roux") is None
    assert {where: what for where, what in faults.items() if what} == {}


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
async def test_a_manager_adds_learns_repairs_and_closes_with_the_pages_alone(
    browser, client, store, width, record_property
):
    """Each thing begins at the list that the navigation leads to; what is pressed is counted."""
    await report(store, CLIO, BadgeRefused(NOW_S - 60, "unknown_badge", Holder()))
    page = await open_page(browser, client, width)
    await sign_in(page, MANAGER)
    pressed: dict[str, int] = {}
    what = ""

    async def press(words: str) -> None:
        pressed[what] = pressed.get(what, 0) + 1
        await page.locator("main a", has_text=words).first.click()

    async def send() -> None:
        pressed[what] = pressed.get(what, 0) + 1
        await page.locator("main form").locator(".btn-primary, .btn-danger").first.click()

    what = "a person"
    await page.goto("/agents")
    await press("Nouvel agent")
    await page.fill("#full_name", "Eva Roux")
    await page.fill("#login", "eva.roux")
    await page.select_option("#directorate_id", "1")
    await send()
    eva = await store.agents.by_login("eva.roux")

    what = "her badge, refused a minute ago"
    await page.goto("/badges-refuses")
    await press("La faire lire par cette voiture")
    await send()
    order = int(page.url.rsplit("/", 1)[1])
    await report(store, CLIO, CardLearned(order, bytes.fromhex("04aabbccddee01")))
    await page.wait_for_selector("#agent")  # the page looks by itself
    await page.fill("#agent", "Eva")
    await send()
    (badge,) = await store.badges.of_agent(eva.agent_id)
    assert badge.ending == "ee01"

    what = "a site"
    await page.goto("/sites")
    await press("Ajouter un site")
    await page.fill("#code", "MAM")
    await page.fill("#name", "Mamers")
    await send()
    (site,) = [site for site in await store.sites.all() if site.code == "MAM"]

    what = "a car"
    await page.goto("/voitures")
    await press("Ajouter une voiture")
    await page.fill("#plate", "ab 123 cd")
    await page.fill("#label", "Peugeot 208")
    await page.select_option("#site", str(site.site_id))
    await send()
    (car,) = [car for car in await store.vehicles.all() if car.plate == "AB-123-CD"]
    assert car.site_name == "Mamers"

    what = "into the workshop"
    await page.goto(f"/voitures/{car.vehicle_id}")
    await press("Immobiliser…")
    await page.fill("#reason", "Révision")
    await send()
    assert (await store.vehicles.out_of_service(NOW_S, NOW_S + HOUR_S))[car.vehicle_id]

    what = "a leaver"
    karim = await store.agents.by_login(KARIM)
    await page.goto(f"/agents/{karim.agent_id}")
    await press("Fermer le compte…")
    await page.fill("#everything", LUCIE)
    await send()
    assert (await store.agents.by_login(KARIM)).closed_at_s is not None
    assert await faults_of(page) == []
    record_property("sample", ", ".join(f"{thing}: {n} pressed" for thing, n in pressed.items()))


@pytest.mark.parametrize("width", [NARROW, WIDTHS["phone"], WIDTHS["desktop"]])
async def test_the_audit_is_accessible_and_fits(browser, client, store, arrive, width):
    lucie = await store.agents.by_login(LUCIE)
    grant = RoleGrant(0, Role.DATA_PROTECTION_OFFICER, WHOLE, NOW_S - 1)
    await store.roles.give(lucie.agent_id, grant, None, "Essai")
    under_way, _ = await trip_ids(store)
    await (await arrive(MANAGER)).read(f"/trajets/{under_way}")
    await (await arrive(KARIM)).client.get("/audit")
    page = await open_page(browser, client, width)
    await sign_in(page, LUCIE)
    for path in ("/audit", "/audit?login=nobody&since=2026-11-02&until=2026-11-01"):
        await page.goto(path)
        assert await faults_of(page) == []


@pytest.mark.parametrize("width", [NARROW, WIDTHS["phone"], WIDTHS["desktop"]])
async def test_the_receipts_of_purges_are_accessible_and_fit(browser, client, store, width):
    lucie = await store.agents.by_login(LUCIE)
    grant = RoleGrant(0, Role.DATA_PROTECTION_OFFICER, WHOLE, NOW_S - 1)
    await store.roles.give(lucie.agent_id, grant, None, "Essai")
    number = await store.purges.begin(NOW_S, NOW_S - 600, {}, None)
    copy = "voiturier-20260921-141320.db"
    files = (PurgedFile(copy, 1234), PurgedFile("voiturier.db.version-38", 0, "damaged"))
    await store.purges.end(number, {"places": 1234, "refusals": 2}, files, NOW_S)
    page = await open_page(browser, client, width)
    await sign_in(page, LUCIE)
    await page.goto("/effacements")
    assert await faults_of(page) == []
