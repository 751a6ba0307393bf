"""One identity in a file: what the command says, writes and leaves, as a technician types it."""

import fcntl
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from flasher.flashing import FILE_SYSTEM_AT
from flasher.image import read_file
from simulator.devices.rom_loader import RomLoader
from tests.flasher.command.running import CONTENT, flash, leftovers
from tests.flasher.identity import BADGE_KEY, IDENTITY, KEY
from tests.flasher.micropython import NAME as IMAGE

KEPT = ("--identity", "box.json", "--no-bench")


@pytest.fixture(autouse=True)
def identity(folder: Path) -> None:
    (folder / "box.json").write_text(json.dumps(IDENTITY, indent=1) + "\n")


def run(
    folder: Path, *arguments: str, typed: str = "yes\n", language: str = "en", **others: str
) -> subprocess.CompletedProcess[str]:
    named = ("--image", IMAGE, *KEPT)
    return flash(folder, *named, *arguments, typed=typed, language=language, **others)


def test_a_blank_board_becomes_a_box_and_the_first_use_of_an_image_is_confirmed(
    folder: Path, board: RomLoader
) -> None:
    first = run(folder, "--port", board.path)
    assert first.returncode == 0, first.stderr
    assert f"First use of {IMAGE}\n  SHA-256 " in first.stdout
    assert "ESP32-S3, 16MB of flash, MAC 7c:df:a1:02:03:04" in first.stdout
    assert re.search(r"\d+%, \d+ s left", first.stdout)
    assert "Written and verified in" in first.stdout
    assert "box 0011223344556677 for AB-123-CD" in first.stdout
    (folder / "flash.img").write_bytes(board.flash.data[FILE_SYSTEM_AT:])
    assert KEY.encode() in read_file(folder / "flash.img", "/identity.json")
    assert board.flash.data[: len(CONTENT)] == CONTENT
    again = run(folder, "--port", board.path, typed="")
    assert again.returncode == 0, again.stderr
    assert "First use" not in again.stdout


def test_no_key_is_in_any_output_or_left_in_any_file(folder: Path) -> None:
    cache = folder / "cache"
    for pulled_after_bytes in (None, 90_000):
        with RomLoader(pulled_after_bytes=pulled_after_bytes) as board:
            ran = run(folder, "--port", board.path, XDG_CACHE_HOME=str(cache))
            for output in (ran.stdout, ran.stderr):
                assert KEY not in output
                assert BADGE_KEY not in output
    assert list(cache.rglob("*.mpy"))
    (folder / "box.json").unlink()
    assert leftovers(folder, KEY, BADGE_KEY) == []
    assert not list((folder / "tmp").iterdir())


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(
    folder: Path, board: RomLoader
) -> None:
    ran = run(folder, "--port", board.path, "--dry-run")
    assert ran.returncode == 0, ran.stderr
    assert "would become box 0011223344556677 for AB-123-CD, with MicroPython 1.27.0" in ran.stdout
    assert not board.flash.data.strip(b"\xff")


def test_a_pulled_cable_is_named_and_the_same_command_then_completes(folder: Path) -> None:
    with RomLoader(pulled_after_bytes=60_000) as board:
        broken = run(folder, "--port", board.path)
        assert (broken.returncode, broken.stdout.count("Written")) == (1, 0)
        assert f"flash.sh: [VANISHED] {board.path} vanished" in broken.stderr
        board.pulled_after_bytes = None
        board.plug_in()
        assert run(folder, "--port", board.path).returncode == 0


def test_a_box_in_use_is_refused_unless_it_is_to_be_replaced(
    folder: Path, board: RomLoader
) -> None:
    assert run(folder, "--port", board.path).returncode == 0
    root = board.flash.data.find(b"identity.json", FILE_SYSTEM_AT)
    board.flash.data[root + 3000] = 0  # it has written since
    before = bytes(board.flash.data)
    refused = run(folder, "--port", board.path)
    assert "[ALREADY_A_BOX]" in refused.stderr
    assert board.flash.data == before
    assert run(folder, "--port", board.path, "--replace").returncode == 0
    assert board.flash.data != before


def test_an_image_that_is_not_confirmed_is_not_written_and_not_pinned(
    folder: Path, board: RomLoader
) -> None:
    for typed in ("no\n", ""):
        ran = run(folder, "--port", board.path, typed=typed)
        assert (ran.returncode, "[IMAGE_NOT_CONFIRMED]" in ran.stderr) == (1, True)
    assert not list((folder / "config").rglob("*"))
    assert not board.heard_bytes


