"""A person on a phone finds, understands and takes along what is known of her, with no script."""

import json
import zipfile

import pytest
from playwright.async_api import Page, expect

from server.fleet.feedback import Said
from tests.server.web.real_browser import NARROW, WIDTHS, faults_of, open_page, sign_in
from tests.server.web.sample import LUCIE, MANAGER, NOW_S, PAST_TRIPS, trip_ids


async def on_a_phone_without_script(browser, client) -> Page:
    context = await browser.new_context(
        base_url=str(client.make_url("/")),
        viewport={"width": WIDTHS["phone"], "height": 800},
        java_script_enabled=False,
        locale="fr-FR",
    )
    return await context.new_page()


async def test_from_her_profile_she_finds_reads_exports_and_has_it_corrected(
    browser,
    client,
    store,
    arrive,
):
    _, ended = await trip_ids(store)
    await store.feedback.say(ended, Said(4, "Bonne route", False), NOW_S)
    await (await arrive(MANAGER)).read(f"/trajets/{ended}")
    page = await on_a_phone_without_script(browser, client)
    await sign_in(page, LUCIE)
    await page.goto("/profil")
    await page.get_by_role("link", name="Ce que le système sait de moi").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Ce que le système sait de moi")

    # Who read where she was, by name.
    reader = (await store.agents.by_login(MANAGER)).full_name
    await expect(page.get_by_text(reader)).to_be_visible()

    # What is known of her trips: what for, on which ground, who reads it, until when.
    places = page.locator("#kind-places")
    await places.locator("summary").click()
    await expect(places).to_contain_text("mission d’intérêt public")
    await expect(places).to_contain_text("60 jours")
    await expect(places).to_contain_text("gestionnaire")
    trips = page.locator("#kind-trips")
    await trips.locator("summary").click()
    await expect(trips).to_contain_text(f"{PAST_TRIPS} conservées")
    assert await trips.locator("li a").count() == 5, "the newest, each with its page"

    # Her copy, twice.
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Pour un logiciel (JSON)").click()
    download = await downloading.value
    assert download.suggested_filename == f"voiturier-{LUCIE}.json"
    told = json.loads((await download.path()).read_text())
    assert {each["kind"] for each in told["known"]} >= {"trips", "places", "badges", "audit"}
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Pour un tableur (CSV)").click()
    with zipfile.ZipFile(await (await downloading.value).path()) as archive:
        assert "trips-trip.csv" in archive.namelist()

    # What is wrong is answered on the same page.
    await page.get_by_role("link", name="Demander une rectification").click()
    await page.get_by_role("button", name="Envoyer").click()
    await expect(page.locator("#message-error")).to_contain_text("Indiquez ce qui est inexact")
    await page.fill("#message", "Le trajet d’hier n’est pas le mien.")
    await page.get_by_role("button", name="Envoyer").click()
    await expect(page.locator("#corrections")).to_contain_text("en attente de réponse")
    manager = await open_page(browser, client, WIDTHS["phone"])
    await sign_in(manager, MANAGER)
    await manager.goto("/a-traiter")
    await manager.locator("#corrections").get_by_role("link", name="Répondre").click()
    assert await faults_of(manager) == []
    await manager.fill("#answer", "C’est corrigé.")
    await manager.get_by_role("button", name="Envoyer la réponse").click()
    await page.reload()
    await expect(page.locator("#corrections")).to_contain_text("C’est corrigé.")


@pytest.mark.parametrize("width", [*WIDTHS.values(), NARROW])
async def test_all_of_it_open_is_accessible_and_fits(
    browser,
    client,
    store,
    arrive,
    width,
):
    _, ended = await trip_ids(store)
    await (await arrive(MANAGER)).read(f"/trajets/{ended}")
    lucie = await store.agents.by_login(LUCIE)
    await store.corrections.ask(lucie.agent_id, "Kraftfahrzeughaftpflicht" * 8, NOW_S)
    await store.notices.announce("2-another", NOW_S)
    page = await open_page(browser, client, width)
    await page.goto("/note-d-information")
    assert await faults_of(page) == []
    await sign_in(page, LUCIE)
    await expect(page.get_by_role("button", name="J’en ai pris connaissance")).to_be_visible()
    assert await faults_of(page) == []
    await page.get_by_role("button", name="J’en ai pris connaissance").click()
    await page.goto("/mes-donnees")
    for summary in await page.locator("details.known summary").all():
        box = await summary.bounding_box()
        assert box and box["height"] >= 44
        await summary.click()
    assert await faults_of(page) == []
