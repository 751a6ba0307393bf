"""Roads and drives: plausible, continuous, the same for one seed."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.road.driving import Drive
from simulator.road.roads import PLACES, Stretch, distance_m, journey

places = st.sampled_from(sorted(PLACES))
journeys = st.tuples(places, places, st.integers(0, 1000)).filter(lambda t: t[0] != t[1])


@given(places, places)
def test_a_way_leads_without_a_break_from_its_start_to_its_end(start: str, end: str) -> None:
    way = journey(start, end)
    if start == end:
        assert way == ()
        return
    assert distance_m(way[0].start, PLACES[start].position) < 1
    assert distance_m(way[-1].end, PLACES[end].position) < 1
    for a, b in itertools.pairwise(way):
        assert distance_m(a.end, b.start) < 1
    for stretch in way:
        assert abs(stretch.length_m - distance_m(stretch.start, stretch.end)) < 0.01


@given(journeys)
@settings(max_examples=30)
def test_a_drive_keeps_to_the_limits_and_its_speed_gives_its_distance(
    wanted: tuple[str, str, int],
) -> None:
    start, end, seed = wanted
    drive = Drive(journey(start, end), seed)
    seconds = [i * 0.5 for i in range(round(drive.duration_s * 2) + 1)]
    speeds = [drive.speed_kmh(second) for second in seconds]
    assert speeds[0] == speeds[-1] == 0
    assert all(
        speed <= drive.stretch(second).limit_kmh * 1.12
        for second, speed in zip(seconds, speeds, strict=True)
    )
    driven_m = sum((a + b) / 2 / 3.6 * 0.5 for a, b in itertools.pairwise(speeds))
    assert abs(driven_m - drive.length_m) < 0.01 * drive.length_m + 20
    metres = [drive.metres(second) for second in seconds]
    assert metres == sorted(metres)
    assert abs(metres[-1] - sum(stretch.length_m for stretch in journey(start, end))) < 0.1
    for a, b in itertools.pairwise(seconds):
        moved_m = distance_m(drive.position(a), drive.position(b))
        assert moved_m <= drive.metres(b) - drive.metres(a) + 0.5


def test_the_same_seed_gives_the_same_drive_and_another_seed_another() -> None:
    way = journey("Préfecture", "Antarès")
    first, again, other = (Drive(way, seed) for seed in (1, 1, 2))
    assert first.duration_s == again.duration_s
    assert first.duration_s != other.duration_s
    assert first.position(100) == again.position(100)


def test_the_county_has_a_tunnel_an_underground_car_park_and_holes() -> None:
    def some(what: str) -> list[Stretch]:
        ways = (journey("Préfecture", place) for place in PLACES)
        return [stretch for way in ways for stretch in way if not getattr(stretch, what)]

    assert some("sky") and some("coverage")
    park = PLACES["Parking République"]
    assert not park.sky and not park.coverage
