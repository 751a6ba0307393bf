"""A sheet of a picture: every one as wide as the others, on white, its labels in two languages.

Positions are in units of 25 points, 16 across, from the top left corner, down. What schemdraw
writes is rounded, so that every computer writes the same file.
"""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Literal
from xml.etree import ElementTree

import schemdraw
from schemdraw import elements
from schemdraw.elements import Element
from schemdraw.segments import SegmentPoly, SegmentText

from tests.hardware.words import Language, punctuated, said

UNIT_PT = 25
WIDTH = 16
FONT_PT = 12  # 10 px on a telephone, where a sheet is 328 px wide
POINTS_PER_INCH = 72
BELOW_WIRES, ABOVE_WIRES = 0, 3
# Of nearly the same width, the widest of the usual: what fits with them fits with any other.
FONTS = "DejaVu Sans, Verdana, sans-serif"
GREY, BLUE, RED = "#666666", "#dbe9ff", "#b00020"

Align = Literal["left", "center", "right"]
Place = tuple[float, float]

elements.style(elements.STYLE_IEC)


class Sheet:
    """One picture in one language, `height` units tall."""

    def __init__(self, language: Language, height: float, title: str) -> None:
        self._language = language
        self._height = height
        self._title = title
        self._drawing = schemdraw.Drawing(canvas="svg", show=False)
        self._drawing.config(
            inches_per_unit=UNIT_PT / POINTS_PER_INCH, fontsize=FONT_PT, lw=1.5, font="sans-serif"
        )

    def say(self, text: str) -> str:
        """Return a label in the sheet's language; part names and numbers are `mark`s."""
        return said(text, self._language)

    def mark(self, text: str) -> str:
        """Return what both write alike but for comma and colon: `3.3 kΩ`, `X2.1`, `D2: SS34`."""
        return punctuated(text, self._language)

    def text(self, at: Place, text: str, align: Align = "left", color: str = "black") -> None:
        """Write a text beside, on or before a place; its lines are centred on it vertically."""
        x, y = at
        written = Element()
        place = (x, -y - 0.05)  # letters hang below the middle of their line
        written.segments.append(
            SegmentText(place, text, align=(align, "center"), color=color, fontsize=FONT_PT)
        )
        self._add(written)

    def wire(self, *places: Place, color: str = "black", dashed: bool = False) -> None:
        """Draw straight lines from place to place."""
        for start, end in pairwise(places):
            line = elements.Line().at(_flipped(start)).to(_flipped(end)).color(color)
            self._drawing.add(line.linestyle("--") if dashed else line)

    def arrow(self, start: Place, end: Place) -> None:
        """Draw a line that points at its end."""
        self._drawing.add(elements.Arrow().at(_flipped(start)).to(_flipped(end)))

    def dot(self, at: Place) -> None:
        """Join the wires that meet here."""
        self._drawing.add(elements.Dot(radius=0.1).at(_flipped(at)))

    def part(self, element: Element, start: Place, end: Place) -> None:
        """Put a part of two terminals between two places."""
        self._drawing.add(element.at(_flipped(start)).to(_flipped(end)))

    def symbol(self, element: Element, at: Place) -> Callable[[str], Place]:
        """Put a symbol at a place; returns where its named terminals came to be."""
        placed = self._drawing.add(element.at(_flipped(at)).theta(0))
        return lambda name: _flipped(placed[name])

    def ground(self, at: Place) -> None:
        """Put the sign of the ground under a wire's end."""
        self._drawing.add(elements.Ground(lead=False).at(_flipped(at)))

    def box(
        self, corner: Place, size: tuple[float, float], text: str = "", *, fill: str = "white"
    ) -> None:
        """Draw a box over the wires, with a text in its middle."""
        self._polygon(corner, size, "black", fill, "-", ABOVE_WIRES)
        if text:
            self.text((corner[0] + size[0] / 2, corner[1] + size[1] / 2), text, "center")

    def frame(
        self,
        corner: Place,
        size: tuple[float, float],
        *,
        color: str = "black",
        dashed: bool = False,
    ) -> None:
        """Draw a frame round what is drawn in it."""
        self._polygon(corner, size, color, "white", "--" if dashed else "-", BELOW_WIRES)

    def _polygon(
        self,
        corner: Place,
        size: tuple[float, float],
        color: str,
        fill: str,
        line: Literal["-", "--"],
        zorder: int,
    ) -> None:
        left, top = corner
        right, bottom = left + size[0], top + size[1]
        corners = [(left, -top), (right, -top), (right, -bottom), (left, -bottom)]
        element = Element()
        element.segments.append(
            SegmentPoly(corners, color=color, fill=fill, ls=line, zorder=zorder)
        )
        self._add(element)

    def tag(self, at: Place, text: str, align: Align = "left") -> None:
        """Name what a wire meets: a pin, a rail, a way of a connector."""
        width = 0.28 * len(text) + 0.6
        x, y = at
        left = x - {"left": 0.0, "center": 0.5, "right": 1.0}[align] * width
        self.box((left, y - 0.4), (width, 0.8), text, fill=BLUE)

    def _add(self, element: Element) -> None:
        """Add what has its own positions already."""
        self._drawing.add(element.at((0, 0)).theta(0))

    def svg(self) -> str:
        """Return the file's text."""
        drawn = ElementTree.fromstring(self._drawing.get_imagedata("svg"))
        namespace = "{http://www.w3.org/2000/svg}"
        width, height = WIDTH * UNIT_PT, self._height * UNIT_PT
        root = ElementTree.Element(f"{namespace}svg")
        root.set("xml:lang", self._language)
        root.set("width", f"{width}pt")
        root.set("height", f"{height:g}pt")
        root.set("viewBox", f"0 0 {width} {height:g}")
        ElementTree.SubElement(root, f"{namespace}title").text = self.say(self._title)
        paper = ElementTree.SubElement(root, f"{namespace}rect")
        paper.attrib.update({"width": str(width), "height": f"{height:g}", "fill": "white"})
        root.extend(drawn)
        root.text = "\n"
        for child in root:
            child.tail = "\n"  # a line each; inside a text it would be seen
        for element in root.iter():
            for name, value in element.attrib.items():
                tidy = value.strip().replace("stroke-dasharray:-;", "")
                element.set(name, re.sub(r"-?\d+\.\d+", _rounded, tidy))
            if "font-family" in element.attrib:
                element.set("font-family", FONTS)
        return ElementTree.tostring(root, encoding="unicode") + "\n"


def _flipped(place: Place) -> Place:
    """Schemdraw counts upwards, a sheet downwards."""
    return place[0], -place[1]


def _rounded(number: re.Match[str]) -> str:
    return f"{round(float(number[0]), 1) + 0.0:g}"
