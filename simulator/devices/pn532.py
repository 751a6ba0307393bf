"""A PN532 badge reader on its serial line (HSU), as far as reading a badge's UID needs it.

Follows NXP's user manual (UM0701-02): wake-up, ACK, normal frames, the error frame. The chip
sleeps after power-up until it hears 0x55; a frame with a wrong checksum gets no answer at all.
"""

from simulator.timeline import US, Timeline, Timer
from simulator.uart import SerialLine

BAUD = 115200
_ACK = bytes.fromhex("0000ff00ff00")
_NACK = bytes.fromhex("0000ffff0000")
_ERROR_FRAME = bytes.fromhex("0000ff01ff7f8100")
_START = b"\x00\xff"
_FIRMWARE_VERSION = bytes.fromhex("32010607")  # PN532, version 1.6, ISO 14443 A and B, 18092

_ACK_DELAY_S = 0.001
_ANSWER_DELAY_S = 0.002  # after the ACK
_CARD_DELAY_S = 0.020  # field on, request, anticollision, select
_ATTEMPT_S = 0.005  # one activation attempt that finds nothing

_DIAGNOSE = b"\x00"
_COMMUNICATION_LINE = 0x00  # the only diagnosis: say again what was said
_GET_FIRMWARE_VERSION = b"\x02"
_GET_GENERAL_STATUS = b"\x04"
_READ_REGISTER = b"\x06"
_WRITE_REGISTER = b"\x08"
_SET_PARAMETERS = b"\x12"
_SAM_CONFIGURATION = b"\x14"
_RF_CONFIGURATION = b"\x32"
_POWER_DOWN = b"\x16"
_IN_DATA_EXCHANGE = b"\x40"
_IN_DESELECT = b"\x44"
_IN_LIST_PASSIVE_TARGET = b"\x4a"
_IN_RELEASE = b"\x52"
_IN_SELECT = b"\x54"
_IN_AUTO_POLL = b"\x60"
_AUTO_POLL_UNIT_S = 0.150
_TYPE_A_106 = (0x00, 0x10)  # generic passive, and Mifare: what a badge here answers to
# What a card says before its UID (ISO 14443-3): by the length of the UID.
_ATQA_SAK = {
    4: bytes.fromhex("000408"),  # MIFARE Classic
    7: bytes.fromhex("004400"),  # NTAG
    10: bytes.fromhex("008400"),
}
_READ_PAGES = b"\x30"  # four pages of an NTAG, or a block of a MIFARE Classic
_PAGES_BYTES = 16
_CARD_TIMEOUT = 0x01
_CARD_REFUSES = 0x13
_MAX_RETRIES = 5  # the RFConfiguration item
_FOREVER = 0xFF


