"""Where each value of a JSON text stands, for whoever has to mend it by hand.

Used once something is at fault. Never here: whether a text is JSON (json has read it before), what
it means.
"""

import json
import re
from collections.abc import Iterator

Path = tuple[str | int, ...]  # words, and numbers from 0 in lists: ("agents", 2, "login")

# Of what json has read, all but the space between.
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_DEEPEST = 8  # steps of a path; what stands deeper, nobody asks for
_LONGEST = 60  # letters of a word that are shown


def places(text: str) -> Iterator[tuple[Path, int]]:
    """Return each value's path, and the line (from 1) where the value or its word begins.

    In their order; a word that stands twice in an object comes twice.
    """
    line, counted = 1, 0
    steps: list[str | int | None] = []  # None: the word of a member comes next
    for token in _TOKEN.finditer(text):
        line += text.count("\n", counted, token.start())
        counted = token.start()
        kind, last = text[counted], steps[-1] if steps else 0
        if kind == ",":
            steps[-1] = last + 1 if isinstance(last, int) else None
        elif kind in "}]":
            del steps[-1]
        elif kind != ":":
            if last is None:
                steps[-1] = json.loads(token[0])
            # The value of a member was told with its word.
            if (last is None or isinstance(last, int)) and len(steps) <= _DEEPEST:
                yield tuple(step for step in steps if step is not None), line
            if kind in "{[":
                steps.append(None if kind == "{" else 0)


def twice(text: str) -> list[Path]:
    """Return the paths that stand in a text more than once; what is within them is not told."""
    seen: set[Path] = set()
    again: dict[Path, None] = {}
    for path, _ in places(text):
        if path in seen:
            again[path] = None
        seen.add(path)
    return [path for path in again if path[:-1] not in again]


def named(text: str, paths: list[Path]) -> dict[Path, str]:
    """Return how a person finds these paths in a text: "line 12, agents[2], login".

    What is not there (a word that is missing) is named beside the line of what it belongs to.
    """
    wanted = {path[:n] for path in paths for n in range(len(path) + 1)}
    lines = {path: line for path, line in places(text) if path in wanted}
    return {path: f"line {_line(lines, path)}{_words(path)}" for path in paths}


def _line(lines: dict[Path, int], path: Path) -> int:
    return next(lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in lines)


def _words(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f", {_shown(step)}" for step in path)


def _shown(word: str) -> str:
    """Return a word as it is, unless a terminal could not show it or nobody would read it."""
    if len(word) > _LONGEST:
        word = word[:_LONGEST] + "..."
    return word if word.isprintable() and word == word.strip() and word else repr(word)
