"""A box's label: what it is called, and a code for telephones. No secret, and writes no file.

62 x 29 mm at 300 dots an inch, as label printers have it. The code is the box's page on its server,
or its number alone where no server was spoken to.
"""

import io
from typing import NamedTuple

import segno
from PIL import Image, ImageDraw, ImageFont

DOTS_PER_MM = 300 / 25.4
WIDTH, HEIGHT = round(62 * DOTS_PER_MM), round(29 * DOTS_PER_MM)
QUIET_MODULES = 4  # around the code, by its standard
LEAST_MODULE = 5
"""Dots: 0.42 mm, which a telephone reads at a hand's length and any label printer prints."""

_MARGIN = 24  # dots: 2 mm, which printers leave white
_WHITE, _BLACK = 1, 0
_SIZES = (34, 64, 38, 30)  # of the lines of text
_GAP = 14


class Label(NamedTuple):
    """The same label in both forms."""

    png: bytes
    pdf: bytes


def label(box_id: str, plate: str, mac: str, site: str) -> Label:
    """Return the label of a box.

    Args:
        box_id: its number, in hex.
        plate: of its car; "" where it is not known.
        mac: of its board.
        site: address of its server; "" where there is none.
    """
    image = Image.new("1", (WIDTH, HEIGHT), _WHITE)
    code = _code(f"{site}/interventions/box/{box_id}" if site else box_id)
    image.paste(code, (0, (HEIGHT - code.height) // 2))
    draw = ImageDraw.Draw(image)
    texts = ("Voiturier", plate, _in_fours(box_id), mac)
    lines = [(text, size) for text, size in zip(texts, _SIZES, strict=True) if text]
    room = WIDTH - code.width - _MARGIN
    fonts = [_fitting(draw, text, size, room) for text, size in lines]
    tall = sum(font.size for font in fonts) + _GAP * (len(fonts) - 1)
    top = (HEIGHT - tall) / 2
    for (text, _), font in zip(lines, fonts, strict=True):
        draw.text((code.width, top), text, _BLACK, font, anchor="lt")
        top += font.size + _GAP
    return Label(_saved(image, "PNG"), _saved(image, "PDF"))


def _code(content: str) -> Image.Image:
    """Return the code with its quiet zone, in modules as large as the label lets them be."""
    matrix = segno.make(content, error="m", micro=False).matrix
    modules = len(matrix) + 2 * QUIET_MODULES
    module = max(LEAST_MODULE, min(HEIGHT, WIDTH // 2) // modules)
    code = Image.new("1", (modules, modules), _WHITE)
    for y, row in enumerate(matrix, QUIET_MODULES):
        for x, is_dark in enumerate(row, QUIET_MODULES):
            if is_dark:
                code.putpixel((x, y), _BLACK)
    return code.resize((modules * module, modules * module), Image.Resampling.NEAREST)


def _fitting(draw: ImageDraw.ImageDraw, text: str, size: int, room: int) -> ImageFont.FreeTypeFont:
    """Return letters of that size, or smaller ones with which a text fits."""
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)  # Pillow's wheels have FreeType
    while draw.textlength(text, font) > room:
        font = font.font_variant(size=font.size - 1)
    return font


def _in_fours(number: str) -> str:
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def _saved(image: Image.Image, form: str) -> bytes:
    file = io.BytesIO()
    image.save(file, form, dpi=(300, 300), resolution=300)
    return file.getvalue()