def test_another_file_under_a_known_name_is_refused(folder: Path, board: RomLoader) -> None:
    assert run(folder, "--port", board.path, "--dry-run").returncode == 0
    (folder / IMAGE).write_bytes(CONTENT + b"\x01")
    ran = run(folder, "--port", board.path)
    assert "is not the file it was at first use" in ran.stderr
    assert not board.flash.data.strip(b"\xff")


def test_ports_that_are_none_are_named(folder: Path) -> None:
    for port, name in (
        ("/dev/no-such-port", "NO_PORT"),
        ("box.json", "NOT_A_PORT"),
        ("/dev/null", "NOT_A_PORT"),
        ("", "NO_BOARD"),
    ):
        ran = run(folder, *(("--port", port) if port else ()))
        assert (ran.returncode, f"[{name}]" in ran.stderr) == (1, True), ran.stderr


def test_a_device_that_is_no_board_and_a_port_in_use_are_named(
    folder: Path, board: RomLoader
) -> None:
    silent, port = os.openpty()
    ran = run(folder, "--port", os.ttyname(port))
    assert "[NO_ANSWER]" in ran.stderr
    os.close(silent)
    os.close(port)
    with Path(board.path).open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert "[BUSY_PORT]" in run(folder, "--port", board.path).stderr


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (None, "NO_IDENTITY", "No such file"),
        (b"", "NOT_AN_IDENTITY", "no JSON"),
        (b"\xff\xfe{", "NOT_AN_IDENTITY", "no JSON"),
        (b"[1]", "NOT_AN_IDENTITY", "no object"),
        (b'{"box_id": "00112233"}', "NOT_AN_IDENTITY", ": box_id"),
        (b'{"box_id": "0011223344556677", "key": "5ec2e75e"}', "NOT_AN_IDENTITY", ": key"),
    ],
)
def test_a_file_that_is_no_identity_is_named_without_what_it_holds(
    folder: Path, content: bytes | None, name: str, said: str
) -> None:
    (folder / "box.json").unlink()
    if content is not None:
        (folder / "box.json").write_bytes(content)
    ran = run(folder, "--port", "/dev/null")
    assert (ran.returncode, f"[{name}]" in ran.stderr, said in ran.stderr) == (1, True, True)
    assert "5ec2" not in ran.stderr


def test_a_french_computer_speaks_french(folder: Path) -> None:
    with RomLoader(flash_mb=8) as board:
        ran = run(folder, "--port", board.path, language="fr_FR:en")
    assert "[SMALL_FLASH] La mémoire flash a 8MB" in ran.stderr
    assert re.search(r"SHA-256 \w+\nComparez avec ce que dit", ran.stdout)


def test_an_image_is_named_once_and_then_the_newest_that_is_kept_is_taken(
    folder: Path, board: RomLoader
) -> None:
    none = flash(folder, *KEPT, "--port", board.path)
    assert "[NO_IMAGE] MicroPython is not here yet. Take the file ESP32_GENERIC_S3" in none.stderr
    newer = IMAGE.replace("20251209-v1.27.0", "20260301-v1.28.1")
    (folder / newer).write_bytes(CONTENT + b"newer")
    tried = ("--dry-run",)
    for image in (newer, IMAGE):
        once = flash(folder, *KEPT, "--port", board.path, *tried, "--image", image, typed="y\n")
        assert once.returncode == 0, once.stderr
        (folder / image).unlink()
    again = flash(folder, *KEPT, "--port", board.path, "--dry-run")
    assert "with MicroPython 1.28.1" in again.stdout
    (folder / "config" / "voiturier" / newer).write_bytes(CONTENT + b"other")
    assert "[IMAGE_CHANGED]" in flash(folder, *KEPT, "--port", board.path).stderr
    assert not board.flash.data.strip(b"\xff")


def test_an_identity_for_another_board_than_the_one_asked_for_is_named(folder: Path) -> None:
    ran = run(folder, "--board", "another", "--port", "/dev/null")
    assert "[OTHER_BOARD] The identity is for the board lilygo_t_sim7670g_s3" in ran.stderr
    (folder / "box.json").write_text(json.dumps(IDENTITY | {"board": "host"}))
    assert "[UNKNOWN_BOARD]" in run(folder, "--port", "/dev/null").stderr
