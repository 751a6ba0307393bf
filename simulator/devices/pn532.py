"""A PN532 badge reader: cards in its field, the commands about them, its sleep.

Follows NXP's user manual (UM0701-02). The chip sleeps after power-up and after PowerDown until its
host wakes it. How bytes come and go is the port's affair: pn532_hsu.py, pn532_i2c.py. Type A cards
only; what they say is in pn532_cards.py and ntag424.py.
"""

import random
from collections.abc import Callable
from typing import NamedTuple, Protocol

from simulator.devices.ntag424 import Ntag424
from simulator.devices.pn532_cards import DONE, Card
from simulator.devices.pn532_frames import ACK, ERROR, NACK, FrameReader, frame
from simulator.engine.timeline import US, Timeline, Timer

_TO_CHIP, _FROM_CHIP = b"\xd4", b"\xd5"
WAKING_S = 0.001  # the oscillator starts, and nothing is heard
_FIRMWARE_VERSION = bytes.fromhex("32010607")  # PN532, version 1.6, ISO 14443 A and B, 18092

_ACK_DELAY_S = 0.001
_ANSWER_DELAY_S = 0.003
_CARD_DELAY_S = 0.020  # field on, request, anticollision, select
_ATTEMPT_S = 0.005  # one activation attempt that finds nothing

_DIAGNOSE = 0x00
_GET_FIRMWARE_VERSION = 0x02
_GET_GENERAL_STATUS = 0x04
_READ_REGISTER = 0x06
_WRITE_REGISTER = 0x08
_SET_PARAMETERS = 0x12
_SAM_CONFIGURATION = 0x14
_POWER_DOWN = 0x16
_RF_CONFIGURATION = 0x32
_IN_DATA_EXCHANGE = 0x40
_IN_DESELECT = 0x44
_IN_LIST_PASSIVE_TARGET = 0x4A
_IN_RELEASE = 0x52
_IN_SELECT = 0x54
_IN_AUTO_POLL = 0x60

_NO_COMMAND = 0xFE  # even, and none of the above
_COMMUNICATION_LINE = 0x00  # the only diagnosis: say again what was said
_SAM_MODES = (1, 2, 3, 4)
_RF_FIELD, _MAX_RETRIES = 0x01, 0x05  # RFConfiguration items
_FOREVER = 0xFF
_AUTO_POLL_UNIT_S = 0.150
_TYPE_A_106 = (0x00, 0x10)  # generic passive, and Mifare: what a badge here answers to
_BAUD_106_A = 0x00
_MOST_TARGETS = 2

# Status of a command about a target (UM0701-02, section 7.1); a card has its own as well.
_CARD_SILENT = 0x01
_NO_SUCH_TARGET = 0x27

FAULTS = {
    "unplugged": "it hears nothing and says nothing, and has lost its state when plugged in again",
    "mute": "it hears all and does nothing about it",
    "noise": "every byte that it says arrives as another one",
    "missed_wake_up": "it does not hear the first wake-up of its host",
    "stuck_sda": "on I2C: the data line is low for as long as it lasts",
    "stuck_scl": "on I2C: the clock line is low for as long as it lasts",
    "nacks": "on I2C: it acknowledges its address only every third time",
    "half_frame": "its answers end in the middle",
    "wrong_checksum": "its answers carry a wrong checksum",
    "no_auto_poll": "it is a copy that does not know InAutoPoll",
}


class Duty(NamedTuple):
    """Seconds that a chip has spent in each state that draws a current of its own."""

    field_s: float  # its transmitter is on
    idle_s: float  # its oscillator runs
    power_down_s: float  # or it has no supply


class Port(Protocol):
    """What the chip needs of its way to the host.

    Attributes:
        chip: set by the chip that is given this port.
        woken_by: the bit of PowerDown's WakeUpEnable that stands for it.
    """

    chip: "Pn532"
    woken_by: int

    def say(self, data: bytes) -> None:
        """Tell the host a frame."""

    def forget(self) -> None:
        """Lose what has not been told yet: the chip starts anew."""


