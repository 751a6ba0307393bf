"""A thousand boxes whose server comes back do not come back at once."""

from tests.benchmarks.stampede import returns


def test_a_fleet_comes_back_to_a_server_without_a_stampede():
    for quiet, most, all_back_s in ((True, 12, 605), (False, 50, 65)):
        back, _ = returns(1000, quiet)
        assert back.total() == 1000
        assert max(back.values()) <= most
        assert max(back) <= all_back_s
