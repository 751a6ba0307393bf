"""From a blank board to a proven box: written, started, heard at its console, the server told."""

import json
from pathlib import Path

import pytest
from serial.tools import list_ports

from flasher.flashing import FILE_SYSTEM_AT
from flasher.image import read_file
from flasher.label import label
from simulator.devices.rom_loader import RomLoader
from tests.flasher.command.running import Command, leftovers
from tests.flasher.identity import BADGE_KEY, KEY
from tests.flasher.micropython import NAME as IMAGE
from tests.flasher.site import LOGIN, PASSWORD, Site
from tests.flasher.talking_console import Listed, TalkingConsole

BOX, MAC = f"{1:016x}", "7c:df:a1:02:03:04"
CARDS = {"iccid": "8933010000000000019", "imei": "861234567890123"}
# What no box says, and what would be seen if a console were shown as it is.
SPOKEN = f"""leaked {KEY}\r
bench: {{"check": "battery", "outcome": "ok", "value": "12.4 V"}}\r
bench: {{"check": "relay", "outcome": "failed", "failure": "RELAY_REVERSED"}}\r
bench: {json.dumps(CARDS)}\r
bench: {{"done": true}}\r
""".encode()


def test_a_box_is_made_tested_and_labelled_and_what_is_red_is_told_to_all(
    folder: Path, here: Command, board: RomLoader, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Site() as site, TalkingConsole(SPOKEN) as console:
        monkeypatch.setattr(list_ports, "comports", lambda: [Listed(console.path)])
        by = ("--server", site.url, "--car", "AB-123-CD", "--port", board.path, "--image", IMAGE)
        ran = here(*by, typed=[LOGIN, PASSWORD, "yes"])
        assert ran.returncode == 1
        assert "[CHECKS_FAILED] The box is made, and its bench test found something" in ran.stderr
        assert "  OK       battery (12.4 V)\n" in ran.stdout
        assert "start relay [RELAY_REVERSED] The relay does the contrary" in ran.stdout
        known = {"mac": MAC, "micropython": "1.27.0"}
        assert site.told("/flashed") == [known, known | CARDS]
        last = site.told("/bench")[-1]
        assert last == {
            "mac": MAC,
            "lines": [
                {"check": "battery", "outcome": "ok", "value": "12.4 V"},
                {"check": "relay", "outcome": "failed", "failure": "RELAY_REVERSED"},
            ],
            "done": True,
        }
        assert site.sessions == set()
    named = folder / "voiturier_boxes" / f"AB-123-CD_{BOX}"
    assert json.loads(named.with_suffix(".json").read_text())["lines"] == last["lines"]
    made = label(BOX, "AB-123-CD", MAC, site.url)
    assert named.with_suffix(".png").read_bytes() == made.png
    assert named.with_suffix(".pdf").exists()
    assert leftovers(folder, KEY, BADGE_KEY, PASSWORD) == []
    assert KEY not in ran.stdout + ran.stderr
    (folder / "flash.img").write_bytes(board.flash.data[FILE_SYSTEM_AT:])
    assert read_file(folder / "flash.img", "/state/bench"), "the box is asked for its test"
