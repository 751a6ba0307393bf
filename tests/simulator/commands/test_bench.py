"""`voiturier-sim bench`: a board for other programs, whose flash is kept in a file."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

from flasher.flashing import FILE_SYSTEM_AT
from flasher.image import files_of, new_image, write_file
from tests.firmware.identity import IDENTITY

BENCH = [sys.executable, "-m", "simulator", "bench"]
ESPTOOL = [sys.executable, "-m", "esptool", "--before", "no-reset", "--after", "no-reset"]


def test_what_esptool_writes_is_in_the_file_when_the_bench_ends_and_again_when_it_begins(
    tmp_path: Path,
) -> None:
    (tmp_path / "content.bin").write_bytes(b"content!" * 100)
    for command in (
        ["write-flash", "0x3000", str(tmp_path / "content.bin")],
        ["read-flash", "0x3000", "800", str(tmp_path / "back.bin")],
    ):
        with subprocess.Popen(
            [*BENCH, "--flash", str(tmp_path / "flash.img")], stdout=subprocess.PIPE, text=True
        ) as bench:
            assert bench.stdout is not None
            port = bench.stdout.readline().strip()
            subprocess.run([*ESPTOOL, "--port", port, *command], check=True, capture_output=True)
            bench.send_signal(signal.SIGTERM)
        assert bench.returncode == 0
    assert (tmp_path / "flash.img").stat().st_size == 16 << 20
    assert (tmp_path / "back.bin").read_bytes() == b"content!" * 100


def test_a_file_that_is_no_flash_is_named_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "flash.img").write_bytes(b"something else")
    command = [*BENCH, "--flash", str(tmp_path / "flash.img")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "flash.img is no flash of 16 MB" in done.stderr
    assert (tmp_path / "flash.img").read_bytes() == b"something else"


def test_a_flash_that_holds_a_box_starts_at_1x_and_keeps_what_the_box_writes(
    tmp_path: Path,
) -> None:
    flash, file_system = tmp_path / "flash.img", tmp_path / "file_system.lfs2"
    file_system.write_bytes(new_image(IDENTITY))
    write_file(file_system, "/state/bench", b"1\n")
    program = b"\xe9".ljust(FILE_SYSTEM_AT, b"\xff")  # stands for MicroPython
    flash.write_bytes(program + file_system.read_bytes())
    with subprocess.Popen(
        [*BENCH, "--flash", str(flash)], stdout=subprocess.PIPE, text=True
    ) as bench:
        assert bench.stdout is not None
        port = bench.stdout.readline().strip()
        said = read_until(port, b'"check": "resets"')
        assert said.startswith(b'bench: {"check": "resets"')
        looked = subprocess.run([*ESPTOOL, "--port", port, "flash-id"], capture_output=True)
        assert looked.returncode == 0, "the loader answers at the same port"
        bench.send_signal(signal.SIGTERM)
    assert bench.returncode == 0
    file_system.write_bytes(flash.read_bytes()[FILE_SYSTEM_AT:])
    assert "/state/seed" in files_of(file_system)
    assert "/state/bench" not in files_of(file_system)


def read_until(port: str, wanted: bytes) -> bytes:
    """What is said at a port until it holds that."""
    descriptor = os.open(port, os.O_RDWR | os.O_NOCTTY)
    try:
        said = b""
        while wanted not in said:
            assert select.select([descriptor], [], [], 120)[0], said
            said += os.read(descriptor, 4096)
        return said
    finally:
        os.close(descriptor)
