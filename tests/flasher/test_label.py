"""The label of a box can be read, by a person and by a telephone."""

import io

import pytest
import segno
from PIL import Image

from flasher.label import DOTS_PER_MM, HEIGHT, LEAST_MODULE, QUIET_MODULES, WIDTH, label

BOX, MAC, PLATE = "0011223344556677", "7c:df:a1:02:03:04", "AB-123-CD"
SITES = ["", "https://voiturier.example", "https://v.example/" + "x" * 102]


def opened(site: str, plate: str = PLATE) -> Image.Image:
    return Image.open(io.BytesIO(label(BOX, plate, MAC, site).png))


@pytest.mark.parametrize("site", SITES)
def test_the_code_is_on_it_module_by_module_with_its_quiet_zone(site: str) -> None:
    image = opened(site)
    content = f"{site}/interventions/box/{BOX}" if site else BOX
    matrix = [
        [bool(dark) for dark in row] for row in segno.make(content, error="m", micro=False).matrix
    ]
    dark = [(x, y) for y in range(HEIGHT) for x in range(WIDTH // 2) if not image.getpixel((x, y))]
    left, top = min(x for x, _ in dark), min(y for _, y in dark)
    module = left // QUIET_MODULES
    assert module >= LEAST_MODULE
    assert module / DOTS_PER_MM >= 0.4
    read = [
        [
            not image.getpixel((left + column * module + dx, top + row * module + dy))
            for dx in (0, module - 1)
            for dy in (0, module - 1)
        ]
        for row in range(-QUIET_MODULES, len(matrix) + QUIET_MODULES)
        if top + row * module >= 0 and top + row * module + module <= HEIGHT
        for column in range(-QUIET_MODULES, len(matrix) + QUIET_MODULES)
    ]
    quiet = [[False] * (len(matrix) + 2 * QUIET_MODULES)]
    sides = [False] * QUIET_MODULES
    wanted = quiet * QUIET_MODULES + [sides + row + sides for row in matrix] + quiet * QUIET_MODULES
    assert read == [[dark] * 4 for row in wanted for dark in row], "no row of it is cut off"


def test_it_is_as_large_as_label_printers_have_it() -> None:
    made = label(BOX, PLATE, MAC, "")
    assert Image.open(io.BytesIO(made.png)).size == (732, 343)
    assert pytest.approx((62, 29), abs=0.05) == (WIDTH / DOTS_PER_MM, HEIGHT / DOTS_PER_MM)
    points = [62 / 25.4 * 72, 29 / 25.4 * 72]
    box = made.pdf.split(b"/MediaBox [")[1].split(b"]")[0].split()
    assert [float(each) for each in box[2:]] == pytest.approx(points, abs=0.2)


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("plate", [PLATE, "", "WW-888-WW of a very long kind " * 3])
def test_the_text_stays_on_the_label_beside_the_code(site: str, plate: str) -> None:
    image = opened(site, plate)
    white = [(x, y) for x in range(WIDTH - 12, WIDTH) for y in range(HEIGHT)]
    assert all(image.getpixel(dot) for dot in white)
    other = opened(site, "another")
    assert image.tobytes() != other.tobytes()


def test_a_plate_is_written_in_letters_of_five_millimetres() -> None:
    with_plate, without = opened("").load(), opened("", " ").load()
    assert with_plate is not None
    assert without is not None
    rows = [
        y
        for y in range(HEIGHT)
        if any(with_plate[x, y] != without[x, y] for x in range(WIDTH // 2, WIDTH))
    ]
    assert len(rows) / DOTS_PER_MM >= 3.5
