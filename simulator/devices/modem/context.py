"""Packet data: attaching, contexts and their addresses."""

from collections.abc import Callable

from simulator.devices.modem.access import KINDS, Context
from simulator.devices.modem.at_results import AtError, Line, Table, one_of
from simulator.devices.modem.state import State

ADDRESS, ADDRESS_6 = "10.64.12.7", "2001:DB8:40:C:0:0:0:7"
_MOST_CONTEXTS = 15


class PacketData:
    """The commands of this group, in `table`. In LTE the first context is up while attached."""

    def __init__(self, state: State, attach: Callable[[bool], None]) -> None:
        self._state = state
        self._contexts = state.contexts
        self._change_attachment = attach
        self._active: set[int] = set()
        self._events = 0
        self.table: Table = {
            "+CGATT?": lambda: [f"+CGATT: {int(state.registered)}"],
            "+CGATT=?": lambda: ["+CGATT: (0,1)"],
            "+CGATT=": self._attach,
            "+CGDCONT?": self._defined,
            "+CGDCONT=?": lambda: [f'+CGDCONT: (1-15),"{kind}",,,(0-2),(0-4)' for kind in KINDS],
            "+CGDCONT=": self._define,
            "+CGAUTH?": self._logins,
            "+CGAUTH=?": lambda: ["+CGAUTH: (1-15),(0-3),(0-64),(0-64)"],
            "+CGAUTH=": self._log_in,
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
        wanted = bool(one_of(state, "0", "1"))
        if wanted and not self._state.covered:
            raise AtError(cme=30)
        if wanted != self._state.registered:
            self._change_attachment(wanted)
        return []

    def _defined(self) -> list[Line]:
        return [
            f'+CGDCONT: {number},"{context.kind}","{context.apn}","0.0.0.0",0,0,,,,'
            for number, context in sorted(self._contexts.items())
        ]

    def _define(self, number: str, kind: str = "", apn: str = "", *rest: str) -> list[Line]:
        """It is kept without power, and taken to the network at the next attach."""
        if not 1 <= int(number) <= _MOST_CONTEXTS or kind not in ("", *KINDS):
            raise AtError(cme=50)
        if kind:
            login = self._contexts.get(int(number), Context()).login
            self._contexts[int(number)] = Context(kind, apn, login)
        else:
            self._contexts.pop(int(number), None)
        return []

    def _logins(self) -> list[Line]:
        return [
            f'+CGAUTH: {number},3,"{context.login[0]}","{context.login[1]}"'
            if context.login
            else f"+CGAUTH: {number},0"
            for number, context in sorted(self._contexts.items())
        ]

    def _log_in(
        self, number: str, kind: str = "0", password: str = "", user: str = ""
    ) -> list[Line]:
        """0 none, 1 PAP, 2 CHAP, 3 either; the manual has the password before the user."""
        if int(number) not in self._contexts:
            raise AtError(cme=50)
        context = self._contexts[int(number)]
        login = (user, password) if one_of(kind, "0", "1", "2", "3") else None
        self._contexts[int(number)] = Context(context.kind, context.apn, login)
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
        given = ADDRESS_6 if self._state.ipv6_only else ADDRESS
        return [
            f"+CGPADDR: {n},{given if self._is_active(n) else '0.0.0.0'}"
            for n in wanted
            if n in self._contexts
        ]

    def _set_events(self, mode: str, *rest: str) -> list[Line]:
        self._events = one_of(mode, "0", "1", "2")
        return []
