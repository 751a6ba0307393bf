"""What a batch file holds, and how an entry of it is opened. Reads and writes no file.

    {"voiturier_batch": 1, "made_at_s": Unix seconds,
     "kdf": {"name": "scrypt", "n": 32768, "r": 8, "p": 1, "salt": 16 bytes in hex},
     "entries": [{"plate", "label", "board", "box_id": 8 bytes in hex, "sealed": hex}]}

`voiturier box batch` writes it. `sealed` is a nonce of 12 bytes and the box's identity in JSON
under AES-256-GCM, with the number of the box as associated data; the key comes of the passphrase by
scrypt. The flasher adds to an entry: `mac`, of the only board that may become this box, before that
is written; then `flashed_at_s`, when `sealed` is "" for ever.
"""

import json
import re
import unicodedata
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from flasher.failures import FlashError
from flasher.failures.batch import BatchFailure

MOST_BYTES = 4 << 20
"""Of a file: a thousand entries have 3 MB."""

_VERSION = 1
_NONCE_BYTES = 12
_KEY_BYTES = 32
# What a passphrase costs is said by the file, which anybody may have written: 128 * n * r bytes of
# memory, p times the work. `voiturier box batch` asks for 32 MiB, once.
_MOST_MEMORY_BYTES = 128 << 20
_MOST_PASSES = 4
_LEAST_R = 8  # with less, scrypt itself bounds n further
_NUMBER = re.compile(r"[0-9a-f]{16}")
_SALT = re.compile(r"[0-9a-f]{32}")
_SEALED = re.compile(r"([0-9a-f]{2}){28,4096}|")
_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
_MOST_TEXT = 100


class Entry(NamedTuple):
    """One box of a batch.

    Attributes:
        plate: of its car.
        board: that its identity is made for.
        box_id: its number, in hex.
        sealed: its identity, encrypted, in hex; "" once it was used.
        mac: of the board that it is for, as `7c:df:a1:02:03:04`; None: of any.
        flashed_at_s: when that was written and verified; None: not yet.
    """

    plate: str
    board: str
    box_id: str
    sealed: str
    mac: str | None
    flashed_at_s: int | None


class _Kdf(NamedTuple):
    """What scrypt is given beside the passphrase."""

    salt: bytes
    n: int
    r: int
    p: int


class Batch:
    """What a file holds.

    Attributes:
        entries: of it, in its order.

    Args:
        content: of the file.
        file: what it is called, for people.

    Raises:
        FlashError: it is no batch, or damaged.
    """

    def __init__(self, content: bytes, file: str) -> None:
        self._file = file
        try:
            self._object = json.loads(content)
        except (ValueError, RecursionError):
            self._object = None
        if not isinstance(self._object, dict) or self._object.get("voiturier_batch") != _VERSION:
            raise FlashError(BatchFailure.NOT_A_BATCH, file=file)
        kdf = _kdf_in(self._object.get("kdf"))
        if kdf is None:
            raise self._damaged("kdf")
        self._kdf = kdf
        listed = self._object.get("entries")
        if not isinstance(listed, list) or not listed:
            raise self._damaged("entries")
        self.entries = [self._entry(each, number) for number, each in enumerate(listed, 1)]
        plates = {plain(entry.plate) for entry in self.entries}
        numbers = {entry.box_id for entry in self.entries}
        if min(len(plates), len(numbers)) < len(self.entries):
            raise self._damaged("entries")

    def _entry(self, found: object, number: int) -> Entry:
        words: Any = found if isinstance(found, dict) else {}
        for name, is_right in (
            ("plate", _is_text(words.get("plate"))),
            ("board", _is_text(words.get("board"))),
            ("box_id", _matches(_NUMBER, words.get("box_id"))),
            ("sealed", _matches(_SEALED, words.get("sealed"))),
            ("mac", words.get("mac") is None or _matches(_MAC, words["mac"])),
            ("flashed_at_s", words.get("flashed_at_s") is None or _is_time(words["flashed_at_s"])),
        ):
            if not is_right:
                raise self._damaged(f"{number}: {name}")
        entry = Entry(**{name: words.get(name) for name in Entry._fields})
        is_used = entry.flashed_at_s is not None
        if bool(entry.sealed) == is_used or (is_used and entry.mac is None):
            raise self._damaged(f"{number}: sealed")
        return entry

    def key(self, passphrase: str) -> bytes:
        """Return what a passphrase opens this batch with.

        Raises:
            FlashError: it opens nothing of it.
        """
        salt, n, r, p = self._kdf
        kdf = Scrypt(salt=salt, length=_KEY_BYTES, n=n, r=r, p=p)
        key = kdf.derive(unicodedata.normalize("NFC", passphrase).encode())
        sealed = [entry for entry in self.entries if entry.sealed]
        if sealed and all(_opened(entry, key) is None for entry in sealed):
            raise FlashError(BatchFailure.WRONG_PASSPHRASE, file=self._file)
        return key

    def noted(self, entry: Entry, changed: Entry) -> bytes:
        """Return the content of the file in which an entry is another; all else stays."""
        at = self.entries.index(entry)
        words = self._object["entries"][at]
        words |= {"sealed": changed.sealed, "mac": changed.mac}
        if changed.flashed_at_s is not None:
            words["flashed_at_s"] = changed.flashed_at_s
        self.entries[at] = changed
        return (json.dumps(self._object, indent=1, ensure_ascii=False) + "\n").encode()

    def _damaged(self, what: str) -> FlashError:
        return FlashError(BatchFailure.DAMAGED_BATCH, file=self._file, what=what)


def open_entry(entry: Entry, key: bytes) -> bytes:
    """Return the identity of an entry, as JSON.

    Raises:
        FlashError: the entry is damaged.
    """
    identity = _opened(entry, key)
    if identity is None:
        raise FlashError(BatchFailure.DAMAGED_ENTRY, plate=entry.plate)
    return identity


def _opened(entry: Entry, key: bytes) -> bytes | None:
    sealed = bytes.fromhex(entry.sealed)
    about = b"voiturier batch 1 " + entry.box_id.encode()
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about)
    except InvalidTag:
        return None


def _kdf_in(found: object) -> _Kdf | None:
    """Return how a passphrase is tried, as the file says; None: not on a laptop."""
    words = found if isinstance(found, dict) else {}
    costs = [words.get(name) for name in ("n", "r", "p")]
    n, r, p = (each if type(each) is int else 0 for each in costs)
    is_power = n > 1 and n & (n - 1) == 0
    is_small = 128 * n * r <= _MOST_MEMORY_BYTES and 0 < p <= _MOST_PASSES
    is_scrypt = words.get("name") == "scrypt" and _matches(_SALT, words.get("salt"))
    if not (is_scrypt and is_power and r >= _LEAST_R and is_small):
        return None
    return _Kdf(bytes.fromhex(words["salt"]), n, r, p)


def plain(plate: str) -> str:
    """Return a plate as it is compared: `ab 123 cd` and `AB-123-CD` are one."""
    return "".join(filter(str.isalnum, plate)).upper()


def _is_time(value: object) -> bool:
    return type(value) is int and 0 <= value < 1 << 33


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _MOST_TEXT and value.isprintable()


def _matches(form: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None
