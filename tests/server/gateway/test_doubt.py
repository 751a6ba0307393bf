"""The server's doubt of its own clock, and what it tells the boxes meanwhile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.clock import SystemClock
from server.gateway.conversation import DOUBT_AGAIN_MS, Conversation
from server.gateway.doubt import Doubt
from server.gateway.pipeline import Pipeline
from server.store import Store
from shared_protocol.messages import Time
from tests.fleet import NOW_S, fit_box
from tests.server.gateway.box_client import a_status

HOUR_MS = 3_600_000


class Hands(SystemClock):
    """A machine's clocks, in the test's hands."""

    def __init__(self) -> None:
        self.ms, self.up_ms, self.synchronised = NOW_S * 1000, 5_000, False

    def now_ms(self) -> int:
        return self.ms

    def monotonic_ms(self) -> int:
        return self.up_ms

    def is_synchronised(self) -> bool:
        return self.synchronised

    def run(self, ms: int, jump_ms: int = 0) -> None:  # type: ignore[override]
        self.ms, self.up_ms = self.ms + ms + jump_ms, self.up_ms + ms


@pytest.fixture
def clock() -> Hands:
    return Hands()


@given(st.lists(st.integers(1, 30 * 24 * HOUR_MS), max_size=20), st.integers(-500, 500))
def test_a_clock_that_a_time_service_slews_is_never_doubted(gaps: list[int], ppm: int) -> None:
    clock = Hands()
    doubt = Doubt(clock)
    for gap_ms in gaps:
        clock.run(gap_ms, gap_ms * ppm // 1_000_000)
        assert not doubt.doubts()


@pytest.mark.parametrize("jump_s", [-10 * 86_400, -90, 90, 86_400, 10 * 86_400])
def test_a_clock_that_jumps_is_doubted_until_the_system_says_it_is_synchronised(
    clock: Hands, jump_s: int
) -> None:
    doubt = Doubt(clock)
    assert not doubt.doubts()
    clock.run(HOUR_MS, jump_s * 1000)
    assert doubt.doubts()
    clock.run(HOUR_MS)
    assert doubt.doubts(), "it does not get used to it"
    clock.synchronised = True
    assert not doubt.doubts()
    clock.synchronised = False
    clock.run(HOUR_MS)
    assert not doubt.doubts()


def test_a_clock_before_its_own_last_row_is_doubted_until_an_operator_says_more(
    clock: Hands,
) -> None:
    doubt = Doubt(clock)
    doubt.begin(NOW_S + 1, 4)
    assert doubt.doubts()
    doubt.hear(4)
    assert doubt.doubts(), "what was said before says nothing of it"
    doubt.hear(5)
    assert not doubt.doubts()
    doubt = Doubt(clock)
    doubt.begin(NOW_S, 0)
    assert not doubt.doubts()


async def test_while_the_server_doubts_it_tells_no_time_and_soon_after_it_does(
    store: Store, clock: Hands
) -> None:
    secrets = await fit_box(store)
    box = await store.boxes.by_wire_id(secrets.wire_id)
    assert box is not None
    said: list[object] = []
    doubt = Doubt(clock)
    talk = Conversation(box, said.append, store, Pipeline(store), clock, doubt.stretch)
    clock.run(1000, 10 * 86_400_000)
    await talk.receive(a_status())
    assert not [each for each in said if isinstance(each, Time)]
    clock.synchronised = True
    clock.run(DOUBT_AGAIN_MS)
    talk.tick()
    assert [each for each in said if isinstance(each, Time)]


def test_a_stretch_ends_with_a_restart_and_a_doubt_and_has_no_name_meanwhile(clock: Hands) -> None:
    doubt = Doubt(clock)
    first = doubt.stretch()
    clock.run(HOUR_MS)
    assert first and doubt.stretch() == first
    clock.run(HOUR_MS, 3 * HOUR_MS)
    assert doubt.stretch() == 0
    clock.synchronised = True
    second = doubt.stretch()
    clock.run(HOUR_MS)
    assert second not in (0, first) and doubt.stretch() == second
    clock.run(HOUR_MS, -3 * HOUR_MS)
    third = doubt.stretch()
    assert third not in (0, first, second), "jumped and synchronised between two looks"
    assert Doubt(clock).stretch() not in (0, first, second, third)


async def test_an_operators_word_takes_out_what_was_stored_in_the_future(store: Store) -> None:
    box = await fit_box(store)
    store.boxes.hear(box.box_id, NOW_S + 86_400)
    await store.boxes.keep_heard()
    assert await store.boxes.time_known() == (NOW_S + 86_400, 0)
    await store.boxes.vouch_for_time("Odile Operator", NOW_S)
    assert await store.boxes.time_known() == (NOW_S, 1)


async def test_what_a_box_says_of_its_own_clock_never_counts(store: Store, clock: Hands) -> None:
    secrets = await fit_box(store)
    box = await store.boxes.by_wire_id(secrets.wire_id)
    assert box is not None
    doubt = Doubt(clock)
    talk = Conversation(box, lambda _: None, store, Pipeline(store), clock, doubt.stretch)
    await talk.receive(a_status(time_s=NOW_S + 400 * 86_400))
    doubt.begin(*await store.boxes.time_known())
    assert not doubt.doubts()
