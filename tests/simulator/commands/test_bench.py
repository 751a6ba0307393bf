"""`voiturier-sim bench`: a blank board for other programs, whose flash is kept in a file."""

import signal
import subprocess
import sys
from pathlib import Path

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
