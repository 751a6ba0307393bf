"""The box under the fakes: lockstep, strictness, pacing, resets, power cuts."""

import pytest

from simulator.engine.box import word_bits
from simulator.errors import BoxError


def test_the_probe_answers_over_its_uart(bench):
    assert bench.ask("read 42 PULL_UP") == "1"


def test_no_world_time_passes_while_the_firmware_computes(bench):
    before_us = bench.timeline.now_us
    bench.box.report()
    assert bench.timeline.now_us == before_us


def test_a_sleep_takes_its_time_in_the_world_and_none_in_reality(bench):
    begun_us = bench.timeline.now_us
    assert bench.ask("nap 3600000", within_s=3601) == "3600000"
    assert 3_600_000_000 <= bench.timeline.now_us - begun_us < 3_600_100_000


def test_ticks_wrap_within_the_first_two_minutes_and_differences_survive_it(bench):
    bench.run_for(59)
    assert bench.ask("nap 5000", within_s=10) == "5000"


def test_the_clock_begins_in_2000(bench):
    assert bench.ask("clock", within_s=5) == "(2, (2000, 1, 1, 0, 0, 2))"


def test_a_task_that_waits_is_woken_and_a_cancelled_one_ends(bench):
    assert bench.ask("waited") == "20"


def test_a_timeout_ends_a_wait(bench):
    assert "TimeoutError" in bench.ask("hurry")


def test_an_unknown_pin_raises(bench):
    assert bench.ask("read 99") == "ValueError('the board has no pin 99',)"


def test_reading_a_pin_that_nothing_drives_raises_unless_it_is_pulled(bench):
    assert "floats" in bench.ask("read 42")
    assert bench.ask("read 42 PULL_DOWN") == "0"


def test_what_the_outside_drives_is_read(bench):
    bench.pins.set_outside(42, 1)
    assert bench.ask("read 42") == "1"


def test_a_converter_measures_whole_millivolts_up_to_its_full_scale(bench):
    assert "floats" in bench.ask("measure 4")
    bench.pins.set_outside(4, 1_145_454)
    read_uv = [int(bench.ask("measure 4")) for _ in range(20)]
    assert 1_142_000 <= min(read_uv) < max(read_uv) <= 1_148_000, "within its noise"
    assert {microvolts % 1000 for microvolts in read_uv} == {0}
    bench.pins.set_outside(4, 3_900_000)
    assert bench.ask("measure 4") == "1750000"
    assert "only pins 1 to 10" in bench.ask("measure 42")


def test_a_driven_pin_is_seen_outside_until_the_power_goes(bench):
    seen = []
    bench.pins.watch(6, seen.append)
    bench.ask("drive 6 1")
    bench.box.kill()
    assert seen == [1, None]


def test_a_pin_interrupt_wakes_the_firmware_at_once(bench):
    bench.pins.set_outside(42, 0)
    bench.line.send(b"irq 42\n")
    bench.run_for(5)
    bench.heard = b""
    bench.pins.set_outside(42, 1)
    bench.run_for(0.01)
    assert bench.heard.strip().isdigit()


def test_bytes_arrive_no_faster_than_the_line_carries_them(bench):
    begun_us = bench.timeline.now_us
    bench.ask("read 42 PULL_UP")
    # 16 bytes there, ten of silence, 2 bytes back, at 11,520 bytes a second
    assert bench.timeline.now_us - begun_us == pytest.approx(28 / 11_520 * 1e6, abs=2)


def test_what_the_receive_buffer_cannot_hold_is_dropped_and_counted(bench):
    bench.line.send(b"block 200\n")
    bench.run_for(0.01)
    bench.line.send(b"x" * 300)
    bench.run_for(0.1)
    assert bench.line.overflowed_bytes == 300 - 256


def test_another_baud_rate_is_heard_as_noise(make_bench):
    bench = make_bench()
    bench.line.device_baud = 9600
    bench.box.power_on()
    bench.line.send(b"read 42 PULL_UP\n")
    bench.run_for(0.5)
    assert bench.heard == b""


@pytest.mark.parametrize(("command", "said"), [("spin", "busy loop"), ("turn", "without end")])
def test_a_loop_without_end_stays_in_it_and_the_report_says_so(make_bench, command, said):
    bench = make_bench()
    bench.box.hang_s = 1
    bench.box.power_on()
    bench.ask("drive 6 1")
    bench.line.send(command.encode() + b"\n")
    bench.run_for(3600)
    with pytest.raises(BoxError, match=said):
        bench.box.report()
    assert bench.box.resets == []
    assert bench.pins.level(6) == 1, "the pins stay as they are"


def test_an_exception_that_leaves_main_is_a_repl_for_ever_with_its_traceback(bench):
    bench.line.send(b"fail\n")
    bench.run_for(3600)
    assert bench.box.stuck == "at the REPL"
    with pytest.raises(BoxError, match="TypeError: the probe fails"):
        bench.box.report()
    assert bench.box.resets == []
    bench.box.kill()
    bench.box.power_on()
    assert bench.ask("cause") == "1"


def test_what_is_printed_is_given_once_and_the_console_keeps_it(bench):
    assert bench.box.printed() == b""
    bench.line.send(b"fail\n")
    bench.run_for(1)
    assert b"TypeError: the probe fails" in bench.box.printed()
    assert bench.box.printed() == b""
    assert "TypeError: the probe fails" in bench.box.console()
    bench.box.kill()
    bench.box.power_on()
    bench.line.send(b"fail\n")
    bench.run_for(1)
    assert bench.box.printed().count(b"TypeError: the probe fails") == 1


