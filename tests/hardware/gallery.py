"""Which pictures the hardware guide has, and the file of each in each language."""

from collections.abc import Callable
from pathlib import Path
from typing import get_args

from tests.hardware.pictures import (
    battery_and_keys,
    block,
    bypass,
    connectors,
    doors,
    doors_by_relay,
    headers,
    inputs,
    panel_and_reader,
    places,
    start,
    start_above_1_a,
    supply,
)
from tests.hardware.sheet import Sheet
from tests.hardware.words import Language
from tests.support import ROOT

FOLDER = ROOT / "docs" / "images" / "hardware"
LANGUAGES: tuple[Language, ...] = get_args(Language)
PICTURES: dict[str, Callable[[Language], Sheet]] = {
    "block": block.draw,
    "supply": supply.draw,
    "start": start.draw,
    "start-above-1-a": start_above_1_a.draw,
    "inputs": inputs.draw,
    "battery-and-keys": battery_and_keys.draw,
    "doors": doors.draw,
    "doors-by-relay": doors_by_relay.draw,
    "panel-and-reader": panel_and_reader.draw,
    "headers": headers.draw,
    "connectors-car": connectors.draw_car,
    "connectors-cabin": connectors.draw_cabin,
    "bypass": bypass.draw,
    "places": places.draw,
}


def path_of(picture: str, language: Language) -> Path:
    """Return where a picture lies."""
    return FOLDER / f"{picture}.{language}.svg"
