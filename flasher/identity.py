"""Judges a box's identity, which holds its keys: nothing of what it reads is ever shown."""

import json
import re
from pathlib import Path
from typing import Any

from flasher.failures import FlashError
from flasher.failures.files import FileFailure
from flasher.words import Words, why

_HEX = {"box_id": 16, "key": 64, "badge_key": 64}  # how many digits
_TEXTS = ("server_host", "apn", "board")
_MOST_BYTES = 3072  # of its block on the flash, with room


def read_identity(path: Path) -> dict[str, Any]:
    """Return what the file says.

    Raises:
        FlashError: it cannot be read, or is none.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FlashError(FileFailure.NO_IDENTITY, file=str(path), why=why(error)) from None
    return identity_in(content, str(path))


def identity_in(content: bytes, where: str) -> dict[str, Any]:
    """Return the identity that JSON holds.

    Args:
        content: the JSON.
        where: it comes from, for people.

    Raises:
        FlashError: it is none; the text names what is missing, never a value.
    """
    try:
        identity = json.loads(content)
    except ValueError:
        raise _no_identity(where, Words.NO_JSON.said()) from None
    if not isinstance(identity, dict) or len(content) > _MOST_BYTES:
        raise _no_identity(where, (Words.NO_OBJECT if identity else Words.EMPTY).said())
    for name, digits in _HEX.items():
        value = identity.get(name)
        if not isinstance(value, str) or not re.fullmatch(f"[0-9a-f]{{{digits}}}", value):
            raise _no_identity(where, name)
    for name in _TEXTS:
        may_be_empty = name == "apn"  # the network's own
        if not isinstance(identity.get(name), str) or not (identity[name] or may_be_empty):
            raise _no_identity(where, name)
    if not isinstance(identity.get("vehicle", ""), str):
        raise _no_identity(where, "vehicle")
    return identity


def called(identity: dict[str, Any]) -> str:
    """Return what a box is called: its number and its car, and nothing else of its identity."""
    box, plate = identity["box_id"], identity.get("vehicle")
    return (Words.BOX_FOR if plate else Words.BOX).said(box=box, plate=plate or "")


def _no_identity(where: str, why: str) -> FlashError:
    return FlashError(FileFailure.NOT_AN_IDENTITY, file=where, why=why)
