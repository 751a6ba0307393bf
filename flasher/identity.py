"""Reads a box's identity file, which holds its keys: nothing of what it reads is ever shown."""

import json
import re
from pathlib import Path
from typing import Any

from flasher.failures import Failure, FlashError

_HEX = {"box_id": 16, "key": 64, "badge_key": 64}  # how many digits
_TEXTS = ("server_host", "apn", "board")
_MOST_BYTES = 3072  # of its block on the flash, with room


def read_identity(path: Path) -> dict[str, Any]:
    """Return what the file says.

    Raises:
        FlashError: it cannot be read, or is none; the text names what is missing, never a value.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        why = error.strerror or "?"
        raise FlashError(Failure.NO_IDENTITY, file=str(path), why=why) from None
    try:
        identity = json.loads(content)
    except ValueError:
        raise _no_identity(path, "no JSON") from None
    if not isinstance(identity, dict) or len(content) > _MOST_BYTES:
        raise _no_identity(path, "no object of JSON" if identity else "empty")
    for name, digits in _HEX.items():
        value = identity.get(name)
        if not isinstance(value, str) or not re.fullmatch(f"[0-9a-f]{{{digits}}}", value):
            raise _no_identity(path, name)
    for name in _TEXTS:
        may_be_empty = name == "apn"  # the network's own
        if not isinstance(identity.get(name), str) or not (identity[name] or may_be_empty):
            raise _no_identity(path, name)
    return identity


def _no_identity(path: Path, why: str) -> FlashError:
    return FlashError(Failure.NOT_AN_IDENTITY, file=str(path), why=why)
