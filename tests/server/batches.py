"""Opens a batch as whoever has file and passphrase can, by what the file says of itself."""

import json
import unicodedata
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt


def opened(
    batch: dict[str, Any], entry: dict[str, str], passphrase: str, box_id: str | None = None
) -> dict[str, Any]:
    """The identity in an entry; InvalidTag where it does not open so, or as that box's."""
    kdf = batch["kdf"]
    salt = bytes.fromhex(kdf["salt"])
    key = Scrypt(salt=salt, length=32, n=kdf["n"], r=kdf["r"], p=kdf["p"]).derive(
        unicodedata.normalize("NFC", passphrase).encode()
    )
    sealed = bytes.fromhex(entry["sealed"])
    about = b"voiturier batch 1 " + (box_id or entry["box_id"]).encode()
    identity: dict[str, Any] = json.loads(AESGCM(key).decrypt(sealed[:12], sealed[12:], about))
    return identity
