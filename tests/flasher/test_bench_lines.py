"""A bench test is followed to its end, shown in words, and given up by name."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from flasher.bench_lines import CHECKS, Bench, follow, name_of, require_green, text_of
from flasher.console import Cards, Line
from flasher.failures import FlashError
from flasher.failures.bench import BenchFailure


def said(**words: Any) -> bytes:
    return b"bench: " + json.dumps(words).encode() + b"\n"


class Played:
    """A console that says what it is told to, second by second, and then nothing more."""

    def __init__(self, *spoken: bytes | None) -> None:
        self._spoken: Iterator[bytes | None] = iter(spoken)
        self.now_s = 0.0
        self.shown: list[Line] = []
        self.told: list[Bench] = []

    def read(self) -> bytes | None:
        self.now_s += 1
        return next(self._spoken, b"")

    def follow(self) -> Bench:
        return follow(self.read, lambda: self.now_s, self.shown.append, self.told.append)

    def refused(self) -> FlashError:
        with pytest.raises(FlashError) as caught:
            self.follow()
        return caught.value


def test_each_line_is_shown_once_and_told_whole_each_time() -> None:
    wait = said(check="badge", outcome="waiting", value="hold a badge")
    played = Played(
        said(check="battery", outcome="ok", value="12.4 V"),
        wait,
        wait,
        said(check="badge", outcome="ok") + said(iccid="", imei="861234567890123"),
        said(done=True),
    )
    bench = played.follow()
    assert bench.lines == [Line("battery", "ok", "", "12.4 V"), Line("badge", "ok")]
    assert bench.cards == Cards("", "861234567890123")
    assert [line.outcome for line in played.shown] == ["ok", "waiting", "ok"]
    assert [len(known.lines) for known in played.told] == [1, 2, 2, 2]
    assert [known.is_done for known in played.told] == [False, False, False, True]
    assert bench.as_json()[0] == {"check": "battery", "outcome": "ok", "value": "12.4 V"}
    require_green(bench)


def test_a_red_check_and_one_that_nobody_did_are_named_at_the_end() -> None:
    lines = [Line("relay", "failed", "RELAY_DEAD"), Line("door", "not_fitted")]
    with pytest.raises(FlashError, match="start relay, badge") as caught:
        require_green(Bench([*lines, Line("badge", "waiting")], Cards("", ""), True))
    assert caught.value.failure is BenchFailure.CHECKS_FAILED


def test_silence_of_a_minute_and_a_half_is_named_with_the_check_that_is_waited_for() -> None:
    played = Played()
    assert played.refused().failure is BenchFailure.NO_BENCH
    assert played.now_s == 90
    assert "waited for: restarts" in str(Played().refused())
    known = b"".join(said(check=check, outcome="ok") for check in CHECKS[:5])
    assert "waited for: ignition line" in str(Played(known).refused())
    badge = said(check="badge", outcome="waiting", value="hold a badge")
    assert "waited for: badge" in str(Played(known + badge).refused())


def test_what_a_console_says_besides_is_no_sign_of_the_test() -> None:
    played = Played(*[b"MPY: soft reboot\r\n"] * 200)
    assert played.refused().failure is BenchFailure.NO_BENCH
    assert played.now_s == 90


def test_a_box_that_waits_for_minutes_and_says_so_is_not_given_up() -> None:
    wait = [said(check="satellites", outcome="waiting"), *[b""] * 29]
    played = Played(*wait * 10, said(check="satellites", outcome="ok"), said(done=True))
    assert played.follow().is_done
    assert played.now_s > 300


def test_a_box_that_does_not_start_is_a_boot_loop_by_its_errors_or_its_resets() -> None:
    fails = b"ESP-ROM:esp32s3-20210327\r\nstart failed: MemoryError \r\n"
    error = Played(fails, b"", fails).refused()
    assert error.failure is BenchFailure.BOOT_LOOP
    assert "it says MemoryError" in str(error)
    resets = Played(*[b"ESP-ROM:esp32s3-20210327\r\n"] * 4).refused()
    assert resets.failure is BenchFailure.BOOT_LOOP
    away = Played(*[None, b""] * 4).refused()  # its own USB goes with each reset
    assert away.failure is BenchFailure.BOOT_LOOP


def test_the_reset_that_starts_the_test_and_one_by_hand_are_no_boot_loop() -> None:
    resets = [b"ESP-ROM:esp32s3-20210327\r\n", None, b"ESP-ROM:esp32s3-20210327\r\n"]
    assert Played(*resets, said(done=True)).follow().is_done


@pytest.mark.parametrize("name", ["TRIP_OPEN", "MOVES"])
def test_a_test_that_the_box_broke_off_says_why(name: str) -> None:
    played = Played(said(check="battery", outcome="ok"), said(done=False, failure=name))
    assert played.refused().failure is BenchFailure[name]
    assert played.told[-1].is_done


def test_a_box_of_a_later_version_is_followed_too() -> None:
    played = Played(
        said(check="windows", outcome="failed", failure="GLASS_GONE"),
        said(done=False, failure="TOO_HOT"),
    )
    assert "TOO_HOT" in str(played.refused())
    assert "windows [GLASS_GONE] This flash.sh does not know" in text_of(played.shown[0])


def test_a_flood_of_checks_is_bounded() -> None:
    flood = [
        said(check="c" + "abcdefghij"[i // 10] + "abcdefghij"[i % 10], outcome="ok")
        for i in range(100)
    ]
    bench = Played(b"".join(flood), said(done=True)).follow()
    assert len(bench.lines) == 40


@pytest.mark.parametrize(
    ("line", "english", "french"),
    [
        (Line("battery", "ok", "", "12.4 V"), "OK       battery (12.4 V)", "BON      batterie"),
        (Line("door", "not_fitted"), "door contact: not fitted", "contact de porte : pas monté"),
        (Line("badge", "waiting", "", "hold a badge"), "badge: hold a badge", "tenez un badge"),
        (Line("crank", "waiting", "", "hum"), "starter line: hum", "fil du démarreur : hum"),
        (Line("clock", "waiting"), "clock, it takes a while", "horloge, cela prend du temps"),
        (
            Line("sim", "failed", "SIM_MISSING"),
            "FAILED   SIM card [SIM_MISSING] No SIM card is found.",
            "ÉCHEC    carte SIM [SIM_MISSING] Aucune carte SIM",
        ),
    ],
)
def test_a_line_is_said_in_both_languages(
    line: Line, english: str, french: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for language, wanted in (("en", english), ("fr", french)):
        monkeypatch.setenv("LANGUAGE", language)
        assert wanted in text_of(line)


def test_every_failure_of_a_check_says_what_to_do() -> None:
    for failure in BenchFailure:
        assert len(re.findall(r"[.?]( |$)", failure.value[0])) >= 2, failure.name
    assert name_of("relay_contact") == "feedback contact of the relay"