class Pn532:
    """The reader; `present` lays a badge on it.

    Attributes:
        answers_ms: Unix ms of each answer that named a badge.
        awake: whether its oscillator runs.
        has_fault: the one of FAULTS that it has, or None.

    Args:
        port: the way to the box, or to another host.
    """

    def __init__(self, timeline: Timeline, port: Port) -> None:
        self.answers_ms: list[int] = []
        self.awake = False
        self.has_fault: str | None = None
        self._timeline = timeline
        self._port = port
        port.chip = self
        self._cards: list[Card] = []  # in the field
        self._chance = random.Random(0)  # the cards' own
        self._pending: list[Timer] = []
        self._reader = FrameReader()
        self._spent_s = [0.0, 0.0, 0.0]
        self._counted_us = timeline.now_us
        self._field = 0.0  # the share of the time that it is on
        self._reset()

    def _reset(self) -> None:
        self._stop()
        self._reader.forget()
        self._port.forget()
        self._count()
        self.awake = False
        self._wakes_by_port = True
        self._targets: dict[int, Card] = {}  # as the host knows them
        self._drop_field()
        self._registers: dict[bytes, int] = {}
        self._passive_retries = _FOREVER
        self._last_answer = b""
        self._last_error = DONE
        self._wanted_uid = b""  # only cards whose UID begins so
        # What InAutoPoll looks for; None: it is InListPassiveTarget that looks.
        self._auto_type: int | None = None
        self._auto_begun_us = 0
        self._auto_period_s = 0.0

    def _stop(self) -> None:
        """End what the chip was doing."""
        for timer in self._pending:
            timer.cancel()
        self._pending.clear()
        self._wanted = 0  # how many cards the chip looks for now; 0: it does not look

    def duty(self) -> Duty:
        """Return what it has spent its time with since the world began.

        The manual does not say how long InAutoPoll has its field on: here a search in each period.
        """
        self._count()
        return Duty(*self._spent_s)

    def _count(self) -> None:
        """Add the time since the last state began to that state."""
        passed_s = (self._timeline.now_us - self._counted_us) / US
        self._counted_us = self._timeline.now_us
        field_s = passed_s * self._field if self.awake else 0.0
        self._spent_s[0] += field_s
        self._spent_s[1] += passed_s - field_s if self.awake else 0.0
        self._spent_s[2] += 0.0 if self.awake else passed_s

    def _set_field(self, share: float) -> None:
        self._count()
        self._field = share

    def power_off(self) -> None:
        """Lose power: the next start needs the wake-up again."""
        self._reset()

    def present(
        self, uid: bytes, hold_s: float, beside: bool = False, key: bytes | None = None
    ) -> None:
        """Hold a badge with this 4, 7 or 10 byte UID in the field for that long.

        With a key it is one that can prove itself. It takes the place of the one that is there, or
        lies beside it.
        """
        self.lay(Card(uid) if key is None else Ntag424(uid, key, self._chance), hold_s, beside)

    def lay(self, card: Card, hold_s: float, beside: bool = False) -> None:
        """Hold this card in the field for that long, in place of another or beside it."""
        if not beside:
            self._cards.clear()
        self._cards.append(card)
        self._timeline.call_later(hold_s, lambda: self._leave(card))
        if self._wanted:
            self._found_later()

    def _leave(self, card: Card) -> None:
        if card in self._cards:  # else another has taken its place
            self._cards.remove(card)

    def fault(self, name: str | None) -> None:
        """Have one of FAULTS from now on, or none."""
        if name is not None and name not in FAULTS:
            raise ValueError(f"a reader has no fault {name!r}; it has {', '.join(FAULTS)}")
        if "unplugged" in (name, self.has_fault) or name == "missed_wake_up":
            self._reset()
        self.has_fault = name

    # Frames in and out

    def rouse(self) -> bool:
        """Be woken by the port, if that may; return whether it was."""
        if not self._wakes_by_port:
            return False
        if self.has_fault == "missed_wake_up":
            self.has_fault = None
            return False
        self._count()
        self.awake = True
        return True

    def hear(self, data: bytes) -> None:
        """Take bytes from the port."""
        for heard in self._reader.feed(data):
            if self.awake:  # the one before may have been PowerDown
                self._take(heard)

    def forget_half(self) -> None:
        """Lose what was heard of a frame: the host has begun another."""
        self._reader.forget()

    def _take(self, heard: bytes) -> None:
        """A new command, or the host's ACK, ends what the chip was doing."""
        if heard == NACK:
            self._answer_later(self._last_answer, _ACK_DELAY_S)
            return
        if heard != ACK and heard[:1] != _TO_CHIP:
            return
        self._stop()
        if heard != ACK and self.has_fault != "mute":
            self._answer_later(ACK, _ACK_DELAY_S)
            self._command(heard[1] if len(heard) > 1 else _NO_COMMAND, heard[2:])

    def _answer_later(self, data: bytes, delay_s: float) -> None:
        self._pending.append(self._timeline.call_later(delay_s, lambda: self._say(data)))

    def _say(self, data: bytes) -> None:
        if len(data) > len(ACK):
            self._last_answer = data
            if self.has_fault == "half_frame":
                data = data[: len(data) // 2]
            elif self.has_fault == "wrong_checksum":
                data = data[:-2] + bytes([data[-2] ^ 0xFF]) + data[-1:]
        if self.has_fault == "noise":
            data = bytes(byte ^ 0xA5 for byte in data)
        if self.has_fault != "unplugged":
            self._port.say(data)

    def _reply(self, body: bytes, delay_s: float = _ANSWER_DELAY_S) -> None:
        self._answer_later(frame(_FROM_CHIP + body), delay_s)

    def _reply_status(self, code: bytes, status: int, said: bytes = b"") -> None:
        self._last_error = status or self._last_error
        self._reply(code + bytes([status]) + said)

    def _refuse(self) -> None:
        self._answer_later(ERROR, _ANSWER_DELAY_S)

    # Commands: each is told its code + 1, with which the answer begins, and its parameters

    def _command(self, code: int, parameters: bytes) -> None:
        method, shortest = _COMMANDS.get(code, (None, 0))
        if method is None or len(parameters) < shortest:
            self._refuse()
        else:
            method(self, bytes([code + 1]), parameters)

    def _diagnose(self, code: bytes, parameters: bytes) -> None:
        if parameters[0] == _COMMUNICATION_LINE:
            self._reply(code + parameters)
        else:
            self._refuse()

    def _firmware_version(self, code: bytes, _: bytes) -> None:
        self._reply(code + _FIRMWARE_VERSION)

    def _general_status(self, code: bytes, _: bytes) -> None:
        targets = b"".join(
            bytes([number, 0, 0, _TYPE_A_106[1]]) for number in sorted(self._targets)
        )
        no_other_field = 0
        sam_status = b"\x80"
        head = bytes([self._last_error, no_other_field, len(self._targets)])
        self._reply(code + head + targets + sam_status)

    def _read_register(self, code: bytes, parameters: bytes) -> None:
        names = [parameters[i : i + 2] for i in range(0, len(parameters), 2)]
        self._reply(code + bytes(self._registers.get(name, 0) for name in names))

    def _write_register(self, code: bytes, parameters: bytes) -> None:
        for i in range(0, len(parameters) - 2, 3):
            self._registers[parameters[i : i + 2]] = parameters[i + 2]
        self._reply(code)

    def _set_parameters(self, code: bytes, _: bytes) -> None:
        self._reply(code)

    def _sam_configuration(self, code: bytes, parameters: bytes) -> None:
        if parameters[0] in _SAM_MODES:
            self._reply(code)
        else:
            self._refuse()

    def _power_down(self, code: bytes, parameters: bytes) -> None:
        self._reply(code + b"\0")
        self._count()
        self.awake = False
        self._wakes_by_port = bool(parameters[0] & self._port.woken_by)
        self._drop_field()

    def _rf_configuration(self, code: bytes, parameters: bytes) -> None:
        if parameters[0] == _MAX_RETRIES and len(parameters) == 4:
            self._passive_retries = parameters[3]
        elif parameters[0] == _RF_FIELD and not parameters[1] & 1:
            self._drop_field()
        self._reply(code)

    # Cards

    def _drop_field(self) -> None:
        """Cards without a field forget that they were selected or halted."""
        self._set_field(0.0)
        self._targets.clear()
        for card in self._cards:
            card.lose_field()

    def _answering(self) -> list[Card]:
        return [
            card
            for card in self._cards
            if not (card.halted or card.activated) and card.is_meant(self._wanted_uid)
        ]

    def _list_passive_target(self, _: bytes, parameters: bytes) -> None:
        """Report cards, or wait for one as long as the retries allow."""
        most, kind = parameters[:2]
        if not 1 <= most <= _MOST_TARGETS:
            self._refuse()
            return
        self._targets.clear()
        self._set_field(1.0)
        self._auto_type = None
        self._wanted = most if kind == _BAUD_106_A else 0
        self._wanted_uid = parameters[2:] if kind == _BAUD_106_A else b""
        if self._wanted and self._answering():
            self._found_later()
        if self._passive_retries != _FOREVER:
            delay_s = _CARD_DELAY_S + self._passive_retries * _ATTEMPT_S
            self._pending.append(self._timeline.call_later(delay_s, self._nothing))

    def _auto_poll(self, _: bytes, parameters: bytes) -> None:
        """Look by itself, so many times (255: for ever), every so many units of 150 ms."""
        times, period = parameters[:2]
        kinds = [kind for kind in parameters[2:] if kind in _TYPE_A_106]
        if not 1 <= period <= 15 or not times or self.has_fault == "no_auto_poll":
            self._refuse()
            return
        self._targets.clear()
        self._wanted = _MOST_TARGETS if kinds else 0
        self._wanted_uid = b""
        self._auto_type = kinds[0] if kinds else parameters[2]
        self._auto_begun_us = self._timeline.now_us
        self._auto_period_s = period * _AUTO_POLL_UNIT_S
        self._set_field(_CARD_DELAY_S / self._auto_period_s)
        if self._wanted and self._answering():
            self._found_later()
        if times != _FOREVER:
            delay_s = times * self._auto_period_s
            self._pending.append(self._timeline.call_later(delay_s, self._nothing))

    def _found_later(self) -> None:
        delay_s = _CARD_DELAY_S
        if self._auto_type is not None:
            since_s = (self._timeline.now_us - self._auto_begun_us) / US
            delay_s += -since_s % self._auto_period_s  # till it looks the next time
        self._pending.append(self._timeline.call_later(delay_s, self._found))

    def _found(self) -> None:
        most = self._wanted
        cards = self._answering()[:most]
        if not cards:
            return  # it left during the anticollision: the chip goes on looking
        self._stop()
        self._set_field(1.0)
        self._targets = dict(enumerate(cards, start=1))
        for card in cards:
            card.activated = card.speaks_iso_dep
        targets = [bytes([number]) + card.target for number, card in self._targets.items()]
        delay_s = 0.0
        if self._auto_type is None:
            if len(cards) < most:  # it has looked for another in vain
                attempts = 1 if self._passive_retries == _FOREVER else self._passive_retries
                delay_s = attempts * _ATTEMPT_S
            body = bytes([_IN_LIST_PASSIVE_TARGET + 1, len(targets)]) + b"".join(targets)
        else:
            body = bytes([_IN_AUTO_POLL + 1, len(targets)])
            for target in targets:
                body += bytes([self._auto_type, len(target)]) + target
        self._reply(body, delay_s)
        self.answers_ms.append(self._timeline.now_us // 1000)

    def _nothing(self) -> None:
        self._stop()
        code = _IN_LIST_PASSIVE_TARGET if self._auto_type is None else _IN_AUTO_POLL
        self._reply(bytes([code + 1, 0]), delay_s=0)

    def _data_exchange(self, code: bytes, parameters: bytes) -> None:
        """Speak to a card that was listed; what comes of it shows when the exchange is over."""
        number, data = parameters[0], parameters[1:]
        card = self._targets.get(number)
        if card is None:
            self._reply_status(code, _NO_SUCH_TARGET)
            return

        def over() -> None:
            if card not in self._cards:
                self._targets.pop(number, None)
                self._reply_status(code, _CARD_SILENT)
            else:
                card.halted = False  # the chip selects a deselected target by itself
                self._reply_status(code, *card.answer(data))

        self._pending.append(self._timeline.call_later(_CARD_DELAY_S, over))

    def _select(self, code: bytes, parameters: bytes) -> None:
        card = self._targets.get(parameters[0])
        if card is None:
            self._reply_status(code, _NO_SUCH_TARGET)
        elif card not in self._cards:
            self._reply_status(code, _CARD_SILENT)
        else:
            card.halted = False
            self._reply_status(code, DONE)

    def _deselect(self, code: bytes, parameters: bytes) -> None:
        """InDeselect and InRelease, of one target or (0) of all: the cards are halted."""
        numbers = list(self._targets) if parameters[0] == 0 else [parameters[0]]
        if not self._targets.keys() >= set(numbers):
            self._reply_status(code, _NO_SUCH_TARGET)
            return
        for number in numbers:
            self._targets[number].halted = True
            self._targets[number].activated = False
            if code[0] == _IN_RELEASE + 1:
                del self._targets[number]
        self._reply_status(code, DONE)


# code -> what does it, and how many parameters it needs at least
_COMMANDS: dict[int, tuple[Callable[[Pn532, bytes, bytes], None], int]] = {
    _DIAGNOSE: (Pn532._diagnose, 1),
    _GET_FIRMWARE_VERSION: (Pn532._firmware_version, 0),
    _GET_GENERAL_STATUS: (Pn532._general_status, 0),
    _READ_REGISTER: (Pn532._read_register, 2),
    _WRITE_REGISTER: (Pn532._write_register, 3),
    _SET_PARAMETERS: (Pn532._set_parameters, 1),
    _SAM_CONFIGURATION: (Pn532._sam_configuration, 1),
    _POWER_DOWN: (Pn532._power_down, 1),
    _RF_CONFIGURATION: (Pn532._rf_configuration, 2),
    _IN_DATA_EXCHANGE: (Pn532._data_exchange, 2),
    _IN_DESELECT: (Pn532._deselect, 1),
    _IN_LIST_PASSIVE_TARGET: (Pn532._list_passive_target, 2),
    _IN_RELEASE: (Pn532._deselect, 1),
    _IN_SELECT: (Pn532._select, 1),
    _IN_AUTO_POLL: (Pn532._auto_poll, 3),
}
