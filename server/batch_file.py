"""A batch: the identities of several boxes in one file, each sealed under one passphrase.

It goes to where boxes are written without a server at hand; `./flash.sh --batch` opens it there.
scrypt makes each guess cost 32 MiB, and an entry opens as that of its own box alone. Never here:
the file as a file (identity_file.py), making boxes.
"""

import json
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

SHORTEST = 12  # characters of the passphrase
_VERSION = 1
_N, _R, _P = 1 << 15, 8, 1
_SALT_BYTES, _KEY_BYTES, _NONCE_BYTES = 16, 32, 12


@dataclass(frozen=True, slots=True)
class Entry:
    """One box: what its car is called, and its identity (actions/boxes/identity.py)."""

    label: str
    identity: dict[str, Any] = field(repr=False)


def is_long_enough(passphrase: str) -> bool:
    """Say whether a passphrase may seal a batch."""
    return len(_plain(passphrase)) >= SHORTEST


def sealed_batch(
    entries: Iterable[Entry],
    passphrase: str,
    made_at_s: int,
    random_bytes: Callable[[int], bytes],
) -> dict[str, Any]:
    """Return the content of the file.

    Args:
        entries: of the boxes, in their order.
        passphrase: as it was typed; accents count alike however a keyboard makes them.
        made_at_s: the present.
        random_bytes: gives so many that nobody can guess.
    """
    salt = random_bytes(_SALT_BYTES)
    kdf = Scrypt(salt=salt, length=_KEY_BYTES, n=_N, r=_R, p=_P)
    cipher = AESGCM(kdf.derive(_plain(passphrase).encode()))
    return {
        "voiturier_batch": _VERSION,
        "made_at_s": made_at_s,
        "kdf": {"name": "scrypt", "n": _N, "r": _R, "p": _P, "salt": salt.hex()},
        "entries": [_sealed(entry, cipher, random_bytes(_NONCE_BYTES)) for entry in entries],
    }


def _sealed(entry: Entry, cipher: AESGCM, nonce: bytes) -> dict[str, str]:
    identity = entry.identity
    about = b"voiturier batch 1 " + identity["box_id"].encode()
    sealed = nonce + cipher.encrypt(nonce, json.dumps(identity).encode(), about)
    return {
        "plate": identity["vehicle"],
        "label": entry.label,
        "board": identity["board"],
        "box_id": identity["box_id"],
        "sealed": sealed.hex(),
    }


def _plain(passphrase: str) -> str:
    return unicodedata.normalize("NFC", passphrase)
