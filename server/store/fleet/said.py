"""What fleet files said last, word by word: what a file says again changes nothing.

So what people changed since stays, until a file says something else than the one before it. Bound
to one transaction. Never here: what becomes of a word, a secret in clear.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from typing import TypeVar

Word = str | int | None
"""A word as the database has it: a flag is 0 or 1, a name of the fleet its id."""

T = TypeVar("T", int, str)


class Said:
    """The words of all files before this one, and of this one as it is read.

    Each kind of file is held to its own words: what a table said does not make the fleet file say
    something new. `source` is that kind, None for the fleet file.
    """

    def __init__(self, db: sqlite3.Connection, source: str | None = None) -> None:
        self._db = db
        self._source = "" if source is None else f"{source} "
        self._words: dict[tuple[str, str], dict[str, object]] = defaultdict(dict)
        self._entries: dict[tuple[str, str, object], set[str]] = defaultdict(set)
        for kind, entry, word, said in db.execute("SELECT kind, entry, word, said FROM file_word"):
            if kind.startswith(self._source):  # those of others, under names that nobody asks for
                self._keep(kind.removeprefix(self._source), entry, word, json.loads(said))

    def last(self, kind: str, entry: str, word: str) -> object:
        """Return what was said last of an entry in this word; None: nothing."""
        return self._words[kind, entry].get(word)

    def entries(self, kind: str, word: str, said: str) -> Set[str]:
        """Return the entries of which this was said last."""
        return frozenset(self._entries[kind, word, said])

    def changes(self, kind: str, entry: str, words: Mapping[str, Word]) -> dict[str, Word]:
        """Return what is said otherwise than before, or for the first time."""
        before = self._words[kind, entry]
        changed = {
            word: said for word, said in words.items() if word not in before or before[word] != said
        }
        for word, said in changed.items():
            self._say(kind, entry, word, said)
        return changed

    def changes_of_list(
        self, kind: str, entry: str, word: str, said: Iterable[T], there: Iterable[T]
    ) -> tuple[set[T], set[T]]:
        """Return what a list has more than the one before, and what it has no more.

        When nothing was said before, what is there counts as said.
        """
        now, before = set(said), self._words[kind, entry].get(word)
        old: set[T] = set(there) if not isinstance(before, list) else set(before)
        if not isinstance(before, list) or now != old:
            self._say(kind, entry, word, sorted(now))
        return now - old, old - now

    def forget(self, kind: str, entry: str) -> None:
        """Take it that nothing was said of an entry."""
        for word, said in self._words.pop((kind, entry), {}).items():
            self._entries[kind, word, said].discard(entry)
        self._db.execute(
            "DELETE FROM file_word WHERE kind = :kind AND entry = :entry",
            {"kind": self._source + kind, "entry": entry},
        )

    def _say(self, kind: str, entry: str, word: str, said: object) -> None:
        self._keep(kind, entry, word, said)
        self._db.execute(
            "INSERT INTO file_word (kind, entry, word, said) VALUES (:kind, :entry, :word, :said)"
            " ON CONFLICT (kind, entry, word) DO UPDATE SET said = excluded.said",
            {
                "kind": self._source + kind,
                "entry": entry,
                "word": word,
                "said": json.dumps(said),
            },
        )

    def _keep(self, kind: str, entry: str, word: str, said: object) -> None:
        words = self._words[kind, entry]
        if not isinstance(said, list):
            self._entries[kind, word, words.get(word)].discard(entry)
            self._entries[kind, word, said].add(entry)
        words[word] = said
