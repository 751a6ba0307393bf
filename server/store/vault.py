"""Secrets at rest: box keys and badge UIDs, sealed under a key that is not in the database.

The master key is a file of its own, so that a copy of the database alone opens nothing. Never
prints or logs what it holds.
"""

import hashlib
import hmac
import secrets
import sqlite3
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from server import private_files
from server.store.engine import StoreError

_KEY_BYTES = 32
_NONCE_BYTES = 12


class Vault:
    """Seals and opens under the master key.

    Args:
        master_key: 32 bytes.
    """

    def __init__(self, master_key: bytes) -> None:
        self._aead = AESGCM(master_key)
        self._index_key = hmac.digest(master_key, b"voiturier badge index", hashlib.sha256)
        self._code_key = hmac.digest(master_key, b"voiturier recovery code", hashlib.sha256)
        self._audit_key = hmac.digest(master_key, b"voiturier audit", hashlib.sha256)
        self._next_key = hmac.digest(master_key, b"voiturier next box key", hashlib.sha256)

    @classmethod
    def open(cls, path: Path, may_create: bool) -> "Vault":
        """Read the master key, or make it at first use; raises StoreError."""
        if not path.exists():
            if not may_create:
                raise StoreError(
                    "%(path)s is missing: the database cannot be used without the key it was made"
                    " with; put the file back from where you keep its copy",
                    path=path,
                )
            _create(path)
        key = path.read_bytes()
        if len(key) != _KEY_BYTES:
            raise StoreError(
                "%(path)s is not a master key: %(count)s bytes were expected",
                path=path,
                count=_KEY_BYTES,
            )
        return cls(key)

    def seal(self, plain: bytes, what: str) -> bytes:
        """Encrypt; `what` names the place, and must be the same to `open_sealed`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plain, what.encode())

    def open_sealed(self, sealed: bytes, what: str) -> bytes:
        """Decrypt; raises StoreError when the key or the place is another."""
        try:
            return self._aead.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], what.encode())
        except InvalidTag:
            raise StoreError(
                "secrets/master.key is not the key this database was made with"
            ) from None

    def badge_index(self, uid: bytes) -> bytes:
        """Return what a badge is looked up by: the same for the same UID, and no way back."""
        return hmac.digest(self._index_key, uid, hashlib.sha256)

    def code_index(self, agent_id: int, code: str) -> str:
        """Return what somebody's recovery code is known by; no way back without the master key."""
        said = f"{agent_id} {code}".encode()
        return hmac.digest(self._code_key, said, hashlib.sha256).hex()

    def audit_seal(self, said: str) -> str:
        """Return what only this server can say of an entry of its audit (fleet/audit/chain.py)."""
        return hmac.digest(self._audit_key, said.encode(), hashlib.sha256).hex()

    def next_box_key(self, first_key: bytes, generation: int) -> bytes:
        """Return a box's key of a generation after its first, the same at every call.

        So a database restored from an older copy knows every later key, while a thief of the box,
        of its identity file or of the database alone learns none of them.
        """
        what = generation.to_bytes(2, "big") + first_key
        return hmac.digest(self._next_key, what, hashlib.sha256)


def badge_key_of(wire_id: bytes) -> str:
    """Name the place a box's badge key is sealed for."""
    return f"box {wire_id.hex()} badge key"


def require_key(connection: sqlite3.Connection, vault: Vault) -> None:
    """Refuse a database that was sealed under another key; raises StoreError.

    A wrong master key is told at once, not car by car.
    """
    badge = connection.execute("SELECT uid_sealed FROM badge LIMIT 1").fetchone()
    if badge is not None:
        vault.open_sealed(badge[0], "badge")
    box = connection.execute("SELECT wire_id, badge_key_sealed FROM box LIMIT 1").fetchone()
    if box is not None:
        vault.open_sealed(box[1], badge_key_of(box[0]))


def _create(path: Path) -> None:
    """Write a new key whole or not at all; another process that was faster wins."""
    private_files.make_folder(path.parent)
    with private_files.drafted(path) as draft:
        draft.write_bytes(secrets.token_bytes(_KEY_BYTES))
        private_files.put_once(draft, path)
