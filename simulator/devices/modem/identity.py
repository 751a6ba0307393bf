"""Who the modem is, its functions, its clock and its sleep.

AT+CBC is left out: no box asks for it, and gammu 1.42 gives up at the A76XX's answer in volts.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from simulator.devices.modem.at_results import AtError, Line, Table, one_of
from simulator.devices.modem.state import Later, State
from simulator.engine.timeline import US, Timeline

MAKER = "SIMCOM INCORPORATED"
MODEL = "A7670E-FASE"
REVISION = "A011B07A7670M7_F"
IMEI = "860000000000017"
ZONE_QUARTERS = 4  # what the network says of the zone: one hour east, in quarters of an hour
_CHARACTER_SETS = ("IRA", "GSM", "UCS2")
_LEAVE_S = 0.1  # from the OK of a command that ends all to the end


class Identity:
    """The commands of this group, in `table`."""

    def __init__(
        self,
        state: State,
        timeline: Timeline,
        later: Later,
        set_functionality: Callable[[int], None],
        restart: Callable[[], None],
        switch_off: Callable[[], None],
    ) -> None:
        self._state = state
        self._timeline = timeline
        self._later = later
        self._set_functionality = set_functionality
        self._restart = restart
        self._clock_offset_s: float | None = None  # set by AT+CCLK=, against the world's time
        self._zone_update = True
        self._baud = 115200
        self._flow = "0,0"
        identity: Table = {
            "+SIMCOMATI": self._all,
            "+CGMI": lambda: [MAKER],
            "+CGMM": lambda: [MODEL],
            "+CGMR": lambda: [f"+CGMR: {REVISION}"],
            "+CGSN": lambda: [IMEI],
            "+GCAP": lambda: ["+GCAP: +CGSM,+FCLASS,+DS"],
        }
        also = {f"+G{name[3:]}": identity[name] for name in ("+CGMI", "+CGMM", "+CGMR", "+CGSN")}
        tests: Table = {f"{name}=?": lambda: [] for name in (*identity, *also)}
        self.table: Table = {
            **identity,
            **also,
            **tests,
            "+CSCS?": lambda: [f'+CSCS: "{state.character_set}"'],
            "+CSCS=?": lambda: ['+CSCS: ("IRA","GSM","UCS2")'],
            "+CSCS=": self._set_characters,
            "+IPR?": lambda: [f"+IPR: {self._baud}"],
            "+IPR=": self._set_baud,
            "+IFC?": lambda: [f"+IFC: {self._flow}"],
            "+IFC=?": lambda: ["+IFC: (0,2),(0,2)"],
            "+IFC=": self._set_flow,
            "+CFUN?": lambda: [f"+CFUN: {state.functionality}"],
            "+CFUN=?": lambda: ["+CFUN: (0,1,4),(0,1)"],
            "+CFUN=": self._set_function,
            "+CRESET": lambda: self._leave(restart),
            "+CPOF": lambda: self._leave(switch_off),
            "+CSCLK?": lambda: [f"+CSCLK: {int(state.may_sleep)}"],
            "+CSCLK=?": lambda: ["+CSCLK: (0,1)"],
            "+CSCLK=": self._set_sleep,
            "+CCLK?": lambda: [f'+CCLK: "{self._clock()}"'],
            "+CCLK=": self._set_clock,
            "+CTZU?": lambda: [f"+CTZU: {int(self._zone_update)}"],
            "+CTZU=?": lambda: ["+CTZU: (0-1)"],
            "+CTZU=": self._set_zone_update,
        }

    def _all(self) -> list[Line]:
        return [
            f"Manufacturer: {MAKER}\r\nModel: {MODEL}\r\nRevision: {REVISION}\r\nIMEI: {IMEI}\r\n"
            "+GCAP: +CGSM,+FCLASS,+DS"
        ]

    def _leave(self, end: Callable[[], None]) -> list[Line]:
        self._later(_LEAVE_S, end)
        return []

    def _set_characters(self, name: str) -> list[Line]:
        if name not in _CHARACTER_SETS:
            raise AtError(cme=50)
        self._state.character_set = name
        return []

    def _set_baud(self, baud: str) -> list[Line]:
        """One rate only: the line of this simulation has no other."""
        self._baud = one_of(baud, "0", "115200")
        return []

    def _set_flow(self, device: str, terminal: str = "") -> list[Line]:
        """Take the setting; the line has no such wires, so it changes nothing."""
        self._flow = f"{int(device)},{int(terminal or device)}"
        return []

    def _set_function(self, number: str, restart: str = "0") -> list[Line]:
        wanted = one_of(number, "0", "1", "4")
        if one_of(restart, "0", "1"):
            return self._leave(self._restart)
        self._set_functionality(wanted)
        return []

    def _set_sleep(self, mode: str) -> list[Line]:
        self._state.may_sleep = bool(one_of(mode, "0", "1"))
        return []

    # The clock

    def _clock(self) -> str:
        """Return the time as the network gave it; its own start at 1980 before that."""
        now_s = self._timeline.now_us / US
        if self._clock_offset_s is not None:
            return _spell(now_s + self._clock_offset_s, 0)
        if self._state.time_known and self._zone_update:
            return _spell(now_s, ZONE_QUARTERS)
        return _spell(315_964_800 + now_s - self._state.started_us / US, 0)

    def _set_clock(self, text: str) -> list[Line]:
        wanted = datetime.strptime(text[:17], "%y/%m/%d,%H:%M:%S").replace(tzinfo=UTC)
        self._clock_offset_s = wanted.timestamp() - self._timeline.now_us / US
        return []

    def _set_zone_update(self, mode: str) -> list[Line]:
        self._zone_update = bool(one_of(mode, "0", "1"))
        self._clock_offset_s = None if self._zone_update else self._clock_offset_s
        return []


def _spell(unix_s: float, zone_quarters: int) -> str:
    """Return `yy/MM/dd,hh:mm:ss+zz`: local time, and the zone in quarters of an hour."""
    local = datetime.fromtimestamp(unix_s, UTC) + timedelta(minutes=15 * zone_quarters)
    return f"{local:%y/%m/%d,%H:%M:%S}{zone_quarters:+03}"
