"""What a box's console says of its bench test: bytes in, values out. Opens no port, shows nothing.

A line is `bench: ` and an object of JSON: of a check, of the cards, or the last one.

    {"check": "battery", "outcome": "ok", "value": "12.4 V"}
    {"check": "modem", "outcome": "failed", "failure": "MODEM_SILENT"}
    {"iccid": "8933...", "imei": "8612..."}
    {"done": true}                            or false, with the "failure" that broke it off

All else is ignored, but what shows a box that does not start. A console begins in mid line, loses
bytes and has other programs' words on it: what cannot be read is passed over.
"""

import json
import re
from typing import Any, NamedTuple

_MOST_LINE_BYTES = 1024
_MOST_VALUE = 40  # what the server takes
_MARK = "bench: {"
_CHECK = re.compile(r"[a-z_]{1,30}")
_FAILURE = re.compile(r"[A-Z_]{1,40}")
_ICCID = re.compile(r"[0-9A-F]{10,22}")
_IMEI = re.compile(r"[0-9]{14,16}")
_OUTCOMES = ("ok", "failed", "not_fitted", "waiting")
_FAILED_START = re.compile(r"start failed: ([A-Za-z_]\w{0,40})")
_RESET = "ESP-ROM:"  # the chip's own loader begins with it


class Line(NamedTuple):
    """How a check goes: `outcome` of ok, failed, not_fitted, waiting; the rest may be ""."""

    check: str
    outcome: str
    failure: str = ""
    value: str = ""


class Cards(NamedTuple):
    """The numbers of the SIM card and of the modem; "" where one is not known."""

    iccid: str
    imei: str


class End(NamedTuple):
    """The test has ended; `failure`: what broke it off, else ""."""

    failure: str


class FailedStart(NamedTuple):
    """The box did not start; `kind` of error, as Python calls it."""

    kind: str


class Reset(NamedTuple):
    """The chip was reset."""


Heard = Line | Cards | End | FailedStart | Reset


class Console:
    """Takes what comes, however it is cut."""

    def __init__(self) -> None:
        self._begun = bytearray()
        self._is_too_long = False

    def feed(self, data: bytes) -> list[Heard]:
        """Return what the lines say that end in these bytes."""
        heard: list[Heard] = []
        *ended, begun = data.split(b"\n")
        for piece in ended:
            self._begin(piece)
            if not self._is_too_long:
                heard += _read(self._begun.decode("utf-8", "replace"))
            self._begun.clear()
            self._is_too_long = False
        self._begin(begun)
        return heard

    def _begin(self, piece: bytes) -> None:
        self._begun += piece[: _MOST_LINE_BYTES + 1]
        if len(self._begun) > _MOST_LINE_BYTES:
            self._begun.clear()
            self._is_too_long = True


def _read(line: str) -> list[Heard]:
    heard: list[Heard] = []
    if _RESET in line:
        heard.append(Reset())
    if failed := _FAILED_START.search(line):
        heard.append(FailedStart(failed[1]))
    at = line.find(_MARK)
    while at >= 0:  # where an end was lost, two stand in one line
        at += len(_MARK) - 1
        try:
            found, at = json.JSONDecoder().raw_decode(line, at)
        except (ValueError, RecursionError):
            found = None
        said = _said(found) if isinstance(found, dict) else None
        heard += [said] if said is not None else []
        at = line.find(_MARK, at)
    return heard


def _said(found: dict[str, Any]) -> Heard | None:
    failure = found.get("failure", "")
    is_named = failure == "" or _matches(_FAILURE, failure)
    if "check" in found:
        check, outcome, value = found["check"], found.get("outcome"), found.get("value", "")
        if not (_matches(_CHECK, check) and outcome in _OUTCOMES and is_named):
            return None
        if not isinstance(value, str) or (failure and outcome != "failed"):
            return None
        return Line(check, outcome, failure, "".join(filter(str.isprintable, value))[:_MOST_VALUE])
    if "done" in found:
        return End(failure) if isinstance(found["done"], bool) and is_named else None
    iccid, imei = found.get("iccid", ""), found.get("imei", "")
    is_known = iccid == "" or _matches(_ICCID, iccid), imei == "" or _matches(_IMEI, imei)
    return Cards(iccid, imei) if all(is_known) and (iccid or imei) else None


def _matches(form: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None
