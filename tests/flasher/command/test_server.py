"""A box by way of the server: signed in to over TLS, resumed, refused by name, signed out of."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from flasher.flashing import FILE_SYSTEM_AT
from flasher.image import read_file
from simulator.devices.rom_loader import RomLoader
from tests.flasher.authority import Authority
from tests.flasher.command.running import Command, leftovers
from tests.flasher.identity import BADGE_KEY, KEY
from tests.flasher.micropython import NAME as IMAGE
from tests.flasher.site import CODE, LOGIN, PASSWORD, Site

BOX = f"{1:016x}"
PIN = "90210"
TYPED = [LOGIN, PASSWORD]


@pytest.fixture
def site(folder: Path) -> Iterator[Site]:
    (folder / "ca").mkdir()
    authority = Authority(folder / "ca")
    with Site(authority.server()) as site:
        yield site


def asked(site: Site, board: RomLoader, *others: str, car: str = "AB-123-CD") -> list[str]:
    by = ["--server", site.url, "--ca", "ca/authority.pem", "--car", car]
    return [*by, "--port", board.path, "--image", IMAGE, "--no-bench", *others]


def test_a_box_is_made_for_a_car_and_a_run_that_was_cut_short_resumes_on_its_board(
    folder: Path, here: Command, site: Site
) -> None:
    site.code = CODE
    (folder / "pin").write_text(PIN + "\n")
    wiring = ("--sim-pin-file", "pin", "--key-holder", "--door-contact", "--reader", "wiegand")
    with RomLoader(pulled_after_bytes=60_000) as board:
        words = asked(site, board, *wiring)
        cut = here(*words, typed=[*TYPED, CODE, "yes"])
        assert "[VANISHED]" in cut.stderr
        assert site.sessions == set()
        board.pulled_after_bytes = None
        board.plug_in()
        words = asked(site, board, *wiring)
        ran = here(*words, typed=[*TYPED, CODE])
        assert (ran.returncode, ran.stderr) == (0, "")
        assert "Signed in as Léa Martin." in ran.stdout
        assert f"box {BOX} for AB-123-CD" in ran.stdout
        (folder / "flash.img").write_bytes(board.flash.data[FILE_SYSTEM_AT:])
    assert json.loads(read_file(folder / "flash.img", "/identity.json"))["key"] == KEY
    first, second = site.told("/api/boxes")
    assert first == second
    assert first == {
        "plate": "AB-123-CD",
        "board": "lilygo_t_sim7670g_s3",
        "mac": "7c:df:a1:02:03:04",
        "sim_pin": PIN,
        "key_holder": True,
        "door_contact": True,
        "reader": "wiegand",
    }
    assert site.told("/flashed") == [{"mac": "7c:df:a1:02:03:04", "micropython": "1.27.0"}]
    assert site.sessions == set()
    for name in ("flash.img", "pin"):
        (folder / name).unlink()
    secrets = (KEY, BADGE_KEY, PASSWORD, CODE, PIN)
    assert leftovers(folder, *secrets) == []
    for each in (cut, ran):
        for secret in secrets:
            assert secret not in each.stdout + each.stderr


def test_a_server_that_was_not_reached_at_the_end_is_told_by_the_same_command(
    folder: Path, here: Command, site: Site, board: RomLoader
) -> None:
    site.answers[f"/api/boxes/{BOX}/flashed"] = web.Response(status=503)
    broken = here(*asked(site, board), typed=[*TYPED, "yes"])
    assert "[SERVER_TROUBLE]" in broken.stderr
    assert "It starts" not in broken.stdout
    site.answers.clear()
    again = here(*asked(site, board), typed=TYPED)
    assert (again.returncode, again.stderr) == (0, "")
    assert len(site.told("/flashed")) == 2


def test_two_laptops_at_one_car_and_a_board_of_another_car_are_named(
    folder: Path, here: Command, site: Site, board: RomLoader
) -> None:
    assert here(*asked(site, board), typed=[*TYPED, "yes"]).returncode == 0
    with RomLoader(bytes.fromhex("7cdfa1000009")) as other:
        ran = here(*asked(site, other), typed=TYPED)
        assert "[CAR_HAS_BOX] AB-123-CD has a box already: on the board 7c:df:a1" in ran.stderr
        assert not other.flash.data.strip(b"\xff")
    before = len(site.told("/api/boxes"))
    ran = here(*asked(site, board, car="EF-456-GH"), typed=TYPED)
    assert "[ALREADY_A_BOX]" in ran.stderr
    assert len(site.told("/api/boxes")) == before, "no box was made for a board that is not free"
    replaced = here(*asked(site, board, "--replace", car="EF-456-GH"), typed=TYPED)
    assert (replaced.returncode, replaced.stderr) == (0, "")
    assert site.told("/api/boxes")[-1]["replace"] is True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_the_session_ends_also_with_a_command_that_is_ended(
    here: Command, site: Site, board: RomLoader, number: signal.Signals
) -> None:
    def end() -> str:
        assert len(site.sessions) == 1
        os.kill(os.getpid(), number)
        return "no"

    ran = here(*asked(site, board), typed=[*TYPED, end])
    assert ran.returncode == (1 if number is signal.SIGINT else 128 + number)
    assert site.sessions == set()


def test_what_is_wrong_on_the_way_is_named_and_a_dry_run_asks_for_no_box(
    folder: Path, here: Command, site: Site, board: RomLoader
) -> None:
    tried = here(*asked(site, board, "--dry-run"), typed=[*TYPED, "yes"])
    assert "The server would be asked for a box for AB-123-CD. Nothing written." in tried.stdout
    assert site.told("/api/boxes") == []
    site.clock_off_s = 3600
    assert "[CLOCK_OFF]" in here(*asked(site, board), typed=TYPED).stderr
    site.clock_off_s = 0
    assert "[WRONG_LOGIN]" in here(*asked(site, board), typed=[LOGIN, "guessed"]).stderr
    assert "[NO_SUCH_CAR]" in here(*asked(site, board, car="ZZ-999-ZZ"), typed=TYPED).stderr
    (folder / "pin").write_text("12 34")
    ran = here(*asked(site, board, "--sim-pin-file", "pin"), typed=TYPED)
    assert "[NO_SECRET_FILE]" in ran.stderr
    untrusted = [word for word in asked(site, board) if word not in ("--ca", "ca/authority.pem")]
    assert "[CERT_UNTRUSTED]" in here(*untrusted, typed=TYPED).stderr
    assert not board.flash.data.strip(b"\xff")
    assert site.sessions == set()
