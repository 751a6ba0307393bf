"""The hardware guide in its two languages, as a reader takes it in: sections, tables, pictures."""

import re
from pathlib import Path

from tests.hardware.wiring import CONNECTORS, NAMES, of_way
from tests.hardware.words import Language, said
from tests.support import ROOT

PATHS: dict[Language, Path] = {
    "en": ROOT / "docs" / "hardware.md",
    "fr": ROOT / "docs" / "hardware.fr.md",
}
_MADE = re.compile(r"(<!-- made by [^>]* -->\n).*?(<!-- end -->)", re.DOTALL)
_HEADS: dict[Language, str] = {
    "en": "| connector | way | wire | GPIO |",
    "fr": "| connecteur | voie | fil | GPIO |",
}
Table = list[list[str]]


def text(language: Language) -> str:
    """Return the guide."""
    return PATHS[language].read_text("utf-8")


def sections(language: Language) -> dict[str, str]:
    """Return the guide's sections by their anchors, in their order."""
    _, *parts = re.split(r'(?m)^<a id="([a-z-]+)"></a>$', text(language))
    return dict(zip(parts[::2], parts[1::2], strict=True))


def tables(part: str) -> list[Table]:
    """Return the cells of each table, its head among them, without the line under it."""
    found = re.findall(r"(?m)(?:^\|.*\|\n)+", part)
    return [
        [
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in table.splitlines()
            if not line.startswith("|---")
        ]
        for table in found
    ]


def made_anew(language: Language) -> str:
    """Return the guide with its table of the connectors as the wiring has it now."""
    lines = [_HEADS[language], "|---|---|---|---|"]
    for connector, ways in CONNECTORS.items():
        name = f"{connector}, {said(NAMES[connector], language)}"
        for way in ways:
            pin = of_way(way).removeprefix("GPIO ")
            lines.append(f"| {name} | {way.number} | {said(way.wire, language)} | {pin} |")
    table = "\n".join(lines) + "\n"
    made, count = _MADE.subn(lambda marks: f"{marks[1]}{table}{marks[2]}", text(language))
    assert count == 1, f"{PATHS[language].name} has {count} places for its table"
    return made
