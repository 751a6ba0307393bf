"""The Wiegand reader pulse by pulse: what an oscilloscope would show on its two lines."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.devices.wiegand_reader import FAULTS, WiegandReader, frame
from simulator.engine.pins import Pins
from simulator.engine.timeline import US, Timeline

D0, D1 = 40, 41
UID = bytes.fromhex("04a1b2c3")


class Bench:
    """Notes (microseconds, pin, level) of every change."""

    def __init__(self, **options: float) -> None:
        self.timeline = Timeline(0)
        self.pins = Pins({D0, D1})
        self.reader = WiegandReader(self.timeline, self.pins, D0, D1, **options)  # type: ignore[arg-type]
        self.changes: list[tuple[int, int, int]] = []
        self.pins.on_outside = lambda pin: self.changes.append(
            (self.timeline.now_us, pin, self.pins.outside[pin])
        )

    def run_for(self, duration_s: float) -> None:
        until_us = self.timeline.now_us + round(duration_s * US)
        while (due_us := self.timeline.next_us()) is not None and due_us <= until_us:
            self.timeline.step()
        self.timeline.now_us = until_us

    @property
    def bits(self) -> list[int]:
        return [0 if pin == D0 else 1 for _, pin, level in self.changes if level == 0]


def test_both_lines_rest_high_and_a_bit_is_a_low_pulse_of_80_microseconds() -> None:
    bench = Bench()
    assert bench.pins.outside == {D0: 1, D1: 1}
    bench.reader.present(UID, 0.5)
    bench.run_for(1)
    falls = [at_us for at_us, _, level in bench.changes if level == 0]
    rises = [at_us for at_us, _, level in bench.changes if level == 1]
    assert len(falls) == 34
    assert [rise - fall for fall, rise in zip(falls, rises, strict=True)] == [80] * 34
    assert {later - sooner for sooner, later in pairwise(falls)} == {1500}
    assert bench.reader.answers_ms == [33 * 1500 // 1000]


@given(st.binary(min_size=3, max_size=4))
def test_a_frame_has_an_even_first_and_an_odd_second_half(number: bytes) -> None:
    bits = frame(number)
    half = len(bits) // 2
    assert len(bits) == 8 * len(number) + 2
    assert (sum(bits[:half]) % 2, sum(bits[half:]) % 2) == (0, 1)


@pytest.mark.parametrize(("size", "told"), [(4, "c3d4e5f6"), (3, "d4e5f6")])
def test_of_a_longer_uid_the_last_bytes_are_told(size: int, told: str) -> None:
    bench = Bench(number_bytes=size)
    bench.reader.present(bytes.fromhex("04a1b2c3d4e5f6"), 0.5)
    bench.run_for(1)
    assert bench.bits == frame(bytes.fromhex(told))


def test_a_card_that_stays_is_told_again_only_by_a_reader_that_repeats() -> None:
    for repeat_s, frames in ((None, 1), (0.5, 4)):
        bench = Bench(repeat_s=repeat_s)  # type: ignore[arg-type]
        bench.reader.present(UID, 2.0)
        bench.run_for(10)
        assert len(bench.reader.answers_ms) == frames


PULSES = {
    "lost_bit": 33,
    "extra_bit": 35,
    "flipped_bit": 34,
    "run_together": 57,
    "unplugged": 0,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_faults_are_what_they_say(fault: str) -> None:
    bench = Bench()
    bench.reader.fault(fault)
    bench.reader.present(UID, 0.5)
    bench.run_for(1)
    assert len(bench.bits) == PULSES[fault]
    assert bench.bits != frame(UID)


def test_a_fault_that_no_reader_has_is_named() -> None:
    with pytest.raises(ValueError, match="lost_bit"):
        Bench().reader.fault("on_fire")
