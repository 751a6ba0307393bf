"""pyserial opens the simulated receiver's pty as any serial port, and pynmea2 reads it."""

import subprocess
import sys
from pathlib import Path

import pynmea2
import serial

from simulator.devices.gnss_sentences import Solution, sentences

START_S = 1_795_348_800
EPOCHS = 40


def test_pyserial_reads_valid_sentences_from_the_pty(tmp_path: Path) -> None:
    log = tmp_path / "log.nmea"
    log.write_bytes(
        b"".join(
            sentences(Solution(START_S + n / 5, (48.0, 0.2 + n / 1000), 36.0))
            for n in range(EPOCHS)
        )
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "device", "gnss", str(log)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    with process, serial.Serial(process.stdout.readline().strip(), 115200, timeout=5) as port:
        port.readline()  # the first may have begun before the port was open
        heard = [pynmea2.parse(port.readline().decode(), check=True) for _ in range(6)]
        process.terminate()
    assert process.returncode == 0
    assert {sentence.sentence_type for sentence in heard} == {"RMC", "GGA"}
    for sentence in heard:
        assert abs(sentence.latitude - 48.0) < 1e-6
        assert 0.2 <= sentence.longitude < 0.2 + EPOCHS / 1000


def test_a_program_that_only_writes_never_blocks_the_receiver(tmp_path: Path) -> None:
    log = tmp_path / "log.nmea"
    log.write_bytes(b"".join(sentences(Solution(START_S + n / 10, (48.0, 0.2))) for n in range(10)))
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "device", "gnss", str(log)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout and process.stderr
    with process, serial.Serial(process.stdout.readline().strip(), timeout=0) as port:
        for _ in range(4):
            port.write(b"$PUBX,40,GSV,0,0,0,0*59\r\n" * 40)
        told = process.stderr.readline() + process.stderr.readline()
        process.terminate()
    assert "playing 10 epochs" in told
    assert "played 20 lines" in told
