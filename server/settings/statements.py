"""Where each word of a TOML file stands, and which lines of one that cannot be read are at fault.

tomllib tells no places, and stops at the first fault. A statement of TOML stands on lines of its
own, so each is given to tomllib alone. Never here: what the words mean (model.py).
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str, ...]

_BEGINS_WITH_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_GOES_ON = "end of document"  # in tomllib's words: the statement has more lines


@dataclass(slots=True)
class Statements:
    """What was found in a text.

    `line_of` has sections and keys; `unreadable` (line, key) of what is no TOML; `twice` (line,
    key, line of the first one) of what stands there again; `tree` what could be read.
    """

    line_of: dict[Path, int] = field(default_factory=dict)
    unreadable: list[tuple[int, Path]] = field(default_factory=list)
    twice: list[tuple[int, Path, int]] = field(default_factory=list)
    tree: dict[str, Any] = field(default_factory=dict)


def statements(text: str) -> Statements:
    """Read a text statement by statement; it need not be TOML."""
    found = Statements()
    lines = text.split("\n")
    section: Path | None = ()  # None: below a heading that cannot be read
    seen: dict[Path, int] = {}  # headings and keys
    at = 0
    while at < len(lines):
        first, (data, at) = at, _statement(lines, at)
        line = first + 1
        is_heading = lines[first].lstrip().startswith("[")
        if data is None:
            begin = _BEGINS_WITH_KEY.match(lines[first])
            path = (section or ()) + ((begin[1],) if begin else ())
            found.unreadable.append((line, path))
            if begin and section is not None:
                found.line_of.setdefault(path, line)  # the word stands there all the same
            section = None if is_heading else section
            continue
        leaves = list(_leaves(data))
        if is_heading:
            section = leaves[0]
        if section is None:
            continue
        for leaf in leaves:
            path = leaf if is_heading else section + leaf
            for depth in range(1, len(path) + 1):
                found.line_of.setdefault(path[:depth], line)
            if path in seen:
                found.twice.append((line, path, seen[path]))
                continue
            seen[path] = line
            if not is_heading:
                _put(found.tree, path, _at(data, leaf))
    return found


def _statement(lines: list[str], first: int) -> tuple[dict[str, Any] | None, int]:
    """Return the statement that begins on a line, None when it is none, and where the next is."""
    text = ""
    for after in range(first + 1, len(lines) + 1):
        text += lines[after - 1] + "\n"
        try:
            return tomllib.loads(text), after
        except (ValueError, RecursionError) as error:  # also a number of too many digits
            if _GOES_ON not in str(error):
                break
    return None, first + 1


def _leaves(data: Mapping[str, Any]) -> Iterator[Path]:
    for key, value in data.items():
        if isinstance(value, dict) and value:
            for leaf in _leaves(value):
                yield (key, *leaf)
        else:
            yield (key,)


def _at(data: Any, path: Path) -> Any:
    for key in path:
        data = data[key]
    return data


def _put(tree: dict[str, Any], path: Path, value: Any) -> None:
    for key in path[:-1]:
        inner = tree.setdefault(key, {})
        if not isinstance(inner, dict):
            return  # it is a plain value already, which is told as such
        tree = inner
    tree.setdefault(path[-1], value)
