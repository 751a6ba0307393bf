"""Registration, operators and signal."""

from collections.abc import Callable

from simulator.devices.modem.at_results import AtError, Line, Table, one_of
from simulator.devices.modem.sim import require_sim
from simulator.devices.modem.state import Say, State

OPERATOR = "Voiturier"
SHORT_NAME = "VTR"
OPERATOR_CODE = "00101"
LTE = 7  # 27.007: E-UTRAN
AREA = "1A2B"
CELL = "01C3F20D"
_OFF, _SEARCHING = 0, 2
_MODES = {"C": "0123", "CG": "01234", "CE": "01234"}  # 27.007, 7.2, 10.1.20, 10.1.22
# 24.301: rejected by the packet core, which is what a wrong access point or login amounts to.
_ESM_FAILURE = 19
# Active time and periodic update of mode 4: 24.008, 10.5.7.3 and 10.5.7.4, here 4 and 12 minutes.
_SAVING = '"00100100","00100010"'


class Registration:
    """The commands of this group, in `table`.

    Each of CREG, CGREG and CEREG has a mode: 1 tells every change of the state by itself, 2 also
    where, 3 also why it is denied, 4 also how it may sleep. Attribute
    `operator_format`: of AT+COPS, 0 long, 1 short, 2 number.
    """

    def __init__(self, state: State, say: Say) -> None:
        self.operator_format = 0
        self._state = state
        self._say = say
        self._modes = state.reg_modes
        self._told = _OFF
        self._selection = 0
        self.table: Table = {
            "+COPS?": self._operator,
            "+COPS=?": self._operators,
            "+COPS=": self._select,
            "+CSQ": lambda: [f"+CSQ: {state.signal if state.registered else 99},99"],
            "+CSQ=?": lambda: ["+CSQ: (0-31,99),(0-7,99)"],
            "+CESQ": self._extended_signal,
            "+CESQ=?": lambda: ["+CESQ: (0-63,99),(0-7,99),(0-96,255),(0-24,255),(0-34),(0-97)"],
            "+CPSI?": self._cell,
            "+CNMP?": lambda: ["+CNMP: 38"],
            "+CNMP=?": lambda: ["+CNMP: (2,13,38)"],
            "+CNMP=": self._set_mode,
            "+CNSMOD?": lambda: [f"+CNSMOD: 0,{8 if state.registered else 0}"],
        }
        for domain in _MODES:
            self.table.update(self._domain(domain))

    def changed(self) -> None:
        """The modem has found or lost its cell: tell it where it was asked for."""
        if self._status() != self._told:
            self._told = self._status()
            for domain, mode in self._modes.items():
                if mode:
                    self._say(f"+{domain}REG: {self._told}{self._where(domain)}")

    def _domain(self, domain: str) -> Table:
        return {
            f"+{domain}REG?": lambda: [
                f"+{domain}REG: {self._modes[domain]},{self._status()}{self._where(domain)}"
            ],
            f"+{domain}REG=?": lambda: [f"+{domain}REG: (0-{_MODES[domain][-1]})"],
            f"+{domain}REG=": self._set_urc(domain),
        }

    def _set_urc(self, domain: str) -> Callable[[str], list[Line]]:
        def set_urc(mode: str) -> list[Line]:
            self._modes[domain] = one_of(mode, *_MODES[domain])
            return []

        return set_urc

    def _status(self) -> int:
        if self._state.registered:
            return self._state.access.registration
        if self._state.denied:
            return self._state.access.refusal
        return _SEARCHING if self._state.functionality == 1 else _OFF

    def _where(self, domain: str) -> str:
        """What a mode adds behind the state, with all the commas that the standard wants."""
        mode = self._modes[domain]
        if mode < 2 or not (self._state.registered or self._state.denied):
            return ""
        place = f',"{AREA}","{CELL}",{LTE}'
        why = f",0,{_ESM_FAILURE}" if self._state.denied else ""
        if mode == 4:
            return f"{place}{why or ',,'},{_SAVING}"
        return place + why * (mode == 3)

    def _operator(self) -> list[Line]:
        require_sim(self._state)
        if not self._state.registered:
            return [f"+COPS: {self._selection}"]
        name = (OPERATOR, SHORT_NAME, OPERATOR_CODE)[self.operator_format]
        return [f'+COPS: {self._selection},{self.operator_format},"{name}",{LTE}']

    def _operators(self) -> list[Line]:
        require_sim(self._state)
        found = f'(2,"{OPERATOR}","{SHORT_NAME}","{OPERATOR_CODE}",{LTE}),'
        return [f"+COPS: {found if self._state.registered else ''},(0,1,2,3,4),(0,1,2)"]

    def _select(
        self, mode: str, form: str = "", operator: str = "", access: str = ""
    ) -> list[Line]:
        """0 automatic, 1 manual, 3 sets the format only; 2 (leave the network) is not played."""
        if mode not in ("0", "1", "3", "4") or form not in ("", "0", "1", "2"):
            raise AtError(cme=50)
        require_sim(self._state)
        if mode in ("1", "4") and operator not in (OPERATOR, SHORT_NAME, OPERATOR_CODE):
            raise AtError(cme=30)
        if form:
            self.operator_format = int(form)
        if mode != "3":
            self._selection = int(mode)
        return []

    def _extended_signal(self) -> list[Line]:
        if not self._state.registered:
            return ["+CESQ: 99,99,255,255,255,255"]
        return ["+CESQ: 99,99,255,255,20,55"]

    def _cell(self) -> list[Line]:
        if not self._state.registered:
            return ["+CPSI: NO SERVICE,Online"]
        return [
            f"+CPSI: LTE,Online,001-01,0x{AREA},29618701,231,EUTRAN-BAND20,6300,3,3,15,56,70,18"
        ]

    def _set_mode(self, mode: str) -> list[Line]:
        one_of(mode, "2", "13", "38")
        return []
