"""A real browser for the tests of the pages: its windows, and what is amiss on a page."""

import contextlib
import shutil
from collections.abc import AsyncIterator

from playwright.async_api import Browser, Page, async_playwright

from tests.server.web.sample import PASSWORD
from tests.support import ROOT, skip_or_fail

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = {"desktop": 1280, "phone": 360}
NARROW = 320  # a page at 400 %: RGAA 10.11


@contextlib.asynccontextmanager
async def started() -> AsyncIterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        skip_or_fail("missing program: chromium (apt-get install chromium)")
    if not AXE.exists():
        skip_or_fail("missing: node_modules/axe-core (npm ci)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        await browser.close()


async def open_page(browser: Browser, client, width: int = 1280, locale: str = "fr-FR") -> Page:
    context = await browser.new_context(
        base_url=str(client.make_url("/")), viewport={"width": width, "height": 800}, locale=locale
    )
    return await context.new_page()


async def sign_in(page: Page, login: str) -> None:
    await page.goto("/connexion")
    await page.fill("#login", login)
    await page.fill("#password", PASSWORD)
    await page.press("#password", "Enter")
    await page.wait_for_selector("nav")


BROKEN_WORDS = """() => [...document.querySelectorAll("button, a.btn")].flatMap((button) =>
    [...button.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).flatMap((node) =>
        [...node.data.matchAll(/[\\p{L}\\d]+/gu)].filter((word) => {
            const range = document.createRange();
            range.setStart(node, word.index);
            range.setEnd(node, word.index + word[0].length);
            return range.getClientRects().length > 1;
        }).map((word) => word[0])))"""


OUT_OF_PANEL = """() => [...document.querySelectorAll(".panel table")].map((table) => Math.ceil(
    table.getBoundingClientRect().right - table.closest(".panel").getBoundingClientRect().right
)).filter((px) => px > 0)"""


async def faults_of(page: Page) -> list[str]:
    """What axe finds serious or critical, what is wider than its place, a button's broken word."""
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("axe.run({resultTypes: ['violations']})")
    faults = [
        f"{rule['id']}: {[node['html'][:120] for node in rule['nodes']]}"
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
    ]
    root = "document.documentElement"
    too_wide = await page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
    faults += [f"{word} is broken" for word in await page.evaluate(BROKEN_WORDS)]
    faults += [f"a table leaves its panel by {px} px" for px in await page.evaluate(OUT_OF_PANEL)]
    return [*faults, *([f"{too_wide} px too wide"] if too_wide > 0 else [])]
