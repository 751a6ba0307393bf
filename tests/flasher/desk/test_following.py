"""The bench test of a box is read at its console, shown, told, kept, and ends by name."""

import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from serial.tools import list_ports

from flasher import bench_lines
from flasher.bench_lines import Bench
from flasher.desk import console_port
from flasher.desk.following import follow_bench
from flasher.desk.making import Made
from flasher.failures import Bilingual, FlashError
from flasher.failures.bench import BenchFailure
from flasher.failures.files import FileFailure
from flasher.failures.server import ServerFailure
from tests.flasher.identity import KEY
from tests.flasher.talking_console import Listed, TalkingConsole

BOX = "0011223344556677"
GREEN = (
    f"noise {KEY}\r\n"
    'bench: {"check": "battery", "outcome": "ok", "value": "12.4 V"}\r\n'
    'bench: {"check": "crank", "outcome": "not_fitted"}\r\n'
    'bench: {"iccid": "8933010000000000019", "imei": "861234567890123"}\r\n'
    'bench: {"done": true}\r\n'
).encode()
RED = GREEN.replace(b'"not_fitted"', b'"failed", "failure": "CRANK_NOT_SEEN"')


class Told:
    """Who is told of the test."""

    def __init__(self, fails: BaseException | None = None) -> None:
        self.benches: list[Bench] = []
        self._fails = fails

    def __call__(self, mac: str, version: str, bench: Bench) -> None:
        self.benches.append(bench)
        if self._fails is not None:
            raise self._fails


def nobody(ports: Sequence[str]) -> int | None:
    raise AssertionError("nothing is to be asked")


@pytest.fixture
def ports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Listed]]:
    """The ports that there are, to be filled; in a folder of its own."""
    found: list[Listed] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(list_ports, "comports", lambda: list(found))
    monkeypatch.setattr(console_port, "_LOOK_S", 0.01)
    monkeypatch.setattr(console_port, "_WAIT_S", 0.1)
    yield found


def follow(port: str, told: Told) -> dict[str, Any]:
    made = Made(BOX, "AB 123 CD", "7c:df:a1:02:03:04", "1.27.0", 1_795_000_000, port)
    follow_bench(made, told, nobody)
    return report()


def report() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(f"voiturier_boxes/AB123CD_{BOX}.json").read_text())
    return found


def refused(port: str, told: Told) -> Bilingual:
    with pytest.raises(FlashError) as caught:
        follow(port, told)
    return caught.value.failure


def test_a_green_test_is_shown_told_and_kept(
    ports: list[Listed], capsys: pytest.CaptureFixture[str]
) -> None:
    with TalkingConsole(GREEN) as console:
        ports.append(Listed(console.path))
        told = Told()
        kept = follow("/dev/ttyACM0", told)
    lines = [
        {"check": "battery", "outcome": "ok", "value": "12.4 V"},
        {"check": "crank", "outcome": "not_fitted"},
    ]
    assert kept == {
        "box_id": BOX,
        "plate": "AB 123 CD",
        "mac": "7c:df:a1:02:03:04",
        "micropython": "1.27.0",
        "flashed_at_s": 1_795_000_000,
        "iccid": "8933010000000000019",
        "imei": "861234567890123",
        "done": True,
        "failure": "",
        "lines": lines,
    }
    assert told.benches[-1].as_json() == lines
    assert told.benches[-1].is_done
    shown = capsys.readouterr().out
    assert "  OK       battery (12.4 V)\n  --       starter line: not fitted\n" in shown
    assert "All checks are green." in shown
    assert KEY not in shown


def test_a_red_test_ends_by_name_and_is_kept(ports: list[Listed]) -> None:
    with TalkingConsole(RED) as console:
        ports.append(Listed(console.path))
        told = Told()
        assert refused("/dev/ttyACM0", told) is BenchFailure.CHECKS_FAILED
    assert (report()["failure"], report()["done"]) == ("CHECKS_FAILED", True)
    assert told.benches[-1].is_done


def test_a_board_that_does_not_start_is_a_boot_loop(ports: list[Listed]) -> None:
    with TalkingConsole(b"ESP-ROM:esp32s3-20210327\r\nstart failed: OSError \r\n") as console:
        assert refused(console.path, Told()) is BenchFailure.BOOT_LOOP
    assert report()["failure"] == "BOOT_LOOP"


def test_a_board_that_says_nothing_is_named_and_so_is_one_that_has_gone(
    ports: list[Listed], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench_lines, "_SILENT_S", 1)
    with TalkingConsole(b"MicroPython v1.27.0\r\n>>> ") as console:
        assert refused(console.path, Told()) is BenchFailure.NO_BENCH
        gone = console.path
    assert refused(gone, Told()) is BenchFailure.NO_BENCH
    assert report()["lines"] == []


def test_a_board_that_comes_back_at_another_port_is_followed_there(ports: list[Listed]) -> None:
    begun = b'bench: {"check": "battery", "outcome": "ok", "value": "12.4 V"}\r\n'
    with TalkingConsole(begun) as first, TalkingConsole(GREEN) as second:
        ports.append(Listed(first.path))
        told = Told()

        def move() -> None:
            while not told.benches:
                pass
            ports[0] = Listed(second.path)
            first.hang_up()

        mover = threading.Thread(target=move)
        mover.start()
        assert follow("/dev/ttyACM0", told)["done"]
        mover.join()


def test_a_server_that_was_not_told_in_the_end_is_named(ports: list[Listed]) -> None:
    with TalkingConsole(GREEN) as console:
        ports.append(Listed(console.path))
        told = Told(FlashError(ServerFailure.SIGNED_OUT))
        assert refused("/dev/ttyACM0", told) is ServerFailure.SIGNED_OUT
    assert report()["done"]


def test_who_leaves_the_test_by_ctrl_c_leaves_that_box_only(ports: list[Listed]) -> None:
    with TalkingConsole(GREEN) as console:
        ports.append(Listed(console.path))
        told = Told(KeyboardInterrupt())
        assert refused("/dev/ttyACM0", told) is BenchFailure.BENCH_LEFT
    assert report()["failure"] == "BENCH_LEFT"


def test_a_folder_that_takes_nothing_is_named(ports: list[Listed]) -> None:
    Path("voiturier_boxes").write_text("no folder")
    with TalkingConsole(GREEN) as console:
        ports.append(Listed(console.path))
        assert refused("/dev/ttyACM0", Told()) is FileFailure.NO_PAPERS
