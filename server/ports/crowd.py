"""Who waits at a port, and who is shown out when there are too many: fair between networks.

The network that has the most gives one up, so who comes alone is not pushed out by who comes in
numbers. Of that network, those go first that have shown nothing yet, the oldest of them first; of
those that have, the newest: who has come so far and waited longest is nearest to the end. Every
step costs the same, however many wait, but for one look at the networks that have equally many.
Never here: sockets, limits, time.
"""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

M = TypeVar("M")


@dataclass(slots=True)
class _Group(Generic[M]):
    """The members from one network, in order of arrival."""

    silent: dict[M, None] = field(default_factory=dict)
    known: dict[M, None] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.silent) + len(self.known)


class Crowd(Generic[M]):
    """See the module."""

    def __init__(self) -> None:
        self._network_of: dict[M, str] = {}
        self._groups: dict[str, _Group[M]] = {}
        self._by_size: dict[int, dict[str, None]] = {}  # size -> networks with so many
        self._largest = 0

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._network_of)

    def size_of(self, network: str) -> int:
        """Return how many wait from there."""
        return len(self._groups[network]) if network in self._groups else 0

    def enter(self, member: M, network: str) -> None:
        """Take note of somebody new, who has shown nothing yet."""
        group = self._groups.setdefault(network, _Group())
        group.silent[member] = None
        self._network_of[member] = network
        self._resize(network, len(group) - 1, len(group))

    def show(self, member: M, is_known: bool) -> None:
        """Take note that somebody has shown something worth keeping, or is idle again."""
        network = self._network_of.get(member)
        if network is not None:
            group = self._groups[network]
            here, there = group.silent, group.known
            if not is_known:
                here, there = there, here
            here.pop(member, None)
            there[member] = None

    def leave(self, member: M) -> None:
        """Take note that somebody is gone, or is a stranger no more; once is enough."""
        network = self._network_of.pop(member, None)
        if network is not None:
            group = self._groups[network]
            group.silent.pop(member, None)
            group.known.pop(member, None)
            self._resize(network, len(group) + 1, len(group))
            if not group:
                del self._groups[network]

    def weakest(self, network: str | None = None) -> M:
        """Return who is shown out next, of this network or of all; there must be somebody."""
        group = self._groups[self._largest_network() if network is None else network]
        return next(iter(group.silent)) if group.silent else next(reversed(group.known))

    def _largest_network(self) -> str:
        """Return a network that has the most; of several rather one where somebody is silent."""
        networks = self._by_size[self._largest]
        silent = (network for network in networks if self._groups[network].silent)
        return next(silent, next(iter(networks)))

    def _resize(self, network: str, before: int, after: int) -> None:
        """Note a size that has changed by one."""
        if before:
            of_size = self._by_size[before]
            del of_size[network]
            if not of_size:
                del self._by_size[before]
        if after:
            self._by_size.setdefault(after, {})[network] = None
        if after > self._largest or self._largest not in self._by_size:
            self._largest = after
