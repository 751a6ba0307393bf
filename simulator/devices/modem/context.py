"""Packet data: attaching, contexts and their addresses."""

from simulator.devices.modem.at_results import AtError, Line, Table, one_of
from simulator.devices.modem.state import State

ADDRESS = "10.64.12.7"
_MOST_CONTEXTS = 15
_KINDS = ("IP", "IPV6", "IPV4V6")


class PacketData:
    """The commands of this group, in `table`. In LTE the first context is up while attached."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._contexts = {1: ("IP", "")}
        self._active: set[int] = set()
        self._events = 0
        self.table: Table = {
            "+CGATT?": lambda: [f"+CGATT: {int(state.registered)}"],
            "+CGATT=?": lambda: ["+CGATT: (0,1)"],
            "+CGATT=": self._attach,
            "+CGDCONT?": self._defined,
            "+CGDCONT=?": lambda: [f'+CGDCONT: (1-15),"{kind}",,,(0-2),(0-4)' for kind in _KINDS],
            "+CGDCONT=": self._define,
            "+CGACT?": lambda: [f"+CGACT: {n},{int(self._is_active(n))}" for n in self._contexts],
            "+CGACT=?": lambda: ["+CGACT: (0,1)"],
            "+CGACT=": self._activate,
            "+CGPADDR": self._addresses,
            "+CGPADDR=": self._addresses,
            "+CGPADDR=?": lambda: [f"+CGPADDR: ({','.join(map(str, self._contexts))})"],
            "+CGEREP?": lambda: [f"+CGEREP: {self._events},0"],
            "+CGEREP=?": lambda: ["+CGEREP: (0-2),(0-1)"],
            "+CGEREP=": self._set_events,
        }

    def _is_active(self, number: int) -> bool:
        return self._state.registered and (number == 1 or number in self._active)

    def _attach(self, state: str) -> list[Line]:
        """The modem attaches by itself; asking for it fails without a cell."""
        if one_of(state, "0", "1") and not self._state.registered:
            raise AtError(cme=30)
        return []

    def _defined(self) -> list[Line]:
        return [
            f'+CGDCONT: {number},"{kind}","{apn}","0.0.0.0",0,0,,,,'
            for number, (kind, apn) in sorted(self._contexts.items())
        ]

    def _define(self, number: str, kind: str = "", apn: str = "", *rest: str) -> list[Line]:
        if not 1 <= int(number) <= _MOST_CONTEXTS or kind not in ("", *_KINDS):
            raise AtError(cme=50)
        if kind:
            self._contexts[int(number)] = (kind, apn)
        else:
            self._contexts.pop(int(number), None)
        return []

    def _activate(self, state: str, number: str = "1") -> list[Line]:
        if state not in ("0", "1") or int(number) not in self._contexts:
            raise AtError(cme=50)
        if state == "0":
            self._active.discard(int(number))
            return []
        if not self._state.registered:
            raise AtError(cme=30)
        self._active.add(int(number))
        return []

    def _addresses(self, number: str = "") -> list[Line]:
        wanted = [int(number)] if number else sorted(self._contexts)
        return [
            f"+CGPADDR: {n},{ADDRESS if self._is_active(n) else '0.0.0.0'}"
            for n in wanted
            if n in self._contexts
        ]

    def _set_events(self, mode: str, *rest: str) -> list[Line]:
        self._events = one_of(mode, "0", "1", "2")
        return []
