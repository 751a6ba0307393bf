"""The serial line: pace, hand-over, overflow."""

from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.timeline import US, Timeline
from simulator.engine.uart import UartLine

BYTE_US = 10 * US / 115200


def make_line(capacity: int = 100_000) -> UartLine:
    line = UartLine(Timeline(0), 115200)
    line.open(115200, capacity)
    return line


def run(timeline: Timeline) -> None:
    while timeline.next_us() is not None:
        timeline.step()


@given(st.lists(st.tuples(st.integers(0, 50_000), st.binary(min_size=1, max_size=400))))
def test_every_byte_arrives_once_in_order_and_never_before_it_can(sends):
    line = make_line()
    timeline = line.timeline
    handed: list[tuple[int, bytes]] = []
    line.on_readable = lambda: handed.append((timeline.now_us, line.take()))
    when_us, expected = 0, b""
    for pause_us, data in sends:
        when_us += pause_us
        timeline.call_at(when_us, lambda data=data: line.send(data))
        expected += data
    run(timeline)
    assert b"".join(data for _, data in handed) == expected
    assert all(len(data) <= 120 for _, data in handed)
    arrived = 0
    for now_us, data in handed:
        arrived += len(data)
        assert now_us >= int(arrived * BYTE_US) - 1


def test_a_short_burst_is_handed_over_ten_symbols_after_its_end():
    line = make_line()
    line.send(b"x" * 50)
    run(line.timeline)
    assert line.timeline.now_us == round(60 * BYTE_US)
    assert line.take() == b"x" * 50


def test_a_long_burst_is_handed_over_at_120_bytes_and_then_at_its_end():
    line = make_line()
    handed = []
    line.on_readable = lambda: handed.append((line.timeline.now_us, len(line.take())))
    line.send(b"x" * 200)
    run(line.timeline)
    assert handed == [(round(120 * BYTE_US), 120), (round(210 * BYTE_US), 80)]


@given(st.integers(0, 1000), st.integers(0, 300))
def test_what_exceeds_the_buffer_is_dropped_and_counted(count, unread):
    line = make_line(capacity=256)
    line.note_unread(unread)
    line.send(b"x" * count)
    run(line.timeline)
    kept = min(count, max(0, 256 - unread))
    assert len(line.take()) == kept
    assert line.overflowed_bytes == count - kept


def test_the_device_hears_the_box_when_the_last_byte_has_passed():
    line = make_line()
    heard = []
    line.on_data = lambda data: heard.append((line.timeline.now_us, data))
    line.write(b"AT")
    line.write(b"\r")
    run(line.timeline)
    assert heard == [(round(2 * BYTE_US), b"AT"), (round(3 * BYTE_US), b"\r")]


def test_a_box_without_power_hears_nothing():
    line = make_line()
    line.close()
    line.send(b"hello")
    run(line.timeline)
    assert not line.readable
