"""A table in a real browser: sent, read, taken in and back; accessible, no wider than a phone."""

import pytest

from tests.server.web.sample import MANAGER
from tests.server.web.test_browser import NARROW, WIDTHS, browser, faults_of, open_page, sign_in

__all__ = ["browser"]  # the fixture

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
