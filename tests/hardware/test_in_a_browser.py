"""No label of a picture lies on another or leaves its sheet, and all can be read on a telephone."""

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright

from tests.hardware.gallery import FOLDER
from tests.support import skip_or_fail

TELEPHONE_PX = 328  # 360 and its margins
SMALLEST_PX = 9.5
# A letter's box is larger than its ink: labels may share a pixel sideways, and three lines up.
FAULTS = """() => {
    const sheet = document.querySelector("svg").getBoundingClientRect();
    const labels = [...document.querySelectorAll("text")].map(
        (text) => ({words: text.textContent, box: text.getBoundingClientRect()}));
    const outside = labels.filter(({box}) => box.left < sheet.left || box.right > sheet.right
        || box.top < sheet.top || box.bottom > sheet.bottom).map(({words}) => "outside: " + words);
    const over = labels.flatMap((one, index) => labels.slice(index + 1).filter((other) =>
        one.box.left < other.box.right - 1 && other.box.left < one.box.right - 1
        && one.box.top < other.box.bottom - 3 && other.box.top < one.box.bottom - 3
    ).map((other) => one.words + " lies on " + other.words));
    return [...outside, ...over];
}"""
HEIGHTS = """() => [...document.querySelectorAll("text")].map((text) =>
    text.getCTM().a * parseFloat(text.getAttribute("font-size")))"""


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        skip_or_fail("missing program: chromium (apt-get install chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield await browser.new_page()
        await browser.close()


async def show(page: Page, svg: str, width_px: int) -> None:
    await page.set_content(f"<style>svg {{ width: {width_px}px; height: auto }}</style>{svg}")


async def test_no_label_lies_on_another_and_each_can_be_read_on_a_telephone(page: Page) -> None:
    for path in sorted(FOLDER.iterdir()):
        svg = path.read_text("utf-8")
        await show(page, svg, 400)
        assert await page.evaluate(FAULTS) == [], path.name
        await show(page, svg, TELEPHONE_PX)
        assert min(await page.evaluate(HEIGHTS)) > SMALLEST_PX, path.name


async def test_a_label_on_another_and_one_outside_are_found(page: Page) -> None:
    text = '<text x="{x}" y="50" font-size="12">resistor</text>'
    drawn = "".join(text.format(x=x) for x in (100, 110, 390))
    await show(page, f'<svg viewBox="0 0 400 100">{drawn}</svg>', 400)
    assert await page.evaluate(FAULTS) == ["outside: resistor", "resistor lies on resistor"]
