"""What `voiturier box batch` writes, from the format alone (flasher/batch/entries.py)."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.flasher.identity import IDENTITY

PASSPHRASE = "Clé des 44 boîtiers"
SALT = bytes(range(16))
QUICK = {"n": 2, "r": 8, "p": 1}
"""What tries a passphrase in no time, for tests."""


def identity(number: int, plate: str) -> dict[str, Any]:
    """The identity of a box of a batch, with keys that are easily found again."""
    return IDENTITY | {
        "box_id": f"{number:016x}",
        "vehicle": plate,
        "key": f"{number:02x}5ec2" * 10 + "5ec2",
    }


def sealed(inside: Mapping[str, Any], key: bytes, number: int) -> str:
    nonce = number.to_bytes(12, "big")
    about = b"voiturier batch 1 " + inside["box_id"].encode()
    return (nonce + AESGCM(key).encrypt(nonce, json.dumps(inside).encode(), about)).hex()


def batch_of(
    plates: Sequence[str], passphrase: str = PASSPHRASE, costs: Mapping[str, int] = QUICK
) -> dict[str, Any]:
    """A batch for these cars, numbered from 1."""
    key = hashlib.scrypt(
        unicodedata.normalize("NFC", passphrase).encode(),
        salt=SALT,
        dklen=32,
        maxmem=64 << 20,
        **costs,
    )
    entries = [
        {
            "plate": plate,
            "label": f"Clio {number}",
            "board": IDENTITY["board"],
            "box_id": f"{number:016x}",
            "sealed": sealed(identity(number, plate), key, number),
        }
        for number, plate in enumerate(plates, 1)
    ]
    return {
        "voiturier_batch": 1,
        "made_at_s": 1_795_000_000,
        "kdf": {"name": "scrypt", **costs, "salt": SALT.hex()},
        "entries": entries,
    }


def as_file(batch: Mapping[str, Any]) -> bytes:
    return (json.dumps(batch, indent=1) + "\n").encode()
