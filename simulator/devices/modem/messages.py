"""Short messages as the box reads them: CMGF, CNMI, CMGL, CMGR, CMGD, CPMS. None are sent."""

from simulator.devices.modem.at_results import AtError, Line, Table, one_of
from simulator.devices.modem.sms_store import SERVICE_CENTRE, Message
from simulator.devices.modem.state import ABSENT, BUSY, FAILURE, READY, Say, State

_STORE = "SM"
_UNREAD, _READ, _ALL = 0, 1, 4
# How CMGL and CMGR name a message's state: in text mode, in PDU mode.
_STATES = {"REC UNREAD": _UNREAD, "REC READ": _READ, "STO UNSENT": 2, "STO SENT": 3, "ALL": _ALL}
_ERRORS = {ABSENT: 310, FAILURE: 313, BUSY: 314}


class Messages:
    """The commands of this group, in `table`."""

    def __init__(self, state: State, say: Say) -> None:
        self._state = state
        self._say = say
        self._text_mode = False
        self._headers = False
        self._announce = [2, 1, 0, 0, 0]
        used = f'"{_STORE}",{{0}},{{1}}'
        self.table: Table = {
            "+CMGF?": lambda: [f"+CMGF: {int(self._text_mode)}"],
            "+CMGF=?": lambda: ["+CMGF: (0,1)"],
            "+CMGF=": self._set_format,
            "+CSDH?": lambda: [f"+CSDH: {int(self._headers)}"],
            "+CSDH=": self._set_headers,
            "+CSCA?": lambda: self._with_card([f'+CSCA: "{self._coded(SERVICE_CENTRE)}",145']),
            "+CSMS?": lambda: ["+CSMS: 0,1,1,1"],
            "+CSMS=?": lambda: ["+CSMS: (0,1)"],
            "+CSMS=": lambda service: ["+CSMS: 1,1,1"],
            "+CNMI?": lambda: [f"+CNMI: {','.join(map(str, self._announce))}"],
            "+CNMI=?": lambda: ["+CNMI: (0,1,2),(0,1,2),(0,2),(0,1),(0,1)"],
            "+CNMI=": self._set_announce,
            "+CPMS?": lambda: self._with_card(["+CPMS: " + ",".join([self._room(used)] * 3)]),
            "+CPMS=?": lambda: ['+CPMS: ("SM"),("SM"),("SM")'],
            "+CPMS=": self._set_store,
            "+CMGL=?": self._states,
            "+CMGL=": self._list,
            "+CMGR=": self._read,
            "+CMGD=?": lambda: self._with_card([f"+CMGD: ({self._places()}),(0-4)"]),
            "+CMGD=": self._delete,
        }

    def deliver(self) -> None:
        """Take what the network keeps, as far as the card has room."""
        state = self._state
        while state.is_on and state.registered and state.coming and self._arrived(state.coming[0]):
            state.coming.pop(0)

    def _arrived(self, message: Message) -> bool:
        """Take a message that came by radio; False when the card has no room for it."""
        if self._announce[1] == 2:
            message.read = True
            self._say(self._direct(message))
            return True
        place = self._state.messages.add(message)
        if place is None:
            self._say("+SMS FULL")
            return False
        if self._announce[1] == 1:
            self._say(f'+CMTI: "{_STORE}",{place}')
        return True

    # Settings

    def _set_format(self, mode: str = "0") -> list[Line]:
        self._text_mode = bool(one_of(mode, "0", "1"))
        return []

    def _set_headers(self, mode: str = "0") -> list[Line]:
        self._headers = bool(one_of(mode, "0", "1"))
        return []

    def _set_announce(self, *numbers: str) -> list[Line]:
        """Of broadcasts and delivery reports, the third and fourth, none ever come."""
        most = (2, 2, 2, 1, 1)
        values = [int(number or 0) for number in numbers]
        if len(values) > len(most) or any(not 0 <= v <= m for v, m in zip(values, most)):  # noqa: B905 fewer may be given
            raise AtError(cme=50)
        self._announce[: len(values)] = values
        return []

    def _set_store(self, *stores: str) -> list[Line]:
        if not 1 <= len(stores) <= 3 or any(store not in ("", _STORE) for store in stores):
            raise AtError(cme=50)
        return self._with_card(["+CPMS: " + ",".join([self._room("{0},{1}")] * 3)])

    def _states(self) -> list[Line]:
        names = ",".join(f'"{name}"' for name in _STATES)
        return [f"+CMGL: ({names})" if self._text_mode else "+CMGL: (0-4)"]

    # Reading

    def _list(self, state: str = "") -> list[Line]:
        self._with_card([])
        wanted = self._wanted(state)
        lines: list[Line] = []
        for place, message in sorted(self._state.messages.messages.items()):
            if wanted in (_ALL, _READ if message.read else _UNREAD):
                lines.append(self._shown(f"+CMGL: {place},", message))
                message.read = True
        return lines

    def _read(self, place: str) -> list[Line]:
        self._with_card([])
        message = self._state.messages.messages.get(int(place))
        if message is None:
            raise AtError(cms=321)
        line = self._shown("+CMGR: ", message)
        message.read = True
        return [line]

    def _delete(self, place: str, which: str = "0") -> list[Line]:
        """`which` 1 all read, 2 and 3 also what was sent (none), 4 all; then no place counts."""
        self._with_card([])
        messages = self._state.messages.messages
        if which not in ("0", "1", "2", "3", "4"):
            raise AtError(cme=50)
        if which == "0" and int(place) not in range(self._state.messages.capacity):
            raise AtError(cms=321)
        for number in sorted(messages):
            if number == int(place) if which == "0" else which == "4" or messages[number].read:
                del messages[number]
        self.deliver()
        return []

    # How it is written

    def _with_card(self, lines: list[Line]) -> list[Line]:
        """Return the lines, or raise that the card cannot be read."""
        if self._state.sim != READY:
            raise AtError(cms=_ERRORS.get(self._state.sim, 310))
        return lines

    def _wanted(self, state: str) -> int:
        if self._text_mode:
            if (state or "REC UNREAD") not in _STATES:
                raise AtError(cme=50)
            return _STATES[state or "REC UNREAD"]
        if not 0 <= int(state or 0) <= _ALL:
            raise AtError(cme=50)
        return int(state or 0)

    def _shown(self, head: str, message: Message) -> str:
        if not self._text_mode:
            pdu, length = message.pdu()
            return f"{head}{int(message.read)},,{length}\r\n{pdu}"
        state = "REC READ" if message.read else "REC UNREAD"
        return f'{head}"{state}",{self._sender(message)}\r\n{self._coded(message.text)}'

    def _direct(self, message: Message) -> str:
        if not self._text_mode:
            pdu, length = message.pdu()
            return f"+CMT: ,{length}\r\n{pdu}"
        return f"+CMT: {self._sender(message)}\r\n{self._coded(message.text)}"

    def _sender(self, message: Message) -> str:
        return f'"{self._coded(message.sender)}",,"{message.stamp()}"'

    def _coded(self, text: str) -> str:
        """Write a text in the character set of AT+CSCS; what it has not becomes "?"."""
        if self._state.character_set == "UCS2":
            return text.encode("utf-16-be").hex().upper()
        return text.encode("ascii", "replace").decode()

    def _room(self, form: str) -> str:
        store = self._state.messages
        return form.format(len(store.messages), store.capacity)

    def _places(self) -> str:
        return ",".join(map(str, sorted(self._state.messages.messages)))
