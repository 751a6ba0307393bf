"""`voiturier-sim` at its edges: help, bad input, exit codes, the end on a signal."""

import json
import signal
import subprocess
import sys

import pytest


def simulate(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "simulator", *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "command", [[], ["replay"], ["device"], ["device", "gnss"], ["run"], ["bench"], ["drive"]]
)
def test_every_command_explains_itself(command):
    done = simulate(*command, "--help")
    assert done.returncode == 0
    assert "usage: voiturier-sim" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["replay", "nowhere.nmea"], "nowhere.nmea"),
        (["device", "gnss", "nowhere.nmea"], "nowhere.nmea"),
        (["bench", "--chip", "toaster"], "toaster"),
        (["bench", "--flash-mb", "3"], "--flash-mb"),
        (["bench", "--faults", "cable,rust"], "no fault 'rust'; there are cable, wrong-chip"),
        (["bench", "--badge", "04"], "4 or 7 bytes"),
        (["drive", "--boxes", "here", "--car", "x.json:00"], "HOST:PORT"),
        (["drive", "--boxes", "h:²", "--car", "x.json:00"], "HOST:PORT"),
        (["drive", "--boxes", "h:99999", "--car", "x.json:00"], "HOST:PORT"),
        (["drive", "--boxes", "h:1", "--car", "nowhere.json:04a1b2c3"], "nowhere.json"),
        (["drive", "--boxes", "h:1", "--car", "nowhere.json"], "BADGEHEX"),
        (["drive", "--boxes", "h:1"], "--car"),
    ],
)
def test_bad_input_is_named_in_one_line_and_ends_with_2(arguments, complaint):
    done = simulate(*arguments)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("badge", ["", "04", "04a1b2c3d4", "not hexadecimal"])
def test_a_badge_that_is_none_is_refused(tmp_path, identity, badge):
    file = tmp_path / "box.json"
    file.write_text(json.dumps(identity))
    done = simulate("drive", "--boxes", "127.0.0.1:1", "--car", f"{file}:{badge}")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("field", "value"), [("board", "toaster"), ("box_id", "not hexadecimal")])
def test_an_identity_that_is_none_is_refused(tmp_path, identity, field, value):
    file = tmp_path / "box.json"
    file.write_text(json.dumps({**identity, field: value}))
    done = simulate("drive", "--boxes", "127.0.0.1:1", "--car", f"{file}:04a1b2c3")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_drive_and_its_boxes(tmp_path, identity, number):
    file = tmp_path / "box.json"
    file.write_text(json.dumps(identity))
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "simulator", "drive", "--boxes", "127.0.0.1:1"),
            *("--car", f"{file}:04a1b2c3"),
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stderr
        assert "AB-123-CD  box switched on" in process.stderr.readline()
        process.send_signal(number)
    assert process.returncode == 0
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert str(tmp_path) not in listed.stdout


def test_the_words_of_a_scenario_are_printed_and_who_has_read_enough_may_go():
    assert "badge DRIVER | stranger\n    Touch the windscreen" in simulate("run", "--words").stdout
    done = subprocess.run(
        f"{sys.executable} -m simulator run --words | head -1",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("# An errand")
    assert done.stderr == ""
