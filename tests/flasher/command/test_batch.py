"""A morning with a batch: board after board, a cable that is pulled, a copy of the file."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flasher.flashing import FILE_SYSTEM_AT
from flasher.image import read_file
from simulator.devices.rom_loader import RomLoader
from tests.flasher.batch.maker import PASSPHRASE, as_file, batch_of, identity
from tests.flasher.command.running import Command, environment, leftovers
from tests.flasher.identity import BADGE_KEY
from tests.flasher.micropython import NAME as IMAGE

PLATES = ("AB-123-CD", "EF-456-GH", "IJ-789-KL")
SECRETS = (PASSPHRASE, BADGE_KEY, *(str(identity(number, "")["key"]) for number in (1, 2, 3)))
BATCH = ("--batch", "batch.json", "--passphrase-file", "passphrase", "--no-bench")


@pytest.fixture(autouse=True)
def batch(folder: Path) -> Path:
    (folder / "batch.json").write_bytes(as_file(batch_of(PLATES)))
    (folder / "passphrase").write_text(PASSPHRASE + "\n")
    return folder / "batch.json"


def entries(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "batch.json").read_text())["entries"]
    return found


def plugging(folder: Path, board: RomLoader) -> Callable[[], str]:
    """Plug a board in where the command looks for one, and press Enter."""

    def plug() -> str:
        (folder / "port").unlink(missing_ok=True)
        (folder / "port").symlink_to(board.path)
        return ""

    return plug


def identity_on(folder: Path, board: RomLoader) -> dict[str, Any]:
    (folder / "flash.img").write_bytes(board.flash.data[FILE_SYSTEM_AT:])
    found: dict[str, Any] = json.loads(read_file(folder / "flash.img", "/identity.json"))
    (folder / "flash.img").unlink()
    return found


def test_a_morning_makes_a_box_of_each_board_and_goes_on_where_a_cable_was_pulled(
    folder: Path, here: Command
) -> None:
    macs = [bytes.fromhex(f"7cdfa100000{number}") for number in (1, 2, 3)]
    with (
        RomLoader(macs[0]) as first,
        RomLoader(macs[1], pulled_after_bytes=60_000) as second,
        RomLoader(macs[2]) as third,
    ):
        boards = [first, first, second, third]  # the first twice, by mistake
        typed = ["yes", *(plugging(folder, board) for board in boards), "q"]
        series = (*BATCH, "--port", "port")
        ran = here(*series, "--image", IMAGE, typed=typed)
        assert ran.returncode == 1
        assert ran.stderr == ""
        said = ran.stdout
        assert "Plug in the next board, then Enter; 3 left (q ends)" in said
        assert "box 0000000000000001 for AB-123-CD" in said
        assert "[BOARD_DONE] This board is the box of AB-123-CD already" in said
        summary = said[said.index("Boxes made: 2. Left in the batch: 1.") :].splitlines()
        assert summary[1].startswith("  2. board: [BOARD_DONE]")
        assert summary[2].startswith("  3. board: EF-456-GH [VANISHED]")
        assert identity_on(folder, first) == identity(1, "AB-123-CD")
        assert identity_on(folder, third) == identity(3, "IJ-789-KL")
        one, two, three = entries(folder)
        assert (one["sealed"], three["sealed"], bool(two["sealed"])) == ("", "", True)
        assert two["mac"] == "7c:df:a1:00:00:02"
        second.pulled_after_bytes = None
        second.plug_in()
        again = here(*series, typed=[plugging(folder, second)])
        assert (again.returncode, again.stderr) == (0, "")
        assert "Boxes made: 1. Left in the batch: 0." in again.stdout
        assert identity_on(folder, second) == identity(2, "EF-456-GH")
        over = here(*series)
        assert "[ALL_USED] All entries of the batch are used." in over.stderr
    (folder / "passphrase").unlink()
    assert leftovers(folder, *SECRETS) == []
    for each in (ran, again, over):
        for secret in SECRETS:
            assert secret not in each.stdout + each.stderr
    labels = {path.name for path in (folder / "voiturier_boxes").iterdir()}
    assert {f"EF-456-GH_{2:016x}.png", f"EF-456-GH_{2:016x}.pdf"} <= labels


def test_a_batch_that_is_used_twice_is_refused_also_from_a_copy(
    folder: Path, here: Command, board: RomLoader
) -> None:
    shutil.copy(folder / "batch.json", folder / "copy.json")
    to = ("--port", board.path, "--car", "ef 456 gh", "--image", IMAGE)
    assert here(*BATCH, *to, typed=["yes"]).returncode == 0
    used = here(*BATCH, *to)
    assert "[ENTRY_USED] The entry of EF-456-GH was used on 20" in used.stderr
    assert "for the board 7c:df:a1:02:03:04" in used.stderr
    with RomLoader(bytes.fromhex("7cdfa1000009")) as other:
        copy = ("--batch", "copy.json", *BATCH[2:], "--car", "EF-456-GH", "--port", other.path)
        assert "[ENTRY_USED]" in here(*copy).stderr
        assert not other.flash.data.strip(b"\xff")


def test_what_does_not_open_or_is_not_there_is_named_before_a_board_is_touched(
    folder: Path, here: Command, board: RomLoader
) -> None:
    image, to = ("--image", IMAGE), ("--port", board.path)
    (folder / "wrong").write_text("guessed, but wrong\n")
    (folder / "empty").write_text("\n")
    (folder / "binary").write_bytes(b"\xff\xfe")
    for file, name in (
        ("wrong", "WRONG_PASSPHRASE"),
        ("empty", "NO_SECRET_FILE"),
        ("binary", "NO_SECRET_FILE"),
        ("nowhere", "NO_SECRET_FILE"),
    ):
        ran = here("--batch", "batch.json", "--passphrase-file", file, *image, *to)
        assert (ran.returncode, f"[{name}]" in ran.stderr) == (1, True), ran.stderr
    assert "[NO_BATCH]" in here("--batch", "nowhere", *image).stderr
    assert "[NO_BATCH]" in here("--batch", ".", *image).stderr
    assert "[NOT_A_BATCH]" in here("--batch", IMAGE, *image).stderr
    assert "[OTHER_BOARD]" in here(*BATCH, "--board", "another", *image).stderr
    with (folder / "batch.json").open("rb+") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert "[BATCH_IN_USE]" in here(*BATCH, *image, *to).stderr
    assert not board.heard_bytes
    ran = here(*BATCH, *image, *to, "--car", "ZZ-999-ZZ", typed=["yes"])
    assert "[NO_ENTRY] The batch has no entry for ZZ-999-ZZ. It has: AB-123-CD" in ran.stderr
    tried = here(*BATCH, *to, "--dry-run")
    assert "It would become box 0000000000000001 for AB-123-CD" in tried.stdout
    assert not board.flash.data.strip(b"\xff")
    assert "mac" not in entries(folder)[0]
    assert not (folder / "voiturier_boxes").exists()


def test_a_passphrase_that_is_typed_is_not_shown(folder: Path) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "flasher", "--batch", "batch.json"]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment(folder),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        shown = b""
        while b"Passphrase of the batch:" not in shown:
            shown += os.read(ours, 1000)
        os.write(ours, b"guessed, but wrong\n")
        try:
            while piece := os.read(ours, 1000):
                shown += piece
        except OSError:  # it has gone
            pass
    os.close(ours)
    assert process.returncode == 1
    assert b"[WRONG_PASSPHRASE]" in shown
    assert b"guessed" not in shown
