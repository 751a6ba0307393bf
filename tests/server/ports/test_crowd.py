"""Who is shown out, beside a crowd that is counted by hand."""

from collections import Counter
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from server.ports.crowd import Crowd


@dataclass
class ByHand:
    """The same rule, slowly: (member, network) in order of arrival in either state."""

    silent: list[tuple[int, str]] = field(default_factory=list)
    known: list[tuple[int, str]] = field(default_factory=list)

    def sizes(self) -> Counter[str]:
        return Counter(network for _, network in self.silent + self.known)

    def weakest(self) -> set[int]:
        """Whoever may be shown out: several networks may have equally many."""
        sizes = self.sizes()
        largest = {network for network in sizes if sizes[network] == max(sizes.values())}
        with_silent = {network for _, network in self.silent if network in largest}
        return {self.weakest_of(network) for network in with_silent or largest}

    def weakest_of(self, network: str) -> int:
        silent = [member for member, its in self.silent if its == network]
        known = [member for member, its in self.known if its == network]
        return silent[0] if silent else known[-1]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["enter", "enter", "enter", "show", "hide", "leave", "show out"]),
        st.integers(0, 50),
        st.sampled_from("abc"),
    ),
    max_size=80,
)


@given(STEPS)
def test_the_one_shown_out_is_of_the_largest_network_and_silent_if_one_is(
    steps: list[tuple[str, int, str]],
) -> None:
    crowd: Crowd[int] = Crowd()
    by_hand = ByHand()
    for number, (step, choice, network) in enumerate(steps):
        everybody = by_hand.silent + by_hand.known
        one = everybody[choice % len(everybody)] if everybody else None
        if step == "enter":
            crowd.enter(number, network)
            by_hand.silent.append((number, network))
        elif one is None:
            continue
        elif step in ("show", "hide"):
            crowd.show(one[0], is_known=step == "show")
            here, there = by_hand.silent, by_hand.known
            if step == "hide":
                here, there = there, here
            if one in here:
                here.remove(one)
                there.append(one)
        else:
            gone = one[0] if step == "leave" else crowd.weakest()
            assert step == "leave" or gone in by_hand.weakest()
            crowd.leave(gone)
            crowd.leave(gone)  # once is enough, twice no harm
            by_hand.silent = [each for each in by_hand.silent if each[0] != gone]
            by_hand.known = [each for each in by_hand.known if each[0] != gone]
        sizes = by_hand.sizes()
        assert len(crowd) == sum(sizes.values())
        assert {network: crowd.size_of(network) for network in "abc"} == {
            network: sizes[network] for network in "abc"
        }
        for network in sizes:
            assert crowd.weakest(network) == by_hand.weakest_of(network)


@given(st.integers(1, 200), st.integers(0, 3))
def test_who_comes_alone_outlasts_any_number_that_come_together(flood: int, alone: int) -> None:
    crowd: Crowd[str] = Crowd()
    alone_ones = [f"alone {n}" for n in range(alone)]
    for one in alone_ones:
        crowd.enter(one, one)
    for number in range(flood):
        crowd.enter(f"flood {number}", "flood")
        if len(crowd) > 8:
            crowd.leave(crowd.weakest())
    assert all(crowd.size_of(one) == 1 for one in alone_ones)


def test_who_is_gone_shows_nothing() -> None:
    crowd: Crowd[str] = Crowd()
    crowd.show("nobody", is_known=True)
    assert len(crowd) == 0