class Pn532:
    """The reader; `present` lays a badge on it.

    Attributes:
        answers_ms: Unix ms of each answer that named a badge.

    Args:
        line: the serial line to the box, or to another host.
    """

    def __init__(self, timeline: Timeline, line: SerialLine) -> None:
        self.answers_ms: list[int] = []
        self._timeline = timeline
        self._line = line
        self._awake = False
        self._heard = b""
        self._uid: bytes | None = None
        self._card_leaves: Timer | None = None
        self._passive_retries = _FOREVER
        self._waiting = False  # the chip looks for a card and has found none yet
        self._auto_type: int | None = (
            None  # InAutoPoll looks, for this type; None: InListPassive...
        )
        self._auto_begun_us = 0
        self._auto_period_s = 0.0
        self._registers: dict[bytes, int] = {}
        self._pending: list[Timer] = []
        self._last_answer = b""
        line.on_data = self._on_data

    def power_off(self) -> None:
        """Lose power: the next start needs the wake-up again."""
        self._abort()
        self._awake = False
        self._heard = b""
        self._passive_retries = _FOREVER

    def present(self, uid: bytes, hold_s: float) -> None:
        """Hold a badge with this 4, 7 or 10 byte UID in the field for that long."""
        if len(uid) not in _ATQA_SAK:
            raise ValueError("a UID has 4, 7 or 10 bytes")
        if self._card_leaves is not None:
            self._card_leaves.cancel()
        self._uid = uid
        self._card_leaves = self._timeline.call_later(hold_s, self._leave)
        if self._waiting:
            self._found_later()

    def _leave(self) -> None:
        self._uid = None

    # Frames

    def _on_data(self, data: bytes) -> None:
        if not self._awake:
            if 0x55 not in data:
                return
            self._awake = True
            data = data[data.index(0x55) :]
        self._heard += data
        while self._take_frame():
            pass

    def _take_frame(self) -> bool:
        """Handle the first whole frame heard; False when there is none."""
        start = self._heard.find(_START)
        if start < 0:
            self._heard = self._heard[-1:]
            return False
        frame = self._heard[start + 2 :]
        if len(frame) < 2:
            return False
        length, check = frame[0], frame[1]
        if (length, check) in ((0x00, 0xFF), (0xFF, 0x00)):
            self._heard = frame[2:]
            self._abort()
            if (length, check) == (0xFF, 0x00):
                self._answer_later(self._last_answer, _ACK_DELAY_S)
            return True
        if (length + check) & 0xFF:
            self._heard = frame  # a wrong length checksum: look for the next start
            return True
        if len(frame) < length + 3:
            return False
        body, total = frame[2 : 2 + length], sum(frame[2 : 3 + length])
        self._heard = frame[3 + length :]
        if total & 0xFF == 0 and body[:1] == b"\xd4":
            self._abort()
            self._answer_later(_ACK, _ACK_DELAY_S)
            self._command(body[1:])
        return True

    def _abort(self) -> None:
        """A new command, or the host's ACK, ends what the chip was doing."""
        for timer in self._pending:
            timer.cancel()
        self._pending.clear()
        self._waiting = False

    def _answer_later(self, data: bytes, delay_s: float) -> None:
        self._pending.append(self._timeline.call_later(delay_s, lambda: self._line.send(data)))

    def _reply(self, body: bytes, delay_s: float = _ACK_DELAY_S + _ANSWER_DELAY_S) -> None:
        body = b"\xd5" + body
        frame = bytes([0, 0, 0xFF, len(body), -len(body) & 0xFF]) + body
        self._last_answer = frame + bytes([-sum(body) & 0xFF, 0])
        self._answer_later(self._last_answer, delay_s)

    # Commands

    def _command(self, command: bytes) -> None:
        code, parameters = command[:1], command[1:]
        if code == _DIAGNOSE and parameters[:1] == bytes([_COMMUNICATION_LINE]):
            self._reply(b"\x01" + parameters)
        elif code == _GET_GENERAL_STATUS:
            present = self._uid is not None
            self._reply(bytes([0x05, 0, present, 0, 0x80]))
        elif code == _READ_REGISTER and len(parameters) % 2 == 0:
            names = [parameters[i : i + 2] for i in range(0, len(parameters), 2)]
            self._reply(b"\x07" + bytes(self._registers.get(name, 0) for name in names))
        elif code == _WRITE_REGISTER and len(parameters) % 3 == 0:
            for i in range(0, len(parameters), 3):
                self._registers[parameters[i : i + 2]] = parameters[i + 2]
            self._reply(b"\x09")
        elif code == _SET_PARAMETERS and len(parameters) == 1:
            self._reply(b"\x13")
        elif code == _POWER_DOWN and parameters:
            self._reply(b"\x17\x00")
            self._awake = False
        elif code == _IN_DATA_EXCHANGE and len(parameters) >= 2:
            self._exchange(parameters[1:])
        elif code == _GET_FIRMWARE_VERSION:
            self._reply(b"\x03" + _FIRMWARE_VERSION)
        elif code == _SAM_CONFIGURATION:
            self._reply(b"\x15")
        elif code == _RF_CONFIGURATION and parameters:
            if parameters[0] == _MAX_RETRIES and len(parameters) == 4:
                self._passive_retries = parameters[3]
            self._reply(b"\x33")
        elif code in (_IN_DESELECT, _IN_RELEASE, _IN_SELECT):
            self._reply(bytes([code[0] + 1, 0]))
        elif code == _IN_LIST_PASSIVE_TARGET and len(parameters) >= 2:
            self._poll()
        elif code == _IN_AUTO_POLL and len(parameters) >= 3 and 1 <= parameters[1] <= 15:
            self._auto_poll(*parameters[:3])
        else:
            self._answer_later(_ERROR_FRAME, _ACK_DELAY_S + _ANSWER_DELAY_S)

    def _poll(self) -> None:
        """InListPassiveTarget: report a badge, or wait for one as long as the retries allow."""
        self._waiting = True
        self._auto_type = None
        if self._uid is not None:
            self._found_later()
        elif self._passive_retries != _FOREVER:
            delay_s = _CARD_DELAY_S + self._passive_retries * _ATTEMPT_S
            self._pending.append(self._timeline.call_later(delay_s, self._nothing))

    def _exchange(self, data: bytes) -> None:
        """InDataExchange with the card in the field, if it is still there: it can be read."""
        if self._uid is None:
            self._reply(bytes([0x41, _CARD_TIMEOUT]), delay_s=_CARD_DELAY_S)
        elif data[:1] == _READ_PAGES and len(data) == 2:
            self._reply(b"\x41\x00" + bytes(_PAGES_BYTES), delay_s=_CARD_DELAY_S)
        else:
            self._reply(bytes([0x41, _CARD_REFUSES]), delay_s=_CARD_DELAY_S)

    def _auto_poll(self, times: int, period: int, kind: int) -> None:
        """InAutoPoll: look by itself, `times` (255: for ever) every `period` units of 150 ms."""
        self._waiting = True
        self._auto_type = kind
        self._auto_begun_us = self._timeline.now_us
        self._auto_period_s = period * _AUTO_POLL_UNIT_S
        if self._uid is not None and kind in _TYPE_A_106:
            self._found_later()
        elif times != _FOREVER:
            delay_s = times * self._auto_period_s
            self._pending.append(self._timeline.call_later(delay_s, self._nothing))

    def _found_later(self) -> None:
        delay_s = _CARD_DELAY_S
        if self._auto_type is not None:
            if self._auto_type not in _TYPE_A_106:
                return
            since_s = (self._timeline.now_us - self._auto_begun_us) / US
            delay_s += -since_s % self._auto_period_s  # till it looks the next time
        self._pending.append(self._timeline.call_later(delay_s, self._found))

    def _found(self) -> None:
        if self._uid is None or not self._waiting:
            return  # it left during the anticollision: the chip goes on looking
        self._waiting = False
        target = b"\x01" + _ATQA_SAK[len(self._uid)] + bytes([len(self._uid)]) + self._uid
        if self._auto_type is None:
            self._reply(b"\x4b\x01" + target, delay_s=0)
        else:
            head = bytes([0x61, 1, self._auto_type, len(target)])
            self._reply(head + target, delay_s=0)
        self.answers_ms.append(self._timeline.now_us // 1000)

    def _nothing(self) -> None:
        if self._waiting:
            self._waiting = False
            self._reply(b"\x4b\x00" if self._auto_type is None else b"\x61\x00", delay_s=0)
