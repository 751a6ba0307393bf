"""The simulated board in its chip's loader, as the real esptool sees it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simulator.devices.rom_loader import SECTOR_BYTES, Flash, PowerLostError, RomLoader
from tests.benchmarks.rom_loader_soak import soak


def esptool(board: RomLoader, *command: str) -> subprocess.CompletedProcess[str]:
    reset = ("--before", "no-reset", "--after", "no-reset")
    return subprocess.run(
        [sys.executable, "-m", "esptool", "--port", board.path, *reset, *command],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_esptool_finds_the_chip_its_mac_and_sixteen_megabytes() -> None:
    with RomLoader(mac=bytes.fromhex("a0b1c2d3e4f5")) as board:
        said = esptool(board, "flash-id").stdout
    assert "ESP32-S3" in said
    assert "a0:b1:c2:d3:e4:f5" in said
    assert "Detected flash size: 16MB" in said


def test_another_chip_and_a_smaller_flash_are_told_as_they_are() -> None:
    with RomLoader(chip="esp32c3", flash_mb=4) as board:
        said = esptool(board, "flash-id").stdout
        refused = esptool(board, "--chip", "esp32s3", "flash-id")
    assert "ESP32-C3" in said
    assert "Detected flash size: 4MB" in said
    assert refused.returncode != 0
    assert "This chip is ESP32-C3, not ESP32-S3" in refused.stdout + refused.stderr


def test_what_esptool_writes_it_reads_back_and_the_rest_stays_blank(tmp_path: Path) -> None:
    content = bytes(range(256)) * 100
    (tmp_path / "content.bin").write_bytes(content)
    with RomLoader() as board:
        assert esptool(board, "write-flash", "0xF00000", str(tmp_path / "content.bin")).stdout
        esptool(board, "read-flash", "0xF00000", str(len(content)), str(tmp_path / "back.bin"))
    assert (tmp_path / "back.bin").read_bytes() == content
    assert board.flash.data[0xF00000 : 0xF00000 + len(content)] == content
    assert board.flash.data.count(b"\xff") >= (16 << 20) - len(content)


def test_a_pulled_cable_takes_the_port_away_and_leaves_what_was_written(tmp_path: Path) -> None:
    content = bytes(range(251)) * 2000
    (tmp_path / "content.bin").write_bytes(content)
    command = ("--no-stub", "write-flash", "--no-compress", "0", str(tmp_path / "content.bin"))
    with RomLoader(pulled_after_bytes=100_000) as board:
        held = os.open(board.path, os.O_RDWR | os.O_NOCTTY)  # so that no other pty takes its name
        broken = esptool(board, *command)
        assert broken.returncode != 0
        assert not Path(board.path).exists()
        os.close(held)
        written = len(bytes(board.flash.data).rstrip(b"\xff"))
        assert 0 < written < len(content)
        board.pulled_after_bytes = None
        board.plug_in()
        whole = esptool(board, *command)
    assert "Hash of data verified" in whole.stdout
    assert board.flash.data[: len(content)] == content


def test_power_that_fails_tears_a_write_at_its_byte_and_erases_whole_sectors_only() -> None:
    flash = Flash(1 << 20)
    flash.data[:] = b"\x55" * len(flash.data)
    flash.power_lost_after_bytes = SECTOR_BYTES + 100
    flash.begin_plain(bytes(16))
    length = 2 * SECTOR_BYTES
    with pytest.raises(PowerLostError):
        flash.write_plain_block(length.to_bytes(4, "little") + bytes(12) + bytes(length))
    torn = flash.data[: 2 * SECTOR_BYTES]
    assert torn == bytes(SECTOR_BYTES + 100) + b"\xff" * (SECTOR_BYTES - 100)
    assert flash.data[2 * SECTOR_BYTES] == 0x55


def test_a_program_that_opens_the_port_as_the_last_one_closes_it_finds_the_console(
    tmp_path: Path,
) -> None:
    (tmp_path / "content.bin").write_bytes(bytes(100))
    board = RomLoader(starts=lambda: board.flash.data[0] == 0)
    with board:
        console = os.open(board.path, os.O_RDWR | os.O_NOCTTY)
        try:
            esptool(board, "write-flash", "0", str(tmp_path / "content.bin"))
            deadline_s = time.monotonic() + 10
            while not board.has_left and time.monotonic() < deadline_s:
                time.sleep(0.01)
            assert board.has_left
        finally:
            os.close(console)


def test_a_few_writes_in_a_row_all_succeed() -> None:
    failures, _ = soak(writes=3, seed=1)
    assert not failures