@pytest.mark.parametrize("command", ["fail", "spin", "turn", "block 9000000"])
def test_a_watchdog_once_started_bites_whatever_holds_the_firmware(make_bench, command):
    bench = make_bench()
    bench.box.hang_s = 1
    bench.box.power_on()
    bench.ask("guard 3000")
    bench.line.send(command.encode() + b"\n")
    bench.run_for(4)
    assert bench.box.resets == [3]
    assert bench.ask("cause") == "3"


def test_a_watchdog_takes_another_timeout_and_is_never_stopped(bench):
    bench.ask("guard 3000")
    bench.ask("guard 60000")
    bench.run_for(50)
    assert bench.box.resets == []
    bench.run_for(11)
    assert bench.box.resets == [3]


def test_each_reset_has_the_cause_that_the_chip_gives(bench):
    bench.line.send(b"reset\n")
    bench.run_for(1)
    assert bench.ask("cause") == "2", "machine.reset() is a hard one"
    bench.line.send(b"leave\n")
    bench.run_for(1)
    assert bench.ask("cause") == "5", "SystemExit"
    bench.box.brown_out()
    bench.run_for(1)
    assert bench.ask("cause") == "1", "nobody can tell a brown-out from a power cut"


def test_a_held_pad_keeps_its_level_through_resets_and_against_what_is_set(bench):
    seen = []
    bench.pins.watch(6, seen.append)
    bench.ask("hold 6 1")
    bench.ask("held 6 0")
    bench.line.send(b"reset\n")
    bench.run_for(1)
    assert bench.ask("drive 6 0") == "None"
    assert seen == [1], "held also for the firmware that comes after"
    bench.ask("let_go 6")
    assert seen == [1, 0]


def test_a_power_cut_and_a_brown_out_let_go_of_a_held_pad(bench):
    seen = []
    bench.pins.watch(6, seen.append)
    for end in (bench.box.brown_out, bench.box.kill):
        bench.ask("hold 6 1")
        end()
        bench.run_for(1)
    assert seen == [1, None, 1, None]


def test_a_collection_takes_22_ms_for_43_kb_alive(bench):
    begun_us = bench.timeline.now_us
    bench.ask("collect")
    alive = 40_000 * (0.64 if word_bits() == 64 else 1)
    assert bench.timeline.now_us - begun_us >= 22_000 * alive / 43_000


def edge(bench):
    for level in (1, 0):
        bench.pins.set_outside(42, level)
        bench.run_for(0.001)


def test_of_ten_interrupts_while_the_chip_is_in_c_code_the_ninth_and_tenth_are_lost(bench):
    bench.ask("count 42")
    for _ in range(10):
        edge(bench)
    assert bench.box.report()["edges"] == 10, "while it waits, none is"
    bench.line.send(b"fill journal 20000\n")
    bench.run_for(0.005)
    for _ in range(10):
        edge(bench)
    bench.run_for(2)
    assert bench.box.report()["edges"] == 10 + 8


def test_ctrl_c_is_as_the_firmware_set_it_until_the_next_start(bench):
    assert bench.box.interrupt_character == 3
    bench.ask("deaf -1")
    assert bench.box.interrupt_character == -1
    bench.line.send(b"reset\n")
    bench.run_for(1)
    assert bench.box.interrupt_character == 3


def test_files_survive_a_power_cut_and_a_new_image_build(make_bench):
    bench = make_bench()
    bench.box.power_on()
    bench.ask("keep journal 42")
    bench.box.kill()
    bench.box.power_on()
    assert bench.ask("recall journal") == "42"
    assert bench.ask("cause") == "1"
    bench.box.kill()
    again = make_bench()  # brings code and identity of the same image up to date
    again.box.power_on()
    assert again.ask("recall journal") == "42"


def test_a_write_to_flash_takes_world_time_and_reading_takes_none(bench):
    answers_us = []
    for line in ("recall identity.json", "keep identity.json 0123456789abcdef0"):
        begun_us = bench.timeline.now_us
        answer = bench.ask(line)
        on_the_line_us = (len(line) + 1 + 10 + len(answer) + 1) / 11_520 * 1e6
        answers_us.append(bench.timeline.now_us - begun_us - on_the_line_us)
    assert answers_us[0] == pytest.approx(0, abs=3)
    assert answers_us[1] >= 800, "a page at least"


def test_the_box_stands_still_while_its_flash_is_erased_and_bytes_overflow(bench):
    bench.line.send(b"fill journal 20000\n")
    bench.run_for(0.01)
    bench.line.send(b"x" * 300)
    bench.run_for(2)
    assert bench.heard.strip() == b"20000"
    assert bench.line.overflowed_bytes == 300 - 256


def test_the_firmware_sees_its_flash_and_no_file_of_the_host(bench):
    assert bench.box.report()["root"] == ["a", "boot.py", "identity.json", "main.py"]


def test_two_runs_of_the_same_story_end_at_the_same_microsecond(make_bench):
    ends = []
    for _ in range(2):
        bench = make_bench()
        bench.box.power_on()
        bench.ask("nap 1234", within_s=2)
        bench.box.kill()
        ends.append(bench.timeline.now_us)
    assert ends[0] == ends[1]
