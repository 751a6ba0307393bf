"""The technician's pages in a real browser, on the phone beside the car."""

import pytest
from playwright.async_api import expect

from server.fleet.bench import Check, Failure
from tests.server.web.fitting import PLATE, bench, flashed, heard, let_fit, make, new_car
from tests.server.web.real_browser import NARROW, WIDTHS, faults_of, open_page, sign_in
from tests.server.web.sample import LUCIE
from tests.support import FULL

LIST = "/interventions"
# Of each outcome, with a word that has no place to break.
LINES = [
    *((check.value, "ok", None, "12,6 V") for check in Check),
    *((check.value, "waiting") for check in Check),
    *(("relay", "failed", failure.value, "0 V") for failure in Failure),
    ("door", "not_fitted"),
    ("x" * 40, "failed", "Y" * 40, "z" * 40),
    ("w" * 40, "ok", None, "v" * 40),
]


@pytest.fixture
async def technician(store, arrive):
    """Of two cars: one whose box is to be made, one whose box is being tested."""
    cars = [await new_car(store), await new_car(store, "GH-321-KL")]
    await let_fit(store, LUCIE, cars=[car.vehicle_id for car in cars])
    return await arrive(LUCIE)


@pytest.fixture
async def identity(technician):
    """Of the box under test."""
    made = await make(technician)
    await flashed(technician, made, iccid="8933150119100004471", imei="860123456789012")
    return made


async def car_id(store, plate=PLATE):
    return (await store.vehicles.by_plate(plate)).vehicle_id


@pytest.mark.parametrize(
    ("locale", "width"),
    [
        ("fr-FR", WIDTHS["phone"]),
        ("en-GB", NARROW),
        *([("en-GB", WIDTHS["phone"]), ("fr-FR", NARROW)] if FULL else []),
        ("fr-FR", WIDTHS["desktop"]),
    ],
)
async def test_they_are_accessible_fit_the_window_and_a_thumb(
    browser, client, store, technician, identity, locale, width
):
    assert await bench(technician, identity, *LINES[:40], done=False) == (204, None)
    page = await open_page(browser, client, width, locale)
    await sign_in(page, LUCIE)
    assert page.url.endswith(LIST), "the first thing she sees"
    tested, to_fit = await car_id(store), await car_id(store, "GH-321-KL")
    faults, small = {}, {}
    for path in (LIST, f"{LIST}?etat=en-service", f"{LIST}/{tested}", f"{LIST}/{to_fit}"):
        await page.goto(path)
        faults[path] = await faults_of(page)
        for target in await page.locator("main .job, main .chip, main .btn, nav a").all():
            box = await target.bounding_box()
            if box and box["height"] < 44:
                small[path] = box["height"]
    await bench(technician, identity, *LINES[34:])
    await page.goto(f"{LIST}/{tested}")
    faults["failures"] = await faults_of(page)
    assert {where: what for where, what in faults.items() if what} == {} and small == {}


async def test_the_lines_of_a_test_come_by_themselves_and_the_page_rests_when_it_is_done(
    browser, client, store, technician, identity
):
    number = await car_id(store)
    page = await open_page(browser, client, WIDTHS["phone"])
    await sign_in(page, LUCIE)
    await page.locator("main a.job", has_text=PLATE).click()
    await expect(page.locator("#stage")).to_contain_text("écrit, pas essayé")
    await bench(technician, identity, ("ignition", "waiting"), done=False)
    await expect(page.locator("#left")).to_contain_text("Reste à valider")
    await expect(page.locator(".checks .wait")).to_contain_text("contact coupé, puis mis")
    await bench(technician, identity, ("ignition", "failed", "IGNITION_STUCK"), done=False)
    await expect(page.locator(".cause")).to_contain_text("borne 15")
    await page.focus("main .back-link")
    await bench(technician, identity, ("ignition", "ok", None, "coupé"), done=True)
    await expect(page.locator(".checks .ok .value")).to_contain_text("coupé")
    await expect(page.locator("main .back-link")).to_be_focused()
    assert await page.get_attribute("#live", "hx-trigger") is None
    await heard(store, number)
    await page.reload()
    await expect(page.locator("#stage")).to_contain_text("en service")
    assert await faults_of(page) == []


async def test_the_list_and_the_lines_are_read_without_javascript(
    browser, client, technician, identity
):
    await bench(technician, identity, ("relay", "failed", "RELAY_DEAD"), done=False)
    context = await browser.new_context(
        base_url=str(client.make_url("/")),
        viewport={"width": WIDTHS["phone"], "height": 800},
        java_script_enabled=False,
        locale="fr-FR",
    )
    page = await context.new_page()
    await sign_in(page, LUCIE)
    await page.locator("main a.job", has_text=PLATE).click()
    await expect(page.locator(".cause")).to_contain_text("Le relais ne bascule pas")
