"""A chip that sleeps lightly under the fakes: what ends it, what it misses, what it costs."""

import pytest


def slept(answer: str) -> tuple[int, int]:
    """How many ms, and the reason for waking."""
    duration, reason = answer.strip("()").split(", ")
    return int(duration), int(reason)


TIMER, EXT1, GPIO = 4, 3, 7


def test_it_ends_when_its_time_is_over(bench):
    assert slept(bench.ask("doze 4000", within_s=5)) == (4001, TIMER)


def test_the_clock_jumps_over_it(bench):
    assert slept(bench.ask("doze 86400000", within_s=86_401))[0] == 86_400_001


def test_a_pin_at_its_level_ends_it(bench):
    bench.pins.set_outside(42, 0)
    bench.ask("wake gpio 1 42")
    bench.line.send(b"doze 4000\n")
    bench.run_for(1)
    bench.heard = b""
    bench.pins.set_outside(42, 1)
    bench.run_for(0.1)
    duration, reason = slept(bench.heard.decode().strip())
    assert reason == GPIO
    assert 900 < duration < 1_010


def test_a_pin_that_is_at_its_level_already_ends_it_at_once(bench):
    bench.pins.set_outside(42, 1)
    bench.ask("wake gpio 1 42")
    assert slept(bench.ask("doze 4000")) == (1, GPIO)


def test_gpio_pins_share_one_level_and_ext1_has_another(bench):
    bench.pins.set_outside(3, 1)
    bench.pins.set_outside(42, 0)
    bench.ask("wake gpio 1 42")
    bench.ask("wake ext1 0 3")
    bench.line.send(b"doze 4000\n")
    bench.run_for(1)
    bench.pins.set_outside(3, 0)
    bench.heard = b""
    bench.run_for(0.1)
    assert slept(bench.heard.decode().strip())[1] == EXT1


def test_ext1_takes_pins_of_the_rtc_only(bench):
    assert bench.ask("wake ext1 0 42") == "ValueError('invalid pin',)"


def test_a_pin_of_ext1_is_deaf_afterwards_until_it_is_given_back(bench):
    bench.pins.set_outside(3, 1)
    bench.ask("wake ext1 0 3")
    bench.ask("doze 10")
    assert "is the RTC's" in bench.ask("level_of 3")
    assert bench.ask("level_of 3 back") == "1"


def test_an_interrupt_of_a_pin_that_woke_it_storms(bench):
    """The sleep leaves the pin's interrupt triggered by its level, as esp-idf#11686 found."""
    bench.pins.set_outside(42, 0)
    bench.ask("edges 42")
    bench.ask("wake gpio 1 42")
    bench.line.send(b"doze 4000\n")
    bench.run_for(1)
    bench.pins.set_outside(42, 1)
    bench.run_for(0.1)
    assert "storms" in bench.box.stuck


def test_a_pin_whose_interrupt_is_off_wakes_it_and_does_not_storm(bench):
    bench.pins.set_outside(42, 0)
    for line in ("edges 42", "wake gpio 1 42", "muffle 42"):
        bench.ask(line)
    bench.line.send(b"doze 4000\n")
    bench.run_for(1)
    bench.pins.set_outside(42, 1)
    bench.heard = b""
    bench.run_for(0.1)
    assert slept(bench.heard.decode().strip())[1] == GPIO


def test_it_hears_no_edge_meanwhile(bench):
    bench.pins.set_outside(44, 0)
    bench.ask("edges 44")
    bench.line.send(b"doze 1000\n")
    bench.run_for(0.5)
    bench.pins.set_outside(44, 1)
    bench.pins.set_outside(44, 0)
    bench.run_for(1)
    assert bench.ask("edges_heard") == "0"
    bench.pins.set_outside(44, 1)
    assert bench.ask("edges_heard") == "1"


def test_bytes_that_come_meanwhile_are_lost(bench):
    bench.line.send(b"doze 1000\n")
    bench.run_for(0.5)
    bench.line.send(b"edges_heard\n")
    bench.run_for(1)
    assert bench.heard.startswith(b"(1001, 4)")
    assert bench.heard.count(b"\n") == 1


def test_what_it_was_saying_is_cut_off(bench):
    bench.line.send(b"say_and_doze " + b"x" * 60 + b" 1000\n")
    bench.run_for(0.5)
    assert bench.heard == b""
    bench.run_for(1)
    assert b"x" not in bench.heard


def test_an_output_floats_meanwhile_unless_it_is_held(bench):
    seen = []
    bench.pins.watch(6, seen.append)
    bench.ask("drive 6 1")
    bench.ask("doze 1000", within_s=2)
    assert seen == [1, None, 1]
    bench.ask("grip 6 1")
    bench.ask("doze 1000", within_s=2)
    assert seen == [1, None, 1]


def test_the_watchdog_does_not_count_meanwhile(bench):
    bench.ask("guard 3000")
    bench.ask("doze 60000", within_s=61)
    bench.run_for(2.5)
    assert bench.box.resets == []
    bench.run_for(1)
    assert bench.box.resets == [3]


def test_the_frequency_is_one_that_the_chip_has(bench):
    assert bench.ask("tempo 80") == "80000000"
    assert "frequency must be" in bench.ask("tempo 100")


def test_its_seconds_are_counted_by_what_it_does(bench):
    bench.box.meter.restart()
    bench.ask("nap 2000", within_s=3)
    bench.ask("tempo 80")
    bench.ask("doze 4000", within_s=5)
    bench.ask("nap 1000", within_s=3)
    spent = bench.box.meter.seconds()
    assert spent["light sleep"] == pytest.approx(4, abs=0.01)
    assert spent["idle 240 MHz"] == pytest.approx(2, abs=0.05)
    assert spent["idle 80 MHz"] == pytest.approx(1, abs=0.05)
    assert spent["busy 80 MHz"] == pytest.approx(0.011, abs=0.002)
    assert bench.box.meter.entered["light sleep"] == 1


def test_a_report_can_be_asked_for_meanwhile(bench):
    bench.line.send(b"doze 4000\n")
    bench.run_for(1)
    assert bench.box.report()["lines"] == 1
    bench.run_for(4)
    assert slept(bench.heard.decode().strip()) == (4001, TIMER)
